#pragma once

#include "base/instant.h"
#include "base/result.h"
#include "domain/commands.h"
#include "domain/facts.h"
#include "domain/member.h"
#include "domain/refusal.h"
#include "domain/reservation.h"

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace frontrow::domain {

class Inventory;

/// What a command that wasn't refused has come to.
struct Accepted {
    /// The thing as it is now, but see `replayed`; nothing for a deletion, a revocation and a
    /// sweep.
    std::variant<
        std::monostate,
        Event,
        std::shared_ptr<const SeatBlock>,
        Reservation,
        ApiKey,
        AddedMember>
        entity;
    /// The same request was accepted before, and nothing was done now. A reservation, an event,
    /// seats and a new member are then told as they were made.
    bool replayed = false;
};

using Outcome = Result<Accepted, Refusal>;

struct NewFact {
    EventId event;
    FactBody body;

    friend bool operator==(const NewFact&, const NewFact&) = default;
};

struct Decision {
    Outcome outcome;
    /// To be made durable together and evolved in this order. None for a refusal and for what was
    /// so already.
    std::vector<NewFact> facts;
    /// The outcome rests on the facts up to this one: nobody may be told before it's durable.
    std::uint64_t rests_on = 0;
    /// What the facts take at most once they are written (writable.h).
    std::size_t written_bytes = 0;
};

/// Every rule of selling. Pure: what it returns depends on the arguments alone, and it changes
/// nothing; `evolve` makes the facts true. `now` never falls from call to call. It makes no fact
/// that couldn't be written and read again (writable.h), and none of a format that the journal
/// hasn't been raised to.
Decision decide(const Inventory& inventory, const Command& command, Instant now);

/// The same for who alone writes the journal: facts of a later format come with the one that lets
/// them in.
Decision decide_and_raise(const Inventory& inventory, const Command& command, Instant now);

}  // namespace frontrow::domain
