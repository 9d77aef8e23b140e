#include "domain/reads.h"

#include "domain/members.h"
#include "domain/sold_reservation.h"

#include <algorithm>
#include <limits>
#include <ranges>
#include <utility>

namespace frontrow::domain {

Read<std::optional<Event>> read_event(const Inventory& state, Instant, EventId id) {
    const auto* row = state.plans().find(id);
    return {row == nullptr ? std::nullopt : std::optional{row->event}, state.events_seq()};
}

Read<std::vector<Event>> read_events(const Inventory& state, Instant, Page page) {
    return {state.plans().list(page), state.events_seq()};
}

Read<std::optional<std::vector<Member>>>
read_members(const Inventory& state, Instant, EventId event, Organizer by) {
    const auto* row = state.plans().find(event);
    if (row == nullptr || !may_change(*row, by)) return {std::nullopt, state.events_seq()};
    return {row->members.get(), row->last_seq()};
}

Read<std::optional<std::vector<std::uint64_t>>>
read_acts(const Inventory& state, Instant, EventId event, Organizer by, Page page) {
    const auto* row = state.plans().find(event);
    if (row == nullptr || !may_change(*row, by)) return {std::nullopt, state.events_seq()};
    const auto& all = row->acts.values();
    const auto end = page.after ? std::ranges::lower_bound(all, page.after->id.lo) : all.end();
    auto wanted = std::ranges::subrange{all.begin(), end} | std::views::reverse |
                  std::views::drop(page.offset) | std::views::take(page.limit);
    return {std::vector<std::uint64_t>{wanted.begin(), wanted.end()}, row->last_seq()};
}

Read<std::optional<SeatView>> read_seat(const Inventory& state, Instant now, SeatId id) {
    const auto place = state.plans().find_seat(id);
    if (!place) return {std::nullopt, state.events_seq()};
    return {state.seat_view(*place, now), state.plans()[place->event].last_seq()};
}

Read<std::optional<SeatList>>
read_seats(const Inventory& state, Instant now, EventId event, bool only_available, Page page) {
    const auto* row = state.plans().find(event);
    if (row == nullptr) return {std::nullopt, state.events_seq()};
    return {state.list_seats(*row, only_available, page, now), row->last_seq()};
}

Read<std::optional<std::vector<CategoryView>>>
read_categories(const Inventory& state, Instant now, EventId event) {
    const auto* row = state.plans().find(event);
    if (row == nullptr) return {std::nullopt, state.events_seq()};
    return {state.list_categories(*row, now), row->last_seq()};
}

Read<std::optional<std::vector<AllocationView>>>
read_allocations(const Inventory& state, Instant now, EventId event, Organizer by) {
    const auto* row = state.plans().find(event);
    if (row == nullptr || !may_change(*row, by)) return {std::nullopt, state.events_seq()};
    return {state.list_allocations(*row, now), row->last_seq()};
}

Read<std::optional<Availability>>
read_availability(const Inventory& state, Instant now, EventId event) {
    const auto* row = state.plans().find(event);
    if (row == nullptr) return {std::nullopt, state.events_seq()};
    Availability all{
        .seats = state.count_seats(*row, now), .categories = state.list_categories(*row, now)
    };
    return {std::move(all), row->last_seq()};
}

Read<std::optional<SeatCounts>> read_counts(const Inventory& state, Instant now, EventId event) {
    const auto* row = state.plans().find(event);
    if (row == nullptr) return {std::nullopt, state.events_seq()};
    return {state.count_seats(*row, now), row->last_seq()};
}

Read<std::optional<SectionList>> read_sections(
    const Inventory& state,
    Instant now,
    EventId event,
    std::shared_ptr<const SectionPlan> plan
) {
    const auto* row = state.plans().find(event);
    if (row == nullptr) return {std::nullopt, state.events_seq()};
    return {list_sections(state, *row, std::move(plan), now), row->last_seq()};
}

Read<std::optional<Reservation>>
read_reservation(const Inventory& state, Instant now, ReservationId id, std::string user) {
    const auto& reservations = state.reservations();
    const auto* row = reservations.find(id, now);
    if (row == nullptr || reservations.buyers().name(row->user) != user) return {};
    return {state.entity(*row, now), state.event_of(*row).last_seq()};
}

Read<bool> read_is_known(const Inventory& state, Instant now, Bits128 key) {
    return {state.requests().find(key, now) != nullptr, state.last_seq()};
}

Read<std::optional<Reservation>> read_reservation_of_seat(
    const Inventory& state,
    Instant now,
    EventId event,
    SeatId seat,
    std::string user
) {
    const auto place = state.plans().find_seat(seat);
    if (!place || state.plans()[place->event].event.id != event)
        return {std::nullopt, state.events_seq()};
    const auto& row = state.plans()[place->event];
    const auto holder = row.holders[place->seat];
    if (holder == kNobody) return {std::nullopt, row.last_seq()};
    const auto& reservation = state.reservations()[holder];
    const bool is_over = status_of(reservation, now) == ReservationStatus::expired;
    if (is_over || state.reservations().buyers().name(reservation.user) != user)
        return {std::nullopt, row.last_seq()};
    return {state.entity(reservation, now), row.last_seq()};
}

Read<std::vector<Reservation>>
read_reservations(const Inventory& state, Instant now, std::string user, Page page) {
    auto list = state.list_reservations(user, page, now);
    const auto rests_on = list.empty() ? 0 : state.last_seq();
    return {std::move(list), rests_on};
}

Read<std::vector<ApiKey>> read_api_keys(const Inventory& state, Instant, Page page) {
    return {state.api_keys().list(page), state.api_keys().last_seq()};
}

Read<std::optional<OrderView>>
read_order(const Inventory& state, Instant now, OrderId id, std::string user) {
    const auto* order = state.orders().find(id, now);
    if (order == nullptr || order->user != user) return {};
    return {state.order_view(*order, now), state.last_seq_of(*order)};
}

Read<std::vector<OrderView>>
read_orders(const Inventory& state, Instant now, std::string user, Page page) {
    std::vector<OrderView> views;
    for (const auto index : state.orders().list_of(user, page, now))
        views.push_back(state.order_view(state.orders()[index], now));
    const auto rests_on = views.empty() ? 0 : state.last_seq();
    return {std::move(views), rests_on};
}

Read<std::optional<EventOrders>> read_event_orders(
    const Inventory& state,
    Instant now,
    EventId event,
    Organizer by,
    std::optional<OrderStatus> only,
    Page page,
    std::uint32_t looks_at
) {
    const auto* row = state.plans().find(event);
    if (row == nullptr || !may_change(*row, by)) return {std::nullopt, state.events_seq()};
    EventOrders orders;
    auto rest = page;
    std::uint32_t seen = 0;
    const auto after = page.after ? std::optional{OrderId{page.after->id}} : std::nullopt;
    state.orders().visit_event(event, after, now, [&](const Order& order) {
        if (rest.limit == 0) return false;
        if (seen++ == looks_at) {
            orders.rest = rest;
            return false;
        }
        rest.after = Place{.id = order.id.bits()};
        if (only && state.order_status(order, now) != *only) return true;
        if (rest.offset > 0) {
            --rest.offset;
            return true;
        }
        orders.some.push_back(state.order_view(order, now));
        --rest.limit;
        return true;
    });
    return {std::move(orders), row->last_seq()};
}

Read<std::optional<OrderView>>
read_event_order(const Inventory& state, Instant now, OrderId id, Organizer by) {
    const auto* order = state.orders().find(id, now);
    if (order == nullptr) return {};
    const auto* row = state.plans().find(order->event);
    if (row == nullptr || !may_change(*row, by)) return {std::nullopt, state.events_seq()};
    return {state.order_view(*order, now), row->last_seq()};
}

Read<std::vector<OrderId>>
read_missing_orders(const Inventory& state, Instant now, std::vector<OrderId> ids) {
    std::erase_if(ids, [&](OrderId id) { return state.orders().find(id, now) != nullptr; });
    std::ranges::sort(ids);
    return {std::move(ids), state.last_seq()};
}

Read<std::optional<Payment>> read_payment(const Inventory& state, Instant now, PaymentId id) {
    const auto* order = state.orders().find(id, now);
    if (order == nullptr) return {};
    return {*std::ranges::find(order->payments, id, &Payment::id), state.last_seq_of(*order)};
}

namespace {

Amount clamped(BigAmount amount) {
    return static_cast<Amount>(std::min<BigAmount>(amount, std::numeric_limits<Amount>::max()));
}

}  // namespace

Read<std::optional<SalesReport>>
read_sales(const Inventory& state, Instant, EventId event, Organizer by) {
    const auto* row = state.plans().find(event);
    if (row == nullptr || !may_change(*row, by)) return {std::nullopt, state.events_seq()};
    const auto& ledger = state.orders().ledger();
    const auto money = ledger.money_of(event);
    SalesReport report{
        .refunded = clamped(money.amount_refunded),
        .currency = row->event.spec.currency,
    };
    BigAmount captured = 0;
    ledger.visit_hours(event, [&](Instant from, const HourOfSales& hour) {
        report.curve.push_back({from, hour.orders, hour.tickets, clamped(hour.captured)});
        report.orders += hour.orders;
        report.tickets += hour.tickets;
        captured += hour.captured;
    });
    report.captured = clamped(captured);
    if (row->event.cancelled)
        report.cancelled =
            RefundProgress{money.paid - money.refunded, money.refunded, ledger.count_stuck(event)};
    return {std::move(report), row->last_seq()};
}

namespace {

void add_unfinished_refunds(const Order& order, Instant since, Unfinished& unfinished) {
    for (const auto& refund : order.refunds) {
        if (refund.status != RefundStatus::open || refund.started_at != since) continue;
        if (is_withheld(order, refund)) continue;
        const auto& payment = *std::ranges::find(order.payments, refund.payment, &Payment::id);
        unfinished.refunds.push_back(
            {order.id, order.currency, refund, payment.reference, payment.provider}
        );
    }
}

/// Calls `take(key)` for each entry since `since`: so many, and the others of the last one's
/// instant. Returns the instant of the first entry that is left out.
template <class Entries, class Take>
std::optional<Instant>
take_since(const Entries& entries, Instant since, std::uint32_t at_most, Take take) {
    std::uint32_t taken = 0;
    auto last = since;
    for (auto i = entries.lower_bound({since, OrderIndex{0}}); i != entries.end(); ++i) {
        const auto& key = i->first;
        if (taken >= at_most && key.first != last) return key.first;
        take(key);
        last = key.first;
        ++taken;
    }
    return std::nullopt;
}

/// The earlier of two instants, of which either may be absent.
std::optional<Instant> earlier(std::optional<Instant> one, std::optional<Instant> other) {
    if (!one || !other) return one ? one : other;
    return std::min(one, other);
}

bool is_wanted(const Inventory& state, const Order& order, Instant now) {
    if (was_paid(order) || state.orders().closed_at(order, now)) return false;
    const auto* const row = state.plans().find(order.event);
    return row != nullptr && !row->event.cancelled;
}

template <class Entries>
std::optional<Instant> first_instant(const Entries& entries) {
    return entries.empty() ? std::nullopt : std::optional{entries.begin()->first.first};
}

}  // namespace

Read<Unfinished>
read_unfinished(const Inventory& state, Instant now, std::uint32_t at_most, UnfinishedSince since) {
    Unfinished unfinished;
    const auto& orders = state.orders();
    const auto& ledger = orders.ledger();
    if (since.payments) {
        const auto take = [&](const auto& key) {
            const auto& order = orders[key.second];
            unfinished.payments.push_back({
                order.id,
                order.amount,
                order.currency,
                *open_payment(order),
                is_wanted(state, order, now),
            });
        };
        unfinished.next_payment_since =
            take_since(ledger.open_payments(), *since.payments, at_most, take);
    }
    if (since.refunds) {
        const auto take = [&](const auto& key) {
            add_unfinished_refunds(orders[key.second], key.first, unfinished);
        };
        unfinished.next_refund_since =
            take_since(ledger.open_refunds(), *since.refunds, at_most, take);
        for (const auto& [key, nothing] : ledger.to_refund() | std::views::take(at_most))
            unfinished.orders_to_refund.push_back(orders[key.second].id);
    }
    unfinished.oldest_since =
        earlier(first_instant(ledger.open_payments()), first_instant(ledger.open_refunds()));
    return {std::move(unfinished), state.last_seq()};
}

Read<std::optional<std::vector<TicketView>>>
read_reservation_tickets(const Inventory& state, Instant now, ReservationId id, std::string user) {
    if (const auto sold = SoldReservation::find(state, id, now)) {
        if (sold->owner() != user) return {};
        return {sold->views(), sold->event().last_seq()};
    }
    auto reservation = read_reservation(state, now, id, std::move(user));
    if (!reservation.value) return {};
    return {std::vector<TicketView>{}, reservation.rests_on};
}

Read<std::optional<TicketView>>
read_ticket(const Inventory& state, Instant now, TicketId id, std::string user) {
    const auto ticket = find_ticket(state, id, now);
    if (!ticket || (ticket->holder() != user && ticket->sold.owner() != user)) return {};
    return {ticket->view(), ticket->event().last_seq()};
}

Read<std::optional<TicketView>>
read_known_ticket(const Inventory& state, Instant now, TicketId id) {
    const auto ticket = find_ticket(state, id, now);
    if (!ticket) return {std::nullopt, state.events_seq()};
    return {ticket->view(), ticket->event().last_seq()};
}

Read<std::optional<TicketView>>
read_event_ticket(const Inventory& state, Instant now, TicketId id, Organizer by) {
    const auto ticket = find_ticket(state, id, now);
    if (!ticket || !may_change(ticket->event(), by)) return {std::nullopt, state.events_seq()};
    return {ticket->view(), ticket->event().last_seq()};
}

namespace {

/// Collects the tickets that a user has, as far as they are on the page.
class TicketList {
public:
    TicketList(const Inventory& state, Instant now, const std::string& user, const Page& page)
        : state_{state}, now_{now}, user_{user}, page_{page} {}

    std::vector<TicketView> run() {
        if (page_.limit == 0) return {};
        auto after = page_.after ? std::optional{ticket_at(*page_.after)} : std::nullopt;
        const auto last = after ? find_ticket(state_, *after, now_) : std::nullopt;
        if (after && !last) return {};
        // The user may have given away the ticket behind which the page starts: its place stays.
        const bool is_from_another = last && last->sold.owner() != user_;
        if (!after || is_from_another) {
            state_.tickets().visit_transferred_to(user_, after, [&](const TicketNotes& notes) {
                const auto sold = SoldReservation::find(state_, notes.id.reservation, now_);
                return add(sold.value(), notes.id.number);
            });
            after.reset();
        } else {
            add_tickets_of(after->reservation, after->number);
        }
        const auto behind = after ? std::optional{after->reservation} : std::nullopt;
        if (!is_full())
            state_.visit_reservations(user_, behind, now_, [&](const ReservationRow& row) {
                return add_tickets_of(row.id, 0);
            });
        return std::move(list_);
    }

private:
    static TicketId ticket_at(const Place& place) {
        return {ReservationId{place.id}, place.number};
    }
    bool is_full() const { return list_.size() >= page_.limit; }
    /// Returns false once the page is full.
    bool add(const SoldReservation& sold, std::uint32_t number) {
        const bool is_listed = !sold.is_refunded(number);
        if (is_listed && passed_++ >= page_.offset) list_.push_back(sold.view(number));
        return !is_full();
    }
    /// Adds the tickets with higher numbers that weren't transferred.
    bool add_tickets_of(ReservationId id, std::uint32_t after) {
        const auto sold = SoldReservation::find(state_, id, now_);
        const auto count = sold ? sold->ticket_count() : 0;
        for (auto number = after + 1; number <= count && !is_full(); ++number) {
            const auto* const notes = state_.tickets().find({id, number});
            if (notes == nullptr || notes->holder.empty()) add(*sold, number);
        }
        return !is_full();
    }

    const Inventory& state_;
    Instant now_;
    const std::string& user_;
    const Page& page_;
    std::vector<TicketView> list_;
    std::size_t passed_ = 0;
};

}  // namespace

Read<std::vector<TicketView>>
read_tickets(const Inventory& state, Instant now, std::string user, Page page) {
    auto list = TicketList{state, now, user, page}.run();
    const auto rests_on = list.empty() ? 0 : state.last_seq();
    return {std::move(list), rests_on};
}

Read<bool> read_may_scan(const Inventory& state, Instant, EventId event, Organizer by) {
    const auto* const row = state.plans().find(event);
    if (row == nullptr) return {false, state.events_seq()};
    return {may_scan(*row, by), row->last_seq()};
}

Read<std::optional<CheckInReport>>
read_check_ins(const Inventory& state, Instant, EventId event, Organizer by) {
    const auto* row = state.plans().find(event);
    if (row == nullptr || !may_scan(*row, by)) return {std::nullopt, state.events_seq()};
    CheckInReport report{.sold = row->counts.get().confirmed};
    for (std::size_t i = 0; i < row->stock.size(); ++i)
        report.sold += row->stock[i].confirmed;
    state.tickets().visit_gates(event, [&](const std::string& gate, const auto& counts) {
        report.gates.push_back({gate, counts.used, counts.late});
        report.used += counts.used;
    });
    return {std::move(report), row->last_seq()};
}

std::uint64_t last_seq_of(const Inventory& state, EventId event) {
    const auto* row = state.plans().find(event);
    return row == nullptr ? state.events_seq() : row->last_seq();
}

}  // namespace frontrow::domain
