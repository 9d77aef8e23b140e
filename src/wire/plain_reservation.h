#pragma once

#include "wire/requests.h"

#include <optional>
#include <string_view>

namespace frontrow::wire {

/// Fast path for the body of a reservation in the form that nearly every client sends: an object
/// with `event_id`, `seat_ids` and optionally `hold_seconds` and `idempotency_key`. They may come
/// in any order, each once, with nothing else. The ids are UUIDs, with at least one seat. The
/// number has up to nine digits. Names and texts are printable ASCII without escapes. White space
/// may stand wherever JSON allows it. Bounds are the caller's to check.
///
/// Returns nothing for any other body, valid or not. The caller then reads it as a Boost.JSON
/// document (requests.cc), which gives the same result for what is read here, and also says what is
/// wrong. But the document costs ten times as much, and nearly all requests of a rush are plain.
std::optional<ReservationRequest> read_plain_reservation(std::string_view body);

}  // namespace frontrow::wire
