#pragma once

#include "base/id.h"
#include "base/money.h"
#include "base/small_vector.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::domain {

enum class SeatStatus : std::uint8_t { available, reserved, confirmed };

/// The seats of one request, in its order.
using SeatIds = SmallVector<SeatId, 4>;

/// Where a seat is on the plan, in whatever unit the plan is drawn.
struct Position {
    std::optional<double> x;
    std::optional<double> y;

    friend bool operator==(const Position&, const Position&) = default;
};

/// What an organiser says of a seat; it never changes. `number` is the seat's name, unique in its
/// event.
struct SeatSpec {
    std::string number;
    std::string section;
    std::string row;
    Amount price = 0;
    /// Absent for most seats of most halls, so it's kept out of line.
    std::shared_ptr<const Position> position;
};

/// The seats of one call. The seat at index i has the id `first_id.plus(i)`: a look-up is a search
/// among calls, not among seats, and a fact about 100,000 seats carries one id. Immutable and
/// shared by inventory, fact and readers.
struct SeatBlock {
    SeatId first_id;
    std::vector<SeatSpec> seats;
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

/// An event's seats in the order in which they were created, taken at one instant.
struct SeatList {
    EventId event;
    std::vector<SeatRun> runs;
};

}  // namespace frontrow::domain
