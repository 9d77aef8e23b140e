#pragma once

#include "base/id.h"
#include "base/result.h"
#include "domain/event.h"
#include "domain/order.h"
#include "domain/reservation.h"
#include "domain/seat.h"
#include "wire/contact.h"
#include "wire/parse_error.h"
#include "wire/problem_json.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::wire {

// The bodies of the seat dialect: that of clients who know a reservation by its event and its seat.
// Field names are in camelCase.

struct SeatHoldRequest {
    EventId event;
    SeatId seat;
    std::optional<std::chrono::seconds> hold;
};

struct SeatOrderRequest {
    EventId event;
    SeatId seat;
    Contact contact;
};

struct SeatPaymentRequest {
    OrderId order;
    /// May be empty.
    std::string token;
};

Result<SeatHoldRequest, ParseError> parse_seat_hold_request(std::string_view body);
/// How much longer to hold a seat. Nothing if the body is empty or doesn't say.
Result<std::optional<std::chrono::seconds>, ParseError> parse_seat_extension_request(
    std::string_view body
);
Result<SeatOrderRequest, ParseError> parse_seat_order_request(std::string_view body);
Result<SeatPaymentRequest, ParseError> parse_seat_payment_request(std::string_view body);

/// As in requests.h.
std::string canonical(const SeatOrderRequest& request);

void append_event_in_seat_dialect(std::string& out, const domain::Event& event, Instant now);
void append_seats_in_seat_dialect(std::string& out, const domain::SeatList& list);
/// `seat`: the one by which the client knows the reservation.
void append_held_seat(std::string& out, const domain::Reservation& reservation, SeatId seat);
void append_order_in_seat_dialect(std::string& out, const domain::OrderView& view);
void append_authorization(std::string& out, const domain::OrderView& view);
/// Fields that the problem names get their names in this dialect.
void append_seat_dialect_error(std::string& out, const Problem& problem, TraceId trace);

}  // namespace frontrow::wire
