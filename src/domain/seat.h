#pragma once

#include "base/id.h"
#include "base/instant.h"
#include "base/money.h"
#include "base/small_vector.h"
#include "domain/plan.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::domain {

/// A seat that is held back is in an allocation in force (allocation.h), and nobody has reserved
/// it. Clients see it as confirmed.
enum class SeatStatus : std::uint8_t { available, reserved, confirmed, held_back };

/// The seats of one request, in the request's order.
using SeatIds = SmallVector<SeatId, 4>;

/// The prices of one request's seats, in the same order.
using UnitPrices = SmallVector<Amount, 4>;

/// A seat's place on the plan, in the plan's own unit.
struct Position {
    std::optional<double> x;
    std::optional<double> y;

    friend bool operator==(const Position&, const Position&) = default;
};

/// The largest coordinate: beyond it, a double can't represent millionths.
inline constexpr double kCoordinateMax = 1e9;

/// Rounds a coordinate to millionths and removes the sign of a zero, as coordinates are stored.
/// Parsers may disagree about the last digit of a longer number, and a plan must be the same after
/// a restart.
inline double to_millionth(double number) {
    constexpr double kPart = 1e6;
    if (std::abs(number) > kCoordinateMax) return number;
    return std::round(number * kPart) / kPart + 0.0;
}

/// What a buyer should know about a seat: a set of bits.
enum class SeatFlags : std::uint8_t {
    none = 0,
    /// For a person in a wheelchair.
    accessible = 1,
    /// For the companion of a person in an accessible seat.
    companion = 2,
    restricted_view = 4,
};

constexpr SeatFlags operator|(SeatFlags a, SeatFlags b) {
    return static_cast<SeatFlags>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
/// True if `flags` has all of `wanted`.
constexpr bool has(SeatFlags flags, SeatFlags wanted) {
    return (flags | wanted) == flags;
}

/// What only some seats have.
struct SeatDetails {
    Position position;
    SeatFlags flags = SeatFlags::none;
    /// What is painted on the seat. If empty, it is the seat's number.
    std::string label;

    friend bool operator==(const SeatDetails&, const SeatDetails&) = default;
};

/// What an organiser says about a seat; it never changes. `number` is the seat's name, unique in
/// its event.
struct SeatSpec {
    std::string number;
    std::string section;
    std::string row;
    Amount price = 0;
    /// Absent for most seats of most halls, so it is stored out of line.
    std::shared_ptr<const SeatDetails> details{};

    Position position() const { return details ? details->position : Position{}; }
    SeatFlags flags() const { return details ? details->flags : SeatFlags::none; }
    std::string_view label() const {
        return details && !details->label.empty() ? details->label : number;
    }

    friend bool operator==(const SeatSpec& a, const SeatSpec& b) {
        const bool has_same_details = a.details == nullptr || b.details == nullptr
                                          ? a.details == b.details
                                          : *a.details == *b.details;
        return a.number == b.number && a.section == b.section && a.row == b.row &&
               a.price == b.price && has_same_details;
    }
};

/// The seats that one request added. The seat at index i has the id `first_id.plus(i)`, so a
/// look-up searches among blocks, not seats, and a fact about 100,000 seats contains one id.
/// Immutable and shared by inventory, facts and readers.
struct SeatBlock {
    SeatId first_id;
    std::vector<SeatSpec> seats;

    friend bool operator==(const SeatBlock&, const SeatBlock&) = default;
};

/// How many seats an event has, by status.
struct SeatCounts {
    std::uint32_t total = 0;
    std::uint32_t reserved = 0;
    std::uint32_t confirmed = 0;
    std::uint32_t held_back = 0;

    std::uint32_t available() const { return total - reserved - confirmed - held_back; }
    friend bool operator==(const SeatCounts&, const SeatCounts&) = default;
};

/// One seat as a reader sees it: the seat at `index` of its block.
struct SeatView {
    EventId event;
    std::shared_ptr<const SeatBlock> block;
    std::uint32_t index = 0;
    SeatStatus status = SeatStatus::available;
};

/// A run of adjacent seats of an event with their status at one instant.
struct SeatRun {
    std::shared_ptr<const SeatBlock> block;
    std::uint32_t first = 0;
    std::vector<SeatStatus> statuses;
};

/// Identifies a state of an event's seats, by the newest fact about the event, and by how much has
/// ended by the clock but not by a fact. The fact's time is included, because
/// its seq is assigned again after a backup was restored. Equal versions mean equal seats and
/// statuses, on every node.
struct SeatMapVersion {
    std::uint64_t seq = 0;
    Instant at{};
    /// The number of seats whose hold has run out, and of allocations whose `until` has come. From
    /// one fact to the next, neither can fall.
    std::uint32_t lapsed = 0;

    friend bool operator==(const SeatMapVersion&, const SeatMapVersion&) = default;
};

/// Some of an event's seats in the order of creation, taken at one instant.
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
    /// Shared by all maps until seats are added. Never null.
    std::shared_ptr<const SeatBlocks> blocks;
    /// The status of each seat of the blocks, in order.
    std::vector<SeatStatus> statuses;
    // As the event has them.
    std::optional<Stage> stage{};
    std::optional<Point> focal_point{};

    /// Identifies the set of seats by the last block added; a nil id while there are no seats.
    /// Seats are never removed or changed, so an older layout is a prefix of this one.
    SeatId layout() const { return blocks->empty() ? SeatId{} : blocks->back()->first_id; }
    /// True if `layout` is this map's layout or an older one of the event.
    bool has_layout(SeatId layout) const {
        return layout == SeatId{} ||
               std::ranges::find(*blocks, layout, &SeatBlock::first_id) != blocks->end();
    }
};

}  // namespace frontrow::domain
