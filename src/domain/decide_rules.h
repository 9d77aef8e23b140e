#pragma once

#include "domain/decide.h"
#include "domain/inventory.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::domain {

/// Decides one kind of command. Each kind has a specialisation in a decide_*.cc file; without it
/// the program doesn't link.
template <class One>
Decision decide_one(const Inventory& inventory, const One& command, Instant now);

// Helpers shared by the decide_*.cc files; private to them.

/// The event, if `by` may change it. Any other event is treated as not found.
const EventRow* find_own_event(const Inventory& inventory, EventId id, const Organizer& by);

/// Appends a fact for each of the event's allocations whose `until` has come and which no fact has
/// ended. A fact that takes what they held back comes after these.
void end_due_allocations(
    const Inventory& inventory,
    const EventRow& event,
    Instant now,
    std::vector<NewFact>& facts
);

/// The refusal if new allocations can't hold these new seats back; nothing if they can.
std::optional<Refusal>
refuse_held_back(const EventRow& event, const std::vector<HeldBackSeats>& held_back, Instant now);

/// The reason why seats can't be reserved and holds can't be extended; nothing while the event is
/// on sale.
std::optional<Reason> refuse_by_sale(const Event& event, Instant now);

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

/// Accepts without a new fact: the requested state exists already.
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

/// Looks for an earlier request with the same idempotency key, and returns nothing if there is none
/// or if `request` is null. If the new request asks for the same as the earlier one, returns what
/// `again(row)` makes from the earlier request's row; otherwise returns a refusal. Two requests of
/// one kind ask for the same if their contents have the same hash, or if `asks_the_same(row)`
/// returns true. Requests of different kinds never do.
template <class Again, class AsksTheSame>
std::optional<Decision> replay(
    const Inventory& inventory,
    const RequestMark* request,
    RequestKind kind,
    Instant now,
    Again again,
    AsksTheSame asks_the_same
) {
    const auto* before =
        request == nullptr ? nullptr : inventory.requests().find(request->key, now);
    if (before == nullptr) return std::nullopt;
    const bool is_same = before->kind == kind &&
                         (before->mark.content == request->content || asks_the_same(*before));
    if (!is_same) return refuse(Reason::idempotency_key_reused, inventory.last_seq());
    Decision decision = again(*before);
    if (decision.outcome) decision.outcome->replayed = true;
    return decision;
}

/// The same, but compares requests only by the hash of their content.
template <class Again>
std::optional<Decision> replay(
    const Inventory& inventory,
    const RequestMark* request,
    RequestKind kind,
    Instant now,
    Again again
) {
    const auto by_content_alone = [](const RequestRow&) { return false; };
    return replay(inventory, request, kind, now, again, by_content_alone);
}

}  // namespace frontrow::domain
