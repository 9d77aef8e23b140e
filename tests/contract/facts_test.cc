#include "identity/token.h"
#include "support/test_server.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>
#include <string>
#include <vector>

// GET /facts: all facts in order, except those about keys.

namespace frontrow::test {
namespace {

using identity::Role;
using testing::HasSubstr;
using testing::Not;

constexpr auto kFacts = "/api/v1/facts";

class Facts : public testing::Test {
protected:
    HttpAnswer ask(const std::string& query = {}) { return house.get(kFacts + query); }
    static std::vector<std::string> bodies_of(const HttpAnswer& answer) {
        std::vector<std::string> facts;
        for (const auto& fact : answer.json.as_array())
            facts.push_back(boost::json::serialize(fact));
        return facts;
    }
    static std::vector<std::string> types_of(const HttpAnswer& answer) {
        std::vector<std::string> types;
        for (const auto& fact : answer.json.as_array())
            types.emplace_back(fact.at("type").as_string());
        return types;
    }
    /// The path in the answer's Link; empty if there is none.
    static std::string next_of(const HttpAnswer& answer) {
        const auto link = answer.header("link");
        return link.empty() ? link : link.substr(1, link.find('>') - 1);
    }
    /// All facts that a reader gets if it starts with this query and follows the links.
    std::vector<std::string> walk(const std::string& query) {
        std::vector<std::string> facts;
        for (auto path = kFacts + query; !path.empty();) {
            const auto answer = house.get(path);
            EXPECT_EQ(answer.status, 200) << answer.body;
            if (answer.status != 200) return facts;
            const auto more = bodies_of(answer);
            facts.insert(facts.end(), more.begin(), more.end());
            path = next_of(answer);
        }
        return facts;
    }
    /// A sale with reservations that ended in each way, and a key.
    Venue sell() {
        const auto venue = make_venue(server, 3);
        Caller alice{server, "alice"};
        const auto sale = "alices-key-" + std::to_string(++sales_);
        const auto held = alice.reserve(venue.event, {venue.seats[0]}, sale + "-1");
        const auto kept = alice.reserve(venue.event, {venue.seats[1]}, sale + "-2");
        const auto path = "/api/v1/reservations/";
        EXPECT_EQ(alice.post(path + held.text("id") + "/cancel").status, 200);
        EXPECT_EQ(alice.post(path + kept.text("id") + "/confirm").status, 200);
        house.post("/api/v1/api-keys", R"({"name":"a gate","role":"scanner"})");
        return venue;
    }

    int sales_ = 0;
    TestServer server;
    /// With --dev a caller without credentials is an admin.
    Caller house{server, ""};
};

TEST_F(Facts, tell_what_was_done_in_order) {
    EXPECT_EQ(ask().body, "[]");
    const auto venue = sell();
    const auto all = ask();
    ASSERT_EQ(all.status, 200);
    EXPECT_THAT(
        types_of(all),
        testing::ElementsAre(
            "EventCreated",
            "SeatsAdded",
            "ReservationHeld",
            "ReservationHeld",
            "ReservationCancelled",
            "ReservationConfirmed",
            "ApiKeyCreated"
        )
    );
    EXPECT_EQ(all.header("link"), "");
    std::uint64_t seq = 0;
    for (const auto& fact : all.json.as_array()) {
        EXPECT_EQ(fact.at("seq").to_number<std::uint64_t>(), ++seq);
        const std::string id{fact.at("id").as_string()};
        EXPECT_EQ(id.substr(0, id.find('-')), std::to_string(seq));
        const bool is_of_key = fact.at("type") == "ApiKeyCreated";
        EXPECT_EQ(fact.as_object().contains("event_id"), !is_of_key);
        if (!is_of_key) EXPECT_EQ(fact.at("event_id"), venue.event.c_str());
    }
    const auto& held = all.json.at(2).at("data");
    EXPECT_EQ(held.at("user_id"), "alice");
    EXPECT_EQ(held.at("seat_ids").at(0), venue.seats[0].c_str());
    EXPECT_EQ(held.at("total_amount"), 1000);
}

TEST_F(Facts, tell_nothing_of_keys) {
    sell();
    const auto all = ask();
    for (const auto* secret : {"digest", "request_key", "request_content", "alices-key"})
        EXPECT_THAT(all.body, Not(HasSubstr(secret)));
    const auto& key = all.json.at(6).at("data").as_object();
    std::set<std::string> names;
    for (const auto& [name, value] : key)
        names.emplace(name);
    EXPECT_EQ(names, (std::set<std::string>{"api_key_id", "name", "role", "prefix", "created_by"}));
}

TEST_F(Facts, come_once_each_however_many_are_asked_for_and_after_a_restart) {
    sell();
    const auto all = bodies_of(ask());
    const auto expect_all = [&] {
        for (const auto* limit : {"1", "2", "3", "6", "7", "1000"})
            EXPECT_EQ(walk(std::string{"?limit="} + limit), all) << limit;
    };
    expect_all();
    server.restart();
    house = Caller{server, ""};
    expect_all();
    sell();
    const auto more = bodies_of(ask());
    ASSERT_EQ(more.size(), 2 * all.size());
    EXPECT_EQ(walk("?limit=4"), more);
}

TEST_F(Facts, go_on_behind_a_fact_that_is_named_by_its_number_or_its_id) {
    sell();
    const auto all = ask();
    const auto bodies = bodies_of(all);
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        const std::vector<std::string> rest{
            bodies.begin() + static_cast<std::ptrdiff_t>(i) + 1, bodies.end()
        };
        const std::string id{all.json.at(i).at("id").as_string()};
        EXPECT_EQ(bodies_of(ask("?after=" + id)), rest);
        EXPECT_EQ(bodies_of(ask("?after=" + std::to_string(i + 1))), rest);
    }
    EXPECT_EQ(bodies_of(ask("?after=0")), bodies);
    EXPECT_EQ(ask("?after=8").body, "[]") << "it may come yet";
    const std::string last{all.json.at(6).at("id").as_string()};
    sell();
    EXPECT_EQ(bodies_of(ask("?after=" + last)).size(), bodies.size());
}

TEST_F(Facts, of_another_past_are_gone) {
    sell();
    const auto expect_gone = [&](const std::string& id) {
        const auto gone = ask("?after=" + id);
        EXPECT_EQ(gone.status, 410) << id;
        EXPECT_EQ(gone.code(), "FACTS_GONE") << id;
    };
    const auto expect_known = [&] {
        const auto all = ask();
        for (const auto& fact : all.json.as_array()) {
            std::string id{fact.at("id").as_string()};
            EXPECT_EQ(ask("?after=" + id).status, 200) << id;
            id.back() = id.back() == '0' ? '1' : '0';
            expect_gone(id);
        }
        expect_gone("8-00000000");
        expect_gone("999999999999999999-ffffffff");
    };
    expect_known();
    server.restart();
    house = Caller{server, ""};
    expect_known();
}

TEST_F(Facts, are_asked_for_as_the_contract_says_or_refused) {
    for (const auto* wrong :
         {"?after=",
          "?after=-1",
          "?after=x",
          "?after=1.5",
          "?after=01",
          "?after=1-",
          "?after=1-5f0c2b7",
          "?after=1-5F0C2B7A",
          "?after=0-5f0c2b7a",
          "?after=1000000000000000000",
          "?after=1%00"}) {
        const auto answer = ask(wrong);
        EXPECT_EQ(answer.code(), "INVALID_REQUEST") << wrong;
        EXPECT_EQ(answer.json.at("errors").at(0).at("field"), "after") << wrong;
    }
    for (const auto* wrong : {"?limit=0", "?limit=1001", "?limit=x", "?limit=-1", "?limit="}) {
        const auto answer = ask(wrong);
        EXPECT_EQ(answer.code(), "INVALID_REQUEST") << wrong;
        EXPECT_EQ(answer.json.at("errors").at(0).at("field"), "limit") << wrong;
    }
}

/// 100,000 seats that were added at once are one fact of several megabytes.
TEST_F(Facts, end_an_answer_that_is_long_enough_and_the_link_leads_on) {
    const auto venue = make_venue(server, 100'000);
    const auto seats = "/api/v1/events/" + venue.event + "/seats/bulk";
    ASSERT_EQ(house.post(seats, R"({"prefix":"T","count":100000,"price":1})").status, 201);
    Caller alice{server, "alice"};
    for (std::size_t i = 0; i < 3; ++i)
        alice.reserve(venue.event, {venue.seats[i]}, "key " + std::to_string(i));
    std::vector<std::string> types;
    std::size_t answers = 0;
    for (auto path = std::string{kFacts} + "?limit=1000"; !path.empty(); ++answers) {
        const auto answer = house.get(path);
        EXPECT_LT(answer.body.size(), 10U << 20);
        std::ranges::move(types_of(answer), std::back_inserter(types));
        path = next_of(answer);
    }
    EXPECT_GT(answers, 1U);
    EXPECT_THAT(
        types,
        testing::ElementsAre(
            "EventCreated",
            "SeatsAdded",
            "SeatsAdded",
            "ReservationHeld",
            "ReservationHeld",
            "ReservationHeld"
        )
    );
}

TEST(FactsOfAHouse, are_an_admins_business) {
    TestServer server{{.limits = {}, .auth = {.jwt_secret = kJwtSecret}}};
    auto client = server.connect();
    const auto as = [&](Role role) {
        const auto token = identity::sign_token(
            kJwtSecret, {.sub = "who", .role = role}, server.clock.now(), std::chrono::hours{1}
        );
        return Headers{{"Authorization", "Bearer " + token}};
    };
    EXPECT_EQ(client.ask("GET", kFacts).code(), "UNAUTHENTICATED");
    for (const auto role : {Role::user, Role::scanner, Role::organizer})
        EXPECT_EQ(client.ask("GET", kFacts, as(role)).code(), "FORBIDDEN");
    EXPECT_EQ(client.ask("GET", kFacts, as(Role::admin)).status, 200);
}

}  // namespace
}  // namespace frontrow::test
