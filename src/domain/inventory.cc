#include "domain/inventory.h"

#include "base/check.h"
#include "domain/digest_fields.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

namespace frontrow::domain {

namespace {

/// Seats of a list that stand beside each other, where it isn't long.
constexpr std::size_t kUsualRun = 32;

}  // namespace

Inventory::EventRow::EventRow(StateLog& log, EventIndex number, Event of)
    : index{number},
      event{std::move(of)},
      counts{log, "counts", {0, number}},
      lapsed{log, "lapsed", {0, number}},
      last{log, "last", {0, number}},
      blocks{log, "blocks", {0, number}},
      block_starts{log, "block_starts", {0, number}},
      holders{log, "holders", {0, number}},
      statuses{log, "statuses", {0, number}},
      free_by_stretch{log, "free_by_stretch", {0, number}},
      numbers{log} {
}

Inventory::Inventory(StateLog::Digests digests) : log_{digests} {
}

Inventory::~Inventory() = default;

void Inventory::commit() {
    log_.commit();
    drop_dead_ends();
}

const Inventory::EventRow* Inventory::find_event(EventId id) const {
    const auto index = index_of(id);
    if (index == kNobody || events_[index].deleted) return nullptr;
    return &events_[index];
}

EventIndex Inventory::index_of(EventId id) const {
    return events_by_id_.find(id, [&](auto index) { return events_[index].event.id == id; });
}

const Inventory::ReservationRow* Inventory::find_reservation(ReservationId id) const {
    const auto index = index_of(id);
    return index == kNobody ? nullptr : &reservations_[index];
}

ReservationIndex Inventory::index_of(ReservationId id) const {
    return reservations_by_id_.find(id, [&](auto index) { return reservations_[index].id == id; });
}

UserIndex Inventory::index_of_user(std::string_view sub) const {
    return users_by_sub_.find(sub, [&](auto index) { return users_[index] == sub; });
}

ReservationIndex Inventory::index_of_request(Bits128 key) const {
    return requests_.find(key, [&](auto index) { return reservations_[index].request.key == key; });
}

void Inventory::prefetch(ReservationId id, std::string_view user, Bits128 request) const {
    requests_.prefetch(request);
    users_by_sub_.prefetch(user);
    reservations_by_id_.prefetch(id);
}

std::optional<Inventory::SeatPlace> Inventory::find_seat(SeatId id) const {
    const auto& blocks = blocks_by_id_.entries();
    auto after = blocks.upper_bound(id);
    if (after == blocks.begin()) return std::nullopt;
    const auto& [first_id, place] = *--after;
    if (first_id.bits().hi != id.bits().hi) return std::nullopt;
    const std::uint64_t offset = id.bits().lo - first_id.bits().lo;
    if (offset >= place.count || events_[place.event].deleted) return std::nullopt;
    return SeatPlace{place.event, place.first + static_cast<SeatIndex>(offset)};
}

const Inventory::ReservationRow* Inventory::find_request(Bits128 key, Instant now) const {
    const auto index = index_of_request(key);
    if (index == kNobody) return nullptr;
    const auto& row = reservations_[index];
    return row.created_at + kRequestMemory <= now ? nullptr : &row;
}

SeatStatus Inventory::seat_status(const EventRow& event, SeatIndex seat, Instant now) const {
    const auto status = event.statuses[seat];
    if (status != SeatStatus::reserved) return status;
    const bool has_lapsed = reservations_[event.holders[seat]].expires_at <= now;
    return has_lapsed ? SeatStatus::available : status;
}

void Inventory::enter_event(EventRow& row) {
    CHECK(index_of(row.event.id) == kNobody);
    events_by_id_.insert(row.event.id, row.index);
    if (!row.deleted) by_start_.insert({row.event.spec.start_at, row.index}, {});
}

/// Its id and where its blocks began stay.
void Inventory::delete_event(EventRow& row) {
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
}

void Inventory::enter_block(EventRow& row, const SeatBlock& block) {
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

void Inventory::enter_reservation(ReservationIndex index) {
    const auto& row = reservations_[index];
    CHECK(index_of(row.id) == kNobody);
    reservations_by_id_.insert(row.id, index);
    user_sales_.append(row.user, &UserSales::reservations, index);
    const bool is_pending = row.status == ReservationStatus::pending;
    if (!is_pending && row.status != ReservationStatus::confirmed) return;

    auto& event = events_.parts_of(row.event);
    for (const auto seat : row.seats) {
        CHECK(event.holders[seat] == kNobody);
        event.holders.set(seat, index);
        set_status(event, seat, is_pending ? SeatStatus::reserved : SeatStatus::confirmed);
    }
    const auto seats = static_cast<std::uint32_t>(row.seats.size());
    auto& counts = event.counts.change();
    (is_pending ? counts.reserved : counts.confirmed) += seats;
    const auto place = user_sales_[row.user].place_of(row.event);
    if (place == user_sales_[row.user].seats.size())
        user_sales_.append(row.user, &UserSales::seats, SeatsInEvent{row.event, seats});
    else
        user_sales_.change(row.user, &UserSales::seats, place).seats += seats;
    if (is_pending) hold_ends_.add({row.expires_at, index});
    auto& totals = totals_.change();
    ++(is_pending ? totals.pending : totals.confirmed);
}

void Inventory::set_status(EventRow& event, SeatIndex seat, SeatStatus status) {
    const bool was_free = event.statuses[seat] == SeatStatus::available;
    const bool is_free = status == SeatStatus::available;
    if (was_free != is_free) {
        const auto stretch = seat / kStretch;
        const auto free = event.free_by_stretch[stretch] + (is_free ? 1 : -1);
        event.free_by_stretch.set(stretch, static_cast<std::uint16_t>(free));
    }
    event.statuses.set(seat, status);
}

void Inventory::enter_request(ReservationIndex index) {
    const auto& key = reservations_[index].request.key;
    // One of more than 24 hours ago may be there still.
    if (const auto old = index_of_request(key); old != kNobody) requests_.erase(key, old);
    requests_.insert(key, index);
}

std::size_t Inventory::block_of(const EventRow& event, SeatIndex seat) {
    const auto after = std::ranges::upper_bound(event.block_starts, seat, {}, &BlockStart::first);
    return static_cast<std::size_t>(after - event.block_starts.begin()) - 1;
}

SeatId Inventory::seat_id(const EventRow& event, SeatIndex seat) {
    const auto& start = event.block_starts[block_of(event, seat)];
    return start.first_id.plus(seat - start.first);
}

const SeatSpec& Inventory::seat_spec(const EventRow& event, SeatIndex seat) {
    const auto block = block_of(event, seat);
    return event.blocks[block]->seats[seat - event.block_starts[block].first];
}

SeatIndex Inventory::find_number(const EventRow& event, std::string_view number) {
    return event.numbers.find(number, [&](auto seat) {
        return seat_spec(event, seat).number == number;
    });
}

SeatView Inventory::seat_view(SeatPlace place, Instant now) const {
    const auto& event = events_[place.event];
    const auto block = block_of(event, place.seat);
    return SeatView{
        .event = event.event.id,
        .block = event.blocks[block],
        .index = place.seat - event.block_starts[block].first,
        .status = seat_status(event, place.seat, now),
    };
}

std::size_t Inventory::UserSales::place_of(EventIndex event) const {
    const auto entry = std::ranges::find(seats, event, &SeatsInEvent::event);
    return static_cast<std::size_t>(entry - seats.begin());
}

std::uint32_t Inventory::UserSales::seats_in(EventIndex event) const {
    const auto place = place_of(event);
    return place == seats.size() ? 0 : seats[place].seats;
}

std::uint32_t Inventory::seats_of(const EventRow& event, std::string_view user, Instant now) const {
    const auto known = index_of_user(user);
    if (known == kNobody) return 0;
    const auto counted = user_sales_[known].seats_in(event.index);
    // The count has what hasn't lapsed. Only where a hold may be about to are this user's
    // reservations looked through, newest first, until all that the count is made of have been
    // seen.
    if (!has_ended_holds(now)) return counted;
    std::uint32_t seen = 0;
    std::uint32_t live = 0;
    const auto& mine = user_sales_[known].reservations;
    for (auto i = mine.rbegin(); i != mine.rend() && seen < counted; ++i) {
        const auto& row = reservations_[*i];
        const bool counts =
            row.status == ReservationStatus::pending || row.status == ReservationStatus::confirmed;
        if (row.event != event.index || !counts || has_lapsed(row)) continue;
        seen += static_cast<std::uint32_t>(row.seats.size());
        if (status_of(row, now) != ReservationStatus::expired)
            live += static_cast<std::uint32_t>(row.seats.size());
    }
    return live;
}

Reservation Inventory::entity_with(
    const ReservationRow& row,
    ReservationStatus status,
    Instant expires_at
) const {
    const auto& event = events_[row.event];
    Reservation entity{
        .id = row.id,
        .event = event.event.id,
        .user = users_[row.user],
        .seats = {},
        .status = status,
        .total_amount = row.total_amount,
        .currency = row.currency,
        .created_at = row.created_at,
        .expires_at = expires_at,
        .confirmed_at = std::nullopt,
    };
    entity.seats.reserve(row.seats.size());
    for (const auto seat : row.seats)
        entity.seats.push_back(seat_id(event, seat));
    if (status == ReservationStatus::confirmed) entity.confirmed_at = row.confirmed_at;
    return entity;
}

Reservation Inventory::entity(const ReservationRow& row, Instant now) const {
    return entity_with(row, status_of(row, now), row.expires_at);
}

Reservation Inventory::entity_as_created(const ReservationRow& row) const {
    return entity_with(row, ReservationStatus::pending, row.created_at + Millis{row.hold_ms});
}

std::vector<Event> Inventory::list_events(const Page& page) const {
    const auto& by_start = by_start_.entries();
    auto end = by_start.end();
    if (page.after) {
        const auto known = index_of(EventId{page.after->id});
        end = by_start.lower_bound({page.after->start_at, known == kNobody ? 0 : known});
    }
    std::vector<Event> events;
    std::size_t passed = 0;
    while (end != by_start.begin() && events.size() < page.limit) {
        --end;
        if (passed++ >= page.offset) events.push_back(events_[end->first.second].event);
    }
    return events;
}

std::size_t Inventory::reservations_until(const UserSales& user, const Page& page) const {
    const auto& mine = user.reservations;
    if (!page.after) return mine.size();
    const auto known = index_of(ReservationId{page.after->id});
    if (known == kNobody) return 0;
    return static_cast<std::size_t>(std::ranges::lower_bound(mine, known) - mine.begin());
}

std::vector<Reservation>
Inventory::list_reservations(std::string_view user, const Page& page, Instant now) const {
    std::vector<Reservation> list;
    const auto known = index_of_user(user);
    if (known == kNobody) return list;
    const auto& row = user_sales_[known];
    const auto end = reservations_until(row, page);
    for (std::size_t i = page.offset; i < end && list.size() < page.limit; ++i)
        list.push_back(entity(reservations_[row.reservations[end - 1 - i]], now));
    return list;
}

SeatIndex Inventory::seats_from(const EventRow& event, const Page& page) const {
    if (!page.after) return 0;
    const auto last = find_seat(SeatId{page.after->id});
    return last && last->event == event.index ? last->seat + 1 : event.counts.get().total;
}

SeatIndex Inventory::next_candidate(const EventRow& event, SeatIndex seat, bool looks_at_holds) {
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

std::size_t Inventory::find_candidate(
    const EventRow& event,
    std::size_t seat,
    std::size_t end,
    bool looks_at_holds
) {
    const auto* const seats = event.statuses.values().data();
    if (!looks_at_holds) {  // A search for one value looks at many bytes at once.
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

SeatList Inventory::list_seats(
    const EventRow& event,
    bool only_available,
    const Page& page,
    Instant now
) const {
    SeatList list{.event = event.event.id, .version = seat_map_version(event, now), .runs = {}};
    std::size_t taken = 0;
    std::size_t passed = 0;
    SeatIndex seat = seats_from(event, page);
    // Without a filter the first `offset` seats are stepped over at once, not one by one.
    if (!only_available) {
        seat += static_cast<SeatIndex>(
            std::min<std::size_t>(page.offset, event.counts.get().total - seat)
        );
        passed = page.offset;
    }
    const bool looks_at_holds = has_ended_holds(now);
    for (; seat < event.counts.get().total && taken < page.limit; ++seat) {
        if (only_available) seat = next_candidate(event, seat, looks_at_holds);
        if (seat == event.counts.get().total) break;
        const auto status = seat_status(event, seat, now);
        if (only_available && status != SeatStatus::available) continue;
        if (passed < page.offset) {
            ++passed;
            continue;
        }
        const auto block = block_of(event, seat);
        const auto index = seat - event.block_starts[block].first;
        auto* run = list.runs.empty() ? nullptr : &list.runs.back();
        if (run == nullptr || run->block != event.blocks[block] ||
            run->first + run->statuses.size() != index) {
            run = &list.runs.emplace_back(
                SeatRun{.block = event.blocks[block], .first = index, .statuses = {}}
            );
            run->statuses.reserve(std::min(page.limit - taken, kUsualRun));
        }
        run->statuses.push_back(status);
        ++taken;
    }
    return list;
}

SeatMap Inventory::seat_map(const EventRow& event, Instant now, const SeatMap* before) const {
    const bool has_new_seats = before == nullptr || before->blocks->size() != event.blocks.size();
    SeatMap map{
        .event = event.event.id,
        .version = seat_map_version(event, now),
        .blocks = has_new_seats ? std::make_shared<const SeatBlocks>(event.blocks.values())
                                : before->blocks,
        .statuses = event.statuses.values(),
    };
    visit_about_to_lapse(now, [&](const ReservationRow& row) {
        if (row.event != event.index) return;
        for (const auto seat : row.seats)
            map.statuses[seat] = SeatStatus::available;
    });
    return map;
}

std::vector<EventId> Inventory::newest_events(std::size_t limit, Instant now) const {
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

}  // namespace frontrow::domain
