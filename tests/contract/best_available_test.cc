#include "contract/at_once.h"
#include "support/test_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

// Seats that the server chooses, and alternatives to seats that are taken.

namespace frontrow::test {
namespace {

namespace json = boost::json;

using Names = std::vector<std::string>;

class BestAvailable : public testing::Test {
protected:
    /// Adds rows A, B, … of seats A-1, A-2, … to a section.
    void add_rows(const std::string& section, int rows, int seats, int price) {
        json::array all;
        for (int row = 0; row < rows; ++row) {
            const auto label = std::to_string(row + 1);
            for (int seat = 1; seat <= seats; ++seat)
                all.push_back(json::object{
                    {"seat_number", section + label + "-" + std::to_string(seat)},
                    {"section", section},
                    {"row", label},
                    {"price", price},
                });
        }
        const auto added = organizer.post(
            event_path() + "/seats/bulk", json::serialize(json::object{{"seats", all}})
        );
        ASSERT_EQ(added.status, 201);
        for (const auto& seat : added.json.as_array())
            names_[std::string{seat.at("id").as_string()}] = seat.at("seat_number").as_string();
    }

    std::string event_path() const { return "/api/v1/events/" + event; }
    std::string id_of(const std::string& name) const {
        return std::ranges::find(names_, name, &std::pair<const std::string, std::string>::second)
            ->first;
    }
    Names names_of(const json::value& ids) const {
        Names names;
        for (const auto& id : ids.as_array())
            names.push_back(names_.at(std::string{id.as_string()}));
        return names;
    }

    HttpAnswer reserve(const std::string& user, json::object body, std::string key = {}) {
        body["event_id"] = event;
        if (key.empty()) key = "key-" + std::to_string(++keys_);
        return Caller(server, user)
            .post(kReservations, json::serialize(body), {{"Idempotency-Key", key}});
    }
    HttpAnswer ask(const std::string& user, json::object wish, const std::string& key = {}) {
        return reserve(user, {{"best_available", std::move(wish)}}, key);
    }
    HttpAnswer reserve_named(const std::string& user, const Names& names, json::object more = {}) {
        json::array ids;
        for (const auto& name : names)
            ids.emplace_back(id_of(name));
        more["seat_ids"] = std::move(ids);
        return reserve(user, std::move(more));
    }
    std::int64_t seats_left() {
        return organizer.get(event_path() + "/seats/available/count").number("count");
    }

    TestServer server;
    Caller organizer{server, ""};
    std::string event = organizer
                            .post(
                                "/api/v1/events",
                                event_body(R"(,"hold_seconds":60,"max_seats_per_reservation":20)")
                            )
                            .text("id");

private:
    std::map<std::string, std::string> names_;
    int keys_ = 0;
};

TEST_F(BestAvailable, gets_the_best_free_seats_together) {
    add_rows("Stalls", 2, 6, 9'000);
    add_rows("Balcony", 1, 4, 5'000);
    const auto made = ask("alice", {{"quantity", 2}});
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(names_of(made.json.at("seat_ids")), (Names{"Stalls1-3", "Stalls1-4"}));
    EXPECT_EQ(made.number("total_amount"), 18'000);
    EXPECT_EQ(made.text("status"), "pending");
    Caller alice{server, "alice"};
    EXPECT_EQ(alice.get(made.header("location")).json.at("seat_ids"), made.json.at("seat_ids"));
    const auto chosen = [&](json::object wish) {
        const auto answer = ask("bob", std::move(wish));
        EXPECT_EQ(answer.status, 201) << answer.body;
        return names_of(answer.json.at("seat_ids"));
    };
    EXPECT_EQ(
        chosen({{"quantity", 2}, {"section", "Balcony"}}), (Names{"Balcony1-1", "Balcony1-2"})
    );
    EXPECT_EQ(chosen({{"quantity", 1}, {"max_price", 5'000}}), Names{"Balcony1-3"});
    EXPECT_EQ(
        chosen({{"quantity", 2}, {"near", id_of("Stalls2-6")}}), (Names{"Stalls2-5", "Stalls2-6"})
    );
    EXPECT_EQ(
        chosen({{"quantity", 3}, {"max_price", 9'000}, {"section", "Stalls"}, {"allow_split", true}}
        ).size(),
        3
    );
    EXPECT_EQ(seats_left(), 6);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(BestAvailable, comes_with_units_of_a_category_all_or_nothing) {
    add_rows("Stalls", 1, 4, 100);
    const auto* floor = R"({"name":"Floor","price":10,"total_stock":1})";
    ASSERT_EQ(organizer.post(event_path() + "/ticket-categories", floor).status, 201);
    const auto with_units = [&](int units) {
        return reserve(
            "alice",
            {{"best_available", {{"quantity", 2}}},
             {"items", json::array{json::object{{"category", "Floor"}, {"quantity", units}}}}}
        );
    };
    const auto refused = with_units(2);
    EXPECT_EQ(refused.code(), "SOLD_OUT");
    EXPECT_EQ(refused.text("message"), "The category Floor has 1 unit left; nothing was reserved.");
    EXPECT_EQ(seats_left(), 4);
    const auto made = with_units(1);
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.number("total_amount"), 210);
    EXPECT_EQ(made.json.at("seat_ids").as_array().size(), 2);
    EXPECT_EQ(made.json.at("items").as_array().size(), 1);
}

TEST_F(BestAvailable, is_told_what_is_wrong_with_its_wish) {
    add_rows("Stalls", 1, 4, 100);
    const std::string nobody = "018f7c2e-0a10-7000-8000-000000000001";
    const struct {
        json::object body;
        unsigned status;
        std::string message;
    } wrong[] = {
        {{{"best_available", 2}}, 400, "The field best_available must be an object."},
        {{{"best_available", json::object{}}}, 400, "The field best_available.quantity is required."
        },
        {{{"best_available", {{"quantity", 101}}}},
         400,
         "The field best_available.quantity must be a whole number from 1 to 100."},
        {{{"best_available", {{"quantity", 1}}}, {"seat_ids", {id_of("Stalls1-1")}}},
         400,
         "The field best_available can't be given together with seat_ids."},
        {{{"best_available", {{"quantity", 1}, {"section", "Loge"}}}},
         404,
         "The event has no section Loge."},
        {{{"best_available", {{"quantity", 1}, {"near", nobody}}}},
         404,
         "The event has no seat " + nobody + "."},
        {{{"best_available", {{"quantity", 21}}}},
         422,
         "One reservation can have at most 20 tickets."},
        {{{"best_available", {{"quantity", 1}, {"max_price", 99}}}},
         409,
         "Fewer seats than that are free and as you want them; nothing was reserved."},
        {{{"best_available", {{"quantity", 1}, {"accessible", true}}}},
         409,
         "Fewer seats than that are free and as you want them; nothing was reserved."},
    };
    for (const auto& row : wrong) {
        const auto answer = reserve("alice", row.body);
        EXPECT_EQ(answer.status, row.status) << answer.body;
        EXPECT_EQ(answer.text("message"), row.message);
    }
    ASSERT_EQ(reserve_named("bob", {"Stalls1-2"}).status, 201);
    EXPECT_EQ(ask("alice", {{"quantity", 3}}).code(), "NOT_TOGETHER");
    EXPECT_EQ(ask("alice", {{"quantity", 4}}).code(), "SOLD_OUT");
    EXPECT_EQ(seats_left(), 3);
    EXPECT_EQ(ask("alice", {{"quantity", 3}, {"allow_split", true}}).status, 201);
    EXPECT_EQ(ask("alice", {{"quantity", 1}}).code(), "SOLD_OUT");
}

TEST_F(BestAvailable, gets_seats_at_the_instant_at_which_their_hold_runs_out) {
    add_rows("Stalls", 1, 4, 100);
    ASSERT_EQ(ask("alice", {{"quantity", 4}}).status, 201);
    server.clock.advance(Millis{59'999});
    EXPECT_EQ(ask("bob", {{"quantity", 1}}).code(), "SOLD_OUT");
    server.clock.advance(Millis{1});
    const auto made = ask("bob", {{"quantity", 4}});
    EXPECT_EQ(made.status, 201) << made.body;
    Caller bob{server, "bob"};
    ASSERT_EQ(bob.post(made.header("location") + "/cancel").status, 200);
    EXPECT_EQ(ask("carol", {{"quantity", 3}}).status, 201);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(BestAvailable, gets_the_same_seats_under_the_same_key) {
    add_rows("Stalls", 2, 6, 100);
    const auto made = ask("alice", {{"quantity", 2}}, "k");
    ASSERT_EQ(made.status, 201) << made.body;
    server.restart();
    const auto again = ask("alice", {{"allow_split", false}, {"quantity", 2.0}}, "k");
    EXPECT_EQ(again.status, 201) << again.body;
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    EXPECT_EQ(again.text("id"), made.text("id"));
    EXPECT_EQ(again.json.at("seat_ids"), made.json.at("seat_ids"));
    const json::object others{
        {"quantity", 1},
        {"section", "Stalls"},
        {"max_price", 100},
        {"near", id_of("Stalls1-1")},
        {"allow_split", true},
        {"accessible", true},
    };
    for (const auto& [name, value] : others) {
        json::object other{{"quantity", 2}};
        other[name] = value;
        EXPECT_EQ(ask("alice", other, "k").code(), "IDEMPOTENCY_KEY_REUSED") << name;
    }
    // A refusal isn't kept.
    EXPECT_EQ(ask("bob", {{"quantity", 11}}, "k").code(), "SOLD_OUT");
    EXPECT_EQ(ask("bob", {{"quantity", 2}}, "k").status, 201);
}

TEST_F(BestAvailable, is_offered_in_place_of_named_seats_that_are_taken) {
    add_rows("Stalls", 1, 6, 9'000);
    add_rows("Balcony", 1, 4, 5'000);
    ASSERT_EQ(reserve_named("alice", {"Stalls1-2"}).status, 201);
    const json::object wanted{{"alternatives", true}};
    const auto refused = reserve_named("bob", {"Stalls1-2", "Stalls1-3"}, wanted);
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(refused.code(), "SEAT_UNAVAILABLE");
    EXPECT_EQ(refused.json.at("conflicts").as_array().size(), 1);
    std::vector<Names> offered;
    for (const auto& seats : refused.json.at("alternatives").as_array())
        offered.push_back(names_of(seats));
    EXPECT_EQ(
        offered,
        (std::vector<Names>{
            {"Stalls1-3", "Stalls1-4"}, {"Stalls1-5", "Stalls1-6"}, {"Balcony1-1", "Balcony1-2"}
        })
    );
    EXPECT_EQ(seats_left(), 9);
    EXPECT_EQ(reserve_named("bob", offered[0], wanted).status, 201);
    // Nothing is offered to those who don't ask, nor anything dearer or apart.
    EXPECT_FALSE(reserve_named("carol", {"Stalls1-2"}).json.as_object().contains("alternatives"));
    ASSERT_EQ(reserve_named("alice", {"Balcony1-3"}).status, 201);
    const auto none = reserve_named("carol", {"Balcony1-2", "Balcony1-3", "Balcony1-4"}, wanted);
    EXPECT_EQ(none.code(), "SEAT_UNAVAILABLE");
    EXPECT_FALSE(none.json.as_object().contains("alternatives")) << none.body;
}

TEST_F(BestAvailable, fills_a_hall_with_groups_of_four_when_160_buyers_come_at_once) {
    constexpr int kRows = 200;
    constexpr int kSeatsOfRow = 40;
    constexpr Crowd kCrowd{.connections = 8, .rounds = 13, .at_once = 20};
    constexpr int kGroups = kRows * kSeatsOfRow / 4;
    add_rows("Stalls", kRows, kSeatsOfRow, 100);
    const auto body =
        json::serialize(json::object{{"event_id", event}, {"best_available", {{"quantity", 4}}}});
    const auto answers = reserve_at_once(server, body, kCrowd);
    std::set<std::string> sold;
    int groups = 0;
    int sold_out = 0;
    for (const auto& answer : answers) {
        sold_out += answer.code() == "SOLD_OUT" ? 1 : 0;
        if (answer.status != 201) continue;
        ++groups;
        const auto names = names_of(answer.json.at("seat_ids"));
        sold.insert(names.begin(), names.end());
        const auto dash = names.front().find('-');
        const auto first = std::stoi(names.front().substr(dash + 1));
        for (int i = 0; i < 4; ++i)
            EXPECT_EQ(
                names.at(static_cast<std::size_t>(i)),
                names.front().substr(0, dash + 1) + std::to_string(first + i)
            );
    }
    // While a group of four was free, nobody was refused; else fewer groups would be sold.
    EXPECT_EQ(groups, kGroups);
    EXPECT_EQ(sold.size(), 4 * kGroups);
    EXPECT_EQ(sold_out, kCrowd.buyers() - kGroups);
    EXPECT_EQ(seats_left(), 0);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

}  // namespace
}  // namespace frontrow::test
