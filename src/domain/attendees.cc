#include "domain/members.h"
#include "domain/reads.h"
#include "domain/sold_reservation.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

// The people who have an event's tickets.

namespace frontrow::domain {
namespace {

/// How many rows of reservations one part of the attendees looks at.
constexpr std::uint64_t kRowsAtOnce = 4'096;

/// A place among the attendees: behind this ticket of the reservation in this row. Rows have the
/// same numbers on all nodes, and keep them.
Place attendee_place(std::uint64_t row, std::uint32_t number) {
    return {.id = {0, row}, .number = number};
}

void add_attendee(AttendeePart& part, const SoldReservation& sold, const TicketNotes& notes) {
    const auto* const order = sold.order();
    const bool is_transferred = !notes.holder.empty();
    part.orders.push_back(order == nullptr || is_transferred ? OrderId{} : order->id);
    part.tickets.push_back(sold.view(notes));
}

}  // namespace

Read<std::optional<AttendeePart>> read_attendees(
    const Inventory& state,
    Instant now,
    EventId event,
    Organizer by,
    std::optional<Place> after,
    std::size_t at_most
) {
    const auto* const of = state.plans().find(event);
    if (of == nullptr || !may_change(*of, by)) return {std::nullopt, state.events_seq()};
    const auto& reservations = state.reservations();
    AttendeePart part{
        .asks = of->event.spec.admission.asks(), .tickets = {}, .orders = {}, .next = {}
    };
    auto row = after ? after->id.lo : 0;
    auto number = after ? after->number : 0;
    const auto end = std::min<std::uint64_t>(reservations.end(), row + kRowsAtOnce);
    for (; row < end; ++row, number = 0) {
        const auto index = static_cast<ReservationIndex>(row);
        if (!reservations.has(index) || reservations[index].event != of->index) continue;
        const auto sold = SoldReservation::find(state, reservations[index].id, now);
        const auto count = sold ? sold->ticket_count() : 0;
        while (++number <= count) {
            if (sold->is_refunded(number)) continue;
            if (part.tickets.size() == at_most) {
                part.next = attendee_place(row, number - 1);
                return {std::move(part), of->last_seq()};
            }
            add_attendee(part, *sold, sold->notes(number));
        }
    }
    if (row < reservations.end()) part.next = attendee_place(row, 0);
    return {std::move(part), of->last_seq()};
}

}  // namespace frontrow::domain
