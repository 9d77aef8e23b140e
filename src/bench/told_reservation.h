#pragma once

#include "base/instant.h"
#include "bench/seat_id.h"

#include <optional>
#include <span>
#include <string_view>

namespace frontrow::bench {

/// When a reservation begins and ends, by the server's word.
struct Told {
    Instant created;
    Instant expires;
};

/// Reads what a buyer was told in the body of a 201: nothing where it isn't a reservation of just
/// these seats. Looks for the fields by their names and builds no document, for the load's sake.
std::optional<Told> read_told(std::string_view body, std::span<const SeatId> seats);

}  // namespace frontrow::bench
