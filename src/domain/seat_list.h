#pragma once

#include "domain/page.h"
#include "domain/seat.h"

#include <cstddef>

namespace frontrow::domain {

/// Returns a part of the map's seats, as Inventory::list_seats() would at that instant. The map
/// never changes, so any thread may take a long list from it while the inventory changes.
SeatList list_seats(const SeatMap& map, bool only_available, const Page& page);

/// The number of seats in the list.
std::size_t count_seats(const SeatList& list);

}  // namespace frontrow::domain
