#pragma once

#include "domain/decide.h"
#include "domain/inventory.h"

#include <string>
#include <utility>

namespace frontrow::domain {

// One function a command, and what they share. Private to the decide_*.cc files.

Decision decide(const Inventory& inventory, const CreateEvent& command, Instant now);
Decision decide(const Inventory& inventory, const UpdateEvent& command, Instant now);
Decision decide(const Inventory& inventory, const DeleteEvent& command, Instant now);
Decision decide(const Inventory& inventory, const AddSeats& command, Instant now);
Decision decide(const Inventory& inventory, const ReserveSeats& command, Instant now);
Decision decide(const Inventory& inventory, const ConfirmReservation& command, Instant now);
Decision decide(const Inventory& inventory, const CancelReservation& command, Instant now);
Decision decide(const Inventory& inventory, const ExtendReservation& command, Instant now);
Decision decide(const Inventory& inventory, const ExpireHolds& command, Instant now);
Decision decide(const Inventory& inventory, const CreateApiKey& command, Instant now);
Decision decide(const Inventory& inventory, const RevokeApiKey& command, Instant now);

inline Decision refuse(Refusal refusal, std::uint64_t rests_on) {
    return Decision{.outcome = std::unexpected(std::move(refusal)), .rests_on = rests_on};
}

inline Decision refuse(Reason reason, std::uint64_t rests_on) {
    return refuse(Refusal{.reason = reason}, rests_on);
}

inline Decision refuse_limit(Reason reason, std::int64_t limit, std::uint64_t rests_on) {
    return refuse(Refusal{.reason = reason, .limit = limit}, rests_on);
}

inline Decision refuse_subject(Reason reason, std::string subject, std::uint64_t rests_on) {
    return refuse(Refusal{.reason = reason, .subject = std::move(subject)}, rests_on);
}

/// Accepted without a new fact: what was asked for is so already.
template <class Entity>
Decision accept(Entity entity, std::uint64_t rests_on) {
    return Decision{.outcome = Accepted{.entity = std::move(entity)}, .rests_on = rests_on};
}

template <class Entity>
Decision accept(Entity entity, EventId event, FactBody fact) {
    Decision decision{.outcome = Accepted{.entity = std::move(entity)}};
    decision.facts.push_back(NewFact{event, std::move(fact)});
    return decision;
}

}  // namespace frontrow::domain
