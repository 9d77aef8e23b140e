#include "every_route.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

// A server whose API is below a path of its host. tests/end_to_end/base_path_test.cc tests such a
// server behind an nginx.

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string kBasePath = "/tickets/shop";

class BasePath : public testing::Test {
protected:
    /// Requests a full path: one from an answer, or one outside of the base path.
    HttpAnswer ask_at_root(std::string_view method, std::string_view path) {
        at_root.send(HttpClient::request_text(method, path, {{"X-User-ID", "alice"}}, {}));
        return at_root.receive();
    }
    std::string next_of(const HttpAnswer& answer) {
        const auto link = answer.header("link");
        return link.substr(1, std::max(link.find('>'), std::string::size_type{1}) - 1);
    }

    TestServer server{TestServer::Options{.base_path = kBasePath}};
    SmallWorld world = make_small_world(server);
    HttpClient below = server.connect();
    HttpClient at_root{server.port()};
};

TEST_F(BasePath, has_every_route_below_it) {
    for (const auto& one : every_route(world)) {
        const auto answer = visit(
            below, one, one.is_for(http::Access::user) ? Headers{{"X-User-ID", "alice"}} : Headers{}
        );
        // A confirmed reservation can't be cancelled, hence the 409. A notice must be signed. There
        // is no payment to settle.
        EXPECT_TRUE(
            answer.status < 400 || answer.status == 409 || answer.code() == "NOTICE_REFUSED" ||
            answer.text("message") == "The order has no such payment."
        ) << one.method
          << " " << one.path << ": " << answer.body;
        for (const auto* name : {"location", "link"}) {
            if (answer.headers.contains(name)) {
                EXPECT_THAT(answer.header(name), HasSubstr(kBasePath + "/")) << one.path;
            }
        }
    }
}

TEST_F(BasePath, has_nothing_outside_but_what_a_node_itself_is_asked_for) {
    const std::set<std::string> also_at_root{
        "/health", "/livez", "/readyz", "/metrics", "/.well-known/frontrow-ticket-keys.json"
    };
    for (const auto& one : every_route(world)) {
        const bool is_found = also_at_root.contains(one.path);
        EXPECT_EQ(ask_at_root(one.method, one.path).status, is_found ? 200 : 404) << one.path;
        EXPECT_EQ(ask_at_root("PUT", one.path).status, is_found ? 405 : 404) << one.path;
        EXPECT_EQ(ask_at_root("OPTIONS", one.path).status, is_found ? 204 : 404) << one.path;
    }
    EXPECT_EQ(ask_at_root("GET", "/tickets").status, 404);
    EXPECT_EQ(ask_at_root("GET", kBasePath + "s/livez").status, 404);
}

TEST_F(BasePath, must_be_asked_for_as_it_is_written) {
    EXPECT_EQ(ask_at_root("GET", kBasePath + "/%61pi/v1/events").status, 200);
    EXPECT_EQ(ask_at_root("GET", "/tickets/%73hop/api/v1/events").status, 404);
}

TEST_F(BasePath, begins_every_path_that_an_answer_leads_to) {
    Caller organizer{server, ""};
    Caller alice{server, "alice"};
    std::vector<std::string> led_to;
    const auto of_event = "/api/v1/events/" + world.venue.event;
    for (const auto& made :
         {organizer.post("/api/v1/events", event_body()),
          organizer.post(of_event + "/seats", R"({"seat_number":"new","price":1})"),
          alice.reserve(world.venue.event, {world.venue.seats[1]}, "key"),
          alice.reserve(world.venue.event, {world.venue.seats[1]}, "key")}) {
        EXPECT_EQ(made.status, 201) << made.body;
        led_to.push_back(made.header("location"));
    }
    for (const auto* list :
         {"/api/v1/events?limit=1",
          "/api/v1/reservations?limit=1",
          "/api/v1/users/alice/reservations?limit=1"})
        led_to.push_back(next_of(alice.get(list)));
    for (const auto& query : {"?limit=1", "?limit=1&available=true"})
        led_to.push_back(next_of(alice.get(of_event + "/seats" + query)));
    led_to.push_back(alice.get(of_event + "/seatmap").text("layout"));
    for (const auto* page : {"/", "/swagger", "/swagger/"})
        led_to.push_back(organizer.get(page).header("location"));
    for (const auto& path : led_to) {
        EXPECT_THAT(path, StartsWith(kBasePath + "/"));
        EXPECT_EQ(ask_at_root("GET", path).status, 200) << path;
    }
    EXPECT_EQ(ask_at_root("GET", kBasePath).header("location"), kBasePath + "/swagger/index.html");
    // A route for admins.
    ASSERT_EQ(organizer.post("/api/v1/api-keys", R"({"name":"n","role":"user"})").status, 201);
    for (const auto* list : {"/api/v1/api-keys?limit=1", "/api/v1/facts?limit=1"}) {
        const auto next = next_of(organizer.get(list));
        ASSERT_THAT(next, StartsWith(kBasePath + "/"));
        EXPECT_EQ(organizer.get(next.substr(kBasePath.size())).status, 200) << next;
    }
}

TEST_F(BasePath, is_the_server_that_the_contract_names) {
    const auto in_json = below.ask("GET", "/openapi.json").json;
    EXPECT_EQ(in_json.at("servers").at(0).at("url").as_string(), std::string_view{kBasePath});
    EXPECT_THAT(
        below.ask("GET", "/openapi.yaml").body,
        HasSubstr("\nservers:\n  - url: " + kBasePath + "\n")
    );
    TestServer without;
    auto client = without.connect();
    EXPECT_EQ(client.ask("GET", "/openapi.json").json.at("servers").at(0).at("url"), "/");
}

TEST_F(BasePath, is_no_part_of_what_is_counted_and_of_what_a_key_is_for) {
    const Headers key{{"Idempotency-Key", "key"}};
    const auto extend = "/api/v1/reservations/" + world.reservation + "/extend";
    const auto ask = [&](const std::string& path, const std::string& user, const std::string& body
                     ) { return Caller(server, user).post(path, body, key); };
    const auto event = ask("/api/v1/events", "", event_body());
    ASSERT_EQ(event.status, 201);
    ASSERT_EQ(ask(extend, "alice", R"({"seconds":60})").status, 200);
    EXPECT_THAT(
        below.ask("GET", "/metrics").body,
        HasSubstr(R"(http_requests_total{method="POST",path="/api/v1/events",status_code="201"})")
    );
    for (const std::string path : {"", "/elsewhere"}) {
        server.set_base_path(path);
        server.restart();
        const auto again = ask("/api/v1/events", "", event_body());
        EXPECT_EQ(again.header("idempotency-replayed"), "true") << path;
        EXPECT_EQ(
            again.header("location"), path + event.header("location").substr(kBasePath.size())
        );
        EXPECT_EQ(ask(extend, "alice", R"({"seconds":60})").header("idempotency-replayed"), "true")
            << path;
    }
}

}  // namespace
}  // namespace frontrow::test
