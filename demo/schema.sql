-- The demo company: a voice-assistant shop. Invented people; the schema stands for what a real company would bring.
-- `mark` holds a token that occurs in one account's data and nowhere else: it would give a crossed row away.
-- Who owns a row is decided in catalog.yaml; the paths are one, two and three keys long, and one table has two owners.

CREATE TABLE country (
  code text PRIMARY KEY,
  name text NOT NULL);

CREATE TABLE product (
  product_id integer PRIMARY KEY,
  name text NOT NULL,
  list_price numeric(10, 2) NOT NULL);

CREATE TABLE account (
  account_id text PRIMARY KEY,
  given_name text NOT NULL,
  family_name text NOT NULL,
  email text NOT NULL,
  phone text,
  street text NOT NULL,
  postcode text NOT NULL,
  city text NOT NULL,
  country_code text NOT NULL REFERENCES country,
  born_on date NOT NULL,
  created_at timestamptz NOT NULL,
  newsletter boolean NOT NULL,
  note text,
  mark text NOT NULL);

CREATE TABLE device (
  device_id uuid PRIMARY KEY,
  account_id text NOT NULL REFERENCES account,
  model text NOT NULL,
  serial_number text NOT NULL UNIQUE,
  nickname text NOT NULL,
  wifi_name text,
  registered_at timestamptz NOT NULL,
  removed_at timestamptz,
  mark text NOT NULL);
CREATE INDEX device_by_account ON device (account_id);

CREATE TABLE voice_recording (
  recording_id bigint PRIMARY KEY,
  account_id text NOT NULL REFERENCES account,
  device_id uuid NOT NULL REFERENCES device,
  recorded_at timestamptz NOT NULL,
  locale text NOT NULL,
  size_bytes bigint NOT NULL,
  transcript text NOT NULL,
  reviewed_by_person boolean NOT NULL,
  path text NOT NULL UNIQUE,
  mark text NOT NULL);
CREATE INDEX voice_recording_by_account ON voice_recording (account_id);

CREATE TABLE search (
  search_id bigint PRIMARY KEY,
  account_id text NOT NULL REFERENCES account,
  searched_at timestamptz NOT NULL,
  query text NOT NULL,
  results integer NOT NULL,
  latitude double precision,
  longitude double precision,
  opened_page text,
  mark text NOT NULL);
CREATE INDEX search_by_account ON search (account_id);

-- Owner one key away: the device's.
CREATE TABLE alarm (
  alarm_id bigint PRIMARY KEY,
  device_id uuid NOT NULL REFERENCES device,
  label text,
  rings_at time NOT NULL,
  weekdays text,
  active boolean NOT NULL,
  set_at timestamptz NOT NULL,
  mark text NOT NULL);
CREATE INDEX alarm_by_device ON alarm (device_id);

CREATE TABLE music_command (
  command_id bigint PRIMARY KEY,
  account_id text NOT NULL REFERENCES account,
  heard_at timestamptz NOT NULL,
  utterance text NOT NULL,
  track text,
  artist text,
  played_seconds integer,
  mark text NOT NULL);
CREATE INDEX music_command_by_account ON music_command (account_id);

CREATE TABLE transit_question (
  question_id bigint PRIMARY KEY,
  account_id text NOT NULL REFERENCES account,
  asked_at timestamptz NOT NULL,
  from_stop text NOT NULL,
  to_stop text NOT NULL,
  travel_on date,
  answer text,
  mark text NOT NULL);
CREATE INDEX transit_question_by_account ON transit_question (account_id);

CREATE TABLE wallet (
  wallet_id bigint PRIMARY KEY,
  account_id text NOT NULL REFERENCES account,
  kind text NOT NULL,
  last_digits text,
  opened_on date NOT NULL,
  mark text NOT NULL);
CREATE INDEX wallet_by_account ON wallet (account_id);

-- Owner one key away: the wallet's.
CREATE TABLE purchase (
  purchase_id bigint PRIMARY KEY,
  wallet_id bigint NOT NULL REFERENCES wallet,
  ordered_at timestamptz NOT NULL,
  total numeric(12, 2) NOT NULL,
  currency text NOT NULL,
  delivery_address text NOT NULL,
  note text,
  mark text NOT NULL);
CREATE INDEX purchase_by_wallet ON purchase (wallet_id);

-- Owner two keys away: the purchase's wallet's.
CREATE TABLE purchase_line (
  purchase_id bigint NOT NULL REFERENCES purchase,
  line integer NOT NULL,
  product_id integer NOT NULL REFERENCES product,
  quantity integer NOT NULL,
  unit_price numeric(10, 2) NOT NULL,
  gift_message text,
  mark text NOT NULL,
  PRIMARY KEY (purchase_id, line));

-- Two owners: each sees the call, neither the other's number or words.
CREATE TABLE support_call (
  call_id bigint PRIMARY KEY,
  caller_id text NOT NULL REFERENCES account,
  callee_id text NOT NULL REFERENCES account,
  started_at timestamptz NOT NULL,
  minutes integer NOT NULL,
  topic text NOT NULL,
  caller_number text,
  callee_number text,
  caller_mark text NOT NULL,
  callee_mark text NOT NULL);
CREATE INDEX support_call_by_caller ON support_call (caller_id);
CREATE INDEX support_call_by_callee ON support_call (callee_id);

CREATE TABLE doorbell_clip (
  clip_id bigint PRIMARY KEY,
  device_id uuid NOT NULL REFERENCES device,
  recorded_at timestamptz NOT NULL,
  seen text,
  path text NOT NULL UNIQUE,
  mark text NOT NULL);
CREATE INDEX doorbell_clip_by_device ON doorbell_clip (device_id);
