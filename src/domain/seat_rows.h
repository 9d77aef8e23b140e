#pragma once

#include "base/money.h"
#include "domain/seat.h"
#include "domain/seat_plans.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::domain {

using SectionIndex = std::uint32_t;
/// A seat's place in the order of all rows.
using PlaceIndex = std::uint32_t;

/// What the layout needs to know about a seat.
struct RowSeat {
    std::string_view section;
    std::string_view row;
    std::string_view number;
    Amount price = 0;
    /// Without coordinates if null.
    const Position* position = nullptr;
    bool is_accessible = false;
    /// For a companion of someone in an accessible seat.
    bool is_companion = false;
    bool has_restricted_view = false;
};

/// Which wishes a seat can fulfil. Accessible and companion seats are kept for those who ask for
/// an accessible seat.
enum class SeatPool : std::uint8_t { general, accessible };
inline constexpr std::size_t kPools = 2;

/// A point of the plan, in seat widths. `y` grows from the front to the back.
struct SeatPoint {
    double x = 0;
    double y = 0;

    friend bool operator==(const SeatPoint&, const SeatPoint&) = default;
};

/// What a search needs to know about the seat in a place.
struct RowPlace {
    SeatPoint at;
    Amount price = 0;
    SectionIndex section = 0;
    SeatPool pool = SeatPool::general;
    bool is_accessible = false;
    bool has_restricted_view = false;
};

/// Adjacent seats of a row, as far as an aisle or the row's end. A longer stretch is divided into
/// segments that overlap by half, so that a search needn't read all of it, and any group of up to
/// kSegmentMax / 2 adjacent seats is in one of them.
struct RowSegment {
    PlaceIndex first = 0;
    std::uint32_t size = 0;
    /// How many places, up to two, are adjacent before and behind it.
    std::uint8_t before = 0;
    std::uint8_t behind = 0;
    /// How many of its places, from the first, aren't in the next segment.
    std::uint32_t own = 0;
    /// The length of the longest run of seats of each pool.
    std::array<std::uint32_t, kPools> longest{};

    PlaceIndex end() const { return first + size; }
};
inline constexpr std::uint32_t kSegmentMax = 256;

/// Segments that follow each other, by their index.
struct SegmentRange {
    std::size_t first = 0;
    std::size_t end = 0;
};

/// The rows of an event's seats, and where each seat is. A row consists of the seats with the same
/// section and row label. Derived from the seats and immutable.
///
/// Sections are in the order of creation, rows in the natural order of their labels. Seats of a row
/// are in the order of their x, or of their y if the row extends farther in that direction; if a
/// seat has no x, in the natural order of their numbers. Seats without a row label are one row, in
/// the order of creation. Neighbours in that order are adjacent unless they are more than twice as
/// far apart as the row's neighbours usually are, which is an aisle.
///
/// If all seats have a position, a seat width is the usual distance between neighbours. Otherwise
/// each section counts as a hall of its own: rows are 1.5 seat widths apart, the first in front,
/// each centered at x = 0. Nothing is known about the middle of a row without a label. Such a row
/// starts at x = 0, so its seats that were created earlier count as better.
class SeatRows {
public:
    /// `seats` in the order of creation.
    explicit SeatRows(std::span<const RowSeat> seats);

    std::span<const RowPlace> places() const { return places_; }
    /// The seat in each place. Separate, so that a search reads little memory to learn which are
    /// free.
    std::span<const SeatIndex> seats() const { return seats_; }
    PlaceIndex place_of(SeatIndex seat) const { return place_of_[seat]; }
    /// In the order of their places.
    std::span<const RowSegment> segments() const { return segments_; }
    /// Calls `take` with the index of each segment that contains the place, or that borders on it:
    /// then the place is among those `before` or `behind` it.
    template <class Take>
    void visit_segments_at(PlaceIndex place, Take take) const;
    /// The segments of a section, or all.
    SegmentRange segments_of(std::optional<SectionIndex> section) const;
    /// Nothing if no seat is in a section of this name.
    std::optional<SectionIndex> find_section(std::string_view name) const;
    /// The prices of the seats in ascending order, each once.
    std::span<const Amount> prices() const { return prices_; }
    bool has_positions() const { return has_positions_; }
    /// Converts a position to seat widths. A coordinate that is absent becomes that of the middle
    /// of the front. Unless all seats have a position, both do.
    SeatPoint point_at(const Position& position) const;

private:
    class Builder;

    std::vector<RowPlace> places_;
    std::vector<SeatIndex> seats_;
    std::vector<PlaceIndex> place_of_;
    std::vector<RowSegment> segments_;
    /// The index of the last segment that contains each place.
    std::vector<std::uint32_t> segment_at_;
    std::vector<std::string> sections_;
    /// The index of each section's first segment.
    std::vector<std::size_t> section_starts_;
    /// In ascending order, each once.
    std::vector<Amount> prices_;
    bool has_positions_ = false;
    /// The seat width in the plan's unit.
    double width_ = 1;
    SeatPoint front_middle_;
};

/// What the layout needs to know of an event's seat. Refers to its texts and position.
RowSeat row_seat_of(const SeatSpec& seat);
/// The layout of an event's seats.
SeatRows seat_rows_of(const EventRow& event);

template <class Take>
void SeatRows::visit_segments_at(PlaceIndex place, Take take) const {
    const std::size_t last = segment_at_[place];
    const auto end = std::min(last + 2, segments_.size());
    for (auto i = last - std::min<std::size_t>(last, 2); i < end; ++i) {
        const auto& segment = segments_[i];
        const bool is_behind_start = segment.first - segment.before <= place;
        if (is_behind_start && place < segment.end() + segment.behind) take(i);
    }
}

}  // namespace frontrow::domain
