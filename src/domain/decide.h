#pragma once

#include "base/check.h"
#include "base/instant.h"
#include "base/result.h"
#include "domain/commands.h"
#include "domain/facts.h"
#include "domain/member.h"
#include "domain/refusal.h"
#include "domain/reservation.h"

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
    /// The changed entity in its present state, but see `replayed`; empty for a deletion, a
    /// revocation and a sweep.
    std::variant<
        std::monostate,
        Event,
        std::shared_ptr<const SeatBlock>,
        Reservation,
        ApiKey,
        AddedMember>
        entity;
    /// The same request was accepted before, and nothing was done now. A reservation, an event,
    /// seats or a new member are then returned as they were when made.
    bool replayed = false;
    /// What has become of a reservation that is told as it was made.
    std::optional<ReservationStatus> status_now;
};

/// The thing that such a command came to. CHECKs that it is one of this kind: a command that comes
/// to another thing than its sender expects is a bug.
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
    /// To be made durable together and applied in this order. Empty for a refusal, and if nothing
    /// had to change.
    std::vector<NewFact> facts;
    /// The outcome depends on all facts up to this one, so it must not be told before that fact is
    /// durable.
    std::uint64_t rests_on = 0;
    /// Upper bound for the size of the written facts (writable.h).
    std::size_t written_bytes = 0;
};

/// Applies every rule of selling. Pure: the result depends on the arguments only, and nothing is
/// changed; `evolve` applies the facts. `now` must never decrease from call to call. Every fact can
/// be written and read again (writable.h), and its format is one that the journal permits.
Decision decide(const Inventory& inventory, const Command& command, Instant now);

/// The same for the only writer of a journal: if a fact needs a later format, the fact that permits
/// the format comes first.
Decision decide_and_raise(const Inventory& inventory, const Command& command, Instant now);

}  // namespace frontrow::domain
