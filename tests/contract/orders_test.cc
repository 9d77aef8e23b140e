#include "orders_world.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

// A buyer's orders, payments by the simulator, and refunds.

namespace frontrow::test {
namespace {

namespace json = boost::json;

class OrderRoutes : public OrdersWorld {};

TEST_F(OrderRoutes, sell_what_a_reservation_holds) {
    const auto reservation = reserve(0, 2);
    const auto placed = order(reservation, R"(,"email":"alice@example.org","locale":"en-GB")");
    ASSERT_EQ(placed.status, 201) << placed.body;
    EXPECT_EQ(placed.header("location"), path_of(placed));
    EXPECT_EQ(placed.text("reservation_id"), reservation.text("id"));
    EXPECT_EQ(placed.text("event_id"), venue.event);
    EXPECT_EQ(placed.text("user_id"), "alice");
    EXPECT_EQ(placed.text("email"), "alice@example.org");
    EXPECT_EQ(placed.text("locale"), "en-GB");
    EXPECT_EQ(placed.text("status"), "created");
    EXPECT_EQ(placed.number("amount"), 2'000);
    EXPECT_EQ(placed.text("currency"), "JPY");
    EXPECT_EQ(placed.json.at("lines").as_array().size(), 2);
    EXPECT_EQ(get(placed).body, placed.body);
    EXPECT_EQ(
        alice.post(std::string{kReservations} + "/" + reservation.text("id") + "/confirm").code(),
        "PAYMENT_REQUIRED"
    );
    const auto paid = pay(placed);
    ASSERT_EQ(paid.status, 200) << paid.body;
    EXPECT_EQ(paid.text("status"), "paid");
    EXPECT_EQ(paid.json.at("payments").at(0).at("status"), "succeeded");
    EXPECT_EQ(status_of_reservation(placed), "confirmed");
    EXPECT_EQ(pay(placed).code(), "ORDER_PAID");
    const auto listed = alice.get(kOrders);
    ASSERT_EQ(listed.json.as_array().size(), 1);
    EXPECT_EQ(listed.json.at(0), paid.json);
    server.restart();
    Caller again{server, "alice"};
    const auto found = again.get(path_of(placed));
    EXPECT_EQ(found.text("status"), "paid");
    EXPECT_EQ(found.text("email"), "alice@example.org");
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(OrderRoutes, answer_402_to_a_declined_payment_which_may_be_tried_again) {
    const auto placed = order(reserve(0));
    const auto declined = pay(placed, "tok_decline");
    EXPECT_EQ(declined.status, 402) << declined.body;
    EXPECT_EQ(declined.code(), "PAYMENT_DECLINED");
    EXPECT_EQ(status(placed), "created");
    const auto unknown = pay(placed, "tok_unheard");
    EXPECT_EQ(unknown.code(), "PAYMENT_DECLINED");
    EXPECT_NE(unknown.text("message").find("tok_ok"), std::string::npos) << unknown.body;
    EXPECT_NE(get(placed).body.find("decline_code"), std::string::npos);
    EXPECT_EQ(status_of_reservation(placed), "pending");
    EXPECT_EQ(pay(placed).status, 200);
    EXPECT_EQ(get(placed).json.at("payments").as_array().size(), 3);
}

TEST_F(OrderRoutes, take_five_attempts_to_pay) {
    const auto placed = order(reserve(0));
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(pay(placed, "tok_decline").status, 402);
    const auto refused = pay(placed);
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.code(), "LIMIT_REACHED");
}

TEST_F(OrderRoutes, answer_202_while_the_result_is_not_known_and_hold_the_seats_meanwhile) {
    const auto placed = order(reserve(0));
    const auto pending = pay(placed, "tok_late");
    EXPECT_EQ(pending.status, 202) << pending.body;
    EXPECT_EQ(pending.text("status"), "paying");
    const auto reservation = std::string{kReservations} + "/" + placed.text("reservation_id");
    EXPECT_EQ(alice.post(reservation + "/confirm").code(), "PAYMENT_IN_PROGRESS");
    EXPECT_EQ(alice.post(reservation + "/cancel").code(), "PAYMENT_IN_PROGRESS");
    EXPECT_EQ(
        alice.post(reservation + "/extend", R"({"seconds":1})").code(), "PAYMENT_IN_PROGRESS"
    );
    EXPECT_EQ(
        alice.patch(reservation, R"({"add":{"seat_ids":[")" + venue.seats[5] + R"("]}})").code(),
        "PAYMENT_IN_PROGRESS"
    );
    EXPECT_EQ(pay(placed).code(), "PAYMENT_IN_PROGRESS");
    server.clock.advance(std::chrono::seconds{10});
    EXPECT_TRUE(becomes(placed, "paid"));
    EXPECT_EQ(status_of_reservation(placed), "confirmed");
}

TEST_F(OrderRoutes, charge_once_when_the_providers_answer_is_lost) {
    const auto placed = order(reserve(0));
    EXPECT_EQ(pay(placed, "tok_timeout").status, 202);
    server.clock.advance(std::chrono::seconds{1});
    EXPECT_TRUE(becomes(placed, "paid"));
    EXPECT_EQ(organizer.get(event_path() + "/sales").number("captured"), 1'000);
}

TEST_F(OrderRoutes, take_a_payment_at_once_while_hundreds_are_undecided) {
    // More than the runner takes from the store at once.
    constexpr std::size_t kUndecided = 300;
    const auto hall = make_venue(server, kUndecided + 1, R"(,"hold_seconds":600)");
    const auto order_seat = [&](std::size_t number) {
        const auto seat = hall.seats[number];
        return order(alice.reserve(hall.event, {seat}, "seat-" + seat));
    };
    std::vector<HttpClient> waiting;
    for (std::size_t i = 0; i < kUndecided; ++i) {
        const auto placed = order_seat(i);
        Headers headers = key();
        headers.emplace_back("X-User-ID", "alice");
        waiting.push_back(server.connect());
        waiting.back().send(HttpClient::request_text(
            "POST", path_of(placed) + "/payments", headers, token_body("tok_late")
        ));
        ASSERT_TRUE(becomes(placed, "paying"));
        server.clock.advance(Millis{1});
    }
    const auto paid = pay(order_seat(kUndecided));
    EXPECT_EQ(paid.status, 200) << paid.body;
    server.clock.advance(std::chrono::seconds{10});
    const auto undecided = "/api/v1/events/" + hall.event + "/orders?status=paying";
    EXPECT_TRUE(eventually([&] { return organizer.get(undecided).body == "[]"; }));
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(OrderRoutes, send_the_buyer_to_the_providers_page) {
    const auto placed = order(reserve(0));
    const auto pending = alice.post(
        path_of(placed) + "/payments", R"({"return_url":"https://tickets.example/thanks"})", key()
    );
    EXPECT_EQ(pending.status, 202) << pending.body;
    EXPECT_NE(pending.json.at("payments").at(0).as_object().if_contains("redirect_url"), nullptr)
        << pending.body;
    EXPECT_EQ(
        organizer.get("/api/v1/facts?limit=1000").body.find("tickets.example"), std::string::npos
    );
}

TEST_F(OrderRoutes, need_a_key_and_repeat_their_answer_under_it) {
    const auto reservation = reserve(0);
    EXPECT_EQ(alice.post(kOrders, order_body(reservation)).code(), "IDEMPOTENCY_KEY_REQUIRED");
    const auto body = order_body(reservation, R"(,"email":"a@b.example")");
    const Headers same{{"Idempotency-Key", "same"}};
    const auto placed = alice.post(kOrders, body, same);
    const auto replayed = alice.post(kOrders, body, same);
    EXPECT_EQ(replayed.status, 201);
    EXPECT_EQ(replayed.header("idempotency-replayed"), "true");
    EXPECT_EQ(replayed.body, placed.body);
    EXPECT_EQ(alice.post(kOrders, order_body(reservation), same).code(), "IDEMPOTENCY_KEY_REUSED");
    const auto payments = path_of(placed) + "/payments";
    EXPECT_EQ(alice.post(payments, token_body("tok_ok")).code(), "IDEMPOTENCY_KEY_REQUIRED");
    for (const auto* replay : {"", "true"}) {
        const auto declined =
            alice.post(payments, token_body("tok_decline"), {{"Idempotency-Key", "no"}});
        EXPECT_EQ(declined.code(), "PAYMENT_DECLINED");
        EXPECT_EQ(declined.header("idempotency-replayed"), replay);
    }
    for (const auto* replay : {"", "true"}) {
        const auto paid = alice.post(payments, token_body("tok_ok"), same);
        EXPECT_EQ(paid.status, 200);
        EXPECT_EQ(paid.header("idempotency-replayed"), replay);
    }
    EXPECT_EQ(alice.post(payments, token_body("tok_no"), same).code(), "IDEMPOTENCY_KEY_REUSED");
    EXPECT_EQ(alice.post(kOrders, body, same).body, placed.body) << "as it was placed";
    EXPECT_EQ(organizer.post(path_of(placed) + "/refund").code(), "IDEMPOTENCY_KEY_REQUIRED");
    EXPECT_EQ(organizer.get(event_path() + "/sales").number("captured"), 1'000);
}

TEST_F(OrderRoutes, keep_a_contact_only_while_there_is_an_order) {
    const auto reservation = reserve(0);
    const auto contact = std::string{R"(,"email":"alice@example.org")"};
    const Headers once{{"Idempotency-Key", "once"}};
    const auto placed = alice.post(kOrders, order_body(reservation, contact), once);
    const std::vector<std::string> kept{"contact/" + placed.text("id")};
    EXPECT_EQ(server.side_records("contact/"), kept);
    EXPECT_EQ(order(reservation, contact).code(), "ORDER_EXISTS");
    alice.post(kOrders, order_body(reservation, contact), once);
    Caller bob{server, "bob"};
    EXPECT_EQ(bob.post(kOrders, order_body(reservation, contact), key()).code(), "NOT_FOUND");
    EXPECT_EQ(server.side_records("contact/"), kept) << "of neither a refusal nor a replay";
    EXPECT_EQ(
        organizer.get("/api/v1/facts?limit=1000").body.find("example.org"), std::string::npos
    );
    EXPECT_EQ(alice.get(kOrders).body.find("example.org"), std::string::npos);
    EXPECT_EQ(organizer.get(event_path() + "/orders").json.at(0).at("email"), "alice@example.org");
}

TEST_F(OrderRoutes, forget_the_contact_of_an_order_that_has_left_memory) {
    const auto unpaid = order(reserve(0), R"(,"email":"gone@example.org")");
    const auto placed = order(reserve(1), R"(,"email":"alice@example.org")");
    EXPECT_EQ(pay(placed).status, 200);
    ASSERT_EQ(server.side_records("contact/").size(), 2u);
    server.clock.advance(std::chrono::minutes{11} + std::chrono::hours{24});
    const auto fresh = order(reserve(2), R"(,"email":"new@example.org")");
    const std::vector<std::string> kept{
        "contact/" + placed.text("id"), "contact/" + fresh.text("id")
    };
    EXPECT_TRUE(eventually([&] { return server.side_records("contact/") == kept; }));
    EXPECT_EQ(get(placed).text("email"), "alice@example.org");
}

TEST_F(OrderRoutes, are_closed_to_others) {
    const auto placed = order(reserve(0), R"(,"email":"alice@example.org")");
    Caller bob{server, "bob"};
    EXPECT_EQ(bob.get(path_of(placed)).code(), "NOT_FOUND");
    EXPECT_EQ(
        bob.post(path_of(placed) + "/payments", token_body("tok_ok"), key()).code(), "NOT_FOUND"
    );
    EXPECT_EQ(bob.get(kOrders).body, "[]");
    for (auto* buyer : {&alice, &bob}) {
        EXPECT_EQ(buyer->post(path_of(placed) + "/refund", "{}", key()).code(), "FORBIDDEN");
        EXPECT_EQ(buyer->post("/api/v1/orders/x/refund", "{}", key()).code(), "FORBIDDEN");
        for (const auto* route : {"/orders", "/orders.csv", "/sales"})
            EXPECT_EQ(buyer->get(event_path() + route).code(), "FORBIDDEN") << route;
        EXPECT_EQ(buyer->post(event_path() + "/cancel").code(), "FORBIDDEN");
        EXPECT_EQ(buyer->post(event_path() + "/orders", "{}", key()).code(), "FORBIDDEN");
    }
    EXPECT_EQ(organizer.get(path_of(placed)).code(), "UNAUTHENTICATED");
    EXPECT_EQ(organizer.post("/api/v1/orders/x/refund", "{}", key()).code(), "INVALID_REQUEST");
}

TEST_F(OrderRoutes, let_a_member_of_the_event_give_money_back_whatever_their_role) {
    const auto bought = buy(0);
    Caller bob{server, "bob"};
    const auto members = event_path() + "/members";
    organizer.post(members, R"({"sub":"bob","role":"scanner"})");
    EXPECT_EQ(bob.post(path_of(bought) + "/refund", "{}", key()).code(), "FORBIDDEN");
    organizer.post(members, R"({"sub":"bob","role":"organizer"})");
    EXPECT_EQ(bob.post(path_of(bought) + "/refund", "{}", key()).status, 200);
    EXPECT_EQ(status(bought), "refunded");
}

TEST_F(OrderRoutes, give_money_back_in_parts_and_the_seats_to_sale) {
    const auto bought = buy(0, 2);
    const Headers same{{"Idempotency-Key", "same"}};
    const auto part = R"({"seat_ids":[")" + venue.seats[1] + R"("],"return_to_sale":true})";
    const auto refunded = organizer.post(path_of(bought) + "/refund", part, same);
    EXPECT_EQ(refunded.status, 200) << refunded.body;
    EXPECT_EQ(refunded.text("status"), "paid") << "a part of it is";
    EXPECT_EQ(refunded.json.at("refunds").at(0).at("status"), "succeeded");
    EXPECT_EQ(refunded.json.at("refunds").at(0).at("amount"), 1'000);
    EXPECT_EQ(refunded.json.at("refunds").at(0).at("reason"), "requested");
    const auto again = organizer.post(path_of(bought) + "/refund", part, same);
    EXPECT_EQ(again.status, 200) << again.body;
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    EXPECT_EQ(again.json.at("refunds").as_array().size(), 1);
    EXPECT_EQ(alice.get("/api/v1/seats/" + venue.seats[1]).text("status"), "available");
    EXPECT_EQ(alice.get("/api/v1/seats/" + venue.seats[0]).text("status"), "confirmed");
    const auto too_much = refund(bought, part);
    EXPECT_EQ(too_much.code(), "NOT_IN_ORDER");
    EXPECT_EQ(too_much.json.at("errors").at(0).at("field"), "seat_ids");
    const auto more_units = refund(bought, R"({"items":[{"category":"Standing","quantity":1}]})");
    EXPECT_EQ(more_units.code(), "NOT_IN_ORDER");
    EXPECT_EQ(more_units.json.at("errors").at(0).at("field"), "items");
    EXPECT_EQ(refund(bought).text("status"), "refunded");
    EXPECT_EQ(alice.get("/api/v1/seats/" + venue.seats[0]).text("status"), "confirmed");
    EXPECT_EQ(refund(bought).code(), "ALREADY_REFUNDED");
    const auto sales = organizer.get(event_path() + "/sales");
    EXPECT_EQ(sales.number("captured"), 2'000);
    EXPECT_EQ(sales.number("refunded"), 2'000);
    EXPECT_EQ(sales.number("revenue"), 0);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(OrderRoutes, end_with_their_reservation) {
    const auto cancelled = order(reserve(0));
    alice.post(std::string{kReservations} + "/" + cancelled.text("reservation_id") + "/cancel");
    EXPECT_EQ(status(cancelled), "cancelled");
    EXPECT_EQ(pay(cancelled).code(), "ORDER_CLOSED");
    const auto late = order(reserve(1));
    const auto reservation = reserve(2);
    server.clock.advance(std::chrono::seconds{601});
    EXPECT_EQ(pay(late).code(), "HOLD_EXPIRED");
    EXPECT_EQ(order(reservation).code(), "HOLD_EXPIRED");
    EXPECT_EQ(refund(late).status, 409) << "nothing was paid";
}

TEST_F(OrderRoutes, tell_whether_an_order_has_changed) {
    const auto placed = order(reserve(0));
    const auto tag = get(placed).header("etag");
    EXPECT_EQ(alice.get(path_of(placed), {{"If-None-Match", tag}}).status, 304);
    EXPECT_EQ(pay(placed).status, 200);
    const auto after = alice.get(path_of(placed), {{"If-None-Match", tag}});
    EXPECT_EQ(after.status, 200);
    EXPECT_NE(after.header("etag"), tag);
}

TEST_F(OrderRoutes, list_ones_own_orders_part_by_part_newest_first) {
    std::vector<std::string> ids;
    for (std::size_t seat = 0; seat < 3; ++seat)
        ids.push_back(order(reserve(seat)).text("id"));
    const auto first = alice.get(std::string{kOrders} + "?limit=2");
    ASSERT_EQ(first.json.as_array().size(), 2);
    EXPECT_EQ(first.json.at(0).at("id").as_string(), ids[2]);
    const auto link = first.header("link");
    const auto next = alice.get(link.substr(1, link.find('>') - 1));
    ASSERT_EQ(next.json.as_array().size(), 1);
    EXPECT_EQ(next.json.at(0).at("id").as_string(), ids[0]);
    EXPECT_EQ(next.header("link"), "");
}

TEST_F(OrderRoutes, take_nothing_that_a_provider_did_not_sign) {
    const std::string notices = "/api/v1/payments/notices/";
    Caller nobody{server, ""};
    EXPECT_EQ(nobody.post(notices + "simulator", "{}").code(), "NOTICE_REFUSED");
    EXPECT_EQ(
        nobody.post(notices + "simulator", "{}", {{"Stripe-Signature", "t=1,v1=00"}}).code(),
        "NOTICE_REFUSED"
    );
    EXPECT_EQ(nobody.post(notices + "nobody", "{}").code(), "NOT_FOUND");
}

TEST(OrdersWithoutProvider, take_no_payments_unless_they_cost_nothing) {
    TestServer::Options options;
    options.payments = {};
    TestServer server{std::move(options)};
    const auto venue = make_venue(server, 1);
    Caller organizer{server, ""};
    const auto event = "/api/v1/events/" + venue.event;
    organizer.post(event + "/seats", R"({"seat_number":"free","price":0})");
    const auto seats = organizer.get(event + "/seats").json.as_array();
    Caller alice{server, "alice"};
    int keys = 0;
    const auto key = [&] { return Headers{{"Idempotency-Key", "k" + std::to_string(++keys)}}; };
    std::vector<HttpAnswer> answers;
    for (const auto& seat : seats) {
        const std::string id{seat.at("id").as_string()};
        const auto held = alice.reserve(venue.event, {id}, "hold " + id);
        const auto placed =
            alice.post(kOrders, R"({"reservation_id":")" + held.text("id") + "\"}", key());
        answers.push_back(
            alice.post(placed.header("location") + "/payments", R"({"token":"t"})", key())
        );
    }
    EXPECT_EQ(answers[0].code(), "PAYMENTS_OFF") << answers[0].body;
    EXPECT_EQ(answers[1].text("status"), "paid") << answers[1].body;
}

}  // namespace
}  // namespace frontrow::test
