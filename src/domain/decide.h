#pragma once

#include "base/check.h"
#include "base/instant.h"
#include "base/result.h"
#include "domain/allocation.h"
#include "domain/category.h"
#include "domain/commands.h"
#include "domain/facts.h"
#include "domain/member.h"
#include "domain/order.h"
#include "domain/refusal.h"
#include "domain/reservation.h"
#include "domain/ticket.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace frontrow::domain {

class Inventory;

/// The result of a command that wasn't refused.
struct Accepted {
    /// The changed entity in its new state, but see `replayed`. Empty if the command returns none,
    /// like a deletion.
    std::variant<
        std::monostate,
        Event,
        std::shared_ptr<const SeatBlock>,
        Reservation,
        ApiKey,
        AddedMember,
        CategoryView,
        AllocationView,
        OrderView,
        TicketView,
        std::vector<CheckedTicket>>
        entity;
    /// The same request was accepted before, so nothing was done this time. Reservations, events,
    /// seats and new members are then returned as they were when created.
    bool replayed = false;
    /// The present status of a replayed reservation, because `entity` shows it as it was created.
    std::optional<ReservationStatus> status_now;
};

/// The entity that an accepted command returned. CHECKs that it has this type: any other is a bug.
template <class Entity>
Entity& entity_of(Accepted& accepted) {
    auto* entity = std::get_if<Entity>(&accepted.entity);
    CHECK(entity != nullptr);
    return *entity;
}

using Outcome = Result<Accepted, Refusal>;

struct NewFact {
    EventId event;
    FactBody body;

    friend bool operator==(const NewFact&, const NewFact&) = default;
};

struct Decision {
    Outcome outcome;
    /// To be made durable together and applied in this order. Empty if the command was refused or
    /// changes nothing.
    std::vector<NewFact> facts;
    /// The seq of the newest fact on which the outcome depends. The client must not get the outcome
    /// before that fact is durable.
    std::uint64_t rests_on = 0;
    /// Upper bound for the size of the written facts (writable.h).
    std::size_t written_bytes = 0;
};

/// Applies every rule of selling. Pure: changes nothing; `evolve` applies the facts. `now` must
/// never decrease from call to call. Every returned fact can be written and read back (writable.h),
/// and has a format that the journal permits.
Decision decide(const Inventory& inventory, const Command& command, Instant now);

/// Like decide(), for the only writer of a journal. If a fact needs a newer format than the journal
/// permits, a FormatRaised fact comes first.
Decision decide_and_raise(const Inventory& inventory, const Command& command, Instant now);

}  // namespace frontrow::domain
