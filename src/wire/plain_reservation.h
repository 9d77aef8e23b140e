#pragma once

#include "wire/requests.h"

#include <optional>
#include <string_view>

namespace frontrow::wire {

/// Fast path for the body of a reservation in the form that nearly every client sends: an object
/// with `event_id`, `seat_ids` and optionally `hold_seconds` and `idempotency_key`. These members
/// may come in any order, each once, and there are no others. There is at least one seat, and the
/// ids are UUIDs. `hold_seconds` is a number with up to nine digits. The members' names and the
/// `idempotency_key` are printable ASCII without escapes. White space may stand wherever JSON
/// allows it. The caller checks the bounds.
///
/// Returns nothing for any other body, valid or not. The caller then parses it as a Boost.JSON
/// document (requests.cc), which takes ten times as long; nearly all requests of a rush are plain.
/// For bodies that are read here, that parser gives the same result; for invalid bodies, it says
/// what is wrong.
std::optional<ReservationRequest> read_plain_reservation(std::string_view body);

}  // namespace frontrow::wire
