-- Random rows, the same in every run.
SELECT setseed(0.17);
INSERT INTO staff SELECT i, 'S' || i, 's' || i || '@example.org' FROM generate_series(1, 3) i;
INSERT INTO category SELECT i, 'C' || i, CASE WHEN i > 1 THEN i / 2 END FROM generate_series(1, 6) i;
INSERT INTO product SELECT 'p' || i, 'P' || i, 1 + i % 6, NULL FROM generate_series(1, 12) i;
INSERT INTO app_user (id, account_id, email, referrer_id)
  SELECT i, 'acct-' || i, 'u' || i || '@example.org', CASE WHEN i > 1 THEN i / 2 END FROM generate_series(1, 25) i;
INSERT INTO address SELECT i, CASE WHEN random() < 0.8 THEN 1 + floor(random() * 25)::int END, 'Street ' || i, 'City' FROM generate_series(1, 40) i;
INSERT INTO orders SELECT i, 1 + floor(random() * 25)::int, 1 + i % 3, 1 + floor(random() * 40)::int, 5 FROM generate_series(1, 60) i;
UPDATE app_user SET favourite_order_id = 1 + id % 60 WHERE random() < 0.5;
INSERT INTO order_line SELECT o.id, l, 'p' || 1 + floor(random() * 12)::int FROM orders o, generate_series(1, 3) l WHERE random() < 0.7;
INSERT INTO billing_profile SELECT id, 'DE00' FROM app_user WHERE random() < 0.6;
INSERT INTO payment SELECT i, 1 + floor(random() * 25)::int, 1 + floor(random() * 60)::int, 1 FROM generate_series(1, 50) i;
INSERT INTO message SELECT i, 1 + floor(random() * 25)::int, 1 + floor(random() * 25)::int, NULL, 'hi' FROM generate_series(1, 80) i;
INSERT INTO message_file SELECT i, 1 + floor(random() * 80)::int, 'k' FROM generate_series(1, 30) i;
INSERT INTO calendar SELECT i, 'K' || i FROM generate_series(1, 8) i;
INSERT INTO calendar_member SELECT c, u FROM generate_series(1, 8) c, generate_series(1, 25) u WHERE random() < 0.2;
INSERT INTO calendar_event SELECT i, 1 + floor(random() * 8)::int, 'E' FROM generate_series(1, 40) i;
INSERT INTO review SELECT i, 'p' || 1 + floor(random() * 12)::int, CASE WHEN random() < 0.7 THEN 'acct-' || 1 + floor(random() * 25)::int END, 5 FROM generate_series(1, 40) i;
INSERT INTO audit_case SELECT i, CASE WHEN random() < 0.7 THEN 'acct-' || 1 + floor(random() * 25)::int END, 'ok' FROM generate_series(1, 20) i;
INSERT INTO wish SELECT i, 'acct-' || 1 + floor(random() * 25)::int, 'p' || 1 + floor(random() * 12)::int FROM generate_series(1, 40) i;
INSERT INTO ticket SELECT i, CASE WHEN random() < 0.9 THEN 'acct-' || 1 + floor(random() * 30)::int END, 'T' FROM generate_series(1, 40) i;
INSERT INTO ticket_reply SELECT i, 1 + floor(random() * 40)::int, 'A' FROM generate_series(1, 60) i;
INSERT INTO coupon SELECT 'c' || i, CASE WHEN random() < 0.5 THEN 1 + floor(random() * 60)::int END FROM generate_series(1, 20) i;
REFRESH MATERIALIZED VIEW order_stats;
