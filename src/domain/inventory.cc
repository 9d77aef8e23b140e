#include "domain/inventory.h"

#include "base/check.h"
#include "domain/allocations.h"
#include "domain/categories.h"
#include "domain/digest_fields.h"
#include "domain/sold_reservation.h"

#include <algorithm>
#include <memory>
#include <ranges>

namespace frontrow::domain {
namespace {

/// The initial capacity of a run's list of statuses, unless the seat list is shorter.
constexpr std::size_t kUsualRun = 32;

/// `left`: how many more seats the list may take.
void append_seat(
    SeatList& list,
    const EventRow& event,
    SeatIndex seat,
    SeatStatus status,
    std::size_t left
) {
    const auto block = block_of(event, seat);
    const auto index = seat - event.block_starts[block].first;
    auto* run = list.runs.empty() ? nullptr : &list.runs.back();
    if (run == nullptr || run->block != event.blocks[block] ||
        run->first + run->statuses.size() != index) {
        run = &list.runs.emplace_back(
            SeatRun{.block = event.blocks[block], .first = index, .statuses = {}}
        );
        run->statuses.reserve(std::min(left, kUsualRun));
    }
    run->statuses.push_back(status);
}

}  // namespace

Inventory::Inventory(StateLog::Digests digests) : log_{digests} {
}

Inventory::~Inventory() = default;

void Inventory::commit() {
    log_.commit();
    reservations_.drop_dead_ends();
}

void Inventory::prefetch(ReservationId id, std::string_view user, Bits128 request) const {
    requests_.prefetch(request);
    reservations_.prefetch(id, user);
}

SeatStatus Inventory::seat_status(const EventRow& event, SeatIndex seat, Instant now) const {
    const auto status = event.statuses[seat];
    switch (status) {
        case SeatStatus::available:
        case SeatStatus::confirmed:
            return status;
        case SeatStatus::reserved:
            if (reservations_[event.holders[seat]].expires_at > now) return status;
            return free_status(event, seat, now);
        case SeatStatus::held_back:
            return free_status(event, seat, now);
    }
}

SeatView Inventory::seat_view(SeatPlace place, Instant now) const {
    const auto& event = plans_[place.event];
    const auto block = block_of(event, place.seat);
    return SeatView{
        .event = event.event.id,
        .block = event.blocks[block],
        .index = place.seat - event.block_starts[block].first,
        .status = seat_status(event, place.seat, now),
    };
}

SeatCounts Inventory::count_seats(const EventRow& event, Instant now) const {
    auto counts = event.counts.get();
    reservations_.visit_about_to_lapse(now, [&](const ReservationRow& row) {
        if (row.event != event.index) return;
        counts.reserved -= static_cast<std::uint32_t>(row.seats.size());
        for (const auto seat : row.seats)
            if (free_status(event, seat, now) == SeatStatus::held_back) ++counts.held_back;
    });
    visit_seats_released(event, now, [&](SeatIndex) { --counts.held_back; });
    return counts;
}

AllocationView Inventory::allocation_view(const EventRow& event, AllocationIndex of, Instant now)
    const {
    return {event.allocations.all[of], reservations_.count_used(event, of, now)};
}

std::vector<AllocationView> Inventory::list_allocations(const EventRow& event, Instant now) const {
    std::vector<AllocationView> views;
    const auto& all = event.allocations.all;
    if (all.empty()) return views;
    auto used = event.allocations.used.values();
    reservations_.visit_about_to_lapse(now, [&](const ReservationRow& row) {
        const auto of = allocation_of(row);
        if (row.event == event.index && of != kNobody)
            used[of] -= taken_from(event, of, claim_of(row)).tickets;
    });
    for (AllocationIndex of = 0; of < all.size(); ++of)
        if (all[of] != nullptr && is_in_force(*all[of], now)) views.push_back({all[of], used[of]});
    return views;
}

/// What has run out frees units, but those of an allocation in force are held back again. What an
/// allocation holds back is free once its `until` has come.
template <class Take>
void Inventory::visit_stock_released(const EventRow& event, Instant now, Take take) const {
    const auto& allocations = event.allocations.all;
    reservations_.visit_about_to_lapse(now, [&](const ReservationRow& row) {
        if (row.event != event.index) return;
        const auto index = allocation_of(row);
        const auto* of = index == kNobody ? nullptr : allocations[index].get();
        for (const auto& item : items_of(row)) {
            const bool is_held_back = of != nullptr && is_in_force(*of, now) &&
                                      of->category == event.categories.get()[item.category].name;
            take(
                item.category,
                StockCounts{item.quantity, 0, is_held_back ? -std::int64_t{item.quantity} : 0}
            );
        }
    });
    plans_.visit_due_allocations(event, now, [&](AllocationIndex of) {
        const auto& one = *allocations[of];
        const std::int64_t unused = std::int64_t{one.quantity} - event.allocations.used[of];
        if (one.quantity > 0) take(find_category(event, one.category), StockCounts{0, 0, unused});
    });
}

std::vector<CategoryView> Inventory::list_categories(const EventRow& event, Instant now) const {
    std::vector<CategoryView> views;
    const auto& categories = event.categories.get();
    views.reserve(categories.size());
    for (std::size_t i = 0; i < categories.size(); ++i)
        views.push_back({categories[i], event.stock[i]});
    if (views.empty()) return views;
    visit_stock_released(event, now, [&](CategoryIndex category, const StockCounts& released) {
        views[category].counts.reserved -= released.reserved;
        views[category].counts.held_back -= released.held_back;
    });
    return views;
}

StockCounts Inventory::count_stock(const EventRow& event, CategoryIndex category, Instant now)
    const {
    auto counts = event.stock[category];
    visit_stock_released(event, now, [&](CategoryIndex of, const StockCounts& released) {
        if (of != category) return;
        counts.reserved -= released.reserved;
        counts.held_back -= released.held_back;
    });
    return counts;
}

Reservation Inventory::entity_with(
    const ReservationRow& row,
    ReservationStatus status,
    Instant expires_at,
    const SeatPlans::Claim& claim,
    Amount total_amount
) const {
    const auto& event = plans_[row.event];
    Reservation entity{
        .id = row.id,
        .event = event.event.id,
        .user = reservations_.buyers().name(row.user),
        .seats = {},
        .status = status,
        .total_amount = total_amount,
        .currency = row.currency,
        .created_at = row.created_at,
        .expires_at = expires_at,
        .confirmed_at = std::nullopt,
    };
    entity.seats.reserve(claim.seats.size());
    for (const auto seat : claim.seats)
        entity.seats.push_back(seat_id(event, seat));
    entity.items.reserve(claim.items.size());
    for (const auto& item : claim.items) {
        const auto& category = event.categories.get()[item.category];
        entity.items.push_back({category.name, item.quantity, item.unit_price});
    }
    if (status == ReservationStatus::confirmed) entity.confirmed_at = row.settled_at;
    return entity;
}

Reservation Inventory::entity(const ReservationRow& row, Instant now) const {
    return entity_with(row, status_of(row, now), row.expires_at, claim_of(row), row.total_amount);
}

Reservation Inventory::entity_as_created(const ReservationRow& row) const {
    const auto* const first = first_claim_of(row);
    const auto claim = first == nullptr
                           ? claim_of(row)
                           : SeatPlans::Claim{.seats = first->seats, .items = first->items};
    return entity_with(
        row,
        ReservationStatus::pending,
        row.created_at + Millis{row.hold_ms},
        claim,
        first == nullptr ? row.total_amount : first->total_amount
    );
}

std::uint64_t Inventory::last_seq_of(const Order& order) const {
    const auto event = plans_.index_of(order.event);
    // An order that is still shown may outlive the row of its event.
    return event == kNobody ? last_seq() : plans_[event].last_seq();
}

OrderView Inventory::order_view(Order order, Instant now) const {
    order.closed_at = orders_.closed_at(order, now);
    const auto status = status_of(order);
    return {std::move(order), status};
}

OrderStatus Inventory::order_status(const Order& order, Instant now) const {
    const auto status = status_of(order);
    // Only this status depends on the clock.
    const bool has_closed = status == OrderStatus::created && orders_.closed_at(order, now);
    return has_closed ? OrderStatus::cancelled : status;
}

/// How many of a user's reservations come behind `after`. Lists begin with the newest,
/// so these are the user's oldest reservations.
std::size_t Inventory::reservations_until(
    const Buyers::Reservations& mine,
    std::optional<ReservationId> after
) const {
    if (!after) return mine.size();
    if (const auto known = reservations_.index_of(*after); known != kNobody)
        return static_cast<std::size_t>(std::ranges::lower_bound(mine, known) - mine.begin());
    // If the cursor's reservation is erased, its place is found by id. Ids contain the creation
    // time, so their order is the list's order except for clock differences between nodes.
    const auto is_older = [&](ReservationIndex index) {
        return reservations_.has(index) && reservations_[index].id < *after;
    };
    const auto newest_first = mine | std::views::reverse;
    const auto newest = std::ranges::find_if(newest_first, is_older);
    return static_cast<std::size_t>(newest_first.end() - newest);
}

std::vector<Reservation>
Inventory::list_reservations(std::string_view user, const Page& page, Instant now) const {
    std::vector<Reservation> list;
    if (page.limit == 0) return list;
    std::size_t passed = 0;
    const auto after = page.after ? std::optional{ReservationId{page.after->id}} : std::nullopt;
    visit_reservations(user, after, now, [&](const ReservationRow& row) {
        if (passed++ >= page.offset) list.push_back(entity(row, now));
        return list.size() < page.limit;
    });
    return list;
}

SeatList Inventory::list_seats(
    const EventRow& event,
    bool only_available,
    const Page& page,
    Instant now
) const {
    SeatList list{.event = event.event.id, .version = seat_map_version(event, now), .runs = {}};
    const auto total = event.counts.get().total;
    std::size_t taken = 0;
    std::size_t passed = 0;
    SeatIndex seat = plans_.seats_from(event, page);
    // Without a filter the first `offset` seats are skipped in one step.
    if (!only_available) {
        seat += static_cast<SeatIndex>(std::min<std::size_t>(page.offset, total - seat));
        passed = page.offset;
    }
    const bool looks_at_holds =
        reservations_.has_ended_holds(now) || plans_.has_due_allocations(now);
    for (; seat < total && taken < page.limit; ++seat) {
        if (only_available) seat = next_candidate(event, seat, looks_at_holds);
        if (seat == total) break;
        const auto status = seat_status(event, seat, now);
        if (only_available && status != SeatStatus::available) continue;
        if (passed < page.offset) {
            ++passed;
            continue;
        }
        append_seat(list, event, seat, status, page.limit - taken);
        ++taken;
    }
    return list;
}

SeatMapVersion Inventory::seat_map_version(const EventRow& event, Instant now) const {
    auto lapsed = event.lapsed.get() + reservations_.count_about_to_lapse(event.index, now);
    plans_.visit_due_allocations(event, now, [&](AllocationIndex) { ++lapsed; });
    return {.seq = event.last_seq(), .at = event.last_at(), .lapsed = lapsed};
}

SeatMap Inventory::seat_map(const EventRow& event, Instant now, const SeatMap* before) const {
    const bool has_new_seats = before == nullptr || before->blocks->size() != event.blocks.size();
    SeatMap map{
        .event = event.event.id,
        .version = seat_map_version(event, now),
        .blocks = has_new_seats ? std::make_shared<const SeatBlocks>(event.blocks.values())
                                : before->blocks,
        .statuses = event.statuses.values(),
        .stage = event.event.spec.stage,
        .focal_point = event.event.spec.focal_point,
    };
    reservations_.visit_about_to_lapse(now, [&](const ReservationRow& row) {
        if (row.event != event.index) return;
        for (const auto seat : row.seats)
            map.statuses[seat] = free_status(event, seat, now);
    });
    visit_seats_released(event, now, [&](SeatIndex seat) {
        map.statuses[seat] = SeatStatus::available;
    });
    return map;
}

void Inventory::let_go(std::size_t at_most) {
    CHECK(!is_speculating());
    const auto now = last_at();
    if (!requests_.has_forgettable(now) && !reservations_.has_forgettable(now) &&
        !plans_.has_forgettable(now) && !orders_.has_forgettable(now))
        return;
    log_.forget([&] {
        requests_.forget(now, at_most);
        reservations_.forget(now, at_most);
        plans_.forget(now, at_most);
        orders_.forget(now, at_most);
    });
}

void Inventory::derive() {
    plans_.derive();
    requests_.derive();
    reservations_.derive();
    api_keys_.derive();
    orders_.derive();
    tickets_.derive();
}

void Inventory::verify() const {
    plans_.verify();
    reservations_.verify();
    requests_.verify();
    api_keys_.verify();
    orders_.verify();
    tickets_.verify();
    // As long as a reservation's request is remembered, the request refers back to the reservation.
    reservations_.visit([this](ReservationIndex index, const ReservationRow& row) {
        const auto* const request = requests_.at(row.request);
        CHECK(
            request == nullptr ||
            (request->kind == RequestKind::reservation && request->made == index)
        );
    });
    orders_.visit([this](OrderIndex, const Order& order) { verify_order(order); });
    tickets_.visit([this](TicketIndex, const TicketNotes& notes) { verify_ticket(notes); });
}

/// CHECKs that the order and its reservation agree on what the buyer has.
void Inventory::verify_order(const Order& order) const {
    const auto index = reservations_.index_of(order.reservation);
    if (index == kNobody) return;
    const auto& row = reservations_[index];
    CHECK(event_of(row).event.id == order.event && row.currency == order.currency);
    CHECK(reservations_.buyers().name(row.user) == order.user);
    const bool is_open = !order.closed_at && !was_paid(order);
    CHECK(!is_open || row.status == ReservationStatus::pending);
    const bool is_sold = sale_of(order) != nullptr;
    CHECK(!is_sold || (row.status != ReservationStatus::pending && !order.closed_at));
}

/// CHECKs that there is such a ticket.
void Inventory::verify_ticket(const TicketNotes& notes) const {
    const auto ticket = find_ticket(*this, notes.id, last_at());
    CHECK(ticket && ticket->event().event.id == notes.event);
    CHECK(notes.holder != ticket->sold.owner());
}

}  // namespace frontrow::domain
