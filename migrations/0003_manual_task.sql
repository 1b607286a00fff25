-- Datasets that a colleague supplies by hand: what is waited for, and the upload until the package is released.
-- Why: sources of kind `manual`. Locks: none that matter, the tables are new; the trigger takes ACCESS EXCLUSIVE on
-- access_request for an instant. Duration: under a second.

-- One row per request and dataset of kind manual, made when the request is first claimed.
CREATE TABLE manual_task (
  request_id uuid NOT NULL,
  account_id account_key NOT NULL,
  dataset text NOT NULL CHECK (dataset ~ '^[a-z0-9_]{1,64}$'),
  ds integer NOT NULL CHECK (ds > 0),  -- its number in the catalog version, as the ledger names it
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'supplied', 'closed')),
  opened_at timestamptz NOT NULL,
  refused integer NOT NULL DEFAULT 0,  -- uploads that were not taken
  supplied_at timestamptz,
  size_bytes bigint CHECK (size_bytes > 0),
  -- XChaCha20-Poly1305 of the upload's own random key under the KEK; gone when the task is closed
  wrapped_key bytea CHECK (octet_length(wrapped_key) = 72),
  PRIMARY KEY (request_id, dataset),
  FOREIGN KEY (request_id, account_id) REFERENCES access_request (id, account_id),
  CONSTRAINT manual_task_supplied_has_upload CHECK (
    (state = 'supplied') = (wrapped_key IS NOT NULL)
    AND (state <> 'open' OR num_nulls(supplied_at, size_bytes) = 2)));
CREATE INDEX manual_task_open ON manual_task (opened_at) WHERE state <> 'closed';

-- Ciphertext in pieces of 64 KiB, each bound to account, request, dataset and its place (docs/adr/0024).
CREATE TABLE manual_chunk (
  request_id uuid NOT NULL,
  dataset text NOT NULL,
  number integer NOT NULL CHECK (number >= 0),
  sealed bytea NOT NULL CHECK (octet_length(sealed) BETWEEN 40 AND 65576),
  PRIMARY KEY (request_id, dataset, number),
  FOREIGN KEY (request_id, dataset) REFERENCES manual_task (request_id, dataset));
ALTER TABLE manual_chunk ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- In the same transaction as the release (or the withdrawal): from then on the upload exists in the package alone.
CREATE FUNCTION close_manual_tasks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM manual_chunk WHERE request_id = NEW.id;
  UPDATE manual_task SET state = 'closed', wrapped_key = NULL WHERE request_id = NEW.id AND state <> 'closed';
  RETURN NULL;
END$$;
CREATE TRIGGER close_manual_tasks AFTER UPDATE OF state ON access_request
  FOR EACH ROW WHEN (NEW.state IN ('ready', 'downloaded', 'expired', 'withdrawn') AND OLD.state <> NEW.state)
  EXECUTE FUNCTION close_manual_tasks();
