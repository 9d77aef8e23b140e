#pragma once

#include "base/digest.h"
#include "base/each_field.h"
#include "domain/api_key.h"
#include "domain/event.h"
#include "domain/idempotency.h"
#include "domain/inventory.h"
#include "domain/seat.h"

// What is hashed of each type for the digest of an inventory. Every field, under its place in the
// declaration: a field keeps its number for ever, so a new one is declared last, and one that goes
// leaves something behind. A new field's default must be zero, empty or absent, so that whoever
// doesn't know it hashes older rows alike. The rows below are taken apart by hand, because not all
// of theirs is the same on all copies; whole, so that none compiles with a field that wasn't
// thought of.

namespace frontrow::domain {

template <Plain T>
void digest_fields(DigestWriter& writer, const T& value) {
    each_field(value, [&writer]<class Place>(const auto& field, Place) {
        writer.field(Place::value + 1, field);
    });
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

inline void digest_fields(DigestWriter& writer, const EventRow& row) {
    // The others are parts of their own, and the row's number.
    const auto& [index, event, deleted, counts, lapsed, reservations, last, blocks, block_starts, holders, statuses, free_by_stretch, numbers, members] =
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
    writer.field(6, currency);
    writer.field(7, hold_ms);
    writer.field(8, total_amount);
    writer.field(9, created_at);
    writer.field(10, expires_at);
    writer.field(11, settled_at);
}

}  // namespace frontrow::domain
