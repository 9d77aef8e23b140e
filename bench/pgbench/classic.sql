-- One reservation in the usual way, statement by statement: look up the key, insert, guarded update,
-- insert, commit. The seats are dealt out to the clients, each seat once; `n` counts a client's seats.

\set n :n + 1
\set seat 1 + :n * :clients + :client_id
BEGIN;
SELECT reservation_id FROM idempotency_keys WHERE key = md5(:seat::text)::uuid;
INSERT INTO reservations (id, event_id, user_id, seat_ids, status, total_amount, currency,
    created_at, first_expires_at, expires_at)
VALUES (gen_random_uuid(), '6ba7b810-9dad-41d1-80b4-00c04fd430c8', 'buyer-' || :seat::text, ARRAY[:seat::bigint],
    'pending', 5000, 'EUR', now(), now() + interval '1 hour', now() + interval '1 hour')
RETURNING id AS reservation \gset
UPDATE seats SET reservation_id = :reservation, hold_expires_at = now() + interval '1 hour'
WHERE id = :seat AND reservation_id IS NULL;
INSERT INTO idempotency_keys (key, reservation_id, line)
VALUES (md5(:seat::text)::uuid, :reservation, repeat('fact', 100));
COMMIT;
