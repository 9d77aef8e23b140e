#pragma once

#include "domain/seat_plans.h"
#include "domain/seat_rows.h"
#include "domain/segment_tree.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace frontrow::domain {

/// Tells which seats are free, many with one call. Refers to the predicate from which it was made.
class FreeSeats {
public:
    template <class IsFree>
    explicit FreeSeats(const IsFree& is_free)
        : is_free_{&is_free},
          read_{[](const void* of, std::span<const SeatIndex> seats, bool* out) {
              for (const auto seat : seats)
                  *out++ = (*static_cast<const IsFree*>(of))(seat);
          }} {}

    /// Writes one value for each seat.
    void read(std::span<const SeatIndex> seats, bool* out) const { read_(is_free_, seats, out); }

private:
    const void* is_free_;
    void (*read_)(const void*, std::span<const SeatIndex>, bool*);
};

/// The seats of a segment, which of them are free, and those of the places around it that tell
/// whether a seat is left alone.
class SegmentScan {
public:
    SegmentScan(const SeatRows& rows, const RowSegment& segment, FreeSeats free)
        : segment_{segment},
          begin_{segment.first - segment.before},
          size_{segment.before + segment.size + segment.behind},
          places_{rows.places().subspan(begin_, size_)} {
        free.read(rows.seats().subspan(begin_, size_), free_.data());
    }

    const RowSegment& segment() const { return segment_; }
    const RowPlace& operator[](PlaceIndex place) const { return places_[place - begin_]; }
    /// False for a place that isn't adjacent, like an aisle. A number before 0 wraps around.
    bool is_free(PlaceIndex place) const {
        const auto i = place - begin_;
        return i < size_ && free_[i];
    }
    void exclude(const SeatRows& rows, std::span<const SeatIndex> seats) {
        for (const auto seat : seats) {
            const auto i = rows.place_of(seat) - begin_;
            if (i < size_) free_[i] = false;
        }
    }
    /// The longest run of free seats of each pool.
    SegmentTree::Lengths longest_runs() const {
        const auto free = std::span{free_}.subspan(segment_.before, segment_.size);
        const bool is_sold_out = std::memchr(free.data(), int{true}, free.size()) == nullptr;
        SegmentTree::Lengths longest{};
        if (is_sold_out) return longest;
        SegmentTree::Lengths run{};
        const bool has_one_pool = segment_.longest[1] == 0;
        for (std::uint32_t i = 0; i < free.size(); ++i) {
            const auto pool =
                has_one_pool ? 0 : static_cast<std::size_t>((*this)[segment_.first + i].pool);
            run[1 - pool] = 0;
            run[pool] = free[i] ? run[pool] + 1 : 0;
            longest[pool] = std::max(longest[pool], run[pool]);
        }
        return longest;
    }

private:
    const RowSegment& segment_;
    PlaceIndex begin_;
    std::uint32_t size_;
    std::span<const RowPlace> places_;
    std::array<bool, kSegmentMax + 4> free_;
};

}  // namespace frontrow::domain
