#include "domain/seat_plans.h"

#include "base/check.h"
#include "domain/acts.h"
#include "domain/allocations.h"
#include "domain/categories.h"
#include "domain/digest_fields.h"
#include "domain/members.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <utility>

namespace frontrow::domain {
namespace {

SeatIndex find_number(const EventRow& event, std::string_view number) {
    return event.numbers.find(number, [&](auto seat) {
        return seat_spec(event, seat).number == number;
    });
}

/// Like next_candidate(), but only among the seats before `end`. Returns `end` if there is none.
std::size_t
find_candidate(const EventRow& event, std::size_t seat, std::size_t end, bool looks_at_holds) {
    const auto* const seats = event.statuses.values().data();
    if (!looks_at_holds) {  // memchr compares many bytes at once.
        const auto* found =
            std::memchr(seats + seat, static_cast<int>(SeatStatus::available), end - seat);
        return found == nullptr
                   ? end
                   : static_cast<std::size_t>(static_cast<const SeatStatus*>(found) - seats);
    }
    const auto* const found = std::find_if(seats + seat, seats + end, [](SeatStatus status) {
        return status != SeatStatus::confirmed;
    });
    return static_cast<std::size_t>(found - seats);
}

/// How long the id of a deleted event is kept, because the cursor of a list may point to the event.
constexpr std::chrono::hours kDeletedMemory{24};

std::uint32_t seats_of(const SeatPlans::Claim& claim) {
    return static_cast<std::uint32_t>(claim.seats.size());
}

/// Calls `change` with the counts of each category of the claim and the number of units claimed.
template <class Change>
void change_stock(EventRow& row, const SeatPlans::Claim& claim, Change change) {
    for (const auto& item : claim.items) {
        auto counts = row.stock[item.category];
        change(counts, item.quantity);
        row.stock.set(item.category, counts);
    }
}

bool has_no_sales(const EventRow& row) {
    const auto& counts = row.counts.get();
    return counts.reserved + counts.confirmed + row.lapsed.get() == 0 &&
           std::ranges::all_of(row.stock, [](const auto& stock) { return stock.taken() == 0; });
}

}  // namespace

SeatPlans::SeatPlans(StateLog& log) : log_{log} {
}

SeatPlans::~SeatPlans() = default;

void SeatPlans::set_status(EventRow& row, SeatIndex seat, SeatStatus status) {
    const auto before = row.statuses[seat];
    const bool was_free = before == SeatStatus::available;
    const bool is_free = status == SeatStatus::available;
    if (was_free != is_free) {
        const auto stretch = seat / kStretch;
        const auto free = row.free_by_stretch[stretch] + (is_free ? 1 : -1);
        row.free_by_stretch.set(stretch, static_cast<std::uint16_t>(free));
    }
    // A seat that is held back is free for some.
    const bool is_free_for_some = is_free || status == SeatStatus::held_back;
    if (was_free || is_free_for_some || before == SeatStatus::held_back)
        row.chooser.note(seat, is_free_for_some);
    if (before == SeatStatus::held_back) --row.counts.change().held_back;
    if (status == SeatStatus::held_back) ++row.counts.change().held_back;
    row.statuses.set(seat, status);
}

std::size_t block_of(const EventRow& event, SeatIndex seat) {
    const auto after = std::ranges::upper_bound(event.block_starts, seat, {}, &BlockStart::first);
    return static_cast<std::size_t>(after - event.block_starts.begin()) - 1;
}

SeatId seat_id(const EventRow& event, SeatIndex seat) {
    const auto& start = event.block_starts[block_of(event, seat)];
    return start.first_id.plus(seat - start.first);
}

const SeatSpec& seat_spec(const EventRow& event, SeatIndex seat) {
    const auto block = block_of(event, seat);
    return event.blocks[block]->seats[seat - event.block_starts[block].first];
}

bool has_seat_named(const EventRow& event, std::string_view number) {
    return find_number(event, number) != kNobody;
}

SeatIndex next_candidate(const EventRow& event, SeatIndex seat, bool looks_at_holds) {
    const auto seats = event.statuses.size();
    for (std::size_t from = seat; from < seats;) {
        const auto stretch = from / kStretch;
        const auto end = std::min(seats, (stretch + 1) * kStretch);
        if (looks_at_holds || event.free_by_stretch[stretch] > 0) {
            const auto found = find_candidate(event, from, end, looks_at_holds);
            if (found != end) return static_cast<SeatIndex>(found);
        }
        from = end;
    }
    return static_cast<SeatIndex>(seats);
}

EventIndex SeatPlans::index_of(EventId id) const {
    return by_id_.find(id, [&](auto index) { return events_[index].event.id == id; });
}

const EventRow* SeatPlans::find(EventId id) const {
    const auto index = index_of(id);
    if (index == kNobody || events_[index].deleted) return nullptr;
    return &events_[index];
}

std::optional<SeatPlace> SeatPlans::find_seat(SeatId id) const {
    const auto& blocks = blocks_by_id_.entries();
    auto after = blocks.upper_bound(id);
    if (after == blocks.begin()) return std::nullopt;
    const auto& [first_id, place] = *--after;
    if (first_id.bits().hi != id.bits().hi) return std::nullopt;
    const std::uint64_t offset = id.bits().lo - first_id.bits().lo;
    if (offset >= place.count || events_[place.event].deleted) return std::nullopt;
    return SeatPlace{place.event, place.first + static_cast<SeatIndex>(offset)};
}

std::vector<Event> SeatPlans::list(const Page& page) const {
    const auto& by_start = by_start_.entries();
    auto end = by_start.end();
    if (page.after) {
        const EventId last{page.after->id};
        const auto& start = page.after->start_at;
        const auto known = index_of(last);
        end = by_start.lower_bound({start, known == kNobody ? 0 : known});
        // If the cursor's event is erased, its place among events with the same start is found by
        // id. Ids contain the creation time, so their order is the list's order except for clock
        // differences between nodes.
        while (known == kNobody && end != by_start.end() && end->first.first == start &&
               events_[end->first.second].event.id < last)
            ++end;
    }
    std::vector<Event> events;
    std::size_t passed = 0;
    while (end != by_start.begin() && events.size() < page.limit) {
        --end;
        if (passed++ >= page.offset) events.push_back(events_[end->first.second].event);
    }
    return events;
}

std::vector<EventId> SeatPlans::newest(std::size_t limit, Instant now) const {
    std::vector<const EventRow*> open;
    const auto& by_start = by_start_.entries();
    for (auto i = by_start.upper_bound({now, 0xFFFF'FFFF}); i != by_start.end(); ++i)
        open.push_back(&events_[i->first.second]);
    limit = std::min(limit, open.size());
    const auto middle = open.begin() + static_cast<std::ptrdiff_t>(limit);
    std::ranges::partial_sort(open, middle, std::greater{}, &EventRow::last_seq);
    std::vector<EventId> newest;
    newest.reserve(limit);
    for (std::size_t i = 0; i < limit; ++i)
        newest.push_back(open[i]->event.id);
    return newest;
}

SeatIndex SeatPlans::seats_from(const EventRow& event, const Page& page) const {
    if (!page.after) return 0;
    const auto last = find_seat(SeatId{page.after->id});
    return last && last->event == event.index ? last->seat + 1 : event.counts.get().total;
}

EventIndex SeatPlans::add(Event event) {
    const auto index = events_.add(log_, events_.end(), std::move(event));
    enter(events_.parts_of(index));
    return index;
}

void SeatPlans::enter(EventRow& row) {
    CHECK(index_of(row.event.id) == kNobody);
    by_id_.insert(row.event.id, row.index);
    if (row.deleted)
        deleted_.add({row.last_at(), row.index});
    else
        by_start_.insert({row.event.spec.start_at, row.index}, {});
}

void SeatPlans::update(EventIndex index, Event event) {
    const auto& row = events_[index];
    CHECK(!row.deleted && event.id == row.event.id);
    by_start_.erase({row.event.spec.start_at, index});
    by_start_.insert({event.spec.start_at, index}, {});
    events_.replace(index, &EventRow::event, std::move(event));
}

/// Keeps the event's id, the starts of its blocks, and its categories.
void SeatPlans::remove(EventIndex index, Instant at) {
    auto& row = events_.parts_of(index);
    CHECK(!row.deleted && has_no_sales(row));
    for (AllocationIndex of = 0; of < row.allocations.all.size(); ++of)
        if (row.allocations.all[of] != nullptr) leave_allocation(row, of);
    row.allocations.all.clear();
    row.allocations.used.clear();
    row.allocations.of_seats.clear();
    by_start_.erase({row.event.spec.start_at, row.index});
    for (const auto& start : row.block_starts)
        blocks_by_id_.erase(start.first_id);
    Event rest;
    rest.id = row.event.id;
    events_.replace(row.index, &EventRow::event, std::move(rest));
    events_.change(row.index, &EventRow::deleted) = true;
    row.counts.set({});
    row.lapsed.set(0);
    row.blocks.clear();
    row.holders.clear();
    row.statuses.clear();
    row.free_by_stretch.clear();
    row.numbers.clear();
    row.members.set({});
    row.stock.clear();
    row.acts.clear();
    row.chooser.seats_changed();
    deleted_.add({at, index});
}

void SeatPlans::add_member(EventIndex index, Member member) {
    auto& row = events_.parts_of(index);
    CHECK(!row.deleted && member.sub != row.event.created_by);
    auto& members = row.members.change();
    const auto known = std::ranges::find(members, member.sub, &Member::sub);
    if (known == members.end()) {
        members.push_back(std::move(member));
    } else {
        CHECK(known->role != member.role);
        known->role = member.role;
    }
}

void SeatPlans::remove_member(EventIndex index, std::string_view sub) {
    auto& members = events_.parts_of(index).members.change();
    const auto removed =
        std::erase_if(members, [&](const Member& member) { return member.sub == sub; });
    CHECK(removed == 1);
}

void SeatPlans::add_category(EventIndex index, Category category) {
    auto& row = events_.parts_of(index);
    CHECK(!row.deleted && find_category(row, category.name) == kNobody);
    row.categories.change().push_back(std::move(category));
    row.stock.push_back({});
}

void SeatPlans::change_category(EventIndex index, Category category) {
    auto& row = events_.parts_of(index);
    const auto known = find_category(row, category.name);
    CHECK(!row.deleted && known != kNobody);
    row.categories.change()[known] = std::move(category);
}

bool SeatPlans::has_forgettable(Instant now) const {
    return deleted_.has_due([this, is_due = DueBy{now - kDeletedMemory}](const RowDue& one) {
        return is_due(one) && events_[one.row].reservations.get() == 0;
    });
}

void SeatPlans::forget(Instant now, std::size_t at_most) {
    for (; at_most > 0 && has_forgettable(now); --at_most) {
        const auto index = deleted_.take_lowest().row;
        by_id_.erase(events_[index].event.id, index);
        events_.erase(index);
    }
}

void SeatPlans::add_block(EventIndex index, std::shared_ptr<const SeatBlock> block) {
    auto& row = events_.parts_of(index);
    CHECK(!row.deleted && !block->seats.empty());
    row.blocks.push_back(block);
    enter_block(row, *block);
    row.chooser.seats_changed();
}

void SeatPlans::enter_block(EventRow& row, const SeatBlock& block) {
    const auto first = static_cast<SeatIndex>(row.holders.size());
    const auto end = first + static_cast<SeatIndex>(block.seats.size());
    blocks_by_id_.insert(block.first_id, BlockPlace{row.index, first, end - first});
    row.block_starts.push_back({.first_id = block.first_id, .first = first});
    row.numbers.reserve(end);
    for (auto seat = first; seat < end; ++seat) {
        const std::string_view number = block.seats[seat - first].number;
        CHECK(find_number(row, number) == kNobody);
        row.numbers.insert(number, seat);
    }
    row.holders.grow(end, kNobody);
    row.statuses.grow(end, SeatStatus::available);
    row.free_by_stretch.grow((end + kStretch - 1) / kStretch, 0);
    for (std::size_t seat = first; seat < end;) {
        const auto stretch = seat / kStretch;
        const auto stretch_end = std::min<std::size_t>(end, (stretch + 1) * kStretch);
        const auto free = row.free_by_stretch[stretch] + (stretch_end - seat);
        row.free_by_stretch.set(stretch, static_cast<std::uint16_t>(free));
        seat = stretch_end;
    }
    row.counts.change().total += end - first;
}

void SeatPlans::take(EventIndex event, const Claim& claim, ReservationIndex by, SeatStatus status) {
    auto& row = events_.parts_of(event);
    CHECK(!row.deleted);
    const bool is_held = status == SeatStatus::reserved;
    for (const auto seat : claim.seats) {
        const auto allocation = allocation_of(row, seat);
        CHECK(row.holders[seat] == kNobody);
        CHECK(allocation == kNobody || allocation == claim.allocation);
        row.holders.set(seat, by);
        set_status(row, seat, status);
    }
    auto& counts = row.counts.change();
    (is_held ? counts.reserved : counts.confirmed) += seats_of(claim);
    change_stock(row, claim, [is_held](StockCounts& stock, std::uint32_t units) {
        (is_held ? stock.reserved : stock.confirmed) += units;
    });
    use_allocation(row, claim, true);
}

void SeatPlans::sell(EventIndex event, const Claim& claim) {
    auto& row = events_.parts_of(event);
    for (const auto seat : claim.seats)
        set_status(row, seat, SeatStatus::confirmed);
    auto& counts = row.counts.change();
    counts.reserved -= seats_of(claim);
    counts.confirmed += seats_of(claim);
    change_stock(row, claim, [](StockCounts& stock, std::uint32_t units) {
        stock.reserved -= units;
        stock.confirmed += units;
    });
}

void SeatPlans::lapse(EventIndex event, const Claim& claim) {
    auto& row = events_.parts_of(event);
    for (const auto seat : claim.seats)
        set_status(row, seat, free_status(row, seat));
    row.counts.change().reserved -= seats_of(claim);
    row.lapsed.change() += seats_of(claim);
    change_stock(row, claim, [](StockCounts& stock, std::uint32_t units) {
        stock.reserved -= units;
    });
    use_allocation(row, claim, false);
}

void SeatPlans::free(EventIndex event, const Claim& claim, ReservationIndex by) {
    auto& row = events_.parts_of(event);
    row.lapsed.change() -= seats_of(claim);
    for (const auto seat : claim.seats) {
        CHECK(row.holders[seat] == by);
        row.holders.set(seat, kNobody);
    }
}

void SeatPlans::take_back(EventIndex event, const Claim& claim, ReservationIndex by) {
    auto& row = events_.parts_of(event);
    for (const auto seat : claim.seats) {
        CHECK(row.holders[seat] == by);
        row.holders.set(seat, kNobody);
        set_status(row, seat, free_status(row, seat));
    }
    row.counts.change().confirmed -= seats_of(claim);
    change_stock(row, claim, [](StockCounts& stock, std::uint32_t units) {
        stock.confirmed -= units;
    });
    use_allocation(row, claim, false);
}

void SeatPlans::derive() {
    events_.visit([this](EventIndex index, const EventRow&) {
        auto& row = events_.parts_of(index);
        enter(row);
        for (const auto& block : row.blocks)
            enter_block(row, *block);
        if (row.deleted) return;
        row.stock.grow(row.categories.get().size(), {});
        row.allocations.used.grow(row.allocations.all.size(), 0);
        for (AllocationIndex of = 0; of < row.allocations.all.size(); ++of)
            if (row.allocations.all[of] != nullptr) enter_allocation(row, of);
    });
}

namespace {

std::vector<std::uint16_t> free_by_stretch(const EventRow& row) {
    std::vector<std::uint16_t> free((row.statuses.size() + kStretch - 1) / kStretch);
    for (std::size_t seat = 0; seat < row.statuses.size(); ++seat)
        if (row.statuses[seat] == SeatStatus::available) ++free[seat / kStretch];
    return free;
}

void verify_seats(const EventRow& row) {
    const auto count = [&row](SeatStatus status) {
        return static_cast<std::uint32_t>(std::ranges::count(row.statuses, status));
    };
    const auto& counts = row.counts.get();
    CHECK(row.statuses.size() == row.holders.size());
    CHECK(counts.total == row.holders.size());
    CHECK(counts.reserved == count(SeatStatus::reserved));
    CHECK(counts.confirmed == count(SeatStatus::confirmed));
    CHECK(counts.held_back == count(SeatStatus::held_back));
    const auto nobodys = static_cast<std::uint32_t>(std::ranges::count(row.holders, kNobody));
    CHECK(counts.available() + counts.held_back == nobodys + row.lapsed.get());
    for (SeatIndex seat = 0; seat < row.holders.size(); ++seat)
        CHECK(row.holders[seat] != kNobody || row.statuses[seat] == free_status(row, seat));
    CHECK(row.free_by_stretch.values() == free_by_stretch(row));
    row.chooser.verify(row);
}

}  // namespace

void SeatPlans::verify() const {
    std::size_t open = 0;
    std::size_t blocks = 0;
    events_.visit([&](EventIndex index, const EventRow& row) {
        CHECK(row.index == index && index_of(row.event.id) == index);
        verify_seats(row);
        verify_members(row);
        verify_categories(row);
        verify_allocations(*this, row);
        verify_acts(row);
        if (row.deleted) return;
        ++open;
        blocks += row.blocks.size();
        CHECK(by_start_.entries().contains({row.event.spec.start_at, index}));
        verify_blocks(row);
    });
    CHECK(by_start_.entries().size() == open);
    std::size_t deleted = 0;
    deleted_.visit([&](const RowDue& one) {
        CHECK(events_[one.row].deleted && events_[one.row].last_at() == one.at);
        ++deleted;
    });
    CHECK(open + deleted == events_.size());
    CHECK(blocks_by_id_.entries().size() == blocks);
    std::size_t ends = 0;
    events_.visit([&](EventIndex index, const EventRow& row) {
        for (AllocationIndex of = 0; of < row.allocations.all.size(); ++of) {
            const auto& allocation = row.allocations.all[of];
            if (allocation == nullptr || !allocation->until) continue;
            ++ends;
            CHECK(allocation_ends_.entries().contains({*allocation->until, index, of}));
        }
    });
    CHECK(allocation_ends_.entries().size() == ends);
}

void SeatPlans::verify_blocks(const EventRow& row) const {
    CHECK(row.blocks.size() == row.block_starts.size());
    SeatIndex seat = 0;
    for (std::size_t i = 0; i < row.blocks.size(); ++i) {
        const auto& block = *row.blocks[i];
        CHECK(row.block_starts[i].first == seat);
        CHECK(row.block_starts[i].first_id == block.first_id);
        const auto place = find_seat(block.first_id);
        CHECK(place && place->event == row.index && place->seat == seat);
        for (const auto& spec : block.seats)
            CHECK(find_number(row, spec.number) == seat++);
    }
    CHECK(seat == row.holders.size());
}

}  // namespace frontrow::domain
