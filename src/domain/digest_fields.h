#pragma once

#include "base/digest.h"
#include "domain/api_key.h"
#include "domain/event.h"
#include "domain/idempotency.h"
#include "domain/inventory.h"
#include "domain/seat.h"

// What is hashed of each type for the digest of an inventory, and under which number: a field keeps
// its number for ever, and one that goes leaves its number unused. A new field's default must be
// zero, empty or absent, so that whoever doesn't know it hashes older rows alike.
//
// Every type is taken apart into its fields whole: a type that is given another field doesn't
// compile until its list has it too.

namespace frontrow::domain {

inline void digest_fields(DigestWriter& writer, const RequestMark& mark) {
    const auto& [key, content] = mark;
    writer.field(1, key);
    writer.field(2, content);
}

inline void digest_fields(DigestWriter& writer, const Position& place) {
    const auto& [x, y] = place;
    writer.field(1, x);
    writer.field(2, y);
}

inline void digest_fields(DigestWriter& writer, const SeatSpec& seat) {
    const auto& [number, section, row, price, position] = seat;
    writer.field(1, number);
    writer.field(2, section);
    writer.field(3, row);
    writer.field(4, price);
    // One without coordinates is written like none.
    if (position != nullptr) writer.field(5, *position);
}

inline void digest_fields(DigestWriter& writer, const SeatBlock& block) {
    const auto& [first_id, seats] = block;
    writer.field(1, first_id);
    writer.field(2, seats);
}

inline void digest_fields(DigestWriter& writer, const EventSpec& spec) {
    const auto& [name, description, venue, start_at, end_at, total_seats, sales_start_at, hold, max_seats_per_reservation, max_seats_per_user, currency, payment] =
        spec;
    writer.field(1, name);
    writer.field(2, description);
    writer.field(3, venue);
    writer.field(4, start_at);
    writer.field(5, end_at);
    writer.field(6, total_seats);
    writer.field(7, sales_start_at);
    writer.field(8, hold);
    writer.field(9, max_seats_per_reservation);
    writer.field(10, max_seats_per_user);
    writer.field(11, currency.code());
    writer.field(12, payment);
}

inline void digest_fields(DigestWriter& writer, const Event& event) {
    const auto& [id, spec, created_by, created_at, updated_at, version] = event;
    writer.field(1, id);
    writer.field(2, spec);
    writer.field(3, created_by);
    writer.field(4, created_at);
    writer.field(5, updated_at);
    writer.field(6, version);
}

inline void digest_fields(DigestWriter& writer, const ApiKey& key) {
    const auto& [id, name, role, prefix, digest, created_by, created_at, revoked_at] = key;
    writer.field(1, id);
    writer.field(2, name);
    writer.field(3, role);
    writer.field(4, prefix);
    writer.field(5, digest);
    writer.field(6, created_by);
    writer.field(7, created_at);
    writer.field(8, revoked_at);
}

inline void digest_fields(DigestWriter& writer, const BlockStart& start) {
    const auto& [first_id, first] = start;
    writer.field(1, first_id);
    writer.field(2, first);
}

inline void digest_fields(DigestWriter& writer, const LastFact& last) {
    const auto& [seq, at] = last;
    writer.field(1, seq);
    writer.field(2, at);
}

inline void digest_fields(DigestWriter& writer, const EventRow& row) {
    // The others are parts of their own, and the row's number.
    const auto& [index, event, deleted, counts, lapsed, reservations, last, blocks, block_starts, holders, statuses, free_by_stretch, numbers] =
        row;
    writer.field(1, event);
    writer.field(2, deleted);
}

inline void digest_fields(DigestWriter& writer, const ReservationRow& row) {
    // The request is a row of its own, and names this one.
    const auto& [id, event, user, user_digest, seats, status, currency, request, hold_ms, total_amount, created_at, expires_at, settled_at] =
        row;
    writer.field(1, id);
    writer.field(2, event);
    writer.field(3, user_digest);
    writer.field(4, seats);
    writer.field(5, status);
    writer.field(6, currency.code());
    writer.field(7, hold_ms);
    writer.field(8, total_amount);
    writer.field(9, created_at);
    writer.field(10, expires_at);
    writer.field(11, settled_at);
}

inline void digest_fields(DigestWriter& writer, const RequestRow& row) {
    const auto& [mark, at, kind, made] = row;
    writer.field(1, mark);
    writer.field(2, at);
    writer.field(3, kind);
    writer.field(4, made);
}

inline void digest_fields(DigestWriter& writer, const NewestFacts& newest) {
    const auto& [seq, events_seq, at] = newest;
    writer.field(1, seq);
    writer.field(2, events_seq);
    writer.field(3, at);
}

}  // namespace frontrow::domain
