#include "domain/allocations.h"

#include "base/check.h"
#include "domain/categories.h"
#include "domain/digest_fields.h"

#include <algorithm>
#include <utility>

namespace frontrow::domain {
namespace {

/// Calls `take` with each seat of the allocation.
template <class Take>
void visit_seats(const SeatPlans& plans, const Allocation& allocation, Take take) {
    for (const auto id : allocation.seats) {
        const auto place = plans.find_seat(id);
        CHECK(place);
        take(place->seat);
    }
}

/// Adds to the units that the allocation holds back and that aren't used.
void hold_back(EventRow& row, const Allocation& allocation, std::int64_t units) {
    if (units == 0) return;
    const auto category = find_category(row, allocation.category);
    CHECK(category != kNobody);
    auto counts = row.stock[category];
    counts.held_back += units;
    row.stock.set(category, counts);
}

}  // namespace

AllocationRows::AllocationRows(StateLog& log, EventIndex number)
    : all{log, "allocations", {0, number}},
      used{log, "used", {0, number}},
      of_seats{log, "of_seats", {0, number}},
      by_name{log},
      by_code{log},
      used_by{log} {
}

SeatStatus free_status(const EventRow& event, SeatIndex seat) {
    return allocation_of(event, seat) == kNobody ? SeatStatus::available : SeatStatus::held_back;
}

SeatStatus free_status(const EventRow& event, SeatIndex seat, Instant now) {
    const auto allocation = allocation_of(event, seat);
    const bool is_held_back =
        allocation != kNobody && is_in_force(*event.allocations.all[allocation], now);
    return is_held_back ? SeatStatus::held_back : SeatStatus::available;
}

AllocationIndex find_allocation(const EventRow& event, std::string_view name) {
    const auto& rows = event.allocations;
    return rows.by_name.find(name, [&](auto of) {
        return rows.all[of] != nullptr && rows.all[of]->name == name;
    });
}

AllocationIndex find_allocation(const EventRow& event, std::string_view name, Instant now) {
    const auto found = find_allocation(event, name);
    return found != kNobody && is_in_force(*event.allocations.all[found], now) ? found : kNobody;
}

AllocationIndex find_by_code(const EventRow& event, Bits128 code, Instant now) {
    const auto& codes = event.allocations.by_code.entries();
    const auto found = codes.find(code);
    if (found == codes.end()) return kNobody;
    return is_in_force(*event.allocations.all[found->second], now) ? found->second : kNobody;
}

FromAllocation
taken_from(const EventRow& event, AllocationIndex of, const SeatPlans::Claim& claim) {
    FromAllocation taken;
    if (of == kNobody || event.allocations.all[of] == nullptr) return taken;
    for (const auto seat : claim.seats)
        taken.tickets += allocation_of(event, seat) == of ? 1 : 0;
    const auto& category = event.allocations.all[of]->category;
    for (const auto& item : claim.items)
        if (event.categories.get()[item.category].name == category) taken.units += item.quantity;
    taken.tickets += taken.units;
    return taken;
}

void SeatPlans::add_allocation(EventIndex index, Allocation allocation) {
    auto& row = events_.parts_of(index);
    CHECK(!row.deleted);
    row.allocations.all.push_back(std::make_shared<const Allocation>(std::move(allocation)));
    row.allocations.used.push_back(0);
    enter_allocation(row, static_cast<AllocationIndex>(row.allocations.all.size() - 1));
}

void SeatPlans::enter_allocation(EventRow& row, AllocationIndex of) {
    auto& rows = row.allocations;
    const auto& allocation = *rows.all[of];
    CHECK(find_allocation(row, allocation.name) == kNobody);
    rows.by_name.insert(std::string_view{allocation.name}, of);
    for (const auto code : allocation.codes)
        CHECK(rows.by_code.insert(code, of));
    if (allocation.until) allocation_ends_.insert({*allocation.until, row.index, of}, {});
    if (!allocation.seats.empty() && rows.of_seats.size() < row.holders.size())
        rows.of_seats.grow(row.holders.size(), kNobody);
    visit_seats(*this, allocation, [&](SeatIndex seat) {
        CHECK(row.holders[seat] == kNobody && rows.of_seats[seat] == kNobody);
        rows.of_seats.set(seat, of);
        set_status(row, seat, SeatStatus::held_back);
    });
    hold_back(row, allocation, allocation.quantity);
}

void SeatPlans::change_allocation(
    EventIndex index,
    AllocationIndex of,
    const AllocationChange& change
) {
    auto& row = events_.parts_of(index);
    auto& rows = row.allocations;
    const auto before = rows.all[of];
    CHECK(before != nullptr);
    auto after = std::make_shared<const Allocation>(changed_by(*before, change));
    if (change.codes) {
        for (const auto code : before->codes)
            rows.by_code.erase(code);
        for (const auto code : after->codes)
            CHECK(rows.by_code.insert(code, of));
    }
    if (before->until) allocation_ends_.erase({*before->until, index, of});
    if (after->until) allocation_ends_.insert({*after->until, index, of}, {});
    rows.all.set(of, std::move(after));
}

void SeatPlans::end_allocation(EventIndex index, AllocationIndex of) {
    auto& row = events_.parts_of(index);
    CHECK(row.allocations.all[of] != nullptr);
    leave_allocation(row, of);
}

void SeatPlans::leave_allocation(EventRow& row, AllocationIndex of) {
    auto& rows = row.allocations;
    const auto allocation = rows.all[of];
    visit_seats(*this, *allocation, [&](SeatIndex seat) {
        CHECK(rows.of_seats[seat] == of);
        rows.of_seats.set(seat, kNobody);
        if (row.statuses[seat] == SeatStatus::held_back)
            set_status(row, seat, SeatStatus::available);
    });
    const std::int64_t used = rows.used[of];
    if (allocation->quantity > 0) hold_back(row, *allocation, used - allocation->quantity);
    rows.used.set(of, 0);
    const auto& users = rows.used_by.entries();
    for (auto one = users.lower_bound({of, 0}); one != users.end() && one->first.first == of;)
        rows.used_by.erase((one++)->first);
    for (const auto code : allocation->codes)
        rows.by_code.erase(code);
    if (allocation->until) allocation_ends_.erase({*allocation->until, row.index, of});
    rows.by_name.erase(std::string_view{allocation->name}, of);
    rows.all.set(of, nullptr);
}

void SeatPlans::use_allocation(EventRow& row, const Claim& claim, bool is_taken) {
    const auto [tickets, units] = taken_from(row, claim.allocation, claim);
    if (tickets == 0) return;
    auto& rows = row.allocations;
    const std::pair key{claim.allocation, claim.user};
    const auto& users = rows.used_by.entries();
    const auto known = users.find(key);
    const auto before = known == users.end() ? 0 : known->second;
    CHECK(is_taken || before >= tickets);
    const auto after = is_taken ? before + tickets : before - tickets;
    rows.used_by.erase(key);
    if (after > 0) rows.used_by.insert(key, after);
    rows.used.set(claim.allocation, rows.used[claim.allocation] - before + after);
    const std::int64_t back = units;
    hold_back(row, *rows.all[claim.allocation], is_taken ? -back : back);
}

void verify_allocations(const SeatPlans& plans, const EventRow& event) {
    const auto& rows = event.allocations;
    CHECK(rows.used.size() == rows.all.size());
    CHECK(!event.deleted || rows.all.empty());
    CHECK(rows.of_seats.size() <= event.holders.size());
    std::size_t seats = 0;
    std::size_t codes = 0;
    for (AllocationIndex of = 0; of < rows.all.size(); ++of) {
        const auto& allocation = rows.all[of];
        if (allocation == nullptr) {
            CHECK(rows.used[of] == 0);
            continue;
        }
        CHECK(find_allocation(event, allocation->name) == of);
        CHECK(allocation->seats.empty() == (allocation->quantity > 0));
        visit_seats(plans, *allocation, [&](SeatIndex seat) {
            CHECK(allocation_of(event, seat) == of);
        });
        for (const auto code : allocation->codes)
            CHECK(rows.by_code.entries().at(code) == of);
        seats += allocation->seats.size();
        codes += allocation->codes.size();
    }
    const auto in_some =
        std::ranges::count_if(rows.of_seats, [](auto of) { return of != kNobody; });
    CHECK(static_cast<std::size_t>(in_some) == seats);
    CHECK(rows.by_code.entries().size() == codes);
}

}  // namespace frontrow::domain
