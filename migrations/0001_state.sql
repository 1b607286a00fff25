-- The state of Rightful: accounts and their ways in, sessions, access requests, jobs, packages, incidents.
-- Why: first version. Locks: none that matter, every table is new. Duration: under a second.
-- Rightful's state has a database of its own; the company's data never live here.

CREATE DOMAIN account_key AS text COLLATE "C" CHECK (octet_length(VALUE) BETWEEN 1 AND 128);
CREATE DOMAIN digest AS bytea CHECK (octet_length(VALUE) = 32);
CREATE DOMAIN public_key AS bytea CHECK (octet_length(VALUE) = 32);
CREATE DOMAIN signature AS bytea CHECK (octet_length(VALUE) = 64);

-- A requester. Keys are absent until the person has enrolled with an invitation.
CREATE TABLE account (
  account_id account_key PRIMARY KEY,
  created_at timestamptz NOT NULL,
  language text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'fr', 'de')),
  enrolled_at timestamptz,
  verifier digest,                    -- HMAC-SHA256(K_ver, account ‖ login)
  key_version integer,                -- version of the public keys, counted from 1
  unlock_key public_key,              -- X25519
  sign_key public_key,                -- Ed25519
  pk_mac digest,                      -- HMAC-SHA256(K_pk, account ‖ public keys ‖ version)
  CONSTRAINT account_enrolled_is_complete CHECK (
    num_nulls(enrolled_at, verifier, key_version, unlock_key, sign_key, pk_mac) IN (0, 6)));

-- One-time invitation to enrol; only the hash of its token is stored.
CREATE TABLE invitation (
  token_hash digest PRIMARY KEY,
  account_id account_key NOT NULL REFERENCES account,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz);
CREATE INDEX invitation_by_account ON invitation (account_id);

-- One wrap of the requester's root per way in. `recovery` is stored without the outer layer (safe offline: 160 bits).
CREATE TABLE root_wrap (
  account_id account_key NOT NULL REFERENCES account,
  kind text NOT NULL CHECK (kind IN ('password', 'export_passphrase', 'passkey_prf', 'recovery')),
  wrapped bytea NOT NULL CHECK (octet_length(wrapped) BETWEEN 48 AND 512),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, kind));

CREATE TABLE session (
  session_id uuid PRIMARY KEY,
  token_hash digest NOT NULL UNIQUE,
  account_id account_key NOT NULL REFERENCES account,
  created_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,    -- absolute end
  stepped_up_at timestamptz,
  ended_at timestamptz);
CREATE INDEX session_by_account ON session (account_id) WHERE ended_at IS NULL;

-- Failed sign-ins since the last success, for throttling; `subject_hash` = HMAC-SHA256(K_enum, what was typed).
CREATE TABLE signin_throttle (
  subject_hash digest PRIMARY KEY,
  failures integer NOT NULL CHECK (failures >= 0),
  last_failure_at timestamptz NOT NULL);

-- Frozen versions of the data map. The MAC says that somebody with the server keys put it into force: whoever can write
-- into this database alone cannot make an export read another table or folder.
CREATE TABLE catalog_version (
  version integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sha256 digest NOT NULL UNIQUE,
  mac digest NOT NULL,                -- HMAC-SHA256(K_pk, "rightful/v1/catalog" ‖ sha256)
  content bytea NOT NULL,
  activated_at timestamptz NOT NULL);

CREATE TABLE access_request (
  id uuid PRIMARY KEY,
  account_id account_key NOT NULL REFERENCES account,
  ledger_ref text NOT NULL UNIQUE CHECK (ledger_ref ~ '^r_[A-Za-z0-9_-]{22}$'),
  state text NOT NULL CHECK (state IN ('received', 'queued', 'running', 'verifying', 'ready', 'downloaded', 'expired',
                                       'withdrawn', 'failed', 'quarantined')),
  received_at timestamptz NOT NULL,
  language text NOT NULL CHECK (language IN ('en', 'fr', 'de')),
  -- the signed request statement (protocol v1)
  nonce bytea NOT NULL UNIQUE CHECK (octet_length(nonce) = 16),
  stated_at timestamptz NOT NULL,
  unlock_key public_key NOT NULL,
  sign_key public_key NOT NULL,
  statement_signature signature NOT NULL,
  -- the clock of Art. 12(3), as computed on receipt
  due_nominal date NOT NULL,
  due date NOT NULL,
  due_at timestamptz NOT NULL,        -- end of due_nominal in the controller's zone: what the queue sorts by
  deadline jsonb NOT NULL,            -- rules, inputs and versions it was computed with
  catalog_version integer REFERENCES catalog_version,
  updated_at timestamptz NOT NULL,
  failure_note text,                  -- plain words for the requester and the officer, never personal data
  UNIQUE (id, account_id),
  CONSTRAINT access_request_due_not_before_nominal CHECK (due >= due_nominal));
CREATE INDEX access_request_by_account ON access_request (account_id, received_at DESC);
-- One running clock per account (law.md D10): a further request is a reminder on the open one.
CREATE UNIQUE INDEX access_request_one_open ON access_request (account_id)
  WHERE state IN ('received', 'queued', 'running', 'verifying', 'failed', 'quarantined');

CREATE TABLE job (
  id uuid PRIMARY KEY,
  request_id uuid NOT NULL,
  account_id account_key NOT NULL,
  kind text NOT NULL CHECK (kind IN ('export')),
  state text NOT NULL CHECK (state IN ('queued', 'claimed', 'done', 'failed', 'quarantined', 'cancelled')),
  due_at timestamptz NOT NULL,
  not_before timestamptz NOT NULL,
  priority smallint NOT NULL DEFAULT 100,   -- smaller comes first
  attempt integer NOT NULL DEFAULT 0,
  lease_token uuid,
  lease_until timestamptz,
  worker text,
  stage text CHECK (stage IN ('starting', 'collecting', 'packaging', 'verifying', 'releasing')),
  progress jsonb,                     -- counts only: datasets_total, datasets_done, rows, objects, bytes
  failure_class text CHECK (failure_class IN ('retry', 'stop', 'quarantine')),
  failure_cause text,
  failure_streak integer NOT NULL DEFAULT 0, -- the same cause that many times in a row
  failure_note text,
  created_at timestamptz NOT NULL DEFAULT now(),
  finalized_at timestamptz,
  FOREIGN KEY (request_id, account_id) REFERENCES access_request (id, account_id),
  UNIQUE (id, request_id, account_id),
  CONSTRAINT job_finalized_iff_done CHECK (
    (finalized_at IS NOT NULL) = (state IN ('done', 'failed', 'quarantined', 'cancelled'))),
  CONSTRAINT job_lease_iff_claimed CHECK (
    num_nulls(lease_token, lease_until, worker) = CASE WHEN state = 'claimed' THEN 0 ELSE 3 END))
  WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);
CREATE INDEX job_claimable ON job (priority, due_at, id) WHERE state = 'queued';
CREATE INDEX job_leased ON job (lease_until) WHERE state = 'claimed';
CREATE UNIQUE INDEX job_one_claimed_per_account ON job (account_id) WHERE state = 'claimed';
CREATE INDEX job_by_request ON job (request_id);

-- One row per attempt, committed before the first byte of its object is written.
CREATE TABLE job_attempt (
  job_id uuid NOT NULL,
  attempt integer NOT NULL,
  request_id uuid NOT NULL,
  account_id account_key NOT NULL,
  lease_token uuid NOT NULL,
  worker text NOT NULL,
  object_name text NOT NULL UNIQUE,
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  stage text,
  outcome text CHECK (outcome IN ('released', 'retry', 'stop', 'quarantine', 'lease_lost', 'cancelled')),
  cause text,
  death text,                         -- how the child ended, seen from outside: exit code, signal, limit
  peak_memory_kib bigint,
  object_destroyed_at timestamptz,
  PRIMARY KEY (job_id, attempt),
  FOREIGN KEY (job_id, request_id, account_id) REFERENCES job (id, request_id, account_id),
  CONSTRAINT job_attempt_ended_has_outcome CHECK ((ended_at IS NULL) = (outcome IS NULL)));

-- At most one released package per request, by construction.
CREATE TABLE package (
  request_id uuid PRIMARY KEY,
  account_id account_key NOT NULL,
  package_id uuid NOT NULL UNIQUE,
  ledger_ref text NOT NULL UNIQUE CHECK (ledger_ref ~ '^p_[A-Za-z0-9_-]{22}$'),
  object_name text NOT NULL UNIQUE,
  size_bytes bigint NOT NULL CHECK (size_bytes > 0),
  sha256 digest NOT NULL,             -- of the stored file
  content_sha256 digest NOT NULL,     -- of the encrypted entry's bytes
  manifest_sha256 digest NOT NULL,
  envelope bytea NOT NULL CHECK (octet_length(envelope) BETWEEN 1 AND 65536),
  rows bigint NOT NULL CHECK (rows >= 0),
  objects bigint NOT NULL CHECK (objects >= 0),
  released_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  frozen_at timestamptz,
  first_downloaded_at timestamptz,
  destroyed_at timestamptz,
  FOREIGN KEY (request_id, account_id) REFERENCES access_request (id, account_id));
CREATE INDEX package_expiring ON package (expires_at) WHERE destroyed_at IS NULL;

CREATE TABLE incident (
  id uuid PRIMARY KEY,
  ledger_ref text NOT NULL UNIQUE CHECK (ledger_ref ~ '^i_[A-Za-z0-9_-]{22}$'),
  cause text NOT NULL CHECK (cause ~ '^[a-z0-9_]{1,24}$'),
  request_id uuid,
  account_id account_key,
  opened_at timestamptz NOT NULL,
  aware_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,        -- aware_at + 72 elapsed hours (GDPR Art. 33(1))
  note text NOT NULL DEFAULT '',      -- what was seen, without personal data
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'contained', 'assessed', 'notifying', 'closed')),
  FOREIGN KEY (request_id, account_id) REFERENCES access_request (id, account_id),
  CONSTRAINT incident_request_has_account CHECK (num_nulls(request_id, account_id) IN (0, 2)));
CREATE INDEX incident_by_request ON incident (request_id, account_id);
