#include "support/test_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

// Allocations: seats and units that are held back by name, and the codes that open them.

namespace frontrow::test {
namespace {

namespace json = boost::json;

constexpr auto kHallTerms =
    R"(,"hold_seconds":3600,"max_seats_per_reservation":100,"payment":"none")";

class Allocations : public testing::Test {
protected:
    std::string event_path() const { return "/api/v1/events/" + venue.event; }
    std::string allocations() const { return event_path() + "/allocations"; }

    HttpAnswer add(json::object body, Headers headers = {}) {
        return organizer.post(allocations(), json::serialize(body), std::move(headers));
    }
    /// `name`: percent-encoded, as in a path.
    HttpAnswer change(const std::string& name, const std::string& body) {
        return organizer.client().ask("PATCH", allocations() + "/" + name, {}, body);
    }
    HttpAnswer end(const std::string& name) { return organizer.del(allocations() + "/" + name); }
    json::array seats(std::size_t first, std::size_t count) const {
        json::array some;
        for (auto i = first; i < first + count; ++i)
            some.emplace_back(venue.seats[i]);
        return some;
    }
    void add_standing(int stock) {
        const auto body = R"({"name":"Standing","price":5,"total_stock":)" + std::to_string(stock);
        ASSERT_EQ(organizer.post(event_path() + "/ticket-categories", body + "}").status, 201);
    }
    /// Seats of the event, units of Standing, or both. With an empty code, sends none.
    HttpAnswer reserve(
        Caller& caller,
        json::array wanted,
        int units,
        const std::string& code,
        const std::string& key
    ) const {
        json::object body{{"event_id", venue.event}};
        if (!wanted.empty()) body["seat_ids"] = std::move(wanted);
        if (units > 0)
            body["items"] =
                json::array{json::object{{"category", "Standing"}, {"quantity", units}}};
        if (!code.empty()) body["access_code"] = code;
        return caller.post(kReservations, json::serialize(body), {{"Idempotency-Key", key}});
    }
    HttpAnswer
    reserve(const std::string& user, json::array wanted, const std::string& code, int units = 0) {
        Caller caller{server, user};
        return reserve(caller, std::move(wanted), units, code, "key-" + std::to_string(++keys_));
    }
    json::value availability() { return organizer.get(event_path() + "/availability").json; }
    std::int64_t standing_left() {
        return availability().at("categories").at(0).at("available").as_int64();
    }
    std::string later(std::chrono::seconds by) { return to_rfc3339(server.clock.now() + by); }

    TestServer server;
    Venue venue = make_venue(server, 6, kHallTerms);
    Caller organizer{server, ""};

private:
    int keys_ = 0;
};

TEST_F(Allocations, are_told_to_their_organizer_with_what_is_used_and_left) {
    EXPECT_EQ(organizer.get(allocations()).body, "[]");
    add_standing(10);
    const auto until = later(std::chrono::hours{1});
    const auto made = add(
        {{"name", "Presale"},
         {"seat_ids", seats(0, 2)},
         {"access_codes", {"a", "b", "c"}},
         {"limit_per_user", 1},
         {"until", until}}
    );
    EXPECT_EQ(made.status, 201) << made.body;
    const auto both = R"("seat_ids":[")" + venue.seats[0] + R"(",")" + venue.seats[1] + R"("],)";
    const auto presale = R"({"name":"Presale",)" + both +
                         R"("limit":2,"limit_per_user":1,"until":")" + until + R"(","codes":3,)";
    EXPECT_EQ(made.body, presale + R"("used":0,"left":2})");
    ASSERT_EQ(
        add({{"name", "Guests / crew"}, {"category", "Standing"}, {"quantity", 3}, {"limit", 2}})
            .status,
        201
    );
    ASSERT_EQ(reserve("alice", seats(1, 1), "b").status, 201);
    EXPECT_EQ(
        organizer.get(allocations()).body,
        "[" + presale + R"("used":1,"left":1},{"name":"Guests / crew","category":"Standing",)" +
            R"("quantity":3,"limit":2,"codes":0,"used":0,"left":2}])"
    );
    const auto changed = change("Guests%20%2F%20crew", R"({"limit":3,"access_code":"x"})");
    EXPECT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(changed.number("limit"), 3);
    EXPECT_EQ(changed.number("codes"), 1);
    EXPECT_EQ(change("Guests%20%2F%20crew", R"({"access_codes":[]})").number("codes"), 0);
    EXPECT_EQ(change("Nobody", R"({"limit":3})").code(), "NOT_FOUND");
    for (const std::string what : {"seat_ids", "category", "quantity"}) {
        const auto refused = change("Presale", R"({"limit":1,")" + what + R"(":["a",2]})");
        EXPECT_EQ(refused.code(), "INVALID_REQUEST") << "what is held back can't change";
        EXPECT_EQ(refused.json.at("errors").at(0).at("field").as_string(), what);
    }
    EXPECT_EQ(end("Guests%20%2F%20crew").status, 204);
    EXPECT_EQ(end("Guests%20%2F%20crew").code(), "NOT_FOUND");
    EXPECT_EQ(organizer.get(allocations()).json.as_array().size(), 1);
    server.restart();
    Caller again{server, ""};
    EXPECT_EQ(again.get(allocations()).body, "[" + presale + R"("used":1,"left":1}])");
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(Allocations, look_sold_to_everybody_else) {
    ASSERT_EQ(add({{"name", "House"}, {"seat_ids", seats(0, 2)}}).status, 201);
    Caller alice{server, "alice"};
    EXPECT_EQ(alice.get("/api/v1/seats/" + venue.seats[0]).text("status"), "confirmed");
    EXPECT_EQ(
        json::serialize(availability().at("seats")),
        R"({"total":6,"available":4,"reserved":0,"confirmed":2})"
    );
    EXPECT_EQ(alice.get(event_path() + "/seats/available/count").body, R"({"count":4})");
    EXPECT_EQ(alice.get(event_path() + "/seatmap").text("status"), "ccaaaa");
    const auto listed = alice.get(event_path() + "/seats").json.as_array();
    EXPECT_EQ(listed.at(1).at("status"), "confirmed");
    EXPECT_EQ(alice.get(event_path() + "/seats?available=true").json.as_array().size(), 4);
    const auto refused = reserve("alice", seats(1, 2), "");
    EXPECT_EQ(refused.code(), "SEAT_UNAVAILABLE");
    EXPECT_EQ(
        json::serialize(refused.json.at("conflicts")),
        R"([{"seat_id":")" + venue.seats[1] + R"(","status":"confirmed"}])"
    );
    ASSERT_EQ(end("House").status, 204);
    EXPECT_EQ(alice.get(event_path() + "/seatmap").text("status"), "aaaaaa");
    EXPECT_EQ(reserve("alice", seats(1, 2), "").status, 201);
}

TEST_F(Allocations, open_to_those_who_know_a_code) {
    add_standing(10);
    ASSERT_EQ(
        add({{"name", "P"}, {"seat_ids", seats(0, 2)}, {"access_code", "Sésame"}}).status, 201
    );
    const auto wrong = reserve("alice", seats(0, 1), "sésame");
    EXPECT_EQ(wrong.status, 422);
    EXPECT_EQ(wrong.code(), "CODE_INVALID");
    EXPECT_EQ(wrong.json.at("errors").at(0).at("field"), "access_code");
    EXPECT_EQ(wrong.body.find("sésame"), std::string::npos);
    const auto held = reserve("alice", seats(1, 2), "Sésame", 2);
    ASSERT_EQ(held.status, 201) << held.body;
    EXPECT_EQ(standing_left(), 8);
    EXPECT_EQ(organizer.get(allocations()).json.at(0).at("used"), 1);
    const auto taken = reserve("bob", seats(0, 2), "Sésame");
    EXPECT_EQ(taken.status, 409);
    EXPECT_EQ(taken.code(), "ALLOCATION_USED_UP");
    EXPECT_EQ(taken.text("message"), "Your access code opens 1 ticket now; nothing was reserved.");
    Caller alice{server, "alice"};
    ASSERT_EQ(alice.post(held.header("location") + "/cancel").status, 200);
    EXPECT_EQ(alice.get("/api/v1/seats/" + venue.seats[1]).text("status"), "confirmed");
    EXPECT_EQ(reserve("bob", seats(0, 2), "Sésame").status, 201);
    EXPECT_EQ(
        reserve("carol", seats(0, 1), "Sésame").text("message"),
        "Your access code opens no more tickets now; nothing was reserved."
    );
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(Allocations, hold_units_back_too) {
    add_standing(5);
    ASSERT_EQ(
        add({{"name", "G"}, {"category", "Standing"}, {"quantity", 3}, {"access_code", "g"}})
            .status,
        201
    );
    EXPECT_EQ(standing_left(), 2);
    EXPECT_EQ(reserve("alice", {}, "", 3).code(), "SOLD_OUT");
    EXPECT_EQ(reserve("alice", {}, "g", 3).status, 201);
    EXPECT_EQ(reserve("alice", {}, "g", 1).code(), "ALLOCATION_USED_UP");
    EXPECT_EQ(reserve("bob", {}, "", 2).status, 201);
    const auto refused = add({{"name", "H"}, {"category", "Standing"}, {"quantity", 1}});
    EXPECT_EQ(refused.code(), "SOLD_OUT");
    EXPECT_EQ(
        refused.text("message"), "The category Standing has no units left; nothing was held back."
    );
    const auto category = event_path() + "/ticket-categories/Standing";
    EXPECT_EQ(
        organizer.put(category, R"({"price":5,"total_stock":4})").code(), "STOCK_BELOW_SALES"
    );
}

TEST_F(Allocations, are_refused_with_a_reason) {
    add_standing(5);
    ASSERT_EQ(add({{"name", "A"}, {"seat_ids", seats(0, 1)}, {"access_code", "a"}}).status, 201);
    const auto expect_400 = [&](json::object body, const std::string& field) {
        const auto answer = add(std::move(body));
        EXPECT_EQ(answer.code(), "INVALID_REQUEST") << answer.body;
        EXPECT_EQ(answer.json.at("errors").at(0).at("field").as_string(), field) << answer.body;
    };
    expect_400({{"name", "B"}}, "seat_ids");
    expect_400({{"name", "B"}, {"seat_ids", seats(1, 1)}, {"category", "Standing"}}, "category");
    expect_400({{"name", "B"}, {"category", "Standing"}}, "quantity");
    expect_400({{"name", "B"}, {"quantity", 2}}, "category");
    expect_400(
        {{"name", "B"},
         {"seat_ids", seats(1, 1)},
         {"access_code", "x"},
         {"access_codes", json::array{}}},
        "access_code"
    );
    expect_400(
        {{"name", "B"}, {"seat_ids", seats(1, 1)}, {"access_codes", {"x", "y", "x"}}},
        "access_codes"
    );
    expect_400(
        {{"name", "B"}, {"seat_ids", seats(1, 1)}, {"access_codes", {"x", ""}}}, "access_codes"
    );
    expect_400({{"name", "B"}, {"seat_ids", {venue.seats[1], venue.seats[1]}}}, "seat_ids");
    expect_400(
        {{"name", "B"}, {"seat_ids", seats(1, 1)}, {"until", to_rfc3339(server.clock.now())}},
        "until"
    );
    EXPECT_EQ(add({{"name", "A"}, {"seat_ids", seats(1, 1)}}).code(), "DUPLICATE_ALLOCATION");
    EXPECT_EQ(
        add({{"name", "B"}, {"seat_ids", seats(1, 1)}, {"access_code", "a"}}).code(),
        "DUPLICATE_CODE"
    );
    const auto taken = add({{"name", "B"}, {"seat_ids", seats(0, 2)}});
    EXPECT_EQ(taken.code(), "SEAT_UNAVAILABLE");
    EXPECT_EQ(taken.json.at("conflicts").as_array().size(), 1);
    EXPECT_EQ(add({{"name", "B"}, {"category", "Balcony"}, {"quantity", 1}}).code(), "NOT_FOUND");
    EXPECT_EQ(organizer.get(allocations()).json.as_array().size(), 1);
}

TEST_F(Allocations, keep_their_codes_secret) {
    const std::string secret = "WINTER-7QX2-SECRET";
    std::string shown;
    shown += add({{"name", "A"}, {"seat_ids", seats(0, 2)}, {"access_code", secret}}).body;
    shown += change("A", R"({"access_codes":[")" + secret + R"(","other"]})").body;
    shown += reserve("alice", seats(0, 1), secret).body;
    shown += reserve("alice", seats(0, 1), secret).body;
    shown += reserve("alice", seats(0, 1), secret + "-").body;
    shown += organizer.get(allocations()).body;
    const auto facts = organizer.get("/api/v1/facts?limit=1000").body;
    EXPECT_NE(facts.find("AllocationAdded"), std::string::npos);
    EXPECT_NE(facts.find(R"("allocation":"A")"), std::string::npos);
    EXPECT_EQ((shown + facts).find(secret), std::string::npos);
    EXPECT_EQ((shown + facts).find("access_codes"), std::string::npos);
}

TEST_F(Allocations, are_added_once_under_a_key) {
    const json::object body{{"name", "A"}, {"seat_ids", seats(0, 2)}, {"access_codes", {"x", "y"}}};
    const Headers key{{"Idempotency-Key", "k"}};
    const auto first = add(body, key);
    ASSERT_EQ(first.status, 201) << first.body;
    auto reordered = body;
    reordered["access_codes"] = json::array{"y", "x"};
    reordered["seat_ids"] = {venue.seats[1], venue.seats[0]};
    const auto again = add(reordered, key);
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    EXPECT_EQ(again.body, first.body);
    auto other = body;
    other["access_codes"] = json::array{"x", "z"};
    EXPECT_EQ(add(other, key).code(), "IDEMPOTENCY_KEY_REUSED");
    Caller alice{server, "alice"};
    const auto held = reserve(alice, seats(0, 1), 0, "x", "r");
    ASSERT_EQ(held.status, 201);
    EXPECT_EQ(reserve(alice, seats(0, 1), 0, "x", "r").header("idempotency-replayed"), "true");
    EXPECT_EQ(reserve(alice, seats(0, 1), 0, "", "r").code(), "IDEMPOTENCY_KEY_REUSED");
    EXPECT_EQ(reserve(alice, seats(0, 1), 0, "z", "r").code(), "IDEMPOTENCY_KEY_REUSED");
}

TEST(LargeAllocations, hold_nothing_back_if_there_is_no_room_for_the_answer) {
    TestServer::Options options;
    options.limits.answer_bytes = 112 << 10;
    TestServer server{options};
    Caller organizer{server, ""};
    const auto venue = make_venue(server, 1);
    const auto event = "/api/v1/events/" + venue.event;
    json::array seats;
    for (char block = 'A'; block < 'I'; ++block) {
        const json::object bulk{{"prefix", std::string{block}}, {"count", 400}, {"price", 1}};
        const auto made = organizer.post(event + "/seats/bulk", json::serialize(bulk));
        ASSERT_EQ(made.status, 201) << made.body;
        for (const auto& seat : made.json.as_array())
            seats.push_back(seat.at("id"));
    }
    const auto add = [&] {
        const json::object body{{"name", "A"}, {"seat_ids", seats}};
        return organizer.post(event + "/allocations", json::serialize(body));
    };
    const auto refused = add();
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.code(), "OVERLOADED");
    EXPECT_EQ(organizer.get(event + "/allocations").body, "[]");
    seats.resize(501);
    EXPECT_EQ(add().json.at("seat_ids").as_array().size(), 501);
    EXPECT_EQ(
        organizer.client().ask("PATCH", event + "/allocations/A", {}, R"({"limit":1})").status, 200
    );
}

TEST_F(Allocations, give_whom_they_are_open_to_the_best_seats_and_more_by_a_change) {
    ASSERT_EQ(
        add({{"name", "Press"}, {"seat_ids", seats(0, 6)}, {"access_code", "a"}, {"limit", 2}})
            .status,
        201
    );
    Caller alice{server, "alice"};
    const auto best = [&](json::object more, const std::string& key) {
        json::object body{{"event_id", venue.event}, {"best_available", {{"quantity", 1}}}};
        for (const auto& [name, value] : more)
            body[name] = value;
        return alice.post(kReservations, json::serialize(body), {{"Idempotency-Key", key}});
    };
    const auto change = [&](const HttpAnswer& made, const char* what, const std::string& seat) {
        const json::object body{{what, {{"seat_ids", json::array{json::value(seat)}}}}};
        return alice.patch(kReservations + ("/" + made.text("id")), json::serialize(body));
    };
    EXPECT_EQ(best({}, "k1").code(), "SOLD_OUT");
    const auto made = best({{"access_code", "a"}}, "k2");
    ASSERT_EQ(made.status, 201) << made.body;
    const auto chosen = std::string{made.json.at("seat_ids").at(0).as_string()};
    std::vector<std::string> others;
    std::ranges::remove_copy(venue.seats, std::back_inserter(others), chosen);
    EXPECT_EQ(change(made, "add", others[0]).status, 200);
    const auto third = change(made, "add", others[1]);
    EXPECT_EQ(third.code(), "ALLOCATION_USED_UP");
    EXPECT_EQ(
        third.text("message"), "Your access code opens no more tickets now; nothing was reserved."
    );
    EXPECT_EQ(change(made, "remove", others[0]).status, 200);
    EXPECT_EQ(reserve("bob", {json::value(others[0])}, "").code(), "SEAT_UNAVAILABLE");
    EXPECT_EQ(reserve("bob", {json::value(others[0])}, "a").status, 201);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

}  // namespace
}  // namespace frontrow::test
