#include "contract/at_once.h"
#include "support/test_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

// General admission: categories with a price and a stock, which are sold by quantity.

namespace frontrow::test {
namespace {

namespace json = boost::json;

using Wanted = std::vector<std::pair<std::string, int>>;

class TicketCategories : public testing::Test {
protected:
    std::string event_path() const { return "/api/v1/events/" + venue.event; }
    std::string categories() const { return event_path() + "/ticket-categories"; }

    static std::string body_of(const std::string& name, int price, int stock) {
        return json::serialize(
            json::object{{"name", name}, {"price", price}, {"total_stock", stock}}
        );
    }
    HttpAnswer add(const std::string& name, int price, int stock) {
        return organizer.post(categories(), body_of(name, price, stock));
    }
    /// `name`: percent-encoded, as in a path.
    HttpAnswer change(const std::string& name, int price, int stock) {
        return organizer.put(
            categories() + "/" + name,
            json::serialize(json::object{{"price", price}, {"total_stock", stock}})
        );
    }

    std::string claim_of(const Wanted& wanted, const std::vector<std::string>& seats = {}) const {
        json::object body{{"event_id", venue.event}};
        json::array items;
        for (const auto& [category, quantity] : wanted)
            items.push_back(json::object{{"category", category}, {"quantity", quantity}});
        if (!items.empty()) body["items"] = std::move(items);
        if (!seats.empty()) body["seat_ids"] = json::array(seats.begin(), seats.end());
        return json::serialize(body);
    }
    HttpAnswer reserve(
        const std::string& user,
        const Wanted& wanted,
        const std::vector<std::string>& seats = {}
    ) {
        return Caller(server, user)
            .post(
                kReservations,
                claim_of(wanted, seats),
                {{"Idempotency-Key", "key-" + std::to_string(++keys_)}}
            );
    }

    /// What is left of each category, in the list of categories and in the event's availability.
    std::vector<std::int64_t> left() {
        std::vector<std::int64_t> all;
        for (const auto& one : organizer.get(categories()).json.as_array())
            all.push_back(one.at("available").as_int64());
        std::vector<std::int64_t> counted;
        const auto availability = organizer.get(event_path() + "/availability").json;
        for (const auto& one : availability.at("categories").as_array())
            counted.push_back(one.at("available").as_int64());
        EXPECT_EQ(counted, all);
        return all;
    }
    std::int64_t seats_left() {
        return organizer.get(event_path() + "/availability")
            .json.at("seats")
            .at("available")
            .as_int64();
    }

    TestServer server;
    Venue venue = make_venue(server, 3, R"(,"hold_seconds":60,"max_seats_per_reservation":100)");
    Caller organizer{server, ""};
    using Left = std::vector<std::int64_t>;

private:
    int keys_ = 0;
};

TEST_F(TicketCategories, are_told_with_their_price_and_what_is_left) {
    EXPECT_EQ(organizer.get(categories()).body, "[]");
    const auto made = add("Standing", 5'000, 300);
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.body, R"({"name":"Standing","price":5000,"total_stock":300,"available":300})");
    ASSERT_EQ(add("Car park", 0, 0).status, 201);
    ASSERT_EQ(reserve("alice", {{"Standing", 3}}).status, 201);
    EXPECT_EQ(
        organizer.get(categories()).body,
        R"([{"name":"Standing","price":5000,"total_stock":300,"available":297},)"
        R"({"name":"Car park","price":0,"total_stock":0,"available":0}])"
    );
    EXPECT_EQ(
        organizer.get(event_path() + "/availability").body,
        R"({"seats":{"total":3,"available":3,"reserved":0,"confirmed":0},"categories":[)"
        R"({"name":"Standing","price":5000,"total":300,"available":297},)"
        R"({"name":"Car park","price":0,"total":0,"available":0}]})"
    );
    const auto nowhere = "/api/v1/events/018f7c2e-0a10-7000-8000-000000000001/ticket-categories";
    EXPECT_EQ(organizer.get(nowhere).code(), "NOT_FOUND");
    EXPECT_EQ(organizer.post(nowhere, body_of("A", 1, 1)).code(), "NOT_FOUND");
    EXPECT_EQ(organizer.put(std::string{nowhere} + "/A", body_of("A", 1, 1)).code(), "NOT_FOUND");
    EXPECT_EQ(organizer.get("/api/v1/events/x/ticket-categories").code(), "INVALID_REQUEST");
}

TEST_F(TicketCategories, are_sold_by_the_unit_at_the_price_of_the_moment) {
    ASSERT_EQ(add("Standing", 5'000, 10).status, 201);
    ASSERT_EQ(add("Car park", 1'500, 4).status, 201);
    const auto held = reserve("alice", {{"Standing", 2}, {"Car park", 1}});
    ASSERT_EQ(held.status, 201) << held.body;
    EXPECT_EQ(held.json.at("seat_ids"), json::array{});
    EXPECT_EQ(
        json::serialize(held.json.at("items")),
        R"([{"category":"Standing","quantity":2,"unit_price":5000},)"
        R"({"category":"Car park","quantity":1,"unit_price":1500}])"
    );
    EXPECT_EQ(held.number("total_amount"), 11'500);
    EXPECT_EQ(held.text("status"), "pending");
    EXPECT_EQ(left(), (Left{8, 3}));
    Caller alice{server, "alice"};
    const auto path = held.header("location");
    EXPECT_EQ(alice.get(path).json.at("items"), held.json.at("items"));
    EXPECT_EQ(alice.get(kReservations).json.at(0).at("items"), held.json.at("items"));
    const auto confirmed = alice.post(path + "/confirm");
    EXPECT_EQ(confirmed.text("status"), "confirmed");
    EXPECT_EQ(confirmed.json.at("items"), held.json.at("items"));
    server.clock.advance(std::chrono::hours{1});
    EXPECT_EQ(left(), (Left{8, 3}));
    const auto facts = organizer.get("/api/v1/facts?limit=1000").json.as_array();
    const auto told = std::ranges::find_if(facts, [](const json::value& fact) {
        return fact.at("type") == "ReservationHeld";
    });
    ASSERT_NE(told, facts.end());
    EXPECT_EQ(told->at("data").at("items"), held.json.at("items"));
}

TEST_F(TicketCategories, and_seats_are_reserved_together_or_not_at_all) {
    ASSERT_EQ(add("A", 10, 5).status, 201);
    ASSERT_EQ(add("B", 20, 1).status, 201);
    const auto held = reserve("alice", {{"A", 2}}, {venue.seats[0], venue.seats[1]});
    ASSERT_EQ(held.status, 201) << held.body;
    const auto price = organizer.get("/api/v1/seats/" + venue.seats[0]).number("price") +
                       organizer.get("/api/v1/seats/" + venue.seats[1]).number("price");
    EXPECT_EQ(held.number("total_amount"), price + 20);
    EXPECT_EQ(left(), (Left{3, 1}));
    EXPECT_EQ(seats_left(), 1);

    const auto taken = reserve("bob", {{"A", 1}}, {venue.seats[1], venue.seats[2]});
    EXPECT_EQ(taken.code(), "SEAT_UNAVAILABLE");
    EXPECT_EQ(taken.json.at("conflicts").as_array().size(), 1);
    const auto sold_out = reserve("bob", {{"A", 3}, {"B", 2}}, {venue.seats[2]});
    EXPECT_EQ(sold_out.status, 409);
    EXPECT_EQ(sold_out.code(), "SOLD_OUT");
    EXPECT_EQ(sold_out.text("message"), "The category B has 1 unit left; nothing was reserved.");
    EXPECT_EQ(left(), (Left{3, 1}));
    EXPECT_EQ(seats_left(), 1);

    Caller alice{server, "alice"};
    ASSERT_EQ(alice.post(held.header("location") + "/cancel").text("status"), "cancelled");
    EXPECT_EQ(left(), (Left{5, 1}));
    EXPECT_EQ(seats_left(), 3);
    EXPECT_EQ(reserve("bob", {{"A", 5}, {"B", 1}}, venue.seats).status, 201);
    EXPECT_EQ(
        reserve("alice", {{"A", 1}}).text("message"),
        "The category A has no units left; nothing was reserved."
    );
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(TicketCategories, get_units_back_at_the_instant_at_which_a_hold_runs_out) {
    ASSERT_EQ(add("A", 10, 2).status, 201);
    const auto held = reserve("alice", {{"A", 2}});
    Caller alice{server, "alice"};
    server.clock.advance(Millis{59'999});
    EXPECT_EQ(left(), Left{0});
    EXPECT_EQ(reserve("bob", {{"A", 1}}).code(), "SOLD_OUT");
    server.clock.advance(Millis{1});
    EXPECT_EQ(left(), Left{2});
    EXPECT_EQ(reserve("bob", {{"A", 2}}).status, 201);
    EXPECT_EQ(alice.post(held.header("location") + "/confirm").code(), "HOLD_EXPIRED");
    EXPECT_EQ(left(), Left{0});
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(TicketCategories, may_change_their_price_and_leave_the_prices_of_earlier_claims) {
    ASSERT_EQ(add("A", 10, 9).status, 201);
    const auto before = reserve("alice", {{"A", 2}});
    const auto changed = change("A", 15, 9);
    EXPECT_EQ(changed.status, 200);
    EXPECT_EQ(changed.body, R"({"name":"A","price":15,"total_stock":9,"available":7})");
    EXPECT_EQ(change("A", 15, 9).body, changed.body) << "repeated";
    const auto after = reserve("alice", {{"A", 2}});
    EXPECT_EQ(after.number("total_amount"), 30);
    EXPECT_EQ(after.json.at("items").at(0).at("unit_price"), 15);
    Caller alice{server, "alice"};
    const auto confirmed = alice.post(before.header("location") + "/confirm");
    EXPECT_EQ(confirmed.number("total_amount"), 20);
    EXPECT_EQ(confirmed.json.at("items").at(0).at("unit_price"), 10);
    server.restart();
    Caller again{server, "alice"};
    EXPECT_EQ(again.get(before.header("location")).json, confirmed.json);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(TicketCategories, may_have_their_stock_raised_and_lowered_to_what_is_held_or_sold) {
    ASSERT_EQ(add("A", 10, 5).status, 201);
    const auto sold = reserve("alice", {{"A", 2}});
    ASSERT_EQ(Caller(server, "alice").post(sold.header("location") + "/confirm").status, 200);
    ASSERT_EQ(reserve("bob", {{"A", 1}}).status, 201);
    for (const auto stock : {2, 0}) {
        const auto refused = change("A", 99, stock);
        EXPECT_EQ(refused.status, 409);
        EXPECT_EQ(refused.code(), "STOCK_BELOW_SALES");
        EXPECT_EQ(
            refused.text("message"),
            "total_stock can't be below what is held, sold or held back, which is 3 units."
        );
    }
    EXPECT_EQ(
        organizer.get(categories()).body,
        R"([{"name":"A","price":10,"total_stock":5,"available":2}])"
    );
    EXPECT_EQ(change("A", 10, 3).number("available"), 0);
    EXPECT_EQ(reserve("carol", {{"A", 1}}).code(), "SOLD_OUT");
    EXPECT_EQ(change("A", 10, 4).number("available"), 1);
    EXPECT_EQ(reserve("carol", {{"A", 1}}).status, 201);
    server.clock.advance(Millis{60'000});
    EXPECT_EQ(change("A", 10, 2).number("available"), 0) << "both holds have run out";
    EXPECT_EQ(change("A", 10, 1).code(), "STOCK_BELOW_SALES");
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(TicketCategories, are_found_by_their_names_as_people_read_them) {
    ASSERT_EQ(add("Caf\u00E9", 1, 5).status, 201);
    EXPECT_EQ(add("Cafe\u0301", 1, 5).code(), "DUPLICATE_CATEGORY");
    EXPECT_EQ(
        add("Caf\u00E9", 2, 9).text("message"), "The event already has a category Caf\u00E9."
    );
    EXPECT_EQ(add("caf\u00E9", 1, 5).status, 201);
    EXPECT_EQ(reserve("alice", {{"Cafe\u0301", 1}}).status, 201);
    EXPECT_EQ(change("Cafe%CC%81", 2, 5).text("name"), "Caf\u00E9");
    EXPECT_EQ(left(), (Left{4, 5}));
    const auto twice = reserve("alice", {{"Caf\u00E9", 1}, {"Cafe\u0301", 1}});
    EXPECT_EQ(twice.code(), "INVALID_REQUEST");
    EXPECT_EQ(twice.text("message"), "The field items must name each category once.");
}

TEST_F(TicketCategories, may_have_any_name_in_a_path_that_encodes_it) {
    const std::pair<std::string, std::string> names[] = {
        {"Floor A/B", "Floor%20A%2FB"},
        {"100%", "100%25"},
        {"a?b#c", "a%3Fb%23c"},
        {"..", "%2E%2E"},
        {"\u5E2D", "%E5%B8%AD"},
        {"{name}", "%7Bname%7D"},
        {std::string(64, 'x'), std::string(64, 'x')},
    };
    for (const auto& [name, in_path] : names) {
        ASSERT_EQ(add(name, 1, 5).status, 201) << name;
        const auto changed = change(in_path, 7, 6);
        EXPECT_EQ(changed.status, 200) << name << changed.body;
        EXPECT_EQ(changed.text("name"), name);
        EXPECT_EQ(changed.number("price"), 7) << name;
        EXPECT_EQ(reserve("alice", {{name, 1}}).status, 201) << name;
    }
    EXPECT_EQ(change("Floor%20A/B", 1, 1).code(), "NOT_FOUND");
    EXPECT_EQ(change("Balcony", 1, 9).text("message"), "The event has no category Balcony.");
    EXPECT_EQ(change("Balcony", 1, 9).status, 404);
    for (const auto& wrong : {std::string{"%20A"}, std::string{"%FF"}, std::string(65, 'x')}) {
        const auto refused = change(wrong, 1, 1);
        EXPECT_EQ(refused.code(), "INVALID_REQUEST") << wrong;
        EXPECT_EQ(refused.json.at("errors").at(0).at("field"), "name") << wrong;
    }
}

TEST_F(TicketCategories, are_a_hundred_at_most) {
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(add("c" + std::to_string(i), 1, 1).status, 201);
    const auto refused = add("one more", 1, 1);
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.code(), "LIMIT_REACHED");
    EXPECT_EQ(refused.text("message"), "An event can have at most 100 categories.");
    EXPECT_EQ(add("c7", 1, 1).code(), "DUPLICATE_CATEGORY");
    EXPECT_EQ(left().size(), 100);
    Wanted all;
    for (int i = 0; i < 100; ++i)
        all.emplace_back("c" + std::to_string(i), 1);
    EXPECT_EQ(reserve("alice", all).json.at("items").as_array().size(), 100);
    EXPECT_EQ(left(), Left(100, 0));
}

TEST_F(TicketCategories, of_another_event_are_unknown) {
    ASSERT_EQ(add("A", 1, 5).status, 201);
    const auto elsewhere = make_venue(server, 1);
    const auto theirs = "/api/v1/events/" + elsewhere.event + "/ticket-categories";
    ASSERT_EQ(organizer.post(theirs, body_of("B", 1, 5)).status, 201);
    EXPECT_EQ(organizer.post(theirs, body_of("A", 2, 5)).status, 201) << "a name is an event's";
    const auto unknown = reserve("alice", {{"A", 1}, {"B", 1}});
    EXPECT_EQ(unknown.status, 404);
    EXPECT_EQ(unknown.text("message"), "The event has no category B.");
    EXPECT_EQ(left(), Left{5});
}

TEST_F(TicketCategories, count_with_the_seats_for_the_limits_of_a_buyer) {
    const auto strict =
        make_venue(server, 4, R"(,"max_seats_per_reservation":3,"max_seats_per_user":4)");
    venue = strict;
    ASSERT_EQ(add("A", 1, 50).status, 201);
    const auto too_many = reserve("alice", {{"A", 2}}, {venue.seats[0], venue.seats[1]});
    EXPECT_EQ(too_many.status, 422);
    EXPECT_EQ(too_many.code(), "TOO_MANY_SEATS");
    EXPECT_EQ(too_many.text("message"), "One reservation can have at most 3 tickets.");
    EXPECT_EQ(reserve("alice", {{"A", 4}}).code(), "TOO_MANY_SEATS");
    EXPECT_EQ(reserve("alice", {{"A", 2}}, {venue.seats[0]}).status, 201);
    EXPECT_EQ(reserve("alice", {{"A", 2}}).code(), "LIMIT_REACHED");
    EXPECT_EQ(reserve("alice", {}, {venue.seats[1], venue.seats[2]}).code(), "LIMIT_REACHED");
    EXPECT_EQ(reserve("alice", {{"A", 1}}).status, 201);
    EXPECT_EQ(
        reserve("alice", {{"A", 1}}).text("message"),
        "You can have at most 4 tickets for this event."
    );
    EXPECT_EQ(reserve("bob", {{"A", 3}}).status, 201);
}

TEST_F(TicketCategories, are_asked_for_by_name_and_quantity) {
    ASSERT_EQ(add("A", 1, 5'000).status, 201);
    Caller alice{server, "alice"};
    const std::pair<std::string, std::string> wrong[] = {
        {"{}", "The field seat_ids is required unless there are items or best_available."},
        {R"({"items":null})",
         "The field seat_ids is required unless there are items or best_available."},
        {R"({"items":[]})", "The field items must name 1 to 100 categories."},
        {R"({"items":{}})", "The field items must be an array."},
        {R"({"items":["A"]})", "The field items[0] must be an object."},
        {R"({"items":[{"quantity":1}]})", "The field items[0].category is required."},
        {R"({"items":[{"category":"A"}]})", "The field items[0].quantity is required."},
        {R"({"items":[{"category":"A","quantity":0}]})",
         "The field items[0].quantity must be a whole number from 1 to 1000."},
        {R"({"items":[{"category":"A","quantity":1001}]})",
         "The field items[0].quantity must be a whole number from 1 to 1000."},
        {R"({"items":[{"category":"A ","quantity":1}]})",
         "The field items[0].category must not begin or end with a blank, nor have two in a row."},
        {R"({"items":[{"category":"A","quantity":1},{"category":"A","quantity":2}]})",
         "The field items must name each category once."},
        {R"({"seat_ids":[],"items":[{"category":"A","quantity":1}]})",
         "The field seat_ids must name 1 to 1000 seats."},
    };
    for (const auto& [body, message] : wrong) {
        auto claim = json::parse(body).as_object();
        claim["event_id"] = venue.event;
        const auto refused =
            alice.post(kReservations, json::serialize(claim), {{"Idempotency-Key", "k"}});
        EXPECT_EQ(refused.code(), "INVALID_REQUEST") << body;
        EXPECT_EQ(refused.text("message"), message) << body;
    }
    EXPECT_EQ(left(), Left{5'000});
}

TEST_F(TicketCategories, sell_while_the_sale_is_open) {
    ASSERT_EQ(add("A", 1, 5).status, 201);
    const auto held = reserve("alice", {{"A", 1}});
    ASSERT_EQ(organizer.post(event_path() + "/sale", R"({"action":"pause"})").status, 200);
    EXPECT_EQ(reserve("bob", {{"A", 1}}).code(), "SALES_PAUSED");
    EXPECT_EQ(change("A", 2, 6).status, 200);
    EXPECT_EQ(Caller(server, "alice").post(held.header("location") + "/confirm").status, 200);
    ASSERT_EQ(organizer.post(event_path() + "/sale", R"({"action":"end"})").status, 200);
    EXPECT_EQ(reserve("bob", {{"A", 1}}).code(), "SALES_CLOSED");
}

TEST_F(TicketCategories, keep_an_event_from_being_deleted_while_units_are_held) {
    ASSERT_EQ(add("A", 1, 5).status, 201);
    ASSERT_EQ(reserve("alice", {{"A", 1}}).status, 201);
    EXPECT_EQ(organizer.del(event_path()).code(), "EVENT_HAS_SALES");
    EXPECT_EQ(
        organizer.put(event_path(), event_body(R"(,"currency":"EUR")")).code(), "EVENT_HAS_SALES"
    );
    server.clock.advance(Millis{60'000});
    EXPECT_EQ(organizer.del(event_path()).status, 204);
    EXPECT_EQ(organizer.get(categories()).code(), "NOT_FOUND");
    EXPECT_EQ(reserve("alice", {{"A", 1}}).code(), "NOT_FOUND");
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(TicketCategories, survive_a_restart) {
    ASSERT_EQ(add("A", 1, 5).status, 201);
    ASSERT_EQ(add("Caf\u00E9 \"quoted\"", 2, 6).status, 201);
    ASSERT_EQ(change("A", 3, 7).status, 200);
    const auto held = reserve("alice", {{"A", 2}, {"Caf\u00E9 \"quoted\"", 1}}, {venue.seats[0]});
    ASSERT_EQ(held.status, 201) << held.body;
    const auto before = organizer.get(categories()).body;
    server.restart();
    organizer = Caller{server, ""};
    EXPECT_EQ(organizer.get(categories()).body, before);
    EXPECT_EQ(left(), (Left{5, 5}));
    EXPECT_EQ(
        Caller(server, "alice").get(held.header("location")).json.at("items"), held.json.at("items")
    );
    server.clock.advance(Millis{60'000});
    EXPECT_EQ(left(), (Left{7, 6}));
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(TicketCategories, sell_each_unit_once_when_a_thousand_buyers_come_at_once) {
    constexpr int kUnits = 100;
    constexpr Crowd kCrowd{.connections = 8, .rounds = 5, .at_once = 25};
    ASSERT_EQ(add("Standing", 1, kUnits).status, 201);
    const auto claim = claim_of({{"Standing", 1}});
    const auto answers = reserve_at_once(server, claim, kCrowd);
    int sold = 0;
    int sold_out = 0;
    for (const auto& answer : answers) {
        sold += answer.status == 201 ? 1 : 0;
        sold_out += answer.code() == "SOLD_OUT" ? 1 : 0;
    }
    EXPECT_EQ(sold, kUnits);
    EXPECT_EQ(sold_out, kCrowd.buyers() - kUnits);
    EXPECT_EQ(left(), Left{0});
    EXPECT_EQ(reserve("late", {{"Standing", 1}}).code(), "SOLD_OUT");
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

}  // namespace
}  // namespace frontrow::test
