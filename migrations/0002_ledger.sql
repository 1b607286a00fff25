-- The ledger: outbox, log, published checkpoints, and apart from it the keys of its pseudonyms.
-- Why: everything that happens to an access request becomes a signed leaf (docs/formats/ledger-leaf.md).
-- Locks: none that matter, every table is new. Duration: under a second.
--
-- The triggers stop an owner's mistakes; they are not the protection. A superuser deletes through them, and is found by
-- anybody who holds an earlier checkpoint.

CREATE SCHEMA ledger;

CREATE TABLE ledger.log (
  log_id smallint PRIMARY KEY,
  origin text NOT NULL UNIQUE CHECK (origin ~ '^[a-z0-9][a-z0-9./_-]{2,199}$'),
  state text NOT NULL CHECK (state IN ('open', 'frozen', 'sealed', 'purged')),
  enrol_key bytea NOT NULL CHECK (octet_length(enrol_key) = 32),
  opened_at timestamptz NOT NULL DEFAULT clock_timestamp());

-- A queue: a row lives for milliseconds. No foreign key, no second index: they cost 15 to 25 % of the rate.
CREATE TABLE ledger.outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  log_id smallint NOT NULL,
  leaf bytea NOT NULL CHECK (octet_length(leaf) BETWEEN 200 AND 4096),
  staged_at timestamptz NOT NULL DEFAULT clock_timestamp())
  WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- The sequencer's view; a verifier derives its own from the leaves. Bit k of seen: number base + k is logged.
CREATE TABLE ledger.writer (
  log_id smallint NOT NULL REFERENCES ledger.log,
  writer_id text NOT NULL CHECK (writer_id ~ '^w_[0-9a-f]{16}$'),
  pubkey bytea NOT NULL CHECK (octet_length(pubkey) = 32),
  span smallint NOT NULL CHECK (span BETWEEN 1 AND 64),
  base bigint NOT NULL DEFAULT 0,
  seen bigint NOT NULL DEFAULT 0,
  started_idx bigint NOT NULL,
  stopped_idx bigint,
  PRIMARY KEY (log_id, writer_id));

CREATE TABLE ledger.entry (
  log_id smallint NOT NULL,
  idx bigint NOT NULL CHECK (idx >= 0),
  leaf_hash bytea NOT NULL CHECK (octet_length(leaf_hash) = 32),
  logged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (log_id, idx));

-- Apart from entry, so that a body can be erased.
CREATE TABLE ledger.body (
  log_id smallint NOT NULL,
  idx bigint NOT NULL,
  leaf bytea NOT NULL,
  PRIMARY KEY (log_id, idx));

-- Disposable projection of body, for queries only, rebuilt by one command.
CREATE TABLE ledger.lookup (
  log_id smallint NOT NULL,
  idx bigint NOT NULL,
  t timestamptz NOT NULL,
  act text NOT NULL,
  out text NOT NULL,
  actor text NOT NULL,
  subj text NOT NULL,
  req text NOT NULL,
  writer_id text NOT NULL,
  n bigint NOT NULL,
  PRIMARY KEY (log_id, idx),
  UNIQUE (log_id, writer_id, n));
CREATE INDEX ON ledger.lookup (log_id, subj, idx) WHERE subj <> '-';
CREATE INDEX ON ledger.lookup (log_id, req, idx) WHERE req <> '-';
CREATE INDEX ON ledger.lookup (log_id, actor, idx) WHERE actor NOT IN ('self', 'system');
CREATE INDEX ON ledger.lookup (log_id, act, idx);

CREATE TABLE ledger.head (
  log_id smallint PRIMARY KEY REFERENCES ledger.log,
  size bigint NOT NULL CHECK (size >= 0),
  root bytea NOT NULL CHECK (octet_length(root) = 32),
  frontier bytea NOT NULL CHECK (octet_length(frontier) % 32 = 0));

-- Two roots for one size cannot both be stored.
CREATE TABLE ledger.checkpoint (
  log_id smallint NOT NULL REFERENCES ledger.log,
  size bigint NOT NULL,
  root bytea NOT NULL CHECK (octet_length(root) = 32),
  note bytea NOT NULL,
  signed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (log_id, size));

CREATE TABLE ledger.signer_key (
  vkey text PRIMARY KEY,
  log_id smallint NOT NULL REFERENCES ledger.log,
  first_size bigint NOT NULL,
  last_size bigint,
  state text NOT NULL CHECK (state IN ('next', 'active', 'retiring', 'retired', 'compromised')));

CREATE TABLE ledger.rejected (
  id bigint PRIMARY KEY,
  leaf bytea NOT NULL,
  why text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp());

CREATE FUNCTION ledger.deny() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append-only (% on %)', TG_OP, TG_TABLE_NAME;
END$$;
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.entry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.deny();
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.deny();
CREATE TRIGGER keep BEFORE UPDATE OR TRUNCATE ON ledger.body
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.deny();

-- The only place where a pseudonym meets a person.
CREATE SCHEMA ledger_secret;

CREATE TABLE ledger_secret.subject_key (
  tag bytea PRIMARY KEY CHECK (octet_length(tag) = 32),
  kek_epoch integer NOT NULL,
  wrapped bytea NOT NULL CHECK (octet_length(wrapped) = 72));

CREATE TABLE ledger_secret.actor (
  actor text PRIMARY KEY CHECK (actor ~ '^a_[A-Za-z0-9_-]{22}$'),
  staff_id text NOT NULL UNIQUE);

-- Group roles; the processes' login roles are members. Roles belong to the cluster, so another database may have made
-- them already, or may be making them now.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['rightful_ledger_writer', 'rightful_ledger_sequencer', 'rightful_ledger_reader',
                              'rightful_ledger_eraser'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = name) THEN
      BEGIN
        EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', name);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
      END;
    END IF;
  END LOOP;
END$$;

GRANT USAGE ON SCHEMA ledger
  TO rightful_ledger_writer, rightful_ledger_sequencer, rightful_ledger_reader, rightful_ledger_eraser;
GRANT USAGE ON SCHEMA ledger_secret TO rightful_ledger_writer, rightful_ledger_eraser;

GRANT INSERT ON ledger.outbox TO rightful_ledger_writer, rightful_ledger_eraser;
GRANT SELECT ON ledger.log, ledger.head, ledger.checkpoint TO rightful_ledger_writer;
-- Only: is my leaf covered yet?
GRANT SELECT (log_id, idx, writer_id, n) ON ledger.lookup TO rightful_ledger_writer;
GRANT SELECT, INSERT ON ledger_secret.subject_key, ledger_secret.actor TO rightful_ledger_writer;

GRANT SELECT, UPDATE, DELETE ON ledger_secret.subject_key, ledger_secret.actor TO rightful_ledger_eraser;
GRANT SELECT, DELETE ON ledger.body TO rightful_ledger_eraser;

-- UPDATE is what FOR UPDATE needs.
GRANT SELECT, DELETE, UPDATE ON ledger.outbox TO rightful_ledger_sequencer;
GRANT SELECT, INSERT ON ledger.entry, ledger.body, ledger.checkpoint, ledger.rejected TO rightful_ledger_sequencer;
GRANT SELECT, INSERT, UPDATE, DELETE ON ledger.lookup TO rightful_ledger_sequencer;
GRANT SELECT, INSERT, UPDATE ON ledger.writer, ledger.head, ledger.signer_key TO rightful_ledger_sequencer;
GRANT SELECT, UPDATE ON ledger.log TO rightful_ledger_sequencer;

GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO rightful_ledger_reader;
