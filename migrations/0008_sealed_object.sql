-- An attempt that has logged its sealed object, and whose worker died before it could release or destroy it: whoever
-- destroys the object has to log that under the same reference. Both columns are set with `package.verified` and taken
-- away with the release or the destruction. Adds two columns without a default: a short exclusive lock on job_attempt.
ALTER TABLE job_attempt
  ADD COLUMN sealed_ref text CHECK (sealed_ref ~ '^p_[A-Za-z0-9_-]{22}$'),
  ADD COLUMN sealed_sha256 bytea CHECK (octet_length(sealed_sha256) = 32),
  ADD CONSTRAINT job_attempt_sealed_whole CHECK ((sealed_ref IS NULL) = (sealed_sha256 IS NULL)),
  ADD CONSTRAINT job_attempt_sealed_not_destroyed CHECK (sealed_ref IS NULL OR object_destroyed_at IS NULL);

-- It leads from a person to a leaf: nobody is forgotten before it is gone.
GRANT SELECT (account_id, sealed_ref), UPDATE (sealed_ref, sealed_sha256) ON job_attempt TO rightful_ledger_eraser;
