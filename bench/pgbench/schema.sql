-- The tables that pgbench sells from, in the usual relational design. The column `line` of the keys
-- corresponds to Frontrow's fact. Seats have numbers as ids, so that pgbench can compute them.
--
--   psql -v seats=N -f schema.sql

BEGIN;
DROP TABLE IF EXISTS seats, reservations, idempotency_keys;

CREATE TABLE seats (
    id              bigint PRIMARY KEY,
    event_id        uuid NOT NULL,
    number          text NOT NULL,
    section         text NOT NULL,
    "row"           text NOT NULL,
    price           bigint NOT NULL,
    x               double precision,
    y               double precision,
    reservation_id  uuid,
    hold_expires_at timestamptz,
    CONSTRAINT seats_number_in_event UNIQUE (event_id, number)
) WITH (fillfactor = 70);

CREATE TABLE reservations (
    id               uuid PRIMARY KEY,
    event_id         uuid NOT NULL,
    user_id          text NOT NULL,
    seat_ids         bigint[] NOT NULL,
    status           text NOT NULL CHECK (status IN ('pending', 'confirmed', 'cancelled', 'expired')),
    total_amount     bigint NOT NULL,
    currency         text NOT NULL,
    created_at       timestamptz NOT NULL,
    first_expires_at timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    confirmed_at     timestamptz
);
CREATE INDEX reservations_running_out ON reservations (expires_at) WHERE status = 'pending';
CREATE INDEX reservations_with_seats ON reservations (event_id, user_id)
    WHERE status IN ('pending', 'confirmed');

CREATE TABLE idempotency_keys (
    key            uuid PRIMARY KEY,
    reservation_id uuid NOT NULL,
    line           text NOT NULL
);

INSERT INTO seats (id, event_id, number, section, "row", price)
SELECT n, '6ba7b810-9dad-41d1-80b4-00c04fd430c8', 'B-' || n, '', '', 5000
FROM generate_series(1, :seats) AS made (n);
COMMIT;
