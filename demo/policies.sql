-- Row-level security, the second wall behind the ownership guard: with the setting absent or empty no row is visible.
-- The role rightful_reader exists: LOGIN and nothing else, so it owns nothing and cannot bypass the policies.

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO rightful_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO rightful_reader;
ALTER ROLE rightful_reader SET default_transaction_read_only = on;

ALTER TABLE account ENABLE ROW LEVEL SECURITY;
ALTER TABLE account FORCE ROW LEVEL SECURITY;
CREATE POLICY account_own ON account FOR SELECT TO rightful_reader
  USING (account_id = NULLIF(current_setting('rightful.account_id', true), ''));

ALTER TABLE device ENABLE ROW LEVEL SECURITY;
ALTER TABLE device FORCE ROW LEVEL SECURITY;
CREATE POLICY device_own ON device FOR SELECT TO rightful_reader
  USING (account_id = NULLIF(current_setting('rightful.account_id', true), ''));

ALTER TABLE voice_recording ENABLE ROW LEVEL SECURITY;
ALTER TABLE voice_recording FORCE ROW LEVEL SECURITY;
CREATE POLICY voice_recording_own ON voice_recording FOR SELECT TO rightful_reader
  USING (account_id = NULLIF(current_setting('rightful.account_id', true), ''));

ALTER TABLE search ENABLE ROW LEVEL SECURITY;
ALTER TABLE search FORCE ROW LEVEL SECURITY;
CREATE POLICY search_own ON search FOR SELECT TO rightful_reader
  USING (account_id = NULLIF(current_setting('rightful.account_id', true), ''));

ALTER TABLE music_command ENABLE ROW LEVEL SECURITY;
ALTER TABLE music_command FORCE ROW LEVEL SECURITY;
CREATE POLICY music_command_own ON music_command FOR SELECT TO rightful_reader
  USING (account_id = NULLIF(current_setting('rightful.account_id', true), ''));

ALTER TABLE transit_question ENABLE ROW LEVEL SECURITY;
ALTER TABLE transit_question FORCE ROW LEVEL SECURITY;
CREATE POLICY transit_question_own ON transit_question FOR SELECT TO rightful_reader
  USING (account_id = NULLIF(current_setting('rightful.account_id', true), ''));

ALTER TABLE wallet ENABLE ROW LEVEL SECURITY;
ALTER TABLE wallet FORCE ROW LEVEL SECURITY;
CREATE POLICY wallet_own ON wallet FOR SELECT TO rightful_reader
  USING (account_id = NULLIF(current_setting('rightful.account_id', true), ''));

-- Where the owner is keys away, the policy asks the table on the way, which the policies above already filter.
ALTER TABLE alarm ENABLE ROW LEVEL SECURITY;
ALTER TABLE alarm FORCE ROW LEVEL SECURITY;
CREATE POLICY alarm_own ON alarm FOR SELECT TO rightful_reader
  USING (device_id IN (SELECT d.device_id FROM device d));

ALTER TABLE purchase ENABLE ROW LEVEL SECURITY;
ALTER TABLE purchase FORCE ROW LEVEL SECURITY;
CREATE POLICY purchase_own ON purchase FOR SELECT TO rightful_reader
  USING (wallet_id IN (SELECT w.wallet_id FROM wallet w));

ALTER TABLE purchase_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE purchase_line FORCE ROW LEVEL SECURITY;
CREATE POLICY purchase_line_own ON purchase_line FOR SELECT TO rightful_reader
  USING (purchase_id IN (SELECT p.purchase_id FROM purchase p));

ALTER TABLE doorbell_clip ENABLE ROW LEVEL SECURITY;
ALTER TABLE doorbell_clip FORCE ROW LEVEL SECURITY;
CREATE POLICY doorbell_clip_own ON doorbell_clip FOR SELECT TO rightful_reader
  USING (device_id IN (SELECT d.device_id FROM device d));

ALTER TABLE support_call ENABLE ROW LEVEL SECURITY;
ALTER TABLE support_call FORCE ROW LEVEL SECURITY;
CREATE POLICY support_call_own ON support_call FOR SELECT TO rightful_reader
  USING (NULLIF(current_setting('rightful.account_id', true), '') IN (caller_id, callee_id));

