#include "identity/token.h"
#include "support/test_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

// What a caller may ask of a server with limits.

namespace frontrow::test {
namespace {

using testing::HasSubstr;

const std::string kAllEvents = "/api/v1/events";

admission::RateLimits limits_of(const std::vector<std::string>& changes) {
    admission::RateLimits limits;
    for (const auto& change : changes)
        EXPECT_TRUE(limits.change(change)) << change;
    return limits;
}

TestServer::Options with_limits(const std::vector<std::string>& changes) {
    const std::vector<std::string> loopback{"127.0.0.1"};
    return {
        .rate_limits = limits_of(changes),
        .proxies =
            admission::TrustedProxies::parse(loopback, admission::ProxyHeader::x_forwarded_for)
                .value(),
    };
}

Headers from(const std::string& address) {
    return {{"X-Forwarded-For", address}};
}

void expect_limited(const HttpAnswer& answer, std::string_view whom) {
    EXPECT_EQ(answer.status, 429U);
    EXPECT_EQ(answer.code(), "RATE_LIMITED");
    EXPECT_THAT(answer.text("message"), HasSubstr(whom));
    EXPECT_EQ(answer.header("retry-after"), std::to_string(answer.number("retry_after_seconds")));
}

TEST(CallerLimits, refuse_a_users_holds_and_nobody_elses) {
    TestServer server{with_limits({"hold/user=1/s:3"})};
    const auto hall = make_venue(server, 10);
    Caller alice{server, "alice"};
    Caller bob{server, "bob"};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto held = alice.reserve(hall.event, {hall.seats[i]}, std::to_string(i));
        EXPECT_EQ(held.status, 201U);
        EXPECT_EQ(held.header("ratelimit-policy"), R"("hold";q=3;w=3)");
        EXPECT_EQ(
            held.header("ratelimit"),
            "\"hold\";r=" + std::to_string(2 - i) + ";t=" + std::to_string(i + 1)
        );
    }
    const auto refused = alice.reserve(hall.event, {hall.seats[3]}, "3");
    expect_limited(refused, "from this user");
    EXPECT_EQ(refused.header("retry-after"), "1");
    EXPECT_EQ(refused.header("ratelimit"), R"("hold";r=0;t=3)");
    EXPECT_EQ(bob.reserve(hall.event, {hall.seats[3]}, "3").status, 201U);
    EXPECT_EQ(alice.get(kReservations).status, 200U) << "reads have a limit of their own";
    server.clock.advance(Millis{1'000});
    EXPECT_EQ(alice.reserve(hall.event, {hall.seats[4]}, "3").status, 201U) << "its key is free";
    expect_limited(alice.reserve(hall.event, {hall.seats[5]}, "4"), "from this user");
}

TEST(CallerLimits, let_confirming_go_on_when_holds_are_used_up) {
    TestServer server{with_limits({"hold/user=1/m:1"})};
    const auto hall = make_venue(server, 2);
    Caller alice{server, "alice"};
    const auto held = alice.reserve(hall.event, {hall.seats[0]}, "1");
    expect_limited(alice.reserve(hall.event, {hall.seats[1]}, "2"), "from this user");
    const auto reservation = std::string{kReservations} + "/" + held.text("id");
    expect_limited(alice.post(reservation + "/extend", "{}"), "from this user");
    EXPECT_EQ(alice.post(reservation + "/confirm").status, 200U);
}

TEST(CallerLimits, are_of_the_address_that_a_trusted_proxy_tells) {
    TestServer server{with_limits({"read/address=1/s:2"})};
    auto client = server.connect();
    const auto event = kAllEvents + "/" + make_venue(server, 1).event;
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(client.ask("GET", event, from("203.0.113.1")).status, 200U);
    expect_limited(client.ask("GET", event, from("203.0.113.1")), "from your network address");
    EXPECT_EQ(client.ask("GET", event, from("203.0.113.2")).status, 200U);
    expect_limited(
        client.ask("GET", event, from("203.0.113.9, 203.0.113.1")), "from your network address"
    );
    EXPECT_EQ(client.ask("GET", event, from("2001:db8::1")).status, 200U);
    EXPECT_EQ(client.ask("GET", event, from("2001:db8::2")).status, 200U);
    expect_limited(client.ask("GET", event, from("2001:db8::3")), "from your network address");
}

TEST(CallerLimits, believe_no_client_about_its_address) {
    auto options = with_limits({"read/address=1/s:2"});
    options.proxies = {};
    TestServer server{std::move(options)};
    auto client = server.connect();
    const auto event = kAllEvents + "/" + make_venue(server, 1).event;
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(client.ask("GET", event, from("203.0.113." + std::to_string(i))).status, 200U);
    expect_limited(client.ask("GET", event, from("203.0.113.9")), "from your network address");
}

TEST(CallerLimits, spare_servers_with_a_key_and_nobody_who_pretends_to_have_one) {
    auto options = with_limits({"write/address=1/s:2", "anonymous-write/address=1/s:2"});
    options.auth.admin_api_key = "an-admin-key-of-enough-length";
    TestServer server{std::move(options)};
    auto client = server.connect();
    const auto add_event = [&](const std::string& key) {
        return client.ask("POST", kAllEvents, {{"X-API-Key", key}}, event_body());
    };
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(add_event("an-admin-key-of-enough-length").status, 201U);
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(add_event("made-up").status, 401U);
    expect_limited(add_event("made-up"), "from your network address");
    const auto pair = [&] {
        return client.ask(
            "POST", "/api/v1/devices/pair", {{"X-API-Key", "made-up"}}, R"({"code":"23456-7890A"})"
        );
    };
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(pair().code(), "CODE_INVALID");
    expect_limited(pair(), "from your network address");
}

TEST(CallerLimits, of_an_address_stand_whatever_is_sent_as_a_key) {
    auto options = with_limits({"hold/address=1/s:2", "write/address=1/s:2"});
    options.auth = {.jwt_secret = kJwtSecret};
    options.dialects = true;
    TestServer server{std::move(options)};
    auto client = server.connect();
    const auto token = "Bearer " + identity::sign_token(
                                       kJwtSecret,
                                       {.sub = "alice", .role = identity::Role::user},
                                       server.clock.now(),
                                       std::chrono::hours{1}
                                   );
    std::string address = "203.0.113.1";
    // A guest with an empty key, a user's token beside a key, and the same where another role is
    // needed.
    const std::pair<std::string, Headers> tries[] = {
        {"/api/reservations", {{"X-API-Key", ""}}},
        {"/api/v1/reservations", {{"X-API-Key", "x"}, {"Authorization", token}}},
        {"/api/v1/api-keys", {{"X-API-Key", "x"}, {"Authorization", token}}},
    };
    for (auto [path, headers] : tries) {
        ++address.back();
        headers.emplace_back("X-Forwarded-For", address);
        for (int i = 0; i < 2; ++i)
            EXPECT_NE(client.ask("POST", path, headers, "{}").status, 429) << path;
        EXPECT_EQ(client.ask("POST", path, headers, "{}").status, 429) << path;
    }
}

TEST(CallerLimits, of_one_user_cost_nobody_else_at_the_address) {
    TestServer server{with_limits({"heavy-read/user=1/m:1", "heavy-read/address=1/m:3"})};
    Caller alice{server, "alice"};
    EXPECT_EQ(alice.get(kReservations).status, 200);
    for (int i = 0; i < 10; ++i)
        expect_limited(alice.get(kReservations), "from this user");
    EXPECT_EQ(Caller(server, "bob").get(kReservations).status, 200);
    EXPECT_EQ(Caller(server, "cid").get(kReservations).status, 200);
    expect_limited(Caller(server, "dora").get(kReservations), "from your network address");
}

TEST(CallerLimits, of_keys_are_an_operators_to_set) {
    auto options = with_limits({"write/key=1/s:2"});
    options.auth.admin_api_key = "an-admin-key-of-enough-length";
    TestServer server{std::move(options)};
    auto client = server.connect();
    const Headers key{{"X-API-Key", "an-admin-key-of-enough-length"}};
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(client.ask("POST", kAllEvents, key, event_body()).status, 201U);
    expect_limited(client.ask("POST", kAllEvents, key, event_body()), "from this key");
}

TEST(CallerLimits, come_before_the_token_is_checked) {
    auto options = with_limits({"write/address=1/s:1"});
    options.auth = {.jwt_secret = kJwtSecret};
    TestServer server{std::move(options)};
    auto client = server.connect();
    const Headers forged{{"Authorization", "Bearer e30.e30.e30"}};
    EXPECT_EQ(client.ask("POST", kAllEvents, forged, event_body()).status, 401U);
    expect_limited(
        client.ask("POST", kAllEvents, forged, event_body()), "from your network address"
    );
}

TEST(CallerLimits, are_counted_by_class_and_subject) {
    TestServer server{with_limits({"heavy-read/user=1/m:1"})};
    Caller alice{server, "alice"};
    EXPECT_EQ(alice.get(kReservations).status, 200U);
    expect_limited(alice.get(kReservations), "from this user");
    EXPECT_THAT(
        Caller(server, "").get("/metrics").body,
        HasSubstr(R"(rate_limited_total{class="heavy-read",subject="user"} 1)")
    );
}

TEST(CallerLimits, let_probes_through) {
    TestServer server{with_limits({"read/address=1/m:1", "heavy-read/address=1/m:1"})};
    auto client = server.connect();
    for (const auto* path : {"/livez", "/readyz", "/health", "/api/v1/health"})
        for (int i = 0; i < 3; ++i)
            EXPECT_EQ(client.ask("GET", path).status, 200) << path;
}

TEST(CallerLimits, are_nowhere_to_be_seen_if_there_are_none) {
    TestServer server;
    const auto answer = Caller{server, "alice"}.get(kReservations);
    EXPECT_FALSE(answer.headers.contains("ratelimit"));
    EXPECT_FALSE(answer.headers.contains("ratelimit-policy"));
}

}  // namespace
}  // namespace frontrow::test
