#include "base/hash_map.h"
#include "domain/allocations.h"
#include "domain/categories.h"
#include "domain/decide_rules.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace frontrow::domain {
namespace {

/// What all allocations in force have together.
struct InAll {
    std::size_t allocations = 0;
    std::size_t seats = 0;
    std::size_t codes = 0;
};

InAll sum_of(const EventRow& event, Instant now) {
    InAll all;
    for (const auto& one : event.allocations.all) {
        if (one == nullptr || !is_in_force(*one, now)) continue;
        ++all.allocations;
        all.seats += one->seats.size();
        all.codes += one->codes.size();
    }
    return all;
}

Refusal too_many(std::size_t limit, std::string what) {
    return {
        .reason = Reason::allocations_full,
        .limit = static_cast<std::int64_t>(limit),
        .subject = std::move(what)
    };
}

std::optional<Refusal> refuse_number(const EventRow& event, const InAll& added, Instant now) {
    const auto all = sum_of(event, now);
    if (all.allocations + added.allocations > kAllocationsMax)
        return too_many(kAllocationsMax, "allocations");
    if (all.seats + added.seats > kAllocatedSeatsMax) return too_many(kAllocatedSeatsMax, "seats");
    if (all.codes + added.codes > kAccessCodesMax) return too_many(kAccessCodesMax, "access codes");
    return std::nullopt;
}

/// Refuses a code that opens another allocation than `own`, or that stands in the list twice.
std::optional<Refusal>
refuse_codes(const EventRow& event, const AccessCodes& codes, AllocationIndex own, Instant now) {
    HashSet<Bits128> seen;
    seen.reserve(codes.size());
    for (const auto code : codes) {
        const auto opens = find_by_code(event, code, now);
        if ((opens != kNobody && opens != own) || !seen.insert(code).second)
            return Refusal{.reason = Reason::code_taken};
    }
    return std::nullopt;
}

/// Refuses seats that are unknown or aren't free. Puts the reservations whose holds on them have
/// run out into `lapsed`.
std::optional<Refusal> refuse_seats(
    const Inventory& inventory,
    const EventRow& event,
    const SeatIds& seats,
    Instant now,
    std::vector<ReservationIndex>& lapsed
) {
    HashSet<SeatId> seen;
    HashSet<ReservationIndex> holders;
    std::vector<SeatConflict> conflicts;
    for (const auto id : seats) {
        const auto place = inventory.plans().find_seat(id);
        if (!place || place->event != event.index)
            return Refusal{.reason = Reason::seat_not_found, .subject = id.to_string()};
        if (!seen.insert(id).second) return Refusal{.reason = Reason::seat_named_twice};
        const auto status = inventory.seat_status(event, place->seat, now);
        const auto holder = event.holders[place->seat];
        if (status != SeatStatus::available)
            conflicts.push_back({id, status});
        else if (holder != kNobody && holders.insert(holder).second)
            lapsed.push_back(holder);
    }
    if (conflicts.empty()) return std::nullopt;
    return Refusal{.reason = Reason::seats_unavailable, .conflicts = std::move(conflicts)};
}

std::optional<Refusal> refuse_units(
    const Inventory& inventory,
    const EventRow& event,
    const Allocation& added,
    Instant now
) {
    if (added.quantity == 0) return std::nullopt;
    const auto category = find_category(event, added.category);
    if (category == kNobody)
        return Refusal{.reason = Reason::category_not_found, .subject = added.category};
    const CategoryView view{
        event.categories.get()[category], inventory.count_stock(event, category, now)
    };
    if (view.available() >= added.quantity) return std::nullopt;
    return Refusal{
        .reason = Reason::sold_out, .limit = view.available(), .subject = added.category
    };
}

}  // namespace

std::optional<Refusal>
refuse_held_back(const EventRow& event, const std::vector<HeldBackSeats>& held_back, Instant now) {
    if (held_back.empty()) return std::nullopt;
    InAll more{.allocations = held_back.size()};
    for (const auto& [allocation, seats] : held_back) {
        if (find_allocation(event, allocation, now) != kNobody)
            return Refusal{.reason = Reason::allocation_taken, .subject = allocation};
        more.seats += seats.size();
    }
    return refuse_number(event, more, now);
}

void end_due_allocations(
    const Inventory& inventory,
    const EventRow& event,
    Instant now,
    std::vector<NewFact>& facts
) {
    inventory.plans().visit_due_allocations(event, now, [&](AllocationIndex of) {
        facts.push_back({event.event.id, AllocationEnded{event.allocations.all[of]->name}});
    });
}

template <>
Decision decide_one(const Inventory& inventory, const AddAllocation& command, Instant now) {
    const auto& added = command.allocation;
    const auto as_added = [&] {
        return AllocationView{std::make_shared<const Allocation>(added), 0};
    };
    // The allocation as it was added. Its terms are taken from this request, which has the same
    // content as the first.
    const auto as_before = [&](const RequestRow&) {
        return accept(as_added(), inventory.last_seq());
    };
    if (auto again =
            replay(inventory, given(command.request), RequestKind::allocation, now, as_before))
        return *std::move(again);
    const auto* row = find_own_event(inventory, command.event, command.by);
    if (row == nullptr) return refuse(Reason::event_not_found, inventory.events_seq());
    if (find_allocation(*row, added.name, now) != kNobody)
        return refuse_subject(Reason::allocation_taken, added.name, row->last_seq());
    if (!is_in_force(added, now)) return refuse(Reason::until_passed, row->last_seq());
    std::vector<ReservationIndex> lapsed;
    const InAll more{.allocations = 1, .seats = added.seats.size(), .codes = added.codes.size()};
    auto refusal = refuse_number(*row, more, now);
    if (!refusal) refusal = refuse_codes(*row, added.codes, kNobody, now);
    if (!refusal) refusal = refuse_seats(inventory, *row, added.seats, now, lapsed);
    if (!refusal) refusal = refuse_units(inventory, *row, added, now);
    if (refusal) return refuse(*std::move(refusal), row->last_seq());

    auto decision = accept(as_added(), 0);
    end_due_allocations(inventory, *row, now, decision.facts);
    for (const auto holder : lapsed)
        decision.facts.push_back(
            {command.event, ReservationExpired{inventory.reservations()[holder].id}}
        );
    decision.facts.push_back(
        {command.event, AllocationAdded{added, command.request, command.by.sub}}
    );
    return decision;
}

template <>
Decision decide_one(const Inventory& inventory, const ChangeAllocation& command, Instant now) {
    const auto* row = find_own_event(inventory, command.event, command.by);
    if (row == nullptr) return refuse(Reason::event_not_found, inventory.events_seq());
    const auto of = find_allocation(*row, command.name, now);
    if (of == kNobody)
        return refuse_subject(Reason::allocation_not_found, command.name, row->last_seq());
    const auto& before = *row->allocations.all[of];
    const auto after = std::make_shared<const Allocation>(changed_by(before, command.change));
    const AllocationView view{after, inventory.reservations().count_used(*row, of, now)};
    if (*after == before) return accept(view, row->last_seq());
    if (!is_in_force(*after, now)) return refuse(Reason::until_passed, row->last_seq());
    if (command.change.codes) {
        if (sum_of(*row, now).codes - before.codes.size() + after->codes.size() > kAccessCodesMax)
            return refuse(too_many(kAccessCodesMax, "access codes"), row->last_seq());
        if (auto refusal = refuse_codes(*row, after->codes, of, now))
            return refuse(*std::move(refusal), row->last_seq());
    }

    // A code may be one of an allocation whose `until` has come.
    auto decision = accept(view, 0);
    end_due_allocations(inventory, *row, now, decision.facts);
    decision.facts.push_back(
        {command.event, AllocationChanged{command.name, command.change, command.by.sub}}
    );
    return decision;
}

template <>
Decision decide_one(const Inventory& inventory, const EndAllocation& command, Instant now) {
    const auto* row = find_own_event(inventory, command.event, command.by);
    if (row == nullptr) return refuse(Reason::event_not_found, inventory.events_seq());
    if (find_allocation(*row, command.name, now) == kNobody)
        return refuse_subject(Reason::allocation_not_found, command.name, row->last_seq());
    return accept(std::monostate{}, command.event, AllocationEnded{command.name, command.by.sub});
}

}  // namespace frontrow::domain
