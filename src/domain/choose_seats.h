#pragma once

#include "base/instant.h"
#include "base/result.h"
#include "domain/commands.h"
#include "domain/event.h"
#include "domain/refusal.h"
#include "domain/seat.h"
#include "domain/seat_focus.h"
#include "domain/seat_plans.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace frontrow::domain {

class Inventory;

// The seats of an event that the rules choose for a buyer (domain/best_seats.h).

/// How an event ranks its seats.
SeatScoring scoring_of(const EventSpec& spec);

/// The wish names a section or a seat that the event doesn't have.
std::optional<Refusal>
refuse_unknown(const Inventory& inventory, const EventRow& event, const BestWish& wish);
/// The best free seats for a wish that isn't refused by the function above. Seats that the
/// allocation `opened` holds back count as free; it is kNobody if no allocation is open to the
/// buyer. Refuses with sold_out if fewer seats are free than the wish asks for, and with
/// not_together if they are free apart.
Result<SeatIds, Refusal> choose_seats(
    const Inventory& inventory,
    const EventRow& event,
    const BestWish& wish,
    AllocationIndex opened,
    Instant now
);

inline constexpr std::size_t kAlternativesMax = 3;
/// Seats on general sale that a buyer may take instead of those that were wanted, which are seats
/// of the event. Each choice has as many seats, together, near the first wanted one, and none of
/// them is dearer than the dearest wanted one. No seat is in two choices. The nearest choice is
/// first.
std::vector<SeatIds> find_alternatives(
    const Inventory& inventory,
    const EventRow& event,
    const SeatIds& wanted,
    Instant now
);

}  // namespace frontrow::domain
