-- Staff and their tokens; epochs of the key that wraps the keys of pseudonyms; what a restore must catch up with.
-- Why: the ledger's API and commands need to know who asks, old backups must not bring erased keys back.
-- Locks: ACCESS EXCLUSIVE on manual_task and ledger_secret.subject_key for one scan each. Duration: a second per million
-- rows.

-- The MAC binds every column and the pseudonym of ledger_secret.actor under a server key: whoever can write into this
-- database alone can neither invent staff nor raise a role.
CREATE TABLE staff_member (
  name text COLLATE "C" PRIMARY KEY CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
  role text NOT NULL CHECK (role IN ('officer', 'auditor', 'operator')),
  token_hash digest NOT NULL UNIQUE,
  mac digest NOT NULL,
  added_at timestamptz NOT NULL,
  ended_at timestamptz);

-- Which key-encryption keys may wrap something. The foreign keys hold an epoch as long as a row needs it, so the file of
-- an epoch is destroyed only after its row is gone. Keys lie in the key directory, never here.
CREATE TABLE ledger_secret.kek (
  epoch integer PRIMARY KEY CHECK (epoch > 0),
  made_at timestamptz NOT NULL DEFAULT clock_timestamp());
INSERT INTO ledger_secret.kek (epoch) VALUES (1);
ALTER TABLE ledger_secret.subject_key
  ADD CONSTRAINT subject_key_epoch_is_known FOREIGN KEY (kek_epoch) REFERENCES ledger_secret.kek;

ALTER TABLE manual_task
  ADD COLUMN kek_epoch integer REFERENCES ledger_secret.kek;
UPDATE manual_task SET kek_epoch = 1 WHERE wrapped_key IS NOT NULL;
ALTER TABLE manual_task
  ADD CONSTRAINT manual_task_wrapped_names_epoch CHECK (num_nulls(wrapped_key, kek_epoch) IN (0, 2));

CREATE OR REPLACE FUNCTION close_manual_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM manual_chunk WHERE request_id = NEW.id;
  UPDATE manual_task SET state = 'closed', wrapped_key = NULL, kek_epoch = NULL
  WHERE request_id = NEW.id AND state <> 'closed';
  RETURN NULL;
END$$;

-- Up to which size a published log has been searched for destroyed keys after a restore.
CREATE TABLE ledger_secret.erasure_replay (
  origin text PRIMARY KEY,
  size bigint NOT NULL CHECK (size >= 0),
  replayed_at timestamptz NOT NULL);

GRANT SELECT ON ledger_secret.kek, ledger_secret.erasure_replay TO rightful_ledger_writer;
GRANT SELECT, INSERT, DELETE ON ledger_secret.kek TO rightful_ledger_eraser;
GRANT SELECT, INSERT, UPDATE ON ledger_secret.erasure_replay TO rightful_ledger_eraser;
-- Who may be forgotten, and what leads from a row to a leaf.
GRANT SELECT (account_id), UPDATE (created_at) ON account TO rightful_ledger_eraser;  -- UPDATE is what FOR UPDATE needs
GRANT SELECT ON access_request, package, incident TO rightful_ledger_eraser;
GRANT UPDATE (ledger_ref) ON access_request, package, incident TO rightful_ledger_eraser;
GRANT SELECT, DELETE, UPDATE (ended_at) ON staff_member TO rightful_ledger_eraser;  -- UPDATE is what FOR UPDATE needs
-- Keys of uploads by hand are wrapped by the same key-encryption key.
GRANT SELECT, UPDATE (state, supplied_at, size_bytes, wrapped_key, kek_epoch) ON manual_task TO rightful_ledger_eraser;
GRANT SELECT, DELETE ON manual_chunk TO rightful_ledger_eraser;
-- Where a leaf of the enrolment key stands in its row.
GRANT SELECT ON ledger.outbox, ledger.signer_key TO rightful_ledger_eraser;
-- What a redaction and the end of a log's retention take away, and what they must look at first.
GRANT SELECT, DELETE ON ledger.lookup TO rightful_ledger_eraser;
GRANT SELECT ON ledger.log, ledger.head, ledger.entry, ledger.checkpoint, ledger.writer TO rightful_ledger_eraser;
GRANT UPDATE (state) ON ledger.log TO rightful_ledger_eraser;
