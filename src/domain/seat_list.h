#pragma once

#include "domain/page.h"
#include "domain/seat.h"

#include <cstddef>

namespace frontrow::domain {

/// A part of the map's seats, the same as Inventory::list_seats() gives of that instant. The map
/// doesn't change, so any thread may take a long list from it while the inventory goes on.
SeatList list_seats(const SeatMap& map, bool only_available, const Page& page);

/// How many seats the list has.
std::size_t count_seats(const SeatList& list);

}  // namespace frontrow::domain
