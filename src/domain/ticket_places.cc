#include "domain/ticket_places.h"

#include "base/check.h"

#include <algorithm>
#include <string_view>

namespace frontrow::domain {
namespace {

/// A ticket's line, and its place among the units of the line.
struct LineOfTicket {
    const OrderLine* line = nullptr;
    std::uint32_t unit = 0;
};

/// The line is null if there is no ticket with this number.
LineOfTicket find_line(const OrderLines& lines, std::uint32_t number) {
    if (number == 0) return {};
    auto unit = number - 1;
    for (const auto& line : lines) {
        if (unit < line.quantity) return {&line, unit};
        unit -= line.quantity;
    }
    return {};
}

TicketPlace place_in(const OrderLine& line) {
    switch (line.kind) {
        case LineKind::seat:
            return {.seat = line.seat, .category = {}};
        case LineKind::category:
            return {.seat = {}, .category = line.category};
    }
}

/// How many units like those of this line are refunded.
std::uint64_t units_refunded(const Order& order, const OrderLine& like) {
    std::uint64_t units = 0;
    for (const auto& refund : order.refunds) {
        if (!has_taken_tickets(refund)) continue;
        for (const auto& item : refund.items)
            if (item.category == like.category && item.unit_price == like.unit_price)
                units += item.quantity;
    }
    return units;
}

/// How many units like this one have higher numbers.
std::uint64_t units_after(const OrderLines& lines, const LineOfTicket& ticket) {
    const auto& like = *ticket.line;
    std::uint64_t units = like.quantity - ticket.unit - 1;
    for (const auto* line = &like + 1; line != lines.data() + lines.size(); ++line)
        if (line->category == like.category && line->unit_price == like.unit_price)
            units += line->quantity;
    return units;
}

}  // namespace

std::optional<TicketPlace> place_of(const OrderLines& lines, std::uint32_t number) {
    const auto found = find_line(lines, number);
    if (found.line == nullptr) return std::nullopt;
    return place_in(*found.line);
}

bool is_refunded(const Order& order, std::uint32_t number) {
    const auto ticket = find_line(order.lines, number);
    CHECK(ticket.line != nullptr);
    switch (ticket.line->kind) {
        case LineKind::seat:
            return std::ranges::any_of(order.refunds, [&](const Refund& refund) {
                return has_taken_tickets(refund) &&
                       std::ranges::count(refund.seats, ticket.line->seat) > 0;
            });
        case LineKind::category:
            return units_after(order.lines, ticket) < units_refunded(order, *ticket.line);
    }
}

std::string gate_of(const SeatPlans& plans, const EventSpec& spec, const TicketPlace& place) {
    if (spec.admission.gates().empty()) return {};
    std::string_view section;
    if (place.category.empty()) {
        const auto found = plans.find_seat(place.seat);
        if (!found) return {};
        section = seat_spec(plans[found->event], found->seat).section;
    }
    for (const auto& gate : spec.admission.gates()) {
        const bool is_it = place.category.empty()
                               ? std::ranges::count(gate.sections, section) > 0
                               : std::ranges::count(gate.categories, place.category) > 0;
        if (is_it) return gate.name;
    }
    return {};
}

}  // namespace frontrow::domain
