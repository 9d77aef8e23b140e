#pragma once

#include "base/money.h"
#include "base/result.h"
#include "domain/decide_rules.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::domain {

// Shared by the commands about reservations; private to decide_*.cc files, and defined in
// decide_reservation.cc.

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

/// What a user asks for, and the units that the same command gives back.
struct Wish {
    const std::string& user;
    const SeatIds& seats;
    const WantedItems& items;
    std::uint64_t tickets_given_back = 0;
    const Items& items_given_back;
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
};

/// Grants everything, or refuses: a seat, a section or a category that the event doesn't have, too
/// many tickets for this user, a seat that isn't free, no such seats to choose, or units of which
/// too few are left.
Result<Granted, Refusal>
grant(const Inventory& inventory, const EventRow& event, const Wish& wish, Instant now);

/// Adds the facts that end the holds which have run out on seats that somebody gets now. They must
/// come before the fact that takes the seats.
void end_lapsed(
    const Inventory& inventory,
    EventId event,
    const Granted& granted,
    std::vector<NewFact>& facts
);

Amount amount_of(const UnitPrices& prices, const Items& items);

}  // namespace frontrow::domain
