#include "domain/audit.h"

#include <algorithm>

// What the audit demands of allocations and of the reservations that use them.

namespace frontrow::domain {

template <>
void Audit::judge(const Fact& fact, const AllocationAdded& body) {
    auto* truth = event(fact);
    if (truth == nullptr) return;
    const auto& added = body.allocation;
    const auto number = static_cast<AllocationNumber>(truth->allocations.size());
    const bool is_new = !allocation_named(*truth, added.name);
    expect(fact, is_new, "an allocation's name was given twice");
    expect(fact, is_in_force(added, fact.at), "an allocation was added after its end");
    expect(fact, added.seats.empty() != (added.quantity == 0), "an allocation held nothing back");
    lapse_units(*truth, fact.at);
    truth->allocations.push_back({.allocation = added});
    for (const auto id : added.seats) {
        const auto found = seats_.find(id);
        const bool is_here = found != seats_.end() && found->second.event == number_of(fact.event);
        expect(fact, is_here, "a seat was held back that the event doesn't have");
        if (!is_here) continue;
        auto& seat = found->second;
        const bool is_free = !seat.is_held && !seat.is_sold && !seat.allocation;
        expect(fact, is_free, "a seat was held back that wasn't free");
        seat.allocation = number;
    }
    if (added.quantity > 0) {
        const auto* stock = stock_of(*truth, added.category);
        const bool fits = stock != nullptr &&
                          stock->held + stock->sold + held_back(*truth, added.category, fact.at) <=
                              stock->category.total_stock;
        expect(fact, fits, "more units were held back than the category has");
    }
    judge_codes(fact, *truth, number);
}

template <>
void Audit::judge(const Fact& fact, const AllocationChanged& body) {
    auto* changed = changed_allocation(fact, body.name);
    if (changed == nullptr) return;
    expect(fact, is_in_force(changed->allocation, fact.at), "an ended allocation was changed");
    auto& truth = events_[number_of(fact.event)];
    const auto number = static_cast<AllocationNumber>(changed - truth.allocations.data());
    if (body.change.codes) forget_codes(truth, number);
    changed->allocation = changed_by(std::move(changed->allocation), body.change);
    expect(fact, is_in_force(changed->allocation, fact.at), "an allocation got an end in the past");
    if (body.change.codes) judge_codes(fact, truth, number);
}

template <>
void Audit::judge(const Fact& fact, const AllocationEnded& body) {
    auto* ended = changed_allocation(fact, body.name);
    if (ended == nullptr) return;
    ended->has_ended = true;
    auto& truth = events_[number_of(fact.event)];
    const auto number = static_cast<AllocationNumber>(ended - truth.allocations.data());
    for (const auto id : ended->allocation.seats) {
        const auto seat = seats_.find(id);
        if (seat != seats_.end() && seat->second.allocation == number)
            seat->second.allocation.reset();
    }
    forget_codes(truth, number);
}

void Audit::judge_codes(const Fact& fact, EventTruth& truth, AllocationNumber number) {
    for (const auto code : truth.allocations[number].allocation.codes) {
        const bool is_new = truth.codes.emplace(code, number).second;
        expect(fact, is_new, "an access code opens two allocations");
    }
}

void Audit::forget_codes(EventTruth& truth, AllocationNumber number) {
    // In a broken history, another allocation with the same code may have ended before.
    for (const auto code : truth.allocations[number].allocation.codes)
        if (const auto known = truth.codes.find(code);
            known != truth.codes.end() && known->second == number)
            truth.codes.erase(known);
}

void Audit::take_allocated(const Fact& fact, const ReservationHeld& body, HoldTruth& hold) {
    auto& truth = events_[hold.event];
    if (!body.items.empty() || !body.allocation.empty()) lapse_units(truth, fact.at);
    if (!body.allocation.empty()) hold.allocation = allocation_named(truth, body.allocation);
    judge_held_back(fact, hold, body.seats);
    if (body.allocation.empty()) return;
    expect(fact, hold.allocation.has_value(), "a reservation used an allocation that isn't there");
    if (!hold.allocation) return;
    hold.allocated = allocated_of(hold, body.seats, body.items);
    use_allocation(hold, true);
    expect(fact, hold.allocated > 0, "a reservation used nothing of its allocation");
    const bool has_codes = !truth.allocations[*hold.allocation].allocation.codes.empty();
    expect(fact, has_codes, "a reservation used an allocation without codes");
    judge_allocation(fact, hold);
}

void Audit::judge_held_back(
    const Fact& fact,
    const HoldTruth& hold,
    std::span<const SeatId> seats
) {
    for (const auto id : seats) {
        const auto seat = seats_.find(id);
        if (seat == seats_.end() || !seat->second.allocation) continue;
        const bool is_its_own = seat->second.allocation == hold.allocation;
        expect(fact, is_its_own, "a held-back seat was held without its allocation");
    }
}

std::uint64_t
Audit::allocated_of(const HoldTruth& hold, std::span<const SeatId> seats, const Items& items) {
    if (!hold.allocation) return 0;
    const auto& truth = events_[hold.event].allocations[*hold.allocation];
    if (truth.has_ended) return 0;
    std::uint64_t tickets = 0;
    for (const auto id : seats) {
        const auto seat = seats_.find(id);
        if (seat != seats_.end() && seat->second.allocation == hold.allocation) ++tickets;
    }
    for (const auto& item : items)
        if (item.category == truth.allocation.category) tickets += item.quantity;
    return tickets;
}

void Audit::judge_allocation(const Fact& fact, const HoldTruth& hold) {
    auto& used = events_[hold.event].allocations[*hold.allocation];
    const auto& terms = used.allocation;
    expect(fact, is_in_force(terms, fact.at), "an allocation was used after its end");
    expect(fact, used.used <= terms.tickets_max(), "more of an allocation was used than its limit");
    expect(
        fact,
        !terms.limit_per_user || used.used_by[hold.user] <= *terms.limit_per_user,
        "a user had more of an allocation than its limit"
    );
}

void Audit::use_allocation(const HoldTruth& hold, bool is_used) {
    if (!hold.allocation) return;
    auto& truth = events_[hold.event].allocations[*hold.allocation];
    // The sums are modulo 2^64, so adding the complement subtracts.
    const auto change = is_used ? hold.allocated : ~hold.allocated + 1;
    truth.used += change;
    truth.used_by[hold.user] += change;
}

std::uint64_t Audit::held_back(const EventTruth& event, std::string_view category, Instant at) {
    std::uint64_t units = 0;
    for (const auto& one : event.allocations) {
        const auto& allocation = one.allocation;
        if (one.has_ended || !is_in_force(allocation, at) || allocation.category != category)
            continue;
        if (one.used < allocation.quantity) units += allocation.quantity - one.used;
    }
    return units;
}

std::optional<Audit::AllocationNumber>
Audit::allocation_named(const EventTruth& event, std::string_view name) {
    const auto found = std::ranges::find_if(event.allocations, [&](const AllocationTruth& one) {
        return !one.has_ended && one.allocation.name == name;
    });
    if (found == event.allocations.end()) return std::nullopt;
    return static_cast<AllocationNumber>(found - event.allocations.begin());
}

Audit::AllocationTruth* Audit::changed_allocation(const Fact& fact, const std::string& name) {
    auto* truth = event(fact);
    if (truth == nullptr) return nullptr;
    const auto number = allocation_named(*truth, name);
    expect(fact, number.has_value(), "an allocation changed that the event doesn't have");
    return number ? &truth->allocations[*number] : nullptr;
}

}  // namespace frontrow::domain
