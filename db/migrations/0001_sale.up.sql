-- What is for sale and who has it. Facts are the truth's history; the other tables are its present.

CREATE TABLE events (
    id                        uuid PRIMARY KEY,
    name                      text NOT NULL,
    description               text NOT NULL,
    venue                     text NOT NULL,
    start_at                  timestamptz NOT NULL,
    end_at                    timestamptz NOT NULL,
    total_seats               bigint NOT NULL,
    sales_start_at            timestamptz,
    hold_seconds              integer NOT NULL,
    max_seats_per_reservation integer NOT NULL,
    max_seats_per_user        integer,
    currency                  text NOT NULL,
    payment                   text NOT NULL CHECK (payment IN ('none', 'required')),
    created_by                text NOT NULL,
    created_at                timestamptz NOT NULL,
    updated_at                timestamptz NOT NULL,
    version                   integer NOT NULL,
    seats                     integer NOT NULL DEFAULT 0,
    deleted                   boolean NOT NULL DEFAULT false
);

-- A seat is free without a reservation_id, or once hold_expires_at has passed; with a
-- reservation_id and no hold_expires_at it is sold. The room in each page keeps updates off the
-- indexes.
CREATE TABLE seats (
    id              uuid PRIMARY KEY,
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
    seat_ids         uuid[] NOT NULL,
    status           text NOT NULL CHECK (status IN ('pending', 'confirmed', 'cancelled', 'expired')),
    total_amount     bigint NOT NULL,
    currency         text NOT NULL,
    created_at       timestamptz NOT NULL,
    first_expires_at timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    confirmed_at     timestamptz,
    -- NULL once the key has been used anew, a day later.
    request_key      uuid,
    request_content  uuid NOT NULL,
    CONSTRAINT reservations_request_key UNIQUE (request_key)
);
-- For the sweeper.
CREATE INDEX reservations_running_out ON reservations (expires_at) WHERE status = 'pending';
-- For the limit per user, and for whether an event has sales.
CREATE INDEX reservations_with_seats ON reservations (event_id, user_id)
    WHERE status IN ('pending', 'confirmed');

-- Each fact's line of JSON, in the order of its locks. Large ones (100,000 seats) aren't worth
-- compressing.
CREATE SEQUENCE facts_seq;
CREATE TABLE facts (
    seq  bigint PRIMARY KEY,
    line text NOT NULL
);
ALTER TABLE facts ALTER COLUMN line SET STORAGE EXTERNAL;

-- The one clock by which everything is judged.
CREATE FUNCTION frontrow_now() RETURNS timestamptz LANGUAGE sql VOLATILE
    AS 'SELECT clock_timestamp()';

-- The last line of defence: a guarded update that found something else than was read ends its
-- transaction.
CREATE FUNCTION frontrow_expect(matched bigint, wanted bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF matched <> wanted THEN
        RAISE EXCEPTION 'rows changed since they were read' USING ERRCODE = 'FR001';
    END IF;
END
$$;
