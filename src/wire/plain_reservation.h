#pragma once

#include "wire/requests.h"

#include <optional>
#include <string_view>

namespace frontrow::wire {

/// Fast path for the body of a reservation in the form that nearly every client sends: an object
/// with `event_id`, `seat_ids`, `items` or both, and optionally `hold_seconds`, `access_code` and
/// `idempotency_key`. These members may come in any order, each once, and there are no others. No
/// list is empty, and the ids are UUIDs. An item has a `category` and a `quantity`, in either
/// order, and nothing else. Numbers have up to nine digits. The members' names, the categories,
/// the `access_code` and the `idempotency_key` are printable ASCII without escapes. White space may
/// stand wherever JSON allows it. The caller checks the bounds, and that no category is named
/// twice.
///
/// Returns nothing for any other body, valid or not. The caller then parses it as a Boost.JSON
/// document (requests.cc), which takes ten times as long; nearly all requests of a rush are plain.
/// For bodies that are read here, that parser gives the same result; for invalid bodies, it says
/// what is wrong.
std::optional<ReservationRequest> read_plain_reservation(std::string_view body);

}  // namespace frontrow::wire
