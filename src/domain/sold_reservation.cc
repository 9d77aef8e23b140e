#include "domain/sold_reservation.h"

#include "base/check.h"
#include "domain/ticket_places.h"

#include <memory>
#include <utility>

namespace frontrow::domain {
namespace {

/// Lines about what a reservation has, for its tickets: seats in their order, then units.
OrderLines lines_about(const Reservation& reservation) {
    OrderLines lines;
    for (const auto seat : reservation.seats)
        lines.push_back({.seat = seat});
    for (const auto& item : reservation.items)
        lines.push_back(
            {.kind = LineKind::category, .category = item.category, .quantity = item.quantity}
        );
    return lines;
}

}  // namespace

std::optional<SoldReservation>
SoldReservation::find(const Inventory& inventory, ReservationId id, Instant now) {
    SoldReservation sold{inventory, id};
    const auto* const order = inventory.orders().newest_of(id, now);
    const auto* const sale = order == nullptr ? nullptr : sale_of(*order);
    if (sale != nullptr) {
        sold.order_ = order;
        sold.sold_at_ = sale->settled_at.value();
        sold.owner_ = &order->user;
        sold.event_ = inventory.plans().find(order->event);
        if (!order->refunds.empty()) sold.are_refunded_ = refunded_tickets(*order);
    } else if (const auto* row = inventory.reservations().find(id, now);
               row != nullptr && row->status == ReservationStatus::confirmed) {
        sold.owner_ = &inventory.reservations().buyers().name(row->user);
        sold.event_ = &inventory.event_of(*row);
        const auto reservation = inventory.entity(*row, now);
        sold.sold_at_ = reservation.confirmed_at.value();
        sold.lines_ = lines_about(reservation);
    }
    if (sold.event_ == nullptr) return std::nullopt;
    return sold;
}

TicketPlace SoldReservation::place(std::uint32_t number) const {
    auto place = place_of(lines(), number);
    CHECK(place);
    return *std::move(place);
}

TicketNotes SoldReservation::notes(std::uint32_t number) const {
    const TicketId id{id_, number};
    const auto* const notes = inventory_->tickets().find(id);
    return notes == nullptr ? TicketNotes{.id = id, .event = event().event.id} : *notes;
}

TicketView SoldReservation::view(const TicketNotes& notes) const {
    const auto number = notes.id.number;
    TicketView view{
        .id = notes.id,
        .event = notes.event,
        .place = place(number),
        .holder = holder(notes),
        .issue = notes.issue,
    };
    const auto& plans = inventory_->plans();
    const auto& spec = event().event.spec;
    view.gate = gate_of(plans, spec, view.place);
    view.starts_at = spec.start_at;
    view.asks = spec.admission.asks();
    if (view.place.category.empty()) {
        const auto seat = plans.find_seat(view.place.seat);
        CHECK(seat);
        view.seat.spec =
            std::make_shared<const SeatSpec>(seat_spec(plans[seat->event], seat->seat));
    }
    if (!notes.scans.empty()) {
        view.status = TicketStatus::used;
        view.used = notes.scans.front();
    }
    if (event().event.cancelled) view.status = TicketStatus::cancelled;
    if (is_refunded(number)) view.status = TicketStatus::refunded;
    return view;
}

std::vector<TicketView> SoldReservation::views() const {
    std::vector<TicketView> views;
    views.reserve(ticket_count());
    for (std::uint32_t number = 1; number <= ticket_count(); ++number)
        views.push_back(view(number));
    return views;
}

std::optional<KnownTicket> find_ticket(const Inventory& inventory, TicketId id, Instant now) {
    auto sold = SoldReservation::find(inventory, id.reservation, now);
    if (!sold || !sold->has(id.number)) return std::nullopt;
    auto notes = sold->notes(id.number);
    return KnownTicket{*std::move(sold), std::move(notes)};
}

}  // namespace frontrow::domain
