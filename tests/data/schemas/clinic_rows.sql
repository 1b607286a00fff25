-- Random rows, the same in every run.
SELECT setseed(0.42);
INSERT INTO "Patient Records"."Ward" SELECT 'w' || i, 'Ward ' || i FROM generate_series(1, 4) i;
INSERT INTO "Patient Records"."Staff" (first_name, last_name, reports_to)
  SELECT 'Sam', 'No. ' || i, CASE WHEN i > 1 THEN 1 END FROM generate_series(1, 5) i;
INSERT INTO "Patient Records"."Patient" ("Patient No", "Full Name", blood, tags, extra)
  SELECT ('00000000-0000-4000-8000-0000000000' || lpad(i::text, 2, '0'))::uuid, 'Patient ' || i, 'A+', ARRAY['a', 'b'], '{}'
    FROM generate_series(1, 20) i;
INSERT INTO "Patient Records".visit
  SELECT p."Patient No", v, 'w' || 1 + floor(random() * 4)::int, 1 + floor(random() * 5)::int
    FROM "Patient Records"."Patient" p, generate_series(1, 3) v WHERE random() < 0.7;
INSERT INTO "Patient Records".finding
  SELECT v."Patient No", v."Visit No", l, 'cold' FROM "Patient Records".visit v, generate_series(1, 4) l WHERE random() < 0.5;
INSERT INTO "Patient Records"."Bill: total"
  SELECT row_number() OVER (), CASE WHEN random() < 0.8 THEN v."Patient No" END, CASE WHEN random() < 0.8 THEN v."Visit No" END, 9.5
    FROM "Patient Records".visit v;
INSERT INTO "Patient Records".measurement
  SELECT p."Patient No", timestamptz '2025-06-01' + random() * interval '1 year', 60
    FROM "Patient Records"."Patient" p, generate_series(1, 5) WHERE random() < 0.6;
INSERT INTO "Patient Records"."Document" SELECT i, p."Patient No", 'x' FROM "Patient Records"."Patient" p, generate_series(1, 2) i WHERE random() < 0.5;
INSERT INTO "Patient Records"."X-Ray" SELECT 100 + i, p."Patient No", 'x', 2 FROM "Patient Records"."Patient" p, generate_series(1, 2) i WHERE random() < 0.5;
INSERT INTO "Patient Records"."Letter" SELECT 200 + i, p."Patient No", 'x' FROM "Patient Records"."Patient" p, generate_series(1, 2) i WHERE random() < 0.5;
INSERT INTO public."Call Log"
  SELECT i, CASE WHEN random() < 0.7 THEN (SELECT p."Patient No" FROM "Patient Records"."Patient" p ORDER BY random() + i * 0 LIMIT 1) END, now()
    FROM generate_series(1, 30) i;
INSERT INTO public.forbidden SELECT "Patient No", 'x' FROM "Patient Records"."Patient" WHERE random() < 0.5;
INSERT INTO public."CON"
  SELECT i, CASE WHEN random() < 0.7 THEN (SELECT p."Patient No" FROM "Patient Records"."Patient" p ORDER BY random() + i * 0 LIMIT 1) END
    FROM generate_series(1, 25) i;
