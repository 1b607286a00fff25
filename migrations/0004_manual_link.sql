-- Links through which a colleague supplies one dataset of one request: the hash of a token, for as long as it is alive.
-- Why: upload without the command line (docs/adr/0029). Locks: none that matter, the table is new; the trigger takes
-- ACCESS EXCLUSIVE on manual_task for an instant. Duration: under a second.

-- One live link per task: a new one takes the row of the old, an ended one has none. What was is in the ledger.
CREATE TABLE manual_link (
  request_id uuid NOT NULL,
  dataset text NOT NULL,
  token_sha256 bytea NOT NULL UNIQUE CHECK (octet_length(token_sha256) = 32),
  made_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  may_replace boolean NOT NULL,  -- also while the task is supplied
  wrong_accounts integer NOT NULL DEFAULT 0 CHECK (wrong_accounts >= 0),
  PRIMARY KEY (request_id, dataset),
  FOREIGN KEY (request_id, dataset) REFERENCES manual_task (request_id, dataset),
  CONSTRAINT manual_link_expires_after_made CHECK (expires_at > made_at));

-- In the transaction that releases or withdraws the request.
CREATE FUNCTION end_manual_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM manual_link WHERE request_id = NEW.request_id AND dataset = NEW.dataset;
  RETURN NULL;
END$$;
CREATE TRIGGER end_manual_link AFTER UPDATE OF state ON manual_task
  FOR EACH ROW WHEN (NEW.state = 'closed' AND OLD.state <> NEW.state)
  EXECUTE FUNCTION end_manual_link();
