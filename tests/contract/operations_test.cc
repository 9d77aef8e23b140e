#include "http/handlers/assets.h"
#include "http/handlers/dialects/dialects.h"
#include "support/openapi_check.h"
#include "support/test_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace frontrow::test {
namespace {

TEST(Contract, has_exactly_the_routes_that_the_server_has) {
    std::set<std::string> routes;
    for (const auto& route : http::routes(true)) {
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
    EXPECT_EQ(anyone.get("/openapi.json").json, openapi_document());
    EXPECT_EQ(anyone.get("/openapi.yaml").body, assets::openapi_yaml);
    EXPECT_EQ(openapi_document().at("openapi").as_string(), "3.1.0");
}

TEST(Operations, tell_the_time_by_the_clock_that_holds_are_judged_by) {
    TestServer server;
    Caller anyone{server, ""};
    server.clock.set(*parse_rfc3339("2031-05-06T07:08:09.010Z"));
    EXPECT_EQ(anyone.get("/health").text("timestamp"), "2031-05-06T07:08:09.010Z");
}

}  // namespace
}  // namespace frontrow::test
