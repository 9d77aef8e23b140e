#pragma once

#include "base/money.h"
#include "base/result.h"
#include "domain/decide_rules.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::domain {

// Shared by the commands about reservations; private to decide_*.cc files. What a wish gets,
// and what is given back, is defined in decide_claim.cc, the rest in decide_reservation.cc.

/// The reservation, if it belongs to this user. Another user's is treated as not found.
const ReservationRow* find_own_reservation(
    const Inventory& inventory,
    ReservationId id,
    const std::string& user,
    Instant now
);

/// The reason why a reservation has ended; nothing while it is pending and its hold runs.
std::optional<Reason> refuse_unless_held(ReservationStatus status);
/// The reason why the buyer can't change a reservation: it has ended, or is being paid.
std::optional<Reason>
refuse_unless_free(const Inventory& inventory, const ReservationRow& row, Instant now);

/// Holds what the command claims, or refuses. Doesn't look for an earlier request.
Decision hold(const Inventory& inventory, const ReserveSeats& command, Instant now);

/// Answers a request that has changed a reservation before: returns the reservation as it is now,
/// which may have ended since. Refuses if the earlier request under this key was another one.
/// Returns nothing if the request is new.
std::optional<Decision> replay_change(
    const Inventory& inventory,
    const std::optional<RequestMark>& request,
    RequestKind kind,
    Instant now
);

bool names_a_seat_twice(const SeatIds& seats);

/// What a user asks for, and what the same command gives back.
struct Wish {
    const std::string& user;
    const SeatIds& seats;
    const WantedItems& items;
    const SeatIds& seats_given_back;
    const Items& items_given_back;
    /// The allocation in force from which the user may take, or kNobody. What it holds back is free
    /// for this user.
    AllocationIndex opened = kNobody;
    /// Seats that the rules choose, instead of named ones; or null.
    const BestWish* best = nullptr;
};

/// What the wish gets: the seats' prices, the units with theirs, and the reservations whose holds
/// on the seats have run out.
struct Granted {
    UnitPrices prices;
    Items items;
    std::vector<ReservationIndex> lapsed;
    /// The seats that the rules chose.
    SeatIds chosen{};
    /// The name of the allocation from which some of it comes; empty if none does.
    std::string allocation{};
};

/// Grants everything, or refuses: a seat, a section or a category that the event doesn't have, too
/// many tickets for this user, no such seats to choose, more of the allocation than its limits
/// leave, a seat that isn't free, or units of which too few are left.
Result<Granted, Refusal>
grant(const Inventory& inventory, const EventRow& event, const Wish& wish, Instant now);

/// The allocation that the reservation has used, if it is still in force: the right to take from it
/// stays with the reservation, so no code is needed again.
AllocationIndex open_to(const EventRow& event, const ReservationRow& row, Instant now);

/// Takes units out of a list of items, from the category's last entry first, and appends them to
/// `taken` with their prices. Returns false if there are fewer.
bool take_back(Items& items, const WantedItem& wanted, Items& taken);

/// The price of a seat of the event.
Amount price_of(const Inventory& inventory, const EventRow& event, SeatId id);

/// Adds the facts that end the event's allocations whose `until` has come, and the holds which have
/// run out on seats that somebody gets now. They must come before the fact that takes the seats.
void end_due(
    const Inventory& inventory,
    const EventRow& event,
    const Granted& granted,
    Instant now,
    std::vector<NewFact>& facts
);

Amount amount_of(const UnitPrices& prices, const Items& items);

}  // namespace frontrow::domain
