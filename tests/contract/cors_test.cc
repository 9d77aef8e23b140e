#include "every_route.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Pages of other origins can read nothing unless the server's settings name their origin.

namespace frontrow::test {
namespace {

using testing::HasSubstr;

const std::string kShop = "https://tickets.example";
const std::string kOther = "http://localhost:5173";

const std::string kAllowOrigin = "access-control-allow-origin";

class AskedByPages : public testing::Test {
protected:
    TestServer server{{.cors_origins = {kShop, kOther}}};
    SmallWorld world = make_small_world(server);
    HttpClient client = server.connect();
};

TEST_F(AskedByPages, lets_those_of_its_origins_read_every_answer) {
    for (const auto& one : every_route(world)) {
        const auto answer = visit(client, one, {{"Origin", kShop}, {"X-User-ID", "alice"}});
        EXPECT_EQ(answer.header(kAllowOrigin), kShop) << one.path;
        EXPECT_THAT(answer.header("vary"), HasSubstr("Origin")) << one.path;
        EXPECT_EQ(answer.header("access-control-allow-credentials"), "") << one.path;
        for (const auto* name : {"Trace-Id", "Link", "ETag", "RateLimit", "Retry-After"})
            EXPECT_THAT(answer.header("access-control-expose-headers"), HasSubstr(name));
    }
    EXPECT_EQ(client.ask("GET", "/livez", {{"Origin", kOther}}).header(kAllowOrigin), kOther);
}

TEST_F(AskedByPages, lets_them_read_refusals_of_every_kind_too) {
    const auto has = [&](const HttpAnswer& answer, unsigned status) {
        EXPECT_EQ(answer.status, status) << answer.body;
        EXPECT_EQ(answer.header(kAllowOrigin), kShop) << answer.body;
    };
    has(client.ask("GET", "/nowhere", {{"Origin", kShop}}), 404);
    has(client.ask("DELETE", "/health", {{"Origin", kShop}}), 405);
    has(client.ask("GET", "/api/v1/reservations", {{"Origin", kShop}}), 401);
    has(client.ask("GET", "/api/v1/events/x", {{"Origin", kShop}}), 400);
    const std::string much((1 << 20) + 1, ' ');
    has(server.connect().ask("POST", "/api/v1/events", {{"Origin", kShop}}, much), 413);
}

TEST_F(AskedByPages, tells_those_of_others_nothing) {
    for (const auto* origin :
         {"https://evil.example",
          "null",
          "*",
          "",
          "https://tickets.example.evil",
          "https://tickets.example/",
          "HTTPS://tickets.example",
          "http://tickets.example",
          "https://tickets.example:8443"}) {
        const auto answer = client.ask("GET", "/livez", {{"Origin", origin}});
        EXPECT_FALSE(answer.headers.contains(kAllowOrigin)) << origin;
        EXPECT_EQ(answer.header("vary"), "Origin") << origin;
        EXPECT_FALSE(client.ask(
                               "OPTIONS", "/livez", {{"Origin", origin}}
        ).headers.contains("access-control-allow-methods")
        ) << origin;
    }
    EXPECT_FALSE(client.ask("GET", "/livez").headers.contains(kAllowOrigin));
}

TEST_F(AskedByPages, answers_a_preflight_for_every_route_without_credentials) {
    for (const auto& one : every_route(world)) {
        const auto answer = client.ask(
            "OPTIONS",
            one.path,
            {{"Origin", kShop},
             {"Access-Control-Request-Method", one.method},
             {"Access-Control-Request-Headers", "authorization,content-type,idempotency-key"}}
        );
        EXPECT_EQ(answer.status, 204) << one.path;
        EXPECT_EQ(answer.header(kAllowOrigin), kShop) << one.path;
        EXPECT_THAT(answer.header("access-control-allow-methods"), HasSubstr(one.method));
        for (const auto* name :
             {"Authorization", "Content-Type", "Idempotency-Key", "If-Match", "X-API-Key"})
            EXPECT_THAT(answer.header("access-control-allow-headers"), HasSubstr(name));
        EXPECT_NE(answer.header("access-control-max-age"), "") << one.path;
    }
    EXPECT_EQ(client.ask("OPTIONS", "/nowhere", {{"Origin", kShop}}).status, 404);
}

TEST(WithoutOrigins, no_page_of_another_gets_anything) {
    TestServer server;
    auto client = server.connect();
    for (const auto* method : {"GET", "OPTIONS"}) {
        const auto answer = client.ask(method, "/livez", {{"Origin", kShop}});
        for (const auto& [name, value] : answer.headers)
            EXPECT_FALSE(name.starts_with("access-control-")) << name;
        EXPECT_FALSE(answer.headers.contains("vary"));
    }
}

}  // namespace
}  // namespace frontrow::test
