#pragma once

#include "base/digest.h"
#include "base/each_field.h"
#include "domain/allocation.h"
#include "domain/api_key.h"
#include "domain/event.h"
#include "domain/idempotency.h"
#include "domain/inventory.h"
#include "domain/seat.h"

// The fields that are hashed into an inventory's digest. Usually these are all fields of a type,
// numbered by position. A field keeps its number for ever, so a new field is declared last, and a
// removed field leaves a placeholder. A new field's default must be zero, empty or absent, so that
// older rows have the same hash in versions without the field. The fields of the rows below are
// listed by hand, because some fields differ between copies of the state. Each row is destructured
// whole, so that a forgotten new field doesn't compile.

namespace frontrow::domain {

template <Plain T>
void digest_fields(DigestWriter& writer, const T& value) {
    each_field(value, [&writer]<class Place>(const auto& field, Place) {
        writer.field(Place::value + 1, field);
    });
}

inline void digest_fields(DigestWriter& writer, const SeatSpec& seat) {
    const auto& [number, section, row, price, details] = seat;
    writer.field(1, number);
    writer.field(2, section);
    writer.field(3, row);
    writer.field(4, price);
    // Details that say nothing are hashed like absent ones.
    if (details == nullptr) return;
    const auto& [position, flags, label] = *details;
    writer.field(5, position);
    writer.field(6, flags);
    writer.field(7, label);
}

inline void digest_fields(DigestWriter& writer, const EventRow& row) {
    // The other fields are the row's number and parts of the state (base/state_log.h), whose
    // digests are separate.
    const auto& [index, event, deleted, counts, lapsed, reservations, last, blocks, block_starts, holders, statuses, free_by_stretch, numbers, members, categories, stock, chooser, allocations, acts] =
        row;
    writer.field(1, event);
    writer.field(2, deleted);
}

inline void digest_fields(DigestWriter& writer, const ReservationRow& row) {
    // The request isn't hashed here: it has a row of its own, which refers to this one.
    const auto& [id, event, user, user_digest, seats, status, currency, request, hold_ms, total_amount, created_at, expires_at, settled_at, more] =
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
    writer.field(12, more);
}

}  // namespace frontrow::domain
