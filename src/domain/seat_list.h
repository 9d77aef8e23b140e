#pragma once

#include "domain/page.h"
#include "domain/seat.h"

#include <cstddef>

namespace frontrow::domain {

/// Lists a part of the map's seats, as Inventory::list_seats() would have done at the map's
/// instant. The map never changes, so any thread may do this while the inventory changes.
SeatList list_seats(const SeatMap& map, bool only_available, const Page& page);

/// The number of seats in the list.
std::size_t count_seats(const SeatList& list);

}  // namespace frontrow::domain
