#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/money.h"
#include "base/small_vector.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::domain {

enum class SeatStatus : std::uint8_t { available, reserved, confirmed };

/// The seats of one request, in its order.
using SeatIds = SmallVector<SeatId, 4>;

/// What each of those cost, in the same order.
using UnitPrices = SmallVector<Amount, 4>;

/// Where a seat is on the plan, in whatever unit the plan is drawn.
struct Position {
    std::optional<double> x;
    std::optional<double> y;

    friend bool operator==(const Position&, const Position&) = default;
};

/// Beyond it a number has no millionths that can be told apart.
inline constexpr double kCoordinateMax = 1e9;

/// As a coordinate is kept: to the millionth, and a zero has no sign. The reader of the written
/// form may take the last digit of a longer number for another, and a plan must be the same after a
/// restart.
inline double to_millionth(double number) {
    constexpr double kPart = 1e6;
    if (std::abs(number) > kCoordinateMax) return number;
    return std::round(number * kPart) / kPart + 0.0;
}

/// What an organiser says of a seat; it never changes. `number` is the seat's name, unique in its
/// event.
struct SeatSpec {
    std::string number;
    std::string section;
    std::string row;
    Amount price = 0;
    /// Absent for most seats of most halls, so it's kept out of line.
    std::shared_ptr<const Position> position;

    friend bool operator==(const SeatSpec& a, const SeatSpec& b) {
        const bool is_same_place = a.position == nullptr || b.position == nullptr
                                       ? a.position == b.position
                                       : *a.position == *b.position;
        return a.number == b.number && a.section == b.section && a.row == b.row &&
               a.price == b.price && is_same_place;
    }
};

/// The seats of one call. The seat at index i has the id `first_id.plus(i)`: a look-up is a search
/// among calls, not among seats, and a fact about 100,000 seats carries one id. Immutable and
/// shared by inventory, fact and readers.
struct SeatBlock {
    SeatId first_id;
    std::vector<SeatSpec> seats;

    friend bool operator==(const SeatBlock&, const SeatBlock&) = default;
};

/// How many of an event's seats there are, and how they stand.
struct SeatCounts {
    std::uint32_t total = 0;
    std::uint32_t reserved = 0;
    std::uint32_t confirmed = 0;

    std::uint32_t available() const { return total - reserved - confirmed; }
    friend bool operator==(const SeatCounts&, const SeatCounts&) = default;
};

/// One seat as a reader sees it: the seat at `index` of its block.
struct SeatView {
    EventId event;
    std::shared_ptr<const SeatBlock> block;
    std::uint32_t index = 0;
    SeatStatus status = SeatStatus::available;
};

/// A run of an event's seats with their status at one instant.
struct SeatRun {
    std::shared_ptr<const SeatBlock> block;
    std::uint32_t first = 0;
    std::vector<SeatStatus> statuses;
};

/// Which state of an event's seats it is: the newest fact about the event, with its time, because a
/// restored backup gives its number again, and the seats whose hold has run out of which no fact
/// says so yet. The same version is the same seats and statuses, on every node.
struct SeatMapVersion {
    std::uint64_t seq = 0;
    Instant at{};
    std::uint32_t lapsed = 0;

    friend bool operator==(const SeatMapVersion&, const SeatMapVersion&) = default;
};

/// Some of an event's seats in the order in which they were created, taken at one instant.
struct SeatList {
    EventId event;
    SeatMapVersion version;
    std::vector<SeatRun> runs;
};

/// An event's seats, in the order of creation.
using SeatBlocks = std::vector<std::shared_ptr<const SeatBlock>>;

/// All seats of an event at one instant. Immutable and shared by all readers of that version.
struct SeatMap {
    EventId event;
    SeatMapVersion version;
    /// The same ones in all maps until seats are added. Never null.
    std::shared_ptr<const SeatBlocks> blocks;
    /// Of the blocks' seats in their order.
    std::vector<SeatStatus> statuses;

    /// Which seats there are, by the last ones that were added; a nil id while there are none.
    /// Seats never go and never change, so that an older layout is the beginning of this one.
    SeatId layout() const { return blocks->empty() ? SeatId{} : blocks->back()->first_id; }
    /// This layout is this map's, or was it once.
    bool has_layout(SeatId layout) const {
        return layout == SeatId{} ||
               std::ranges::find(*blocks, layout, &SeatBlock::first_id) != blocks->end();
    }
};

}  // namespace frontrow::domain
