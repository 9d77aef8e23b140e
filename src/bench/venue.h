#pragma once

#include "bench/seat_id.h"

#include <string>
#include <vector>

namespace frontrow::bench {

/// An event and its seats, in the order of their numbers.
struct Venue {
    std::string event;
    std::vector<SeatId> seats;
};

}  // namespace frontrow::bench
