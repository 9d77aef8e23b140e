#pragma once

#include "base/money.h"
#include "bench/seat_id.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::bench {

/// An event and its seats, in the order of their numbers. An event that sells units has no seats.
struct Venue {
    std::string event;
    std::vector<SeatId> seats;
};

/// Of each seat or unit.
inline constexpr Amount kPrice = 5'000;
/// The category, if the event sells units.
inline constexpr std::string_view kCategory = "Standing";
/// The rows, if the server chooses the seats: so many of the seats after each other are a row, and
/// so many rows are a section.
inline constexpr std::uint32_t kSeatsOfRow = 25;
inline constexpr std::uint32_t kRowsOfSection = 20;

}  // namespace frontrow::bench
