#pragma once

#include "support/eventually.h"
#include "support/test_server.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace frontrow::test {

constexpr auto kOrders = "/api/v1/orders";

/// A server whose payments the simulator takes, an event with six seats for 1,000 each, and Alice,
/// who buys.
class OrdersWorld : public testing::Test {
protected:
    OrdersWorld() = default;
    explicit OrdersWorld(TestServer::Options options) : server{std::move(options)} {}

    std::string event_path() const { return "/api/v1/events/" + venue.event; }
    static std::string path_of(const HttpAnswer& order) {
        return std::string{kOrders} + "/" + order.text("id");
    }

    /// A new idempotency key.
    Headers key() { return {{"Idempotency-Key", "key-" + std::to_string(++keys_)}}; }

    /// Alice's reservation of `count` seats from the seat at `first` on.
    HttpAnswer reserve(std::size_t first, std::size_t count = 1) {
        const auto from = venue.seats.begin() + static_cast<std::ptrdiff_t>(first);
        return alice.reserve(
            venue.event,
            {from, from + static_cast<std::ptrdiff_t>(count)},
            "key-" + std::to_string(++keys_)
        );
    }
    static std::string order_body(const HttpAnswer& reservation, std::string_view more = {}) {
        return R"({"reservation_id":")" + reservation.text("id") + "\"" + std::string{more} + "}";
    }
    HttpAnswer order(const HttpAnswer& reservation, std::string_view more = {}) {
        return alice.post(kOrders, order_body(reservation, more), key());
    }
    HttpAnswer pay(const HttpAnswer& order, std::string_view token = "tok_ok") {
        return alice.post(path_of(order) + "/payments", token_body(token), key());
    }
    static std::string token_body(std::string_view token) {
        return R"({"token":")" + std::string{token} + "\"}";
    }
    HttpAnswer refund(const HttpAnswer& order, std::string_view body = {}) {
        return organizer.post(path_of(order) + "/refund", body, key());
    }
    /// A paid order of `count` seats.
    HttpAnswer buy(std::size_t first, std::size_t count = 1) {
        const auto placed = order(reserve(first, count));
        EXPECT_EQ(placed.status, 201) << placed.body;
        const auto paid = pay(placed);
        EXPECT_EQ(paid.status, 200) << paid.body;
        return paid;
    }
    HttpAnswer get(const HttpAnswer& order) { return alice.get(path_of(order)); }
    std::string status(const HttpAnswer& order) { return get(order).text("status"); }
    bool becomes(const HttpAnswer& order, std::string_view wanted) {
        return eventually([&] { return status(order) == wanted; });
    }
    std::string status_of_reservation(const HttpAnswer& order) {
        return alice.get(std::string{kReservations} + "/" + order.text("reservation_id"))
            .text("status");
    }

    TestServer server;
    Venue venue = make_venue(server, 6, R"(,"hold_seconds":600,"payment":"required")");
    Caller organizer{server, ""};
    Caller alice{server, "alice"};

private:
    int keys_ = 0;
};

}  // namespace frontrow::test
