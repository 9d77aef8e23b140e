#pragma once

#include "base/money.h"
#include "base/result.h"
#include "domain/decide_rules.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::domain {

// Shared by the commands about reservations; private to decide_*.cc files. What a wish gets is
// defined in decide_claim.cc, the rest in decide_reservation.cc.

/// The reservation, if it belongs to this user. Another user's is treated as not found.
const ReservationRow* find_own_reservation(
    const Inventory& inventory,
    ReservationId id,
    const std::string& user,
    Instant now
);

/// The reason why a reservation can't be changed; nothing while it is pending and its hold runs.
std::optional<Reason> refuse_unless_held(ReservationStatus status);

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
