#pragma once

#include "domain/order.h"
#include "domain/seat_plans.h"
#include "domain/ticket.h"

#include <cstdint>
#include <optional>
#include <string>

namespace frontrow::domain {

// What follows for tickets from what was sold. `lines` are those of the order that sold the
// reservation, or lines about what the reservation has, if no order did.

/// Nothing if there is no ticket with this number.
std::optional<TicketPlace> place_of(const OrderLines& lines, std::uint32_t number);

/// The name of the gate that the event's terms name for the place; empty if there is none.
std::string gate_of(const SeatPlans& plans, const EventSpec& spec, const TicketPlace& place);

}  // namespace frontrow::domain
