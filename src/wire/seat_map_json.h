#pragma once

#include "domain/seat.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace frontrow::wire {

// A seat map has two parts: the layout, which changes only when seats are added, and the statuses,
// one letter per seat in the layout's order.

/// The version of the seats' statuses. Equal versions mean equal answers, on every node.
std::string status_version(const domain::SeatMapVersion& version);

// Approximate sizes of the two parts.
std::size_t status_bytes(const domain::SeatMap& map);
std::size_t layout_bytes(const domain::SeatMap& map);

/// `layout_path`: the path of this map's layout.
std::string status_json(const domain::SeatMap& map, std::string_view layout_path);

/// The current layout of this map, or an older one that it still has.
std::string layout_json(const domain::SeatMap& map, SeatId layout);

}  // namespace frontrow::wire
