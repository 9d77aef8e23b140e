#include "http/handlers/dialects/dialects.h"

#include "support/openapi_check.h"
#include "support/test_server.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <string>

// What both dialects share.

namespace frontrow::test {
namespace {

using testing::HasSubstr;

constexpr auto kNobodys = "018f7c2e-0a10-7000-8000-00000000000f";

std::vector<http::Route> dialect_routes() {
    const auto all = http::routes(true);
    const auto own = http::routes(false);
    return {all.begin() + std::ssize(own), all.end()};
}

std::string path_for(const http::Route& route, std::string_view id) {
    std::string path{route.pattern};
    for (auto at = path.find('{'); at != std::string::npos; at = path.find('{'))
        path.replace(at, path.find('}') + 1 - at, id);
    return path;
}

Headers credentials_for(const http::Route& route) {
    return route.access == http::Access::organizer ? Headers{} : Headers{{"X-User-ID", "alice"}};
}

TEST(Dialects, are_not_there_by_default) {
    TestServer server;
    auto client = server.connect();
    for (const auto& route : dialect_routes()) {
        const auto answer = client.ask(
            http::name_of(route.method), path_for(route, kNobodys), credentials_for(route), ""
        );
        EXPECT_EQ(answer.status, 404) << route.pattern;
        EXPECT_EQ(answer.code(), "NOT_FOUND") << route.pattern;
        EXPECT_EQ(answer.header("content-type"), "application/problem+json");
        EXPECT_EQ(answer.header("set-cookie"), "");
    }
}

TEST(Dialects, leave_our_own_api_as_it_is) {
    TestServer server{TestServer::Options{.dialects = true}};
    const auto venue = make_venue(server, 1);
    Caller alice{server, "alice"};
    EXPECT_EQ(alice.reserve(venue.event, venue.seats, "k").status, 201);
    const auto taken = Caller(server, "bob").reserve(venue.event, venue.seats, "k");
    EXPECT_EQ(taken.header("content-type"), "application/problem+json");
    EXPECT_EQ(taken.code(), "SEAT_UNAVAILABLE");
    EXPECT_EQ(Caller(server, "").get("/api/v1/reservations").status, 401) << "no guests there";
    EXPECT_EQ(alice.get("/api/v2/events").code(), "NOT_FOUND");
}

TEST(Dialects, answer_any_bad_body_with_an_error_of_their_own) {
    TestServer server{TestServer::Options{.dialects = true}};
    auto client = server.connect();
    const std::string long_name(70'000, 'x');
    for (const auto& route : dialect_routes()) {
        if (route.body == http::BodyKind::none) continue;
        const auto bodies = {
            std::string{"{"},
            std::string{"[]"},
            std::string{"null"},
            std::string{"\xff"},
            std::string(2'000, '['),
            std::string{R"({"eventId":null,"event_id":[],"name":7,"qty":1e99,"holdSeconds":{}})"},
            std::string{R"({"eventId":"","seatId":"x","holdSeconds":-1,"date":"","category":""})"},
        };
        for (const auto& body : bodies) {
            auto headers = credentials_for(route);
            headers.emplace_back("Idempotency-Key", "k");
            const auto path = path_for(route, kNobodys);
            const auto answer = client.ask(http::name_of(route.method), path, headers, body);
            EXPECT_EQ(answer.status, 400) << route.pattern << " " << body << " " << answer.body;
            EXPECT_EQ(answer.text("code") + answer.text("Code"), "INVALID_REQUEST");
            EXPECT_EQ(answer.header("content-type"), "application/json");
        }
        auto own = server.connect();
        const auto too_long = own.ask(
            http::name_of(route.method),
            path_for(route, kNobodys),
            credentials_for(route),
            long_name
        );
        EXPECT_EQ(too_long.status, 413) << route.pattern;
        EXPECT_EQ(too_long.text("code") + too_long.text("Code"), "BODY_TOO_LARGE");
    }
}

TEST(Dialects, are_counted_like_our_own_api) {
    TestServer server{TestServer::Options{.dialects = true}};
    const auto venue = make_venue(server, 1);
    Caller alice{server, "alice"};
    const auto body =
        R"({"eventId":")" + venue.event + R"(","seatId":")" + venue.seats[0] + R"("})";
    ASSERT_EQ(alice.post("/api/reservations", body).status, 201);
    ASSERT_EQ(alice.post("/api/reservations", body).status, 409);
    const auto path = "/api/reservations/" + venue.event + "/" + venue.seats[0] + "/confirm";
    ASSERT_EQ(alice.post(path).status, 200);
    const auto metrics = alice.get("/metrics").body;
    for (const auto* line :
         {R"(http_requests_total{method="POST",path="/api/reservations",status_code="201"} 1)",
          R"(http_requests_total{method="POST",path="/api/reservations",status_code="409"} 1)",
          R"(path="/api/reservations/:eventId/:seatId/confirm",status_code="200"} 1)",
          R"(reservations_total{status="success"} 1)",
          R"(reservations_total{status="conflict"} 1)"})
        EXPECT_THAT(metrics, HasSubstr(line));
}

}  // namespace
}  // namespace frontrow::test
