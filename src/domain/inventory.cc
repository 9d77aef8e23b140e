#include "domain/inventory.h"

#include "base/check.h"

#include <algorithm>
#include <cstring>
#include <functional>

namespace frontrow::domain {

namespace {

/// Seats of a list that stand beside each other, where it isn't long.
constexpr std::size_t kUsualRun = 32;

std::vector<std::uint16_t> free_by_stretch(const std::vector<SeatStatus>& statuses) {
    std::vector<std::uint16_t> free(
        (statuses.size() + Inventory::kStretch - 1) / Inventory::kStretch
    );
    for (std::size_t seat = 0; seat < statuses.size(); ++seat)
        if (statuses[seat] == SeatStatus::available) ++free[seat / Inventory::kStretch];
    return free;
}

}  // namespace

const Inventory::EventRow* Inventory::find_event(EventId id) const {
    const auto found = events_by_id_.find(id);
    if (found == events_by_id_.end()) return nullptr;
    const auto& row = events_[found->second];
    return row.deleted ? nullptr : &row;
}

const Inventory::ReservationRow* Inventory::find_reservation(ReservationId id) const {
    const auto index = index_of(id);
    return index == kNobody ? nullptr : &reservations_[index];
}

ReservationIndex Inventory::index_of(ReservationId id) const {
    return reservations_by_id_.find(id, [&](auto index) { return reservations_[index].id == id; });
}

UserIndex Inventory::index_of_user(std::string_view sub) const {
    return users_by_sub_.find(sub, [&](auto index) { return users_[index].sub == sub; });
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
    auto after = blocks_by_id_.upper_bound(id);
    if (after == blocks_by_id_.begin()) return std::nullopt;
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
    const bool is_new = events_by_id_.emplace(row.event.id, row.index).second;
    CHECK(is_new);
    if (!row.deleted) by_start_.emplace(row.event.spec.start_at, row.index);
}

void Inventory::delete_event(EventRow& row) {
    by_start_.erase({row.event.spec.start_at, row.index});
    for (const auto& start : row.block_starts)
        blocks_by_id_.erase(start.first_id);
    EventRow rest;
    rest.index = row.index;
    rest.event.id = row.event.id;
    rest.deleted = true;
    rest.block_starts = std::move(row.block_starts);
    row = std::move(rest);
}

void Inventory::enter_block(EventRow& row, const SeatBlock& block) {
    const auto first = static_cast<SeatIndex>(row.holders.size());
    const auto count = static_cast<std::uint32_t>(block.seats.size());
    for (const auto& seat : block.seats) {
        const bool is_new = row.numbers.insert(seat.number).second;
        CHECK(is_new);
    }
    blocks_by_id_.emplace(block.first_id, BlockPlace{row.index, first, count});
    row.block_starts.push_back({.first_id = block.first_id, .first = first});
    row.holders.resize(first + count, kNobody);
    row.statuses.resize(first + count, SeatStatus::available);
    row.free_by_stretch.resize((row.statuses.size() + kStretch - 1) / kStretch);
    for (std::size_t seat = first; seat < row.statuses.size(); ++seat)
        ++row.free_by_stretch[seat / kStretch];
    row.counts.total += count;
}

void Inventory::enter_reservation(ReservationIndex index) {
    const auto& row = reservations_[index];
    CHECK(index_of(row.id) == kNobody);
    reservations_by_id_.insert(row.id, index);
    auto& user = users_[row.user];
    user.reservations.push_back(index);
    const bool is_pending = row.status == ReservationStatus::pending;
    if (!is_pending && row.status != ReservationStatus::confirmed) return;

    auto& event = events_[row.event];
    for (const auto seat : row.seats) {
        CHECK(event.holders[seat] == kNobody);
        event.holders[seat] = index;
        set_status(event, seat, is_pending ? SeatStatus::reserved : SeatStatus::confirmed);
    }
    const auto seats = static_cast<std::uint32_t>(row.seats.size());
    (is_pending ? event.counts.reserved : event.counts.confirmed) += seats;
    auto entry = std::ranges::find(user.seats, row.event, &SeatsInEvent::event);
    if (entry == user.seats.end())
        entry = user.seats.insert(entry, {.event = row.event, .seats = 0});
    entry->seats += seats;
    if (is_pending) hold_ends_.add({row.expires_at, index});
    ++(is_pending ? pending_count_ : confirmed_count_);
}

void Inventory::set_status(EventRow& event, SeatIndex seat, SeatStatus status) {
    auto& present = event.statuses[seat];
    auto& free = event.free_by_stretch[seat / kStretch];
    if (present == SeatStatus::available) --free;
    if (status == SeatStatus::available) ++free;
    present = status;
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

std::uint32_t Inventory::UserRow::seats_in(EventIndex event) const {
    const auto entry = std::ranges::find(seats, event, &SeatsInEvent::event);
    return entry == seats.end() ? 0 : entry->seats;
}

std::uint32_t Inventory::seats_of(const EventRow& event, std::string_view user, Instant now) const {
    const auto known = index_of_user(user);
    if (known == kNobody) return 0;
    const auto counted = users_[known].seats_in(event.index);
    // The count has what hasn't lapsed. Only where a hold may be about to are this user's
    // reservations looked through, newest first, until all that the count is made of have been
    // seen.
    if (!hold_ends_.has_ended(now)) return counted;
    std::uint32_t seen = 0;
    std::uint32_t live = 0;
    const auto& mine = users_[known].reservations;
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
        .user = users_[row.user].sub,
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
    auto end = by_start_.end();
    if (page.after) {
        const auto known = events_by_id_.find(EventId{page.after->id});
        const auto index = known == events_by_id_.end() ? 0 : known->second;
        end = by_start_.lower_bound({page.after->start_at, index});
    }
    std::vector<Event> events;
    std::size_t passed = 0;
    while (end != by_start_.begin() && events.size() < page.limit) {
        --end;
        if (passed++ >= page.offset) events.push_back(events_[end->second].event);
    }
    return events;
}

std::size_t Inventory::reservations_until(const UserRow& user, const Page& page) const {
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
    const auto& row = users_[known];
    const auto end = reservations_until(row, page);
    for (std::size_t i = page.offset; i < end && list.size() < page.limit; ++i)
        list.push_back(entity(reservations_[row.reservations[end - 1 - i]], now));
    return list;
}

SeatIndex Inventory::seats_from(const EventRow& event, const Page& page) const {
    if (!page.after) return 0;
    const auto last = find_seat(SeatId{page.after->id});
    return last && last->event == event.index ? last->seat + 1 : event.counts.total;
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
    const auto* const seats = event.statuses.data();
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
        seat +=
            static_cast<SeatIndex>(std::min<std::size_t>(page.offset, event.counts.total - seat));
        passed = page.offset;
    }
    const bool looks_at_holds = hold_ends_.has_ended(now);
    for (; seat < event.counts.total && taken < page.limit; ++seat) {
        if (only_available) seat = next_candidate(event, seat, looks_at_holds);
        if (seat == event.counts.total) break;
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
        .blocks = has_new_seats ? std::make_shared<const SeatBlocks>(event.blocks) : before->blocks,
        .statuses = event.statuses,
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
    for (auto i = by_start_.upper_bound({now, 0xFFFF'FFFF}); i != by_start_.end(); ++i)
        open.push_back(&events_[i->second]);
    limit = std::min(limit, open.size());
    const auto middle = open.begin() + static_cast<std::ptrdiff_t>(limit);
    std::ranges::partial_sort(open, middle, std::greater{}, &EventRow::last_seq);
    std::vector<EventId> newest;
    newest.reserve(limit);
    for (std::size_t i = 0; i < limit; ++i)
        newest.push_back(open[i]->event.id);
    return newest;
}

void Inventory::verify() const {
    std::vector<SeatCounts> counts(events_.size());
    std::vector<std::uint32_t> lapsed(events_.size());
    std::map<std::pair<UserIndex, EventIndex>, std::uint32_t> seats_by_user;
    std::size_t pending = 0;
    std::size_t lapsed_holds = 0;
    std::uint32_t confirmed = 0;
    for (ReservationIndex index = 0; index < reservations_.size(); ++index) {
        const auto& row = reservations_[index];
        const auto seats = static_cast<std::uint32_t>(row.seats.size());
        const bool holds =
            row.status == ReservationStatus::pending || row.status == ReservationStatus::confirmed;
        CHECK(index_of(row.id) == index);
        if (!holds) continue;
        const auto& event = events_[row.event];
        const bool is_lapsed = has_lapsed(row);
        const bool is_pending = row.status == ReservationStatus::pending && !is_lapsed;
        auto expected = is_pending ? SeatStatus::reserved : SeatStatus::confirmed;
        if (is_lapsed) expected = SeatStatus::available;
        for (const auto seat : row.seats)
            CHECK(event.holders[seat] == index && event.statuses[seat] == expected);
        if (!is_lapsed) seats_by_user[{row.user, row.event}] += seats;
        if (is_lapsed) {
            lapsed[row.event] += seats;
            ++lapsed_holds;
        } else if (is_pending) {
            counts[row.event].reserved += seats;
            ++pending;
        } else {
            counts[row.event].confirmed += seats;
            ++confirmed;
        }
    }
    CHECK(pending + lapsed_holds == pending_count_);
    CHECK(lapsed_holds == lapsed_count_);
    CHECK(
        lapsed_holds == static_cast<std::size_t>(std::ranges::count_if(
                            lapsed_, [this](auto index) { return has_lapsed(reservations_[index]); }
                        ))
    );
    CHECK(
        pending == static_cast<std::size_t>(std::ranges::count_if(
                       hold_ends_, [this](const auto& end) { return is_live(end); }
                   ))
    );
    CHECK(confirmed == confirmed_count_);
    std::size_t counts_kept = 0;
    for (const auto& user : users_)
        counts_kept += user.seats.size();
    CHECK(counts_kept == seats_by_user.size());
    for (const auto& [key, seats] : seats_by_user)
        CHECK(users_[key.first].seats_in(key.second) == seats);
    for (const auto& row : events_) {
        auto& expected = counts[row.index];
        expected.total = static_cast<std::uint32_t>(row.holders.size());
        CHECK(row.counts == expected);
        CHECK(row.lapsed == lapsed[row.index]);
        const auto held =
            std::ranges::count_if(row.holders, [](auto holder) { return holder != kNobody; });
        CHECK(
            static_cast<std::uint32_t>(held) == expected.reserved + expected.confirmed + row.lapsed
        );
        CHECK(row.statuses.size() == row.holders.size());
        CHECK(
            static_cast<std::uint32_t>(std::ranges::count(row.statuses, SeatStatus::available)) ==
            expected.available()
        );
        CHECK(row.numbers.size() == row.holders.size());
        CHECK(row.free_by_stretch == free_by_stretch(row.statuses));
    }
}

}  // namespace frontrow::domain
