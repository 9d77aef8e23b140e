#pragma once

#include "io/postgres/pg_exchange.h"

#include <cstdint>

namespace frontrow::store::postgres {

using io::postgres::PgStatement;

// All the SQL of a sale. Lock order: events, buyers, seats, reservations, the sequence of facts.
// What many want at once (seats and reservations) isn't waited for: who doesn't get it comes back.

inline constexpr PgStatement kBegin{"begin", "BEGIN"};
inline constexpr PgStatement kCommit{"commit", "COMMIT"};
inline constexpr PgStatement kNow{"now", "SELECT frontrow_now()"};
/// The isolation that a transaction has if it doesn't say.
inline constexpr PgStatement kIsolation{
    "isolation",
    "SELECT current_setting('transaction_isolation')"
};
/// Ends the transaction as a guard does that has failed.
inline constexpr PgStatement kGiveUp{"give_up", "SELECT frontrow_expect(0, 1)"};

// Locks. ---------------------------------------------------------------------------------------

/// $1 keys in order, $2 which of them alone: others share.
inline constexpr PgStatement kLockEvents{
    "lock_events",
    "SELECT CASE WHEN alone THEN pg_advisory_xact_lock(key) "
    "ELSE pg_advisory_xact_lock_shared(key) END FROM unnest($1, $2) AS wanted (key, alone)"
};

/// $1 events and $2 users: only where the event has a limit per user.
inline constexpr PgStatement kLockBuyers{
    "lock_buyers",
    "SELECT pg_advisory_xact_lock(key) FROM ("
    " SELECT DISTINCT hashtextextended(user_id, uuid_hash_extended(event_id, 0)) AS key"
    " FROM unnest($1, $2) AS wanted (event_id, user_id) JOIN events ON events.id = event_id"
    " WHERE max_seats_per_user IS NOT NULL ORDER BY key) AS buyers"
};

/// Of the seats $1 those that can be taken now, by a clock not before $3, and those that the
/// reservations $2 have, unless another transaction has locked them. What is taken needs no lock to
/// be refused.
inline constexpr PgStatement kLockSeats{
    "lock_seats",
    "SELECT id FROM seats WHERE id = ANY ($1 || ARRAY("
    " SELECT unnest(seat_ids) FROM reservations WHERE id = ANY ($2)))"
    " AND (reservation_id IS NULL OR hold_expires_at <= greatest(frontrow_now(), $3)"
    "  OR reservation_id = ANY ($2))"
    " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"
};

/// $1 reservations, and those whose hold on the seats $2 has run out by a clock not before $3;
/// unless another transaction has locked them.
inline constexpr PgStatement kLockReservations{
    "lock_reservations",
    "SELECT id FROM reservations WHERE id = ANY ($1 || ARRAY("
    " SELECT reservation_id FROM seats WHERE id = ANY ($2)"
    " AND hold_expires_at <= greatest(frontrow_now(), $3)))"
    " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"
};

// Reads. ---------------------------------------------------------------------------------------

#define FRONTROW_RESERVATION_COLUMNS                                                \
    "id, event_id, user_id, seat_ids, status, total_amount, currency, created_at, " \
    "first_expires_at, expires_at, confirmed_at, request_key, request_content"

/// $1 reservations, $2 request keys.
inline constexpr PgStatement kReadReservations{
    "read_reservations",
    "SELECT " FRONTROW_RESERVATION_COLUMNS
    " FROM reservations WHERE id = ANY ($1)"
    " UNION SELECT " FRONTROW_RESERVATION_COLUMNS " FROM reservations WHERE request_key = ANY ($2)"
};

/// What these buyers ($1 events, $2 users) have, where the event has a limit per user. OFFSET 0
/// keeps the planner from looking through all of an event's reservations instead.
inline constexpr PgStatement kReadBuyers{
    "read_buyers",
    "SELECT " FRONTROW_RESERVATION_COLUMNS
    " FROM reservations WHERE id = ANY (ARRAY("
    " SELECT theirs.id FROM ("
    "  SELECT wanted.* FROM unnest($1, $2) AS wanted (event_id, user_id)"
    "  JOIN events ON events.id = event_id AND max_seats_per_user IS NOT NULL OFFSET 0) AS limited,"
    " LATERAL (SELECT id FROM reservations r WHERE r.event_id = limited.event_id"
    "  AND r.user_id = limited.user_id AND status IN ('pending', 'confirmed') OFFSET 0) AS theirs))"
};

/// Of the event $1: whether anything is held or sold (a witness each), and the holds that have run
/// out unswept; by a clock not before $2. A witness that is waited for comes as it is afterwards.
inline constexpr PgStatement kReadSales{
    "read_sales",
    "SELECT " FRONTROW_RESERVATION_COLUMNS
    " FROM reservations WHERE id = ANY (ARRAY("
    "(SELECT id FROM reservations WHERE event_id = $1 AND status = 'confirmed' LIMIT 1) UNION ALL "
    "(SELECT id FROM reservations WHERE event_id = $1 AND status = 'pending'"
    " AND expires_at > greatest((SELECT frontrow_now()), $2) LIMIT 1) UNION ALL "
    "(SELECT id FROM reservations WHERE event_id = $1 AND status = 'pending'"
    " AND expires_at <= greatest((SELECT frontrow_now()), $2))"
    ")) ORDER BY id FOR NO KEY UPDATE"
};

/// Up to $1 holds that have run out and that no other node is sweeping. The time is asked for once:
/// by a changing one no index can be searched.
inline constexpr PgStatement kReadExpired{
    "read_expired",
    "SELECT " FRONTROW_RESERVATION_COLUMNS
    " FROM reservations"
    " WHERE status = 'pending' AND expires_at <= (SELECT frontrow_now())"
    " ORDER BY expires_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED"
};

/// $1 events.
inline constexpr PgStatement kReadEvents{
    "read_events",
    "SELECT id, name, description, venue, start_at, end_at, total_seats, sales_start_at,"
    " hold_seconds, max_seats_per_reservation, max_seats_per_user, currency, payment, created_by,"
    " created_at, updated_at, version, seats, deleted FROM events WHERE id = ANY ($1)"
};

/// Seats $1, each with the reservation that has it. OFFSET 0 has that looked up by its id: a plan
/// made while there are no reservations would read them all, and be kept when there are many.
inline constexpr PgStatement kReadSeats{
    "read_seats",
    "SELECT s.id, s.event_id, s.number, s.price, s.reservation_id, s.hold_expires_at,"
    " r.user_id, r.status, r.total_amount, r.currency, r.created_at, r.first_expires_at,"
    " r.expires_at, r.confirmed_at, r.request_content, r.request_key"
    " FROM seats s LEFT JOIN LATERAL"
    " (SELECT * FROM reservations WHERE id = s.reservation_id OFFSET 0) AS r ON true"
    " WHERE s.id = ANY ($1)"
};

/// The seat of event $1 that has the first of the names $2 that is taken. OFFSET 0 has each looked
/// up, as in read_seats.
inline constexpr PgStatement kReadNumbers{
    "read_numbers",
    "SELECT taken.id FROM unnest($2) WITH ORDINALITY AS wanted (number, place) CROSS JOIN LATERAL"
    " (SELECT id FROM seats WHERE event_id = $1 AND number = wanted.number OFFSET 0) AS taken"
    " ORDER BY place LIMIT 1"
};

/// The API keys that are in force, and $1 whatever it is.
inline constexpr PgStatement kReadApiKeys{
    "read_api_keys",
    "SELECT id, digest, created_at, revoked_at FROM api_keys WHERE revoked_at IS NULL OR id = $1"
};

// Writes. --------------------------------------------------------------------------------------

// `= ANY ($1)` says again what the join says, so that no plan has to read the whole table.

/// $1 seats, $2 who has them now, $3 until when; $4 and $5: what was read of both; $6 how many.
inline constexpr PgStatement kWriteSeats{
    "write_seats",
    "WITH changed AS ("
    " UPDATE seats SET reservation_id = wanted.holder, hold_expires_at = wanted.until"
    " FROM unnest($1, $2, $3, $4, $5) AS wanted (id, holder, until, holder_read, until_read)"
    " WHERE seats.id = wanted.id AND seats.id = ANY ($1) AND reservation_id IS NOT DISTINCT FROM "
    "holder_read"
    " AND hold_expires_at IS NOT DISTINCT FROM until_read RETURNING 1)"
    " SELECT frontrow_expect(count(*), $6) FROM changed"
};

/// $1 reservations more than a day old. Not by their keys: those may just have been used anew.
inline constexpr PgStatement kForgetRequests{
    "forget_requests",
    "UPDATE reservations SET request_key = NULL WHERE id = ANY ($1)"
};

/// New ones, in the order of their keys, so that no two transactions wait for each other. $5 and $6
/// say where in $4 each one's seats are.
inline constexpr PgStatement kInsertReservations{
    "insert_reservations",
    "INSERT INTO reservations (id, event_id, user_id, seat_ids, status, total_amount, currency,"
    " created_at, first_expires_at, expires_at, confirmed_at, request_key, request_content)"
    " SELECT id, event_id, user_id, ($4)[first:last], status, total_amount, currency,"
    " created_at, first_expires_at, expires_at, confirmed_at, request_key, request_content"
    " FROM unnest($1, $2, $3, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    " AS made (id, event_id, user_id, first, last, status, total_amount, currency,"
    " created_at, first_expires_at, expires_at, confirmed_at, request_key, request_content)"
    " ORDER BY request_key"
};

/// $1 reservations, $2 $3 $4 their status, end and confirmation; $5 what was read of the end: only
/// a pending one changes; $6 how many.
inline constexpr PgStatement kUpdateReservations{
    "update_reservations",
    "WITH changed AS ("
    " UPDATE reservations SET status = wanted.status, expires_at = wanted.until,"
    " confirmed_at = wanted.confirmed_at"
    " FROM unnest($1, $2, $3, $4, $5) AS wanted (id, status, until, confirmed_at, until_read)"
    " WHERE reservations.id = wanted.id AND reservations.id = ANY ($1)"
    " AND reservations.status = 'pending'"
    " AND reservations.expires_at = until_read RETURNING 1)"
    " SELECT frontrow_expect(count(*), $6) FROM changed"
};

inline constexpr PgStatement kInsertEvent{
    "insert_event",
    "INSERT INTO events (id, name, description, venue, start_at, end_at, total_seats,"
    " sales_start_at, hold_seconds, max_seats_per_reservation, max_seats_per_user, currency,"
    " payment, created_by, created_at, updated_at, version)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
};

inline constexpr PgStatement kUpdateEvent{
    "update_event",
    "WITH changed AS ("
    " UPDATE events SET name = $2, description = $3, venue = $4, start_at = $5, end_at = $6,"
    " total_seats = $7, sales_start_at = $8, hold_seconds = $9, max_seats_per_reservation = $10,"
    " max_seats_per_user = $11, currency = $12, payment = $13, created_by = $14, created_at = $15,"
    " updated_at = $16, version = $17 WHERE id = $1 AND version = $17 - 1 AND NOT deleted "
    "RETURNING 1)"
    " SELECT frontrow_expect(count(*), 1) FROM changed"
};

/// After its reservations have been written: none may be left that has seats.
inline constexpr PgStatement kDeleteEvent{
    "delete_event",
    "WITH changed AS (UPDATE events SET deleted = true WHERE id = $1 AND NOT deleted"
    " AND NOT EXISTS (SELECT 1 FROM reservations WHERE event_id = $1"
    "  AND status IN ('pending', 'confirmed')) RETURNING 1)"
    " SELECT frontrow_expect(count(*), 1) FROM changed"
};

/// $1 ids, $2 event, $3 numbers, $4 sections, $5 rows, $6 prices, $7 $8 coordinates.
inline constexpr PgStatement kInsertSeats{
    "insert_seats",
    "INSERT INTO seats (id, event_id, number, section, \"row\", price, x, y)"
    " SELECT id, $2, number, section, \"row\", price, x, y"
    " FROM unnest($1, $3, $4, $5, $6, $7, $8)"
    " AS made (id, number, section, \"row\", price, x, y)"
};

/// $1 event, $2 how many.
inline constexpr PgStatement kCountSeats{
    "count_seats",
    "UPDATE events SET seats = seats + $2 WHERE id = $1"
};

/// $1 id, $2 digest, $3 time.
inline constexpr PgStatement kInsertApiKey{
    "insert_api_key",
    "INSERT INTO api_keys (id, digest, created_at) VALUES ($1, $2, $3)"
};

/// $1 id, $2 time.
inline constexpr PgStatement kRevokeApiKey{
    "revoke_api_key",
    "WITH changed AS (UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL"
    " RETURNING 1) SELECT frontrow_expect(count(*), 1) FROM changed"
};

/// $1: each fact's line from behind its `{"seq":`. After the last lock: order of seq is order of
/// locks.
inline constexpr PgStatement kInsertFacts{
    "insert_facts",
    "INSERT INTO facts (seq, line) SELECT seq, '{\"seq\":' || seq || rest"
    " FROM (SELECT nextval('facts_seq') AS seq, rest FROM unnest($1) AS made (rest)) AS numbered"
};

// The feed. ------------------------------------------------------------------------------------

/// Up to $2 facts after $1, and no more than one beyond $3 bytes; before them the beginning of $1
/// itself. With each the last there is.
inline constexpr PgStatement kReadFacts{
    "read_facts",
    "SELECT seq, CASE WHEN seq = $1 THEN left(line, 128) ELSE line END, (SELECT max(seq) FROM "
    "facts)"
    " FROM (SELECT seq, line, coalesce(sum(CASE WHEN seq = $1 THEN 0 ELSE octet_length(line) END)"
    "   OVER (ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS bytes_before"
    "  FROM (SELECT seq, line FROM facts WHERE seq >= $1 ORDER BY seq LIMIT 1 + $2) AS next"
    " ) AS counted WHERE bytes_before <= $3 ORDER BY seq"
};

inline constexpr std::int64_t kFactsARead = 5'000;
/// A bulk of 100,000 seats is one fact of some ten megabytes.
inline constexpr std::int64_t kBytesARead = 16 << 20;

/// The transactions that write facts: each has locked the table before it draws a number.
inline constexpr PgStatement kReadWriters{
    "read_writers",
    "SELECT virtualtransaction FROM pg_locks"
    " WHERE locktype = 'relation' AND relation = 'facts'::regclass AND mode = 'RowExclusiveLock'"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
};

#undef FRONTROW_RESERVATION_COLUMNS

}  // namespace frontrow::store::postgres
