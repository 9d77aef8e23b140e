#include "http/handlers/routes.h"
#include "support/openapi_check.h"
#include "support/test_server.h"

#include <gtest/gtest.h>

namespace frontrow::test {
namespace {

TEST(Contract, has_exactly_the_routes_that_the_server_has) {
    std::set<std::string> routes;
    for (const auto& route : http::all_routes()) {
        routes.insert(std::string{http::name_of(route.method)} + " " + std::string{route.pattern});
    }
    EXPECT_EQ(routes, openapi_operations());
}

TEST(Operations, tell_that_the_server_lives_and_is_ready) {
    TestServer server;
    Caller anyone{server, ""};
    for (const auto* path : {"/health", "/api/v1/health"}) {
        const auto health = anyone.get(path);
        EXPECT_EQ(health.text("status"), "ok");
        EXPECT_TRUE(parse_rfc3339(health.text("timestamp")));
    }
    EXPECT_EQ(anyone.get("/livez").status, 200);
    EXPECT_EQ(anyone.get("/readyz").text("status"), "ready");
}

TEST(Operations, serve_the_contract_itself) {
    TestServer server;
    Caller anyone{server, ""};
    EXPECT_EQ(anyone.get("/openapi.json").text("openapi"), "3.1.0");
    EXPECT_EQ(anyone.get("/openapi.yaml").body.rfind("openapi: 3.1.0", 0), 0);
}

TEST(Operations, count_what_was_answered_under_the_routes_pattern) {
    TestServer server;
    const auto venue = make_venue(server, 2);
    Caller alice{server, "alice"};
    ASSERT_EQ(alice.reserve(venue.event, {venue.seats[0]}, "1").status, 201);
    ASSERT_EQ(alice.reserve(venue.event, {venue.seats[0]}, "2").status, 409);
    const auto second = alice.reserve(venue.event, {venue.seats[1]}, "3");
    ASSERT_EQ(alice.post("/api/v1/reservations/" + second.text("id") + "/confirm").status, 200);
    alice.get("/nothing/here/" + venue.event);
    for (const auto* path : {"/metrics", "/api/v1/metrics"}) {
        const auto text = alice.get(path).body;
        for (const auto* line : {
                 "http_requests_total{method=\"POST\",path=\"/api/v1/"
                 "reservations\",status_code=\"201\"} 2\n",
                 "http_requests_total{method=\"POST\",path=\"/api/v1/"
                 "reservations\",status_code=\"409\"} 1\n",
                 "http_requests_total{method=\"POST\",path=\"/api/v1/reservations/:id/"
                 "confirm\",status_code=\"200\"} 1\n",
                 "http_requests_total{method=\"OTHER\",path=\"unknown\",status_code=\"404\"} 1\n",
                 "reservations_total{status=\"success\"} 2\n",
                 "reservations_total{status=\"conflict\"} 1\n",
                 "active_reservations{status=\"pending\"} 1\n",
                 "active_reservations{status=\"confirmed\"} 1\n",
                 "http_request_duration_seconds_count{method=\"POST\",path=\"/api/v1/"
                 "reservations\"} 3\n",
             }) {
            EXPECT_NE(text.find(line), std::string::npos) << line;
        }
        EXPECT_EQ(text.find(venue.event), std::string::npos) << "an id became a label";
    }
}

TEST(Operations, follow_a_trace_and_echo_a_request_id) {
    TestServer server;
    Caller anyone{server, ""};
    const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    const auto traced = anyone.get(
        "/health",
        {{"traceparent", "00-" + trace + "-00f067aa0ba902b7-01"}, {"X-Request-Id", "my-7"}}
    );
    EXPECT_EQ(traced.header("trace-id"), trace);
    EXPECT_EQ(traced.header("x-request-id"), "my-7");
    const auto made =
        anyone.get("/health", {{"traceparent", "00-0-0-01"}, {"X-Request-Id", "two words"}});
    EXPECT_EQ(made.header("trace-id").size(), 32);
    EXPECT_NE(made.header("trace-id"), trace);
    EXPECT_EQ(made.header("x-request-id"), made.header("trace-id"));
    const auto lost =
        anyone.get("/nothing", {{"traceparent", "00-" + trace + "-00f067aa0ba902b7-01"}});
    EXPECT_EQ(lost.text("trace_id"), trace);
    for (const auto* header :
         {"x-content-type-options", "x-frame-options", "referrer-policy", "content-security-policy"
         }) {
        EXPECT_NE(lost.header(header), "") << header;
    }
}

TEST(Operations, refuse_new_holds_first_when_the_disk_runs_out) {
    TestServer server;
    const auto venue = make_venue(server, 20'000);
    Caller alice{server, "alice"};
    const auto held = alice.reserve(venue.event, {venue.seats[0]}, "0");
    server.disk.bytes = 1 << 20;
    // The disk is asked ten times a second: go on until it has been.
    HttpAnswer refused;
    for (std::size_t i = 1; i < venue.seats.size() && refused.status != 503; ++i) {
        refused = alice.reserve(venue.event, {venue.seats[i]}, std::to_string(i));
    }
    EXPECT_EQ(refused.code(), "STORAGE_LOW");
    EXPECT_EQ(refused.header("retry-after"), std::to_string(refused.number("retry_after_seconds")));
    EXPECT_EQ(alice.post("/api/v1/reservations/" + held.text("id") + "/confirm").status, 200);
    EXPECT_EQ(alice.get("/readyz").status, 200);
}

}  // namespace
}  // namespace frontrow::test
