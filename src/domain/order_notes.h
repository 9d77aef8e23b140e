#pragma once

#include "base/instant.h"
#include "base/money.h"
#include "domain/facts.h"
#include "domain/order.h"

#include <optional>
#include <string>

namespace frontrow::domain {

// What a fact does to its order. `decide` uses these to show an order as it will be, and `evolve`
// to make it so.

/// The order of a reservation that belongs to `user`.
Order placed(
    const OrderPlaced& body,
    EventId event,
    std::string user,
    Currency currency,
    std::optional<Instant> first_asked_at,
    Instant at
);
/// The order's reservation was restored.
void note(Order& order, const ReservationRestored& body, Instant at);
void note(Order& order, const PaymentIntended& body, Instant at);
void note(Order& order, const PaymentPending& body, Instant at);
void note(Order& order, const PaymentSucceeded& body, Instant at);
void note(Order& order, const PaymentDeclined& body, Instant at);
void note(Order& order, const PaymentDisputed& body, Instant at);
void note(Order& order, const RefundIntended& body, Instant at);
void note(Order& order, const RefundSucceeded& body, Instant at);
void note(Order& order, const RefundFailed& body, Instant at);

}  // namespace frontrow::domain
