#pragma once

#include "domain/category.h"
#include "domain/seat_plans.h"

#include <string_view>

namespace frontrow::domain {

// The categories of an event.

/// kNobody if the event has no category with this name.
CategoryIndex find_category(const EventRow& event, std::string_view name);
/// Checks the event's own list of categories; Reservations::verify() checks what is held and sold.
void verify_categories(const EventRow& event);

}  // namespace frontrow::domain
