#include "orders_world.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

// An event's terms, which who buys must accept.

namespace frontrow::test {
namespace {

constexpr auto kTerms = R"(,"asks":{"terms":"https://hall.example/terms"})";
constexpr auto kAccepted = R"({"terms_accepted":true})";

class Terms : public OrdersWorld {
protected:
    void ask(std::string_view more) {
        const auto body =
            event_body(R"(,"hold_seconds":600,"payment":"required")" + std::string{more});
        const auto updated = organizer.put(event_path(), body);
        ASSERT_EQ(updated.status, 200) << updated.body;
    }
    static void expect_refused(const HttpAnswer& answer) {
        EXPECT_EQ(answer.status, 422) << answer.body;
        EXPECT_EQ(answer.code(), "TERMS_NOT_ACCEPTED");
        EXPECT_EQ(answer.json.at("errors").at(0).at("field").as_string(), "terms_accepted");
    }
};

TEST_F(Terms, are_accepted_with_the_order) {
    ask(kTerms);
    const auto held = reserve(0);
    for (const auto* more : {"", R"(,"terms_accepted":false)", R"(,"terms_accepted":null)"})
        expect_refused(order(held, more));
    EXPECT_EQ(order(held, R"(,"terms_accepted":"yes")").code(), "INVALID_REQUEST");
    const auto once = key();
    const auto accepted = order_body(held, R"(,"terms_accepted":true)");
    const auto placed = alice.post(kOrders, accepted, once);
    ASSERT_EQ(placed.status, 201) << placed.body;
    EXPECT_EQ(alice.post(kOrders, accepted, once).header("idempotency-replayed"), "true");
    EXPECT_EQ(alice.post(kOrders, order_body(held), once).code(), "IDEMPOTENCY_KEY_REUSED")
        << "it asks for something else";
    EXPECT_EQ(pay(placed).status, 200);
}

TEST_F(Terms, that_come_later_bind_later_orders_alone) {
    const auto placed = order(reserve(0));
    const auto held = reserve(1);
    ask(kTerms);
    EXPECT_EQ(pay(placed).status, 200);
    expect_refused(order(held));
    ask("");
    EXPECT_EQ(order(held).status, 201);
}

TEST_F(Terms, arent_asked_of_the_box_office) {
    ask(kTerms);
    const auto body = R"({"seat_ids":[")" + venue.seats[0] + R"("],"method":"cash"})";
    EXPECT_EQ(organizer.post(event_path() + "/orders", body, key()).status, 201);
}

TEST(TermsWithoutPayment, are_accepted_when_the_reservation_is_confirmed) {
    TestServer server;
    Caller alice{server, "alice"};
    const auto venue = make_venue(server, 2, kTerms);
    const auto path = [&](std::size_t seat) {
        const auto held = alice.reserve(venue.event, {venue.seats[seat]}, std::to_string(seat));
        return std::string{kReservations} + "/" + held.text("id") + "/confirm";
    };
    const auto confirm = path(0);
    for (const auto* body : {"", "{}", R"({"terms_accepted":false})"}) {
        const auto refused = alice.post(confirm, body);
        EXPECT_EQ(refused.status, 422) << body << refused.body;
        EXPECT_EQ(refused.code(), "TERMS_NOT_ACCEPTED");
    }
    EXPECT_EQ(alice.post(confirm, R"({"terms_accepted":1})").code(), "INVALID_REQUEST");
    EXPECT_EQ(alice.post(confirm, "yes").code(), "INVALID_REQUEST");
    const auto confirmed = alice.post(confirm, kAccepted);
    EXPECT_EQ(confirmed.text("status"), "confirmed") << confirmed.body;
    EXPECT_EQ(alice.post(confirm).body, confirmed.body) << "it is confirmed already";
    const auto free = make_venue(server, 1);
    const auto held = alice.reserve(free.event, free.seats, "free");
    EXPECT_EQ(
        alice.post(std::string{kReservations} + "/" + held.text("id") + "/confirm", kAccepted)
            .status,
        200
    ) << "there are none";
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST(TermsInDialects, cant_be_accepted) {
    TestServer server{TestServer::Options{.dialects = true}};
    const auto venue = make_venue(server, 2, kTerms);
    Caller alice{server, "alice"};
    const auto seat = R"({"eventId":")" + venue.event + R"(","seatId":")" + venue.seats[0] + "\"}";
    ASSERT_EQ(alice.post("/api/reservations", seat).status, 201);
    const auto path = "/api/reservations/" + venue.event + "/" + venue.seats[0];
    const auto confirmed = alice.post(path + "/confirm");
    EXPECT_EQ(confirmed.status, 422) << confirmed.body;
    EXPECT_EQ(confirmed.code(), "TERMS_NOT_ACCEPTED");
    EXPECT_EQ(
        alice.post("/api/orders", seat, {{"Idempotency-Key", "k"}}).code(), "TERMS_NOT_ACCEPTED"
    );
    const auto held = alice.reserve(venue.event, {venue.seats[1]}, "k");
    const auto word = R"({"reservation_id":")" + held.text("id") + R"(","payment_ok":true})";
    const auto booked = alice.post("/confirm", word);
    EXPECT_EQ(booked.status, 422) << booked.body;
    EXPECT_EQ(booked.text("Code"), "TERMS_NOT_ACCEPTED");
}

}  // namespace
}  // namespace frontrow::test
