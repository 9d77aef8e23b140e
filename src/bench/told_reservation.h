#pragma once

#include "base/instant.h"
#include "bench/seat_id.h"

#include <optional>
#include <span>
#include <string_view>

namespace frontrow::bench {

/// When a reservation begins and ends, as the server's answer says.
struct Told {
    Instant created;
    Instant expires;
};

/// Reads the body of a 201. Returns nothing unless it is a reservation of exactly these seats.
/// Searches for the fields by name and builds no document, so that the load generator stays fast.
std::optional<Told> read_told(std::string_view body, std::span<const SeatId> seats);

}  // namespace frontrow::bench
