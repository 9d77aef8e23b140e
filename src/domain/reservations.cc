#include "domain/reservations.h"

#include "base/check.h"
#include "domain/allocations.h"
#include "domain/categories.h"
#include "domain/digest_fields.h"

#include <algorithm>
#include <map>
#include <ranges>
#include <set>
#include <utility>
#include <vector>

namespace frontrow::domain {
namespace {

std::uint64_t digest_of(std::string_view user) {
    DigestWriter writer{{}};
    writer.field(1, user);
    return writer.finish().lo;
}

/// True unless a fact has freed what the reservation claimed.
bool has_claim(const ReservationRow& row) {
    return row.status == ReservationStatus::pending || row.status == ReservationStatus::confirmed;
}

}  // namespace

Reservations::Reservations(StateLog& log, SeatPlans& plans)
    : log_{log},
      plans_{plans},
      rows_{log, "reservations"},
      by_id_{log},
      buyers_{log},
      hold_ends_{log},
      ended_{log},
      totals_{log, "totals"} {
}

Reservations::~Reservations() = default;

ReservationIndex Reservations::index_of(ReservationId id) const {
    return by_id_.find(id, [&](auto index) { return rows_[index].id == id; });
}

const ReservationRow* Reservations::find(ReservationId id, Instant now) const {
    const auto index = index_of(id);
    return index == kNobody || has_left(rows_[index], now) ? nullptr : &rows_[index];
}

void Reservations::prefetch(ReservationId id, std::string_view user) const {
    buyers_.prefetch(user);
    by_id_.prefetch(id);
}

std::uint32_t Reservations::tickets_of(EventIndex event, std::string_view user, Instant now) const {
    const auto known = buyers_.find(user);
    if (known == kNobody) return 0;
    const auto& sales = buyers_.sales(known);
    const auto counted = sales.tickets_in(event);
    // `counted` still includes holds that have run out but haven't lapsed. If there may be any,
    // search this user's reservations, newest first, until all counted tickets are found.
    if (!has_ended_holds(now)) return counted;
    std::uint32_t seen = 0;
    std::uint32_t live = 0;
    const auto& mine = sales.reservations;
    for (auto i = mine.rbegin(); i != mine.rend() && seen < counted; ++i) {
        if (!rows_.has(*i)) continue;
        const auto& row = rows_[*i];
        if (row.event != event || !has_claim(row) || has_lapsed(*i)) continue;
        seen += ticket_count(row);
        if (status_of(row, now) != ReservationStatus::expired) live += ticket_count(row);
    }
    return live;
}

std::uint32_t Reservations::count_used(const EventRow& event, AllocationIndex of, Instant now)
    const {
    auto used = event.allocations.used[of];
    visit_about_to_lapse(now, [&](const ReservationRow& row) {
        if (row.event == event.index && allocation_of(row) == of)
            used -= taken_from(event, of, claim_of(row)).tickets;
    });
    return used;
}

std::uint32_t Reservations::count_used_by(
    const EventRow& event,
    AllocationIndex of,
    std::string_view user,
    Instant now
) const {
    const auto buyer = buyers_.find(user);
    const auto& users = event.allocations.used_by.entries();
    const auto known = users.find({of, buyer});
    if (known == users.end()) return 0;
    auto used = known->second;
    visit_about_to_lapse(now, [&](const ReservationRow& row) {
        if (row.event == event.index && allocation_of(row) == of && row.user == buyer)
            used -= taken_from(event, of, claim_of(row)).tickets;
    });
    return used;
}

std::uint32_t Reservations::count_about_to_lapse(EventIndex event, Instant now) const {
    std::uint32_t seats = 0;
    visit_about_to_lapse(now, [&](const ReservationRow& row) {
        if (row.event == event) seats += static_cast<std::uint32_t>(row.seats.size());
    });
    return seats;
}

void Reservations::hold(ReservationRow row, const std::string& user) {
    row.user = buyers_.find_or_add(user);
    row.user_digest = digest_of(user);
    enter(rows_.add(std::move(row)));
}

void Reservations::enter(ReservationIndex index) {
    const auto& row = rows_[index];
    CHECK(index_of(row.id) == kNobody);
    by_id_.insert(row.id, index);
    buyers_.add_reservation(row.user, index);
    plans_.count_reservation(row.event);
    if (!has_claim(row)) return ended_.add({ended_at(row), index});
    const bool is_pending = row.status == ReservationStatus::pending;
    plans_.take(
        row.event, claim_of(row), index, is_pending ? SeatStatus::reserved : SeatStatus::confirmed
    );
    buyers_.add_tickets(row.user, row.event, ticket_count(row));
    if (is_pending) hold_ends_.add({row.expires_at, index});
    auto& totals = totals_.change();
    ++(is_pending ? totals.pending : totals.confirmed);
}

const ReservationRow& Reservations::pending(ReservationIndex index) const {
    CHECK(index != kNobody);
    const auto& row = rows_[index];
    CHECK(row.status == ReservationStatus::pending);
    return row;
}

void Reservations::confirm(ReservationIndex index, Instant at) {
    const auto& row = pending(index);
    CHECK(row.expires_at > at && !has_lapsed(index));
    rows_.change(index, &ReservationRow::status) = ReservationStatus::confirmed;
    rows_.change(index, &ReservationRow::settled_at) = at;
    plans_.sell(row.event, claim_of(row));
    auto& totals = totals_.change();
    --totals.pending;
    ++totals.confirmed;
    drop_dead_ends();
}

void Reservations::extend(ReservationIndex index, Instant expires_at, Instant at) {
    const auto& row = pending(index);
    CHECK(row.expires_at > at && expires_at > row.expires_at && !has_lapsed(index));
    rows_.change(index, &ReservationRow::expires_at) = expires_at;
    hold_ends_.add({expires_at, index});
    drop_dead_ends();
}

namespace {

/// The seats of the changed reservation. CHECKs that it had those that it gives back.
SmallVector<SeatIndex, 2> changed_seats(const ReservationRow& row, const ClaimChange& change) {
    auto seats = row.seats;
    for (const auto seat : change.removed_seats) {
        const auto found = std::ranges::find(seats, seat);
        CHECK(found != seats.end());
        seats.erase(found);
    }
    for (const auto seat : change.added_seats)
        seats.push_back(seat);
    return seats;
}

std::shared_ptr<const ReservationMore>
changed_more(const ReservationRow& row, const ClaimChange& change) {
    ReservationMore more;
    if (row.more != nullptr) more = *row.more;
    if (!more.first) more.first = FirstClaim{row.seats, more.items, row.total_amount};
    for (const auto& item : change.removed_items)
        CHECK(take_units(more.items, item));
    for (const auto& item : change.added_items)
        add_units(more.items, item);
    return std::make_shared<const ReservationMore>(std::move(more));
}

}  // namespace

void Reservations::change(ReservationIndex index, const ClaimChange& change, Instant at) {
    CHECK(index != kNobody);
    const auto& row = rows_[index];
    auto added = claim_of(row);
    added.seats = change.added_seats;
    added.items = change.added_items;
    auto removed = claim_of(row);
    removed.seats = change.removed_seats;
    removed.items = change.removed_items;
    if (row.status == ReservationStatus::confirmed) {
        CHECK(added.seats.empty() && added.items.empty());
        plans_.take_back(row.event, removed, index);
    } else {
        CHECK(pending(index).expires_at > at && !has_lapsed(index));
        plans_.lapse(row.event, removed);
        plans_.free(row.event, removed, index);
        plans_.take(row.event, added, index, SeatStatus::reserved);
    }
    change_claim(index, change);
}

void Reservations::change_claim(ReservationIndex index, const ClaimChange& change) {
    const auto& row = rows_[index];
    const auto tickets_before = ticket_count(row);
    auto seats = changed_seats(row, change);
    auto more = changed_more(row, change);
    rows_.replace(index, &ReservationRow::seats, std::move(seats));
    rows_.replace(index, &ReservationRow::more, std::move(more));
    rows_.change(index, &ReservationRow::total_amount) = change.total_amount;
    const auto tickets = ticket_count(row);
    CHECK(tickets > 0);
    if (tickets > tickets_before)
        buyers_.add_tickets(row.user, row.event, tickets - tickets_before);
    else if (tickets < tickets_before)
        buyers_.take_tickets(row.user, row.event, tickets_before - tickets);
}

void Reservations::end_hold(ReservationIndex index, ReservationStatus status, Instant at) {
    const auto& row = pending(index);
    CHECK((row.expires_at <= at) == (status == ReservationStatus::expired));
    auto& totals = totals_.change();
    if (has_lapsed(index)) {
        --totals.lapsed;
    } else {
        buyers_.take_tickets(row.user, row.event, ticket_count(row));
        plans_.lapse(row.event, claim_of(row));
    }
    --totals.pending;
    plans_.free(row.event, claim_of(row), index);
    rows_.change(index, &ReservationRow::status) = status;
    if (status == ReservationStatus::cancelled)
        rows_.change(index, &ReservationRow::settled_at) = at;
    ended_.add({ended_at(row), index});
    drop_dead_ends();
}

void Reservations::restore(ReservationIndex index, Instant at) {
    CHECK(index != kNobody);
    const auto& row = rows_[index];
    CHECK(row.status == ReservationStatus::expired);
    rows_.change(index, &ReservationRow::status) = ReservationStatus::confirmed;
    rows_.change(index, &ReservationRow::settled_at) = at;
    plans_.take(row.event, claim_of(row), index, SeatStatus::confirmed);
    buyers_.add_tickets(row.user, row.event, ticket_count(row));
    ++totals_.change().confirmed;
}

void Reservations::take_back(ReservationIndex index, Instant at) {
    CHECK(index != kNobody);
    const auto& row = rows_[index];
    CHECK(row.status == ReservationStatus::confirmed);
    plans_.take_back(row.event, claim_of(row), index);
    buyers_.take_tickets(row.user, row.event, ticket_count(row));
    --totals_.change().confirmed;
    rows_.change(index, &ReservationRow::status) = ReservationStatus::cancelled;
    rows_.change(index, &ReservationRow::settled_at) = at;
    ended_.add({at, index});
}

bool Reservations::is_end(const RowDue& end) const {
    return rows_.has(end.row) && !has_claim(rows_[end.row]) && ended_at(rows_[end.row]) == end.at;
}

void Reservations::forget(Instant now, std::size_t at_most) {
    for (; at_most > 0 && has_forgettable(now); --at_most) {
        const auto end = ended_.take_lowest();
        if (!is_end(end)) continue;
        const auto index = end.row;
        const auto& row = rows_[index];
        const auto user = row.user;
        by_id_.erase(row.id, index);
        plans_.forget_reservation(row.event);
        rows_.erase(index);
        buyers_.reservation_has_gone(user, [this](auto one) { return rows_.has(one); });
    }
    drop_dead_ends();
}

bool Reservations::lapse(Instant now, std::size_t at_most) {
    CHECK(!log_.is_open());
    while (has_ended_holds(now)) {
        if (at_most-- == 0) return false;
        lapsed_until_ = hold_ends_.take_lowest();
        const auto index = lapsed_until_.row;
        const auto& row = rows_[index];
        plans_.lapse(row.event, claim_of(row));
        buyers_.take_tickets(row.user, row.event, ticket_count(row));
        ++totals_.change().lapsed;
        lapsed_.push_back(index);
        drop_dead_ends();
    }
    return true;
}

void Reservations::drop_dead_ends() {
    if (log_.is_open()) return;
    hold_ends_.drop_dead([this](const auto& end) { return is_live(end); });
    while (!lapsed_.empty() && !is_lapsed(lapsed_.front()))
        lapsed_.pop_front();
}

void Reservations::derive() {
    by_id_.reserve(rows_.size());
    buyers_.derive();
    rows_.visit(
        [this](const ReservationRow& soon) { by_id_.prefetch(soon.id); },
        [this](ReservationIndex index, const ReservationRow&) { enter(index); }
    );
}

void Reservations::verify() const {
    Totals totals;
    std::map<EventIndex, std::uint32_t> seats;
    StockByCategory stock;
    std::map<EventIndex, std::map<std::pair<AllocationIndex, UserIndex>, std::uint32_t>> used;
    rows_.visit([&](ReservationIndex index, const ReservationRow& row) {
        verify_row(index, row);
        if (!has_claim(row)) return;
        seats[row.event] += static_cast<std::uint32_t>(row.seats.size());
        const bool is_pending = row.status == ReservationStatus::pending;
        ++(is_pending ? totals.pending : totals.confirmed);
        if (has_lapsed(index)) ++totals.lapsed;
        if (!has_lapsed(index)) {
            const auto of = allocation_of(row);
            const auto tickets = taken_from(plans_[row.event], of, claim_of(row)).tickets;
            if (tickets > 0) used[row.event][{of, row.user}] += tickets;
        }
        for (const auto& item : items_of(row)) {
            auto& counts = stock[{row.event, item.category}];
            if (!is_pending)
                counts.confirmed += item.quantity;
            else if (!has_lapsed(index))
                counts.reserved += item.quantity;
        }
    });
    CHECK(totals == totals_.get());
    // Every held or sold seat belongs to a reservation, so the sums must be equal.
    plans_.visit([&](EventIndex event, const EventRow& row) {
        const auto held = std::ranges::count_if(row.holders, [](auto by) { return by != kNobody; });
        const auto theirs = seats.find(event);
        CHECK(held == (theirs == seats.end() ? 0 : theirs->second));
        CHECK(row.allocations.used_by.entries() == used[event]);
        for (AllocationIndex of = 0; of < row.allocations.all.size(); ++of)
            verify_used(row, of, stock);
        for (CategoryIndex category = 0; category < row.stock.size(); ++category)
            CHECK(row.stock[category] == (stock[{event, category}]));
    });
    verify_buyers();
    verify_ends(totals);
    verify_ended();
}

/// Adds the units that the allocation holds back to `stock`.
void Reservations::verify_used(const EventRow& row, AllocationIndex of, StockByCategory& stock) {
    std::uint32_t used = 0;
    for (const auto& [key, tickets] : row.allocations.used_by.entries())
        if (key.first == of) used += tickets;
    CHECK(row.allocations.used[of] == used);
    const auto& allocation = row.allocations.all[of];
    if (allocation == nullptr || allocation->quantity == 0) return;
    stock[{row.index, find_category(row, allocation->category)}].held_back +=
        std::int64_t{allocation->quantity} - used;
}

void Reservations::verify_row(ReservationIndex index, const ReservationRow& row) const {
    CHECK(index_of(row.id) == index);
    CHECK(digest_of(buyers_.name(row.user)) == row.user_digest);
    if (!has_claim(row)) return;
    auto expected = SeatStatus::confirmed;
    if (row.status == ReservationStatus::pending) expected = SeatStatus::reserved;
    const auto& event = plans_[row.event];
    for (const auto seat : row.seats) {
        CHECK(event.holders[seat] == index);
        CHECK(event.statuses[seat] == (has_lapsed(index) ? free_status(event, seat) : expected));
    }
}

void Reservations::verify_buyers() const {
    std::map<UserIndex, std::vector<ReservationIndex>> theirs;
    std::map<std::pair<UserIndex, EventIndex>, std::uint32_t> tickets;
    rows_.visit([&](ReservationIndex index, const ReservationRow& row) {
        theirs[row.user].push_back(index);
        if (has_claim(row) && !has_lapsed(index))
            tickets[{row.user, row.event}] += ticket_count(row);
    });
    std::size_t counts_kept = 0;
    CHECK(buyers_.size() == theirs.size());
    for (const auto& [user, reservations] : theirs) {
        CHECK(buyers_.find(buyers_.name(user)) == user);
        const auto& sales = buyers_.sales(user);
        const auto is_there = [this](auto index) { return rows_.has(index); };
        CHECK(sales.reservations.size() == reservations.size() + sales.gone);
        CHECK(std::ranges::equal(sales.reservations | std::views::filter(is_there), reservations));
        counts_kept += sales.tickets.size();
    }
    CHECK(counts_kept == tickets.size());
    for (const auto& [key, count] : tickets)
        CHECK(buyers_.sales(key.first).tickets_in(key.second) == count);
}

void Reservations::verify_ends(const Totals& totals) const {
    std::uint32_t live = 0;
    hold_ends_.visit([&](const auto& end) { live += is_live(end) ? 1 : 0; });
    CHECK(live == totals.pending - totals.lapsed);
    const auto has_lapsed_yet = [this](auto index) { return is_lapsed(index); };
    CHECK(std::ranges::count_if(lapsed_, has_lapsed_yet) == totals.lapsed);
    if (log_.is_open()) return;
    CHECK(lapsed_.empty() || has_lapsed_yet(lapsed_.front()));
    hold_ends_.visit_lowest(
        [](const auto&) { return true; },
        [&](const auto& end) {
            CHECK(is_live(end));
            return false;
        }
    );
}

void Reservations::verify_ended() const {
    std::set<ReservationIndex> ended;
    std::map<EventIndex, std::uint32_t> of_events;
    rows_.visit([&](ReservationIndex index, const ReservationRow& row) {
        if (!has_claim(row)) ended.insert(index);
        ++of_events[row.event];
    });
    ended_.visit([&](const RowDue& end) {
        if (is_end(end)) ended.erase(end.row);
    });
    CHECK(ended.empty());
    plans_.visit([&](EventIndex event, const EventRow& row) {
        CHECK(row.reservations.get() == of_events[event]);
    });
}

}  // namespace frontrow::domain
