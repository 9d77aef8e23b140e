#pragma once

#include "domain/seat.h"
#include "domain/seat_preference.h"
#include "domain/seat_rows.h"
#include "domain/segment_tree.h"

#include <cstdint>

namespace frontrow::domain {

/// How an event ranks its seats.
struct SeatScoring {
    SeatPreference preference = SeatPreference::balanced;
    /// The point of the plan that buyers want to be near to; what it lacks is the middle of the
    /// front.
    Position focus;
    /// A choice that leaves a single free seat between taken ones counts as worse.
    bool spares_singles = true;
};

/// In parts of a seat width. An integer, so that sums are exact and equal choices are equal.
using Cost = std::int64_t;
Cost cost_of(double widths);

/// Where a buyer wants to sit, and how much the distance from there costs.
struct Focus {
    SeatPoint at;
    double weight_x = 1;
    double weight_y = 1;
    SectionIndex section = 0;
    double weight_section = 0;

    Cost cost(const RowPlace& place) const;
    /// No seat within the bounds costs less.
    Cost lowest(const SegmentBounds& bounds) const;

    friend bool operator==(const Focus&, const Focus&) = default;
};

/// The focal point of the event.
Focus focus_of(const SeatRows& rows, const SeatScoring& scoring);
/// A seat's place. All directions count the same: the buyer wants the neighbourhood, not the front.
Focus focus_near(const SeatRows& rows, PlaceIndex place);

}  // namespace frontrow::domain
