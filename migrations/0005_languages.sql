-- An account and a request may be in any language that the data map offers, not only in those that are built in.
-- Why: `translations/<language>.yaml` beside the catalog; which languages there are is the catalog's word, its shape ours.
-- Locks: ACCESS EXCLUSIVE on account and access_request, for one scan of each. Duration: a second per million rows.

ALTER TABLE account
  DROP CONSTRAINT account_language_check,
  ADD CONSTRAINT account_language_is_code CHECK (language ~ '^[a-z]{2}$');

ALTER TABLE access_request
  DROP CONSTRAINT access_request_language_check,
  ADD CONSTRAINT access_request_language_is_code CHECK (language ~ '^[a-z]{2}$');
