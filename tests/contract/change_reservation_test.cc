#include "contract/at_once.h"
#include "support/eventually.h"
#include "support/seed.h"
#include "support/test_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

// PATCH /reservations/{id}: seats and units are added and given back in one step.

namespace frontrow::test {
namespace {

namespace json = boost::json;

using Names = std::vector<std::string>;
using Units = std::vector<std::pair<std::string, int>>;

struct Part {
    Names seats;
    Units units;
};

json::object body_of(const Part& part) {
    json::object body;
    if (!part.seats.empty()) body["seat_ids"] = json::array(part.seats.begin(), part.seats.end());
    json::array items;
    for (const auto& [category, quantity] : part.units)
        items.push_back(json::object{{"category", category}, {"quantity", quantity}});
    if (!items.empty()) body["items"] = std::move(items);
    return body;
}
std::string body_of(const Part& add, const Part& remove) {
    return json::serialize(json::object{{"add", body_of(add)}, {"remove", body_of(remove)}});
}
std::string add(const std::string& seat) {
    return body_of({.seats = {seat}}, {});
}

Names seats_of(const HttpAnswer& reservation) {
    Names seats;
    for (const auto& seat : reservation.json.at("seat_ids").as_array())
        seats.emplace_back(seat.as_string());
    return seats;
}

class ChangeReservation : public testing::Test {
protected:
    ChangeReservation() {
        for (const auto* body :
             {R"({"name":"Standing","price":5000,"total_stock":6})",
              R"({"name":"Car park","price":1500,"total_stock":2})"})
            EXPECT_EQ(organizer.post(event + "/ticket-categories", body).status, 201);
    }

    /// Alice's new reservation.
    HttpAnswer hold(const Part& part) {
        auto body = body_of(part);
        body["event_id"] = venue.event;
        auto held = alice.post(kReservations, json::serialize(body), key("hold"));
        EXPECT_EQ(held.status, 201) << held.body;
        return held;
    }
    Headers key(const std::string& name) {
        return {{"Idempotency-Key", name + "-" + std::to_string(++keys_)}};
    }
    std::string status(std::size_t seat) {
        return organizer.get("/api/v1/seats/" + venue.seats[seat]).text("status");
    }
    /// What an outsider can see: how many seats and units are left, and each seat's status.
    std::string sight() {
        return organizer.get(event + "/availability").body + organizer.get(event + "/seats").body;
    }
    /// A request whose text is ready to be sent, and its answer.
    Shot shot(
        const std::string& user,
        const char* method,
        const std::string& path,
        const std::string& body = {},
        Headers headers = {}
    ) {
        headers.emplace_back("X-User-ID", user);
        return {server.connect(), HttpClient::request_text(method, path, headers, body)};
    }
    Shot reserve_shot(const std::string& user, std::size_t seat) {
        auto body = body_of({.seats = {venue.seats[seat]}});
        body["event_id"] = venue.event;
        return shot(user, "POST", kReservations, json::serialize(body), key(user));
    }

    TestServer server;
    Venue venue = make_venue(server, 10, R"(,"hold_seconds":60,"max_seats_per_reservation":6)");
    const std::string event = "/api/v1/events/" + venue.event;
    const Names& seats = venue.seats;
    Caller organizer{server, ""};
    Caller alice{server, "alice"};

private:
    int keys_ = 0;
};

TEST_F(ChangeReservation, adds_and_gives_back_in_one_step_for_everybody_to_see) {
    const auto held = hold({.seats = {seats[0], seats[1]}, .units = {{"Standing", 2}}});
    const auto path = held.header("location");
    ASSERT_EQ(held.number("total_amount"), 12'000);
    server.clock.advance(Millis{1'000});
    const auto changed = alice.patch(
        path,
        body_of(
            {.seats = {seats[3]}, .units = {{"Car park", 1}}},
            {.seats = {seats[0]}, .units = {{"Standing", 1}}}
        )
    );
    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(seats_of(changed), (Names{seats[1], seats[3]}));
    EXPECT_EQ(
        json::serialize(changed.json.at("items")),
        R"([{"category":"Standing","quantity":1,"unit_price":5000},)"
        R"({"category":"Car park","quantity":1,"unit_price":1500}])"
    );
    EXPECT_EQ(changed.number("total_amount"), 8'500);
    EXPECT_EQ(changed.text("status"), "pending");
    EXPECT_EQ(changed.text("expires_at"), held.text("expires_at"));
    EXPECT_EQ(changed.number("expires_in_ms"), 59'000);
    EXPECT_EQ(alice.get(path).json, changed.json);
    EXPECT_EQ(alice.get(kReservations).json.at(0), changed.json);
    EXPECT_EQ(status(0), "available");
    EXPECT_EQ(status(1), "reserved");
    EXPECT_EQ(status(3), "reserved");
    EXPECT_EQ(organizer.get(event + "/seatmap").text("status"), "araraaaaaa");
    const auto left = organizer.get(event + "/ticket-categories").json;
    EXPECT_EQ(left.at(0).at("available"), 5);
    EXPECT_EQ(left.at(1).at("available"), 1);
    const auto facts = organizer.get("/api/v1/facts?limit=1000").json.as_array();
    EXPECT_EQ(facts.back().at("type"), "ReservationChanged");
    EXPECT_EQ(facts.back().at("data").at("removed_seat_ids"), (json::array{seats[0]}));
    const auto confirmed = alice.post(path + "/confirm");
    EXPECT_EQ(seats_of(confirmed), seats_of(changed));
    EXPECT_EQ(status(3), "confirmed");
    server.restart();
    Caller later{server, "alice"};
    EXPECT_EQ(later.get(path).json, confirmed.json);
    EXPECT_EQ(server.violations(), Names{});
}

TEST_F(ChangeReservation, does_all_or_nothing) {
    const auto held = hold({.seats = {seats[0], seats[1]}, .units = {{"Standing", 2}}});
    const auto path = held.header("location");
    Caller bob{server, "bob"};
    ASSERT_EQ(bob.reserve(venue.event, {seats[2]}, "bobs").status, 201);
    const auto before = sight();
    const Part give{.seats = {seats[0]}, .units = {{"Standing", 1}}};
    const auto taken = alice.patch(path, body_of({.seats = {seats[3], seats[2], seats[1]}}, give));
    EXPECT_EQ(taken.code(), "SEAT_UNAVAILABLE");
    EXPECT_EQ(
        json::serialize(taken.json.at("conflicts")),
        R"([{"seat_id":")" + seats[2] + R"(","status":"reserved"},{"seat_id":")" + seats[1] +
            R"(","status":"reserved"}])"
    );
    const auto sold_out = alice.patch(path, body_of({.units = {{"Car park", 3}}}, give));
    EXPECT_EQ(sold_out.code(), "SOLD_OUT") << sold_out.body;
    const std::string nobodys = "018f7c2e-0a10-7000-8000-000000000001";
    const std::pair<std::string, std::string> rows[] = {
        {body_of({.seats = {nobodys}}, give), "NOT_FOUND"},
        {body_of({.units = {{"Balcony", 1}}}, give), "NOT_FOUND"},
        {body_of({.seats = {seats[3]}}, {.seats = {seats[0], seats[2]}}), "NOT_IN_RESERVATION"},
        {body_of({.seats = {seats[3]}}, {.units = {{"Standing", 3}}}), "NOT_IN_RESERVATION"},
        {body_of({}, {.seats = {seats[0], seats[1]}, .units = {{"Standing", 2}}}), "NOTHING_LEFT"},
        {body_of({.seats = {seats[3], seats[4], seats[5], seats[6]}}, {.seats = {seats[0]}}),
         "TOO_MANY_SEATS"},
        {body_of({.seats = {seats[3], seats[3]}}, give), "INVALID_REQUEST"},
        {body_of({.seats = {seats[0]}}, give), "INVALID_REQUEST"},
        {"{}", "INVALID_REQUEST"},
        {body_of({}, {}), "INVALID_REQUEST"},
    };
    for (const auto& [body, code] : rows)
        EXPECT_EQ(alice.patch(path, body).code(), code) << body;
    EXPECT_EQ(sight(), before);
    EXPECT_EQ(alice.get(path).json, held.json);
}

TEST_F(ChangeReservation, is_refused_in_words_that_help) {
    const auto path = hold({.seats = {seats[0]}}).header("location");
    const auto all = alice.patch(path, body_of({}, {.seats = {seats[0]}}));
    EXPECT_EQ(all.status, 422);
    EXPECT_EQ(all.text("message"), "Nothing would be left in the reservation; cancel it instead.");
    EXPECT_EQ(all.json.at("errors").at(0).at("field"), "remove");
    const auto other = alice.patch(path, body_of({}, {.units = {{"Standing", 1}}}));
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(
        other.text("message"), "The reservation doesn't have Standing, or has fewer units of it."
    );
    EXPECT_EQ(
        alice.patch(path, "{}").text("message"), "Name a seat or a category, in add or in remove."
    );
    const auto nested = alice.patch(path, R"({"remove":{"items":[{"category":"","quantity":0}]}})");
    EXPECT_EQ(nested.json.at("errors").at(0).at("field"), "remove.items[0].category");
    EXPECT_EQ(nested.json.at("errors").at(1).at("field"), "remove.items[0].quantity");
}

TEST_F(ChangeReservation, is_for_its_buyer_alone) {
    const auto path = hold({.seats = {seats[0]}}).header("location");
    Caller bob{server, "bob"};
    EXPECT_EQ(bob.patch(path, add(seats[1])).code(), "NOT_FOUND");
    EXPECT_EQ(organizer.patch(path, add(seats[1])).code(), "UNAUTHENTICATED");
    const std::string nowhere = "/api/v1/reservations/018f7c2e-0a10-7000-8000-000000000001";
    EXPECT_EQ(alice.patch(nowhere, add(seats[1])).code(), "NOT_FOUND");
    EXPECT_EQ(alice.patch("/api/v1/reservations/x", add(seats[1])).code(), "INVALID_REQUEST");
    EXPECT_EQ(status(1), "available");
}

TEST_F(ChangeReservation, is_refused_after_the_end_and_gives_back_during_a_pause) {
    const auto path = hold({.seats = {seats[0], seats[1]}}).header("location");
    const auto sale = event + "/sale";
    ASSERT_EQ(organizer.post(sale, R"({"action":"pause"})").status, 200);
    EXPECT_EQ(alice.patch(path, add(seats[2])).code(), "SALES_PAUSED");
    EXPECT_EQ(alice.patch(path, body_of({}, {.seats = {seats[1]}})).status, 200);
    ASSERT_EQ(organizer.post(sale, R"({"action":"open"})").status, 200);
    server.clock.advance(Millis{59'999});
    EXPECT_EQ(alice.patch(path, add(seats[2])).status, 200);
    server.clock.advance(Millis{1});
    EXPECT_EQ(alice.patch(path, add(seats[3])).code(), "HOLD_EXPIRED");
    EXPECT_EQ(status(2), "available");
    const auto other = hold({.seats = {seats[0]}}).header("location");
    ASSERT_EQ(alice.post(other + "/cancel").status, 200);
    EXPECT_EQ(alice.patch(other, add(seats[3])).code(), "ALREADY_CANCELLED");
    const auto bought = hold({.seats = {seats[0]}}).header("location");
    ASSERT_EQ(alice.post(bought + "/confirm").status, 200);
    EXPECT_EQ(alice.patch(bought, add(seats[3])).code(), "ALREADY_CONFIRMED");
}

TEST_F(ChangeReservation, takes_what_ran_out_at_that_instant) {
    Caller bob{server, "bob"};
    ASSERT_EQ(bob.reserve(venue.event, {seats[1], seats[2]}, "bobs").status, 201);
    server.clock.advance(Millis{30'000});
    const auto path = hold({.seats = {seats[0]}}).header("location");
    server.clock.advance(Millis{29'999});
    EXPECT_EQ(alice.patch(path, add(seats[1])).code(), "SEAT_UNAVAILABLE");
    server.clock.advance(Millis{1});
    EXPECT_EQ(alice.patch(path, add(seats[1])).status, 200);
    EXPECT_EQ(status(2), "available");
    EXPECT_EQ(server.violations(), Names{});
}

TEST_F(ChangeReservation, has_a_tag_that_names_its_state) {
    const auto held = hold({.seats = {seats[0], seats[1]}});
    EXPECT_EQ(held.header("etag"), "") << "it may be a replay, which shows an earlier state";
    const auto path = held.header("location");
    const auto tag = alice.get(path).header("etag");
    ASSERT_EQ(tag.size(), 34U) << tag;
    server.clock.advance(Millis{1'000});
    EXPECT_EQ(alice.get(path).header("etag"), tag) << "time alone changes nothing";
    for (const auto& known : {tag, "W/" + tag, "\"x\", " + tag, std::string{"*"}}) {
        const auto same = alice.get(path, {{"If-None-Match", known}});
        EXPECT_EQ(same.status, 304) << known;
        EXPECT_EQ(same.body, "");
        EXPECT_EQ(same.header("etag"), tag);
    }
    const auto stale = [&](const std::string& condition) {
        return alice.patch(path, add(seats[2]), {{"If-Match", condition}});
    };
    for (const auto& other :
         {std::string{}, std::string{"\"x\""}, "\"" + std::string(32, '0') + "\"", tag.substr(1)})
        EXPECT_EQ(stale(other).code(), "PRECONDITION_FAILED") << other;
    EXPECT_EQ(status(2), "available");
    const auto changed = stale("\"x\", " + tag);
    ASSERT_EQ(changed.status, 200) << changed.body;
    const auto next = changed.header("etag");
    EXPECT_NE(next, tag);
    EXPECT_EQ(alice.get(path).header("etag"), next);
    EXPECT_EQ(alice.get(path, {{"If-None-Match", tag}}).status, 200);
    EXPECT_EQ(stale(tag).status, 412);
    EXPECT_EQ(alice.patch(path, add(seats[3]), {{"If-Match", "*"}}).status, 200);
    std::set<std::string> tags{tag, next, alice.get(path).header("etag")};
    tags.insert(alice.post(path + "/extend", R"({"seconds":1})").header("etag"));
    tags.insert(alice.post(path + "/confirm").header("etag"));
    EXPECT_EQ(tags.size(), 5U);
    EXPECT_EQ(
        alice.get(path).header("etag"), *tags.find(alice.post(path + "/confirm").header("etag"))
    );
    const auto cancelled = hold({.seats = {seats[5]}}).header("location");
    const auto end = alice.post(cancelled + "/cancel").header("etag");
    EXPECT_EQ(alice.get(cancelled).header("etag"), end);
    const auto run_out = hold({.seats = {seats[5]}}).header("location");
    const auto running = alice.get(run_out).header("etag");
    server.clock.advance(Millis{60'000});
    EXPECT_EQ(alice.get(run_out, {{"If-None-Match", running}}).text("status"), "expired");
}

TEST_F(ChangeReservation, under_a_key_is_done_once) {
    const auto held = hold({.seats = {seats[0], seats[1]}, .units = {{"Standing", 2}}});
    const auto path = held.header("location");
    const auto tag = alice.get(path).header("etag");
    const Headers under_key{{"Idempotency-Key", "change"}, {"If-Match", tag}};
    const auto body = body_of(
        {.seats = {seats[2], seats[3]}, .units = {{"Car park", 1}, {"Standing", 1}}},
        {.seats = {seats[0], seats[1]}}
    );
    const auto respelled = body_of(
        {.seats = {seats[3], seats[2]}, .units = {{"Standing", 1}, {"Car park", 1}}},
        {.seats = {seats[1], seats[0]}}
    );
    std::vector<Shot> shots;
    for (int i = 0; i < 20; ++i)
        shots.push_back(shot("alice", "PATCH", path, i % 2 == 0 ? body : respelled, under_key));
    fire(shots);
    int originals = 0;
    for (const auto& one : shots) {
        EXPECT_EQ(one.answer.status, 200) << one.answer.body;
        EXPECT_EQ(one.answer.json, shots.front().answer.json);
        originals += one.answer.header("idempotency-replayed") == "true" ? 0 : 1;
    }
    EXPECT_EQ(originals, 1);
    const auto other = alice.patch(path, add(seats[4]), under_key);
    EXPECT_EQ(other.code(), "IDEMPOTENCY_KEY_REUSED");
    const auto extend = path + "/extend";
    EXPECT_EQ(alice.post(extend, R"({"seconds":1})", under_key).status, 200)
        << "another route has keys of its own";
    const auto next = alice.patch(path, body_of({}, {.seats = {seats[3]}}));
    ASSERT_EQ(next.status, 200) << next.body;
    server.restart();
    Caller later{server, "alice"};
    const auto again = later.patch(path, respelled, under_key);
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    EXPECT_EQ(again.json, next.json) << "it is told as it is now";
    // The first request's answer is the reservation as it was made.
    auto made = body_of({.seats = {seats[1], seats[0]}, .units = {{"Standing", 2}}});
    made["event_id"] = venue.event;
    const auto first =
        later.post(kReservations, json::serialize(made), {{"Idempotency-Key", "hold-1"}});
    EXPECT_EQ(first.status, 201) << first.body;
    for (const auto* field : {"seat_ids", "items", "total_amount", "expires_at", "status"})
        EXPECT_EQ(first.json.at(field), held.json.at(field)) << field;
    EXPECT_EQ(server.violations(), Names{});
}

/// A refusal doesn't use its key up.
TEST_F(ChangeReservation, may_be_tried_again_under_its_key_after_a_refusal) {
    const auto path = hold({.seats = {seats[0]}}).header("location");
    Caller bob{server, "bob"};
    const auto bobs = bob.reserve(venue.event, {seats[1]}, "bobs").header("location");
    const Headers under_key{{"Idempotency-Key", "change"}};
    EXPECT_EQ(alice.patch(path, add(seats[1]), under_key).code(), "SEAT_UNAVAILABLE");
    ASSERT_EQ(bob.post(bobs + "/cancel").status, 200);
    const auto taken = alice.patch(path, add(seats[1]), under_key);
    EXPECT_EQ(taken.status, 200);
    EXPECT_EQ(taken.header("idempotency-replayed"), "");
}

/// Rivals ask for a seat and for the last units without pause while alice changes everything else
/// of her reservation.
TEST_F(ChangeReservation, never_lets_go_of_what_stays) {
    const auto held = hold({.seats = {seats[0], seats[1]}, .units = {{"Car park", 2}}});
    const auto path = held.header("location");
    std::atomic<bool> is_over = false;
    std::atomic<int> asked = 0;
    std::atomic<int> stolen = 0;
    {
        std::vector<std::jthread> rivals;
        for (int i = 0; i < 3; ++i) {
            rivals.emplace_back([&, i] {
                Caller rival{server, "rival-" + std::to_string(i)};
                const auto units = R"({"event_id":")" + venue.event +
                                   R"(","items":[{"category":"Car park","quantity":1}]})";
                for (int n = 0; !is_over; ++n) {
                    const auto key = std::to_string(i) + "-" + std::to_string(n);
                    stolen += rival.reserve(venue.event, {seats[0]}, key).status < 300;
                    stolen +=
                        rival.post(kReservations, units, {{"Idempotency-Key", "u" + key}}).status <
                        300;
                    ++asked;
                }
            });
        }
        const int changes = is_soak() ? 20'000 : 300;
        std::size_t with = 1;
        for (int n = 0; (n < changes || asked < 100) && !HasFailure(); ++n) {
            const auto next = 1 + (with % 5);
            const Units moved{{"Standing", 1}};
            const auto changed = alice.patch(
                path,
                body_of(
                    {.seats = {seats[next]}, .units = n % 2 == 0 ? moved : Units{}},
                    {.seats = {seats[with]}, .units = n % 2 == 1 ? moved : Units{}}
                )
            );
            EXPECT_EQ(changed.status, 200) << changed.body;
            with = next;
        }
        is_over = true;
    }
    EXPECT_EQ(stolen, 0);
    EXPECT_EQ(seats_of(alice.get(path)).front(), seats[0]);
    EXPECT_EQ(server.violations(), Names{});
}

/// Alice swaps on several connections while the clock passes the end of her hold and a rival wants
/// her seats.
TEST_F(ChangeReservation, raced_with_the_end_of_the_hold_leaves_nothing_behind) {
    std::mt19937_64 random{seed_of_this_run()};
    const int rounds = is_soak() ? 2'000 : 40;
    for (int round = 0; round < rounds && !HasFailure(); ++round) {
        const auto path = hold({.seats = {seats[0], seats[1]}}).header("location");
        server.clock.advance(Millis{59'990});
        std::vector<Shot> shots;
        for (std::size_t i = 2; i < 6; ++i) {
            shots.push_back(
                shot("alice", "PATCH", path, body_of({.seats = {seats[i]}}, {.seats = {seats[1]}}))
            );
            shots.push_back(shot("alice", "PATCH", path, add(seats[i + 2])));
        }
        shots.push_back(reserve_shot("bob", 0));
        std::ranges::shuffle(shots, random);
        {
            const std::jthread time{[&] {
                for (int step = 0; step < 20; ++step) {
                    server.clock.advance(Millis{1});
                    std::this_thread::yield();
                }
            }};
            fire(shots);
        }
        for (const auto& one : shots)
            EXPECT_TRUE(
                one.answer.status < 300 || one.answer.status == 409 || one.answer.status == 410 ||
                one.answer.status == 422
            ) << one.answer.body;
        EXPECT_EQ(alice.get(path).text("status"), "expired");
        for (std::size_t seat = 1; seat < 8; ++seat)
            EXPECT_EQ(status(seat), "available") << seat;
        server.clock.advance(Millis{60'000});
        EXPECT_EQ(status(0), "available");
    }
    EXPECT_EQ(server.violations(), Names{});
}

TEST_F(ChangeReservation, raced_with_confirming_is_in_what_was_bought_or_refused) {
    std::mt19937_64 random{seed_of_this_run()};
    const int rounds = is_soak() ? 1'000 : 30;
    for (int round = 0; round < rounds && !HasFailure(); ++round) {
        const auto other = make_venue(server, 3);
        const auto held =
            alice.reserve(other.event, {other.seats[0]}, "race-" + std::to_string(round));
        const auto path = held.header("location");
        std::vector<Shot> shots;
        shots.push_back(shot(
            "alice",
            "PATCH",
            path,
            body_of({.seats = {other.seats[1]}}, {.seats = {other.seats[0]}})
        ));
        shots.push_back(shot("alice", "POST", path + "/confirm"));
        std::ranges::shuffle(shots, random);
        fire(shots);
        const auto is_change = [](const Shot& one) { return one.text.starts_with("PATCH"); };
        const auto& change = std::ranges::find_if(shots, is_change)->answer;
        const bool is_changed = change.status == 200;
        if (!is_changed) EXPECT_EQ(change.code(), "ALREADY_CONFIRMED");
        const auto bought = alice.get(path);
        EXPECT_EQ(bought.text("status"), "confirmed");
        EXPECT_EQ(seats_of(bought), (Names{other.seats[is_changed ? 1 : 0]}));
        const auto seat = [&](std::size_t index) {
            return organizer.get("/api/v1/seats/" + other.seats[index]).text("status");
        };
        EXPECT_EQ(seat(0), is_changed ? "available" : "confirmed");
        EXPECT_EQ(seat(1), is_changed ? "confirmed" : "available");
    }
    EXPECT_EQ(server.violations(), Names{});
}

/// Two changes and a new reservation want one seat, and each change wants another free one with it.
TEST_F(ChangeReservation, raced_for_an_added_seat_has_one_winner_and_whole_losers) {
    std::mt19937_64 random{seed_of_this_run()};
    const int rounds = is_soak() ? 1'000 : 30;
    for (int round = 0; round < rounds && !HasFailure(); ++round) {
        const auto other = make_venue(server, 6);
        const Names users{"alice", "carol"};
        Names paths;
        std::vector<Shot> shots;
        for (std::size_t i = 0; i < users.size(); ++i) {
            Caller caller{server, users[i]};
            const auto held =
                caller.reserve(other.event, {other.seats[i]}, "race-" + std::to_string(round));
            paths.push_back(held.header("location"));
            const Part wanted{.seats = {other.seats[2 + i], other.seats[5]}};
            const auto body = body_of(wanted, {.seats = {other.seats[i]}});
            shots.push_back(shot(users[i], "PATCH", paths[i], body));
        }
        const auto body =
            R"({"event_id":")" + other.event + R"(","seat_ids":[")" + other.seats[5] + R"("]})";
        shots.push_back(shot("bob", "POST", kReservations, body, key("bob")));
        std::ranges::shuffle(shots, random);
        fire(shots);
        int won = 0;
        for (const auto& one : shots) {
            won += one.answer.status < 300 ? 1 : 0;
            if (one.answer.status >= 300) EXPECT_EQ(one.answer.code(), "SEAT_UNAVAILABLE");
        }
        EXPECT_EQ(won, 1);
        for (std::size_t i = 0; i < users.size(); ++i) {
            Caller caller{server, users[i]};
            const auto has = seats_of(caller.get(paths[i]));
            const bool is_winner = has.size() == 2;
            EXPECT_EQ(
                has, is_winner ? (Names{other.seats[2 + i], other.seats[5]}) : Names{other.seats[i]}
            );
        }
    }
    EXPECT_EQ(server.violations(), Names{});
}

TEST_F(ChangeReservation, gives_back_while_the_disk_is_nearly_full_and_adds_nothing) {
    const auto path = hold({.seats = {seats[0], seats[1]}}).header("location");
    server.disk.bytes = 1 << 20;
    // The store checks the disk ten times a second; this loop waits for the next check.
    std::size_t with = 1;
    EXPECT_TRUE(eventually([&] {
        const std::size_t next = with == 1 ? 2 : 1;
        const auto swap = body_of({.seats = {seats[next]}}, {.seats = {seats[with]}});
        const auto swapped = alice.patch(path, swap);
        if (swapped.status == 200) with = next;
        return swapped.code() == "STORAGE_LOW";
    }));
    EXPECT_EQ(
        alice.patch(path, body_of({}, {.seats = {seats[0]}}), key("a")).code(), "STORAGE_LOW"
    );
    EXPECT_EQ(alice.patch(path, body_of({}, {.seats = {seats[0]}})).status, 200);
}

}  // namespace
}  // namespace frontrow::test
