-- 64 reservations in one statement, which is one transaction: a guarded update of 64 seats, an insert
-- of 64 reservations, an insert of 64 keys. The batches are dealt out to the clients, each seat once.

\set n :n + 1
\set first 1 + 64 * (:n * :clients + :client_id)
WITH wanted AS (
    SELECT :first::bigint + n AS seat, gen_random_uuid() AS reservation FROM generate_series(0, 63) AS batch (n)
), taken AS (
    UPDATE seats SET reservation_id = wanted.reservation, hold_expires_at = now() + interval '1 hour'
    FROM wanted WHERE seats.id = wanted.seat AND seats.reservation_id IS NULL
    RETURNING seats.id AS seat, seats.reservation_id AS reservation
), made AS (
    INSERT INTO reservations (id, event_id, user_id, seat_ids, status, total_amount, currency,
        created_at, first_expires_at, expires_at)
    SELECT reservation, '6ba7b810-9dad-41d1-80b4-00c04fd430c8', 'buyer-' || seat, ARRAY[seat],
        'pending', 5000, 'EUR', now(), now() + interval '1 hour', now() + interval '1 hour'
    FROM taken
)
INSERT INTO idempotency_keys (key, reservation_id, line)
SELECT md5(seat::text)::uuid, reservation, repeat('fact', 100) FROM taken;
