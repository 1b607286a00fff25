-- A schema that is hard to read: names that need quotes, a domain over uuid, composite keys, partitions, inheritance,
-- enumerations, comments that try to break out. Accounts: "Patient Records"."Patient"."Patient No".
CREATE SCHEMA "Patient Records";
CREATE DOMAIN public.person_key AS uuid;
CREATE TYPE "Patient Records"."Blood Type" AS ENUM ('A+', '0: negative', 'B "rare"', 'it''s', 'ünïcode 🩸');

CREATE TABLE "Patient Records"."Ward" (
  code text PRIMARY KEY,
  "Label" text NOT NULL
);

CREATE TABLE "Patient Records"."Staff" (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  first_name text NOT NULL,
  last_name text NOT NULL,
  reports_to int REFERENCES "Patient Records"."Staff"
);

CREATE TABLE "Patient Records"."Patient" (
  "Patient No" public.person_key PRIMARY KEY,
  "Full Name" text NOT NULL,
  "E-Mail" text,
  blood "Patient Records"."Blood Type",
  tags text[],
  stay tstzrange,
  extra jsonb,
  password_hash text,
  born date,
  "select" int GENERATED ALWAYS AS (1) STORED,
  "null" text,
  "yes" text,
  "it's: a #trap, [really]" text,
  "with ""quotes""" text,
  a_name_that_is_exactly_sixty_three_bytes_long_which_is_the_most__ text,
  next_of_kin public.person_key REFERENCES "Patient Records"."Patient"
);
COMMENT ON TABLE "Patient Records"."Patient" IS E'Patients ''n'' more\nsecond line: */ 🩺 -- # { x: y } "';
COMMENT ON COLUMN "Patient Records"."Patient"."E-Mail" IS E'- not: [a list]\r\n\tTODO: nothing';

-- A composite key whose first column is the account.
CREATE TABLE "Patient Records".visit (
  "Patient No" public.person_key NOT NULL REFERENCES "Patient Records"."Patient",
  "Visit No" int NOT NULL,
  ward_code text REFERENCES "Patient Records"."Ward",
  attending_staff_id int REFERENCES "Patient Records"."Staff",
  came_at timestamptz NOT NULL DEFAULT '2026-01-01',
  PRIMARY KEY ("Patient No", "Visit No")
);

-- Composite and complete: the row itself holds the account.
CREATE TABLE "Patient Records".finding (
  "Patient No" public.person_key NOT NULL,
  "Visit No" int NOT NULL,
  line int NOT NULL,
  diagnosis text NOT NULL,
  PRIMARY KEY ("Patient No", "Visit No", line),
  FOREIGN KEY ("Patient No", "Visit No") REFERENCES "Patient Records".visit
);

-- Composite and nullable: half a key is no key.
CREATE TABLE "Patient Records"."Bill: total" (
  "Bill No" bigint PRIMARY KEY,
  "Patient No" public.person_key,
  "Visit No" int,
  amount numeric(10, 2) NOT NULL,
  FOREIGN KEY ("Patient No", "Visit No") REFERENCES "Patient Records".visit
);

-- Partitions are their table's.
CREATE TABLE "Patient Records".measurement (
  patient_no public.person_key NOT NULL REFERENCES "Patient Records"."Patient",
  taken_at timestamptz NOT NULL,
  pulse int
) PARTITION BY RANGE (taken_at);
CREATE TABLE "Patient Records".measurement_2025 PARTITION OF "Patient Records".measurement
  FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE "Patient Records".measurement_rest PARTITION OF "Patient Records".measurement DEFAULT;
CREATE INDEX ON "Patient Records".measurement (patient_no);

-- A child with a column of its own, and one without.
CREATE TABLE "Patient Records"."Document" (
  id bigint NOT NULL,
  patient_no public.person_key NOT NULL REFERENCES "Patient Records"."Patient",
  file_path text NOT NULL
);
CREATE INDEX ON "Patient Records"."Document" (patient_no);
CREATE TABLE "Patient Records"."X-Ray" (dose numeric) INHERITS ("Patient Records"."Document");
CREATE INDEX ON "Patient Records"."X-Ray" (patient_no);
CREATE TABLE "Patient Records"."Letter" () INHERITS ("Patient Records"."Document");

-- Named like the accounts, and nothing says so.
CREATE TABLE public."Call Log" (
  id int PRIMARY KEY,
  patient_no uuid,
  started timestamptz
);

-- Words of SQL and of YAML as names.
CREATE TABLE public."table" ("order" int PRIMARY KEY, "~" text);
-- Nothing leads to it, and it is about people.
CREATE TABLE public.newsletter (email text PRIMARY KEY, opt_in boolean);
-- The role may not read it.
CREATE TABLE public.forbidden (
  patient_no public.person_key PRIMARY KEY REFERENCES "Patient Records"."Patient",
  remark text
);
-- The same name twice, and one that no file may have.
CREATE TABLE public.visit (id int PRIMARY KEY);
CREATE TABLE public."CON" (id int PRIMARY KEY, patient_no public.person_key REFERENCES "Patient Records"."Patient");
CREATE INDEX ON public."CON" (patient_no);
-- Nobody can write this name in a catalog: it holds a line break.
CREATE TABLE public.unwritable (
  id int PRIMARY KEY,
  patient_no public.person_key REFERENCES "Patient Records"."Patient",
  "two
lines" text
);
