#include "domain/seat_focus.h"

#include <algorithm>
#include <cmath>

namespace frontrow::domain {
namespace {

constexpr double kCostOfWidth = 1024;
/// Farther seats cost the same, so that no sum overflows.
constexpr double kFarthest = 1e9;
constexpr double kPreferred = 4;
constexpr double kRestrictedView = 10;
/// When a buyer wants to be near a seat and it isn't known where the sections are: by how many seat
/// widths each section farther away counts as more distant.
constexpr double kOtherSection = 1000;

/// How far `number` is outside of a range.
double distance_to(double low, double high, double number) {
    return std::max({low - number, number - high, 0.0});
}

double distance(const Focus& focus, double x, double y, double sections) {
    const auto wide = focus.weight_x * x;
    const auto deep = focus.weight_y * y;
    return std::sqrt(wide * wide + deep * deep) + focus.weight_section * sections;
}

}  // namespace

Cost cost_of(double widths) {
    return static_cast<Cost>(std::min(widths, kFarthest) * kCostOfWidth + 0.5);
}

Cost Focus::cost(const RowPlace& place) const {
    const auto sections = std::abs(static_cast<double>(place.section) - section);
    const auto way = distance(*this, place.at.x - at.x, place.at.y - at.y, sections);
    return cost_of(way + (place.has_restricted_view ? kRestrictedView : 0));
}

Cost Focus::lowest(const SegmentBounds& bounds) const {
    const auto x = distance_to(bounds.low.x, bounds.high.x, at.x);
    const auto y = distance_to(bounds.low.y, bounds.high.y, at.y);
    const auto sections = distance_to(bounds.section_first, bounds.section_last, section);
    // Rounding can't make this larger than a seat's cost, because each step is monotonic.
    return cost_of(distance(*this, x, y, sections));
}

Focus focus_of(const SeatRows& rows, const SeatScoring& scoring) {
    return {
        .at = rows.point_at(scoring.focus),
        .weight_x = scoring.preference == SeatPreference::middle ? kPreferred : 1,
        .weight_y = scoring.preference == SeatPreference::front ? kPreferred : 1,
    };
}

Focus focus_near(const SeatRows& rows, PlaceIndex place) {
    const auto& seat = rows.places()[place];
    return {
        .at = seat.at,
        .section = seat.section,
        .weight_section = rows.has_positions() ? 0 : kOtherSection,
    };
}

}  // namespace frontrow::domain
