#pragma once

#include "domain/seat.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace frontrow::wire {

// A seat map in two parts: the layout, which changes only when seats are added, and the statuses, a
// letter a seat in the layout's order.

/// Names the seats' statuses: the same version is the same answer, on every node.
std::string status_version(const domain::SeatMapVersion& version);

// About how many bytes the two take.
std::size_t status_bytes(const domain::SeatMap& map);
std::size_t layout_bytes(const domain::SeatMap& map);

/// `layout_path`: where this map's layout is to be had.
std::string status_json(const domain::SeatMap& map, std::string_view layout_path);

/// The layout of this map, or an older one that it has.
std::string layout_json(const domain::SeatMap& map, SeatId layout);

}  // namespace frontrow::wire
