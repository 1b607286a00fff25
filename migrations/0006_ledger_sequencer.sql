-- What the sequencer and the gate before releases read and write beyond 0002.
-- Why: the sequencer opens an incident for a gap or a refused row; the processes that write leaves see how full the
-- outbox is, and never a leaf in it.
-- Locks: none that matter, rights only. Duration: under a second.

GRANT SELECT (id, log_id, staged_at) ON ledger.outbox TO rightful_ledger_writer;

-- Public keys: a release believes no checkpoint that none of them has signed.
GRANT SELECT ON ledger.signer_key TO rightful_ledger_writer;

-- Up to which number the outbox has given any.
GRANT SELECT ON SEQUENCE ledger.outbox_id_seq TO rightful_ledger_sequencer;

-- Whether one of the same cause is open, and a new one: nothing that names a person.
GRANT SELECT (cause, state, opened_at) ON incident TO rightful_ledger_sequencer;
GRANT INSERT ON incident TO rightful_ledger_sequencer;
