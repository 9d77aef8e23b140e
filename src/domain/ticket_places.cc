#include "domain/ticket_places.h"

#include <algorithm>
#include <string_view>

namespace frontrow::domain {
namespace {

/// Null if there is no ticket with this number.
const OrderLine* find_line(const OrderLines& lines, std::uint32_t number) {
    if (number == 0) return nullptr;
    auto unit = number - 1;
    for (const auto& line : lines) {
        if (unit < line.quantity) return &line;
        unit -= line.quantity;
    }
    return nullptr;
}

TicketPlace place_in(const OrderLine& line) {
    switch (line.kind) {
        case LineKind::seat:
            return {.seat = line.seat, .category = {}};
        case LineKind::category:
            return {.seat = {}, .category = line.category};
    }
}

}  // namespace

std::optional<TicketPlace> place_of(const OrderLines& lines, std::uint32_t number) {
    const auto* const line = find_line(lines, number);
    if (line == nullptr) return std::nullopt;
    return place_in(*line);
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
