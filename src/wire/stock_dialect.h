#pragma once

#include "base/id.h"
#include "base/result.h"
#include "domain/category.h"
#include "domain/event.h"
#include "domain/reservation.h"
#include "wire/parse_error.h"
#include "wire/problem_json.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::wire {

// The bodies of the stock dialect: that of clients who buy units of a category's stock. Fields of
// answers are named in PascalCase, and those of requests in snake_case. A category is added by the
// same body as in our own API.

struct StockReservationRequest {
    EventId event;
    std::string category;
    std::uint32_t quantity = 0;
};

struct StockConfirmationRequest {
    ReservationId reservation;
    bool payment_ok = false;
};

/// `hold`: how long the event's reservations are held.
Result<domain::EventSpec, ParseError>
parse_stock_event_request(std::string_view body, std::chrono::seconds hold);
Result<StockReservationRequest, ParseError> parse_stock_reservation_request(std::string_view body);
Result<StockConfirmationRequest, ParseError> parse_stock_confirmation_request(std::string_view body
);

/// The category by this name: exactly, or else the first one with this name in any ASCII case.
/// Null if there is none.
const domain::CategoryView*
find_category(const std::vector<domain::CategoryView>& categories, std::string_view name);

void append_stock_event(std::string& out, const domain::Event& event);
void append_stock_category(std::string& out, EventId event, const domain::CategoryView& category);
/// The units left of each category, by its name in lower case. Of names that differ in case alone,
/// the first one counts.
void append_stock_left(std::string& out, const std::vector<domain::CategoryView>& categories);
void append_stock_reservation(std::string& out, const domain::Reservation& reservation);
void append_booking(std::string& out, const domain::Reservation& reservation);
void append_stock_dialect_error(std::string& out, const Problem& problem, TraceId trace);

}  // namespace frontrow::wire
