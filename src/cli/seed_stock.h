#pragma once

#include "base/result.h"
#include "domain/commands.h"
#include "domain/refusal.h"
#include "io/fault.h"
#include "store/store.h"
#include "wire/seat_csv.h"
#include "wire/stock_csv.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::cli {

/// The caller of every command that `seed` gives.
inline const domain::Organizer kSeeder{.sub = "dev", .is_admin = true};

/// The fault with which `seed` ends if something is wrong with what it was asked to add.
inline io::Fault refused(std::string what) {
    return {io::FaultKind::unavailable, std::move(what)};
}

/// Everything that an event is to sell.
struct Stock {
    /// Empty if the event gets no seats.
    wire::SeatTable seats;
    std::vector<wire::CategoryRow> categories;
    /// A row without a category gives terms to an allocation that `seats` names.
    std::vector<wire::AllocationRow> allocations;
    /// The files that the rows come from, for messages.
    std::string categories_file{};
    std::string allocations_file{};
};

/// One command that adds to an event, and where it comes from.
struct SeedStep {
    domain::Command command;
    /// Null unless the command adds seats.
    std::shared_ptr<const domain::SeatBlock> block{};
    /// The line of each seat; empty unless the command adds seats from a table.
    std::vector<std::size_t> lines{};
    /// Otherwise the row's place: "standing.csv: line 3: ". Empty if there is no file.
    std::string where{};
};

/// The steps that add the stock to an event. Seats are held back as soon as they exist.
std::vector<SeedStep> steps_of(EventId event, SeatId first_seat, Stock stock);

/// What the steps add: "200 seats, 1 category, 2 allocations".
std::string summary_of(std::span<const SeedStep> steps);

/// What an event has already that new stock may conflict with, other than seats.
struct PresentStock {
    std::vector<domain::CategoryView> categories;
    std::vector<domain::AllocationView> allocations;
};

/// Tries the steps on an inventory in memory, where the event has `present` and no seats, so that a
/// mistake is found before the store is changed. Returns why a step would be refused. The store can
/// still refuse seats that the event has already.
Result<void, io::Fault>
rehearse(std::span<const SeedStep> steps, EventId event, const PresentStock& present, Instant now);

/// Gives the steps to the store. Each is durable when the next begins. At the first refusal or
/// fault, returns it, with what was added until then.
io::Awaitable<Result<void, io::Fault>> take_steps(store::Store& store, std::vector<SeedStep> steps);

}  // namespace frontrow::cli
