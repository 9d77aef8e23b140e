#pragma once

#include "base/money.h"
#include "domain/seat_focus.h"
#include "domain/seat_rows.h"
#include "domain/segment_scan.h"

#include <compare>
#include <cstdint>
#include <optional>

namespace frontrow::domain {

/// What somebody wants who looks for one group of adjacent seats, and how groups are ranked for
/// them.
struct GroupWish {
    std::uint32_t size = 1;
    SeatPool pool = SeatPool::general;
    /// At least one seat must be accessible, and not only for a companion.
    bool needs_accessible = false;
    std::optional<Amount> price_max;
    Focus focus;
    /// What each single free seat costs that the group leaves between taken ones.
    Cost cost_of_single = 0;

    friend bool operator==(const GroupWish&, const GroupWish&) = default;
};

/// A group of adjacent seats, by its first place.
struct SeatGroup {
    /// The lowest is the best. Among equals, the first in the order of the rows is.
    Cost score = 0;
    PlaceIndex first = 0;

    friend auto operator<=>(const SeatGroup&, const SeatGroup&) = default;
};

/// The best group in the scanned segment; nothing if no group there is as wanted.
std::optional<SeatGroup> best_group(const GroupWish& wish, const SegmentScan& scan);

}  // namespace frontrow::domain
