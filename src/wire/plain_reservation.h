#pragma once

#include "wire/requests.h"

#include <optional>
#include <string_view>

namespace frontrow::wire {

/// Reads the body of a reservation if it's in the form that nearly every client sends: an object of
/// `event_id`, `seat_ids` and perhaps `hold_seconds` and `idempotency_key`, in any order, none of
/// them twice and nothing else; the ids are UUIDs, at least one of a seat; the number is of up to
/// nine digits; no name or text has an escape or a character that isn't printable ASCII. White
/// space may stand wherever JSON lets it. Bounds are left to the caller.
///
/// Nothing for whatever else, be it right or wrong: Boost.JSON's tree says what it means and what
/// is wrong with it (requests.cc). What is read here, that reads the same; but it makes a document,
/// of which each member is looked up, and that is ten times the work. The requests of a rush are
/// all like this.
std::optional<ReservationRequest> read_plain_reservation(std::string_view body);

}  // namespace frontrow::wire
