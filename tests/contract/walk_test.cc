#include "every_route.h"
#include "http/handlers/dialects/dialects.h"
#include "identity/token.h"
#include "support/openapi_check.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

// Every route, tried with every role. The table of routes says what a route needs, and
// api/openapi.yaml what it may answer.

namespace frontrow::test {
namespace {

using http::Access;
using identity::Role;

/// A small world that was created in dev mode, on a server that accepts only tokens and keys.
class Walk : public testing::Test {
protected:
    Walk() : world{make_small_world(server)} {
        server.set_auth(
            {.jwt_secret = kJwtSecret,
             .admin_api_key = "the-admin-key",
             .user_api_key = "the-user-key"}
        );
        server.restart();
    }

    Headers as(const std::string& sub, Role role) const {
        const auto token = identity::sign_token(
            kJwtSecret, {.sub = sub, .role = role}, server.clock.now(), std::chrono::hours{1}
        );
        return {{"Authorization", "Bearer " + token}};
    }

    TestServer server;
    SmallWorld world;
};

Role least_role_for(Access access) {
    switch (access) {
        case Access::anyone:
        case Access::guest:
        case Access::user:
            return Role::user;
        case Access::scanner:
            return Role::scanner;
        case Access::organizer:
            return Role::organizer;
        case Access::admin:
            return Role::admin;
    }
}

/// Open to everybody, because the provider's signature is its only credential.
constexpr std::string_view kNotices = "/api/v1/payments/notices/{provider}";

bool leads_to_a_thing(const Visit& one) {
    return one.route.pattern.find("{id}") != std::string_view::npos;
}

std::string what(const Visit& one, const HttpAnswer& answer) {
    return one.method + " " + one.path + " -> " + std::to_string(answer.status) + ": " +
           answer.body.substr(0, 300);
}

TEST_F(Walk, without_credentials_gets_the_public_routes_alone) {
    auto client = server.connect();
    for (const auto& one : every_route(world)) {
        const auto answer = visit(client, one, {});
        if (one.route.pattern == kNotices) {
            EXPECT_EQ(answer.code(), "NOTICE_REFUSED") << "it isn't signed";
        } else if (one.is_for(Access::anyone)) {
            EXPECT_LT(answer.status, 400) << what(one, answer);
        } else {
            EXPECT_EQ(answer.code(), "UNAUTHENTICATED") << what(one, answer);
            EXPECT_EQ(answer.header("www-authenticate"), "Bearer") << what(one, answer);
        }
    }
}

TEST_F(Walk, with_bad_credentials_gets_the_public_routes_alone) {
    auto client = server.connect();
    const auto good = as("alice", Role::admin)[0].second;
    const Headers bad[] = {
        {{"X-User-ID", "alice"}},
        {{"X-API-Key", "the-admin-kez"}},
        {{"X-API-Key", "the-admin-key-and-more"}},
        {{"Authorization", "Bearer"}},
        {{"Authorization", "bearer x.y.z"}},
        {{"Authorization", good.substr(7)}},
        {{"Authorization", good.substr(0, good.size() - 2)}},
        {{"Authorization", "Basic YWxpY2U6c2VjcmV0"}},
        // Valid credentials don't help if invalid ones are sent beside them.
        {{"Authorization", "Bearer x.y.z"}, {"X-API-Key", "the-admin-key"}},
    };
    for (const auto& one : every_route(world)) {
        for (const auto& credentials : bad) {
            const auto answer = visit(client, one, credentials);
            EXPECT_EQ(answer.status == 401, !one.is_for(Access::anyone))
                << what(one, answer) << credentials[0].second;
        }
    }
}

TEST_F(Walk, by_each_role_gets_its_routes_and_no_more) {
    for (const auto role : {Role::user, Role::scanner, Role::organizer, Role::admin}) {
        auto client = server.connect();
        for (const auto& one : every_route(world)) {
            const auto answer = visit(client, one, as("somebody", role));
            const bool may = role >= least_role_for(one.route.access);
            EXPECT_EQ(answer.status == 403, !may) << what(one, answer) << identity::name_of(role);
            EXPECT_EQ(answer.code() == "FORBIDDEN", !may) << what(one, answer);
            EXPECT_NE(answer.status, 401) << what(one, answer);
        }
    }
}

TEST_F(Walk, by_an_api_key_is_walked_in_the_keys_role) {
    auto client = server.connect();
    for (const auto& one : every_route(world)) {
        const auto as_user = visit(client, one, {{"X-API-Key", "the-user-key"}});
        EXPECT_EQ(as_user.status == 403, one.route.access > Access::user) << what(one, as_user);
        const auto as_admin = visit(client, one, {{"X-API-Key", "the-admin-key"}});
        EXPECT_TRUE(as_admin.status != 401 && as_admin.status != 403) << what(one, as_admin);
    }
}

TEST_F(Walk, by_another_user_finds_nothing_that_is_alices) {
    // No role helps: an admin manages events but doesn't buy in another user's name.
    const std::pair<const char*, Role> others[] = {
        {"mallory", Role::user},
        {"Alice", Role::user},
        {"otto", Role::organizer},
        {"root", Role::admin}
    };
    for (const auto& [name, role] : others) {
        auto client = server.connect();
        for (const auto& one : every_route(world)) {
            if (!one.is_for(Access::user)) continue;
            // An organiser of the event may issue its tickets again.
            if (role == Role::admin && one.path.ends_with("/reissue")) continue;
            const auto answer = visit(client, one, as(name, role));
            if (leads_to_a_thing(one)) {
                EXPECT_EQ(answer.code(), "NOT_FOUND") << what(one, answer) << name;
            }
            EXPECT_EQ(answer.body.find(world.reservation), std::string::npos) << what(one, answer);
            EXPECT_EQ(answer.body.find(world.ticket), std::string::npos) << what(one, answer);
        }
    }
    auto client = server.connect();
    const auto path = "/api/v1/reservations/" + world.reservation;
    EXPECT_EQ(client.ask("GET", path, as("alice", Role::user)).text("status"), "pending");
}

TEST_F(Walk, by_another_organizer_changes_nothing) {
    auto client = server.connect();
    const auto path = "/api/v1/events/" + world.venue.event;
    const auto before = client.ask("GET", path + "/seats");
    for (const auto& one : every_route(world)) {
        if (!one.is_for(Access::organizer) || !leads_to_a_thing(one)) continue;
        const auto answer = visit(client, one, as("otto", Role::organizer));
        EXPECT_EQ(answer.code(), "NOT_FOUND") << what(one, answer);
    }
    EXPECT_EQ(client.ask("GET", path + "/seats").body, before.body);
    EXPECT_EQ(client.ask("GET", path).header("etag"), "\"v1-open\"");
}

TEST_F(Walk, by_the_organizer_of_an_event_and_by_an_admin_gets_through) {
    auto client = server.connect();
    const auto olga = as("olga", Role::organizer);
    for (const auto& by : {olga, as("root", Role::admin)}) {
        const auto made = client.ask("POST", "/api/v1/events", olga, event_body());
        SmallWorld own{
            .venue = {.event = made.text("id"), .seats = world.venue.seats},
            .reservation = world.reservation
        };
        const auto path = "/api/v1/events/" + own.venue.event;
        client.ask("POST", path + "/seats", olga, R"({"seat_number":"sold","price":1})");
        const auto sold = client.ask(
            "POST",
            path + "/orders",
            Headers{olga[0], {"Idempotency-Key", "sold of " + own.venue.event}},
            R"({"best_available":{"quantity":1},"method":"cash"})"
        );
        own.order = sold.text("id");
        own.ticket = sold.text("reservation_id") + ".1";
        add_device(client, olga, own);
        const auto ticket = client.ask("GET", "/api/v1/tickets/" + own.ticket, olga);
        client.ask(
            "POST", "/api/v1/tickets/check-in", olga, R"({"code":")" + ticket.text("code") + "\"}"
        );
        for (const auto& one : every_route(own)) {
            if (!one.is_for(Access::organizer)) continue;
            const auto answer = visit(client, one, by);
            if (one.method == "DELETE" && one.path == path)
                EXPECT_EQ(answer.code(), "EVENT_HAS_SALES") << what(one, answer);
            else
                EXPECT_LT(answer.status, 300) << what(one, answer);
        }
    }
}

/// The access rule in the document: the roles in `security`, no credentials, or any credentials.
std::string roles_in_document(const http::Route& route) {
    const auto& document = openapi_document();
    std::string method{http::name_of(route.method)};
    std::ranges::transform(method, method.begin(), [](char c) {
        return static_cast<char>(c | 0x20);
    });
    const auto path = document.at("paths").as_object().at(
        boost::json::string_view{route.pattern.data(), route.pattern.size()}
    );
    const auto& operation = path.as_object().at(method).as_object();
    const auto* own = operation.if_contains("security");
    const auto& security = own == nullptr ? document.at("security") : *own;
    std::string roles = security.as_array().empty() ? "anyone" : "";
    for (const auto& one : security.as_array()) {
        for (const auto& [scheme, named] : one.as_object()) {
            EXPECT_TRUE(document.at("components").at("securitySchemes").as_object().contains(scheme)
            );
            roles += std::string{scheme} + boost::json::serialize(named) + " ";
        }
    }
    return roles;
}

TEST(Openapi, asks_for_the_credentials_that_each_route_asks_for) {
    const auto expected = [](Access access) -> std::string {
        if (access == Access::anyone) return "anyone";
        if (access == Access::guest) return "bearer[] api_key[] dev_user[] guest[] ";
        if (access == Access::user) return "bearer[] api_key[] dev_user[] ";
        const std::string role{identity::name_of(least_role_for(access))};
        return "bearer[\"" + role + "\"] api_key[\"" + role + "\"] ";
    };
    for (const auto& route : http::routes(true))
        EXPECT_EQ(roles_in_document(route), expected(route.access)) << route.pattern;
}

bool leads_to_swagger(std::string_view path) {
    return path == "/" || path == "/swagger" || path == "/swagger/";
}

/// The answer to a request without credentials, in dev mode.
unsigned status_for_the_house(const Visit& one) {
    const auto& pattern = one.route.pattern;
    if (one.is_for(Access::user)) return 401;
    if (pattern == kNotices) return 400;
    // Alice hasn't paid for her order.
    if (pattern.ends_with("/refund")) return 409;
    // The order has no such payment.
    if (pattern.ends_with("/settlement")) return 404;
    if (pattern.ends_with("/events/{id}/cancel")) return 202;
    const bool creates = one.method == "POST" && !pattern.ends_with("/sale") &&
                         !pattern.starts_with("/api/v1/tickets");
    return creates ? 201 : 200;
}

TEST(DevMode, knows_users_by_name_and_lets_silence_run_the_house) {
    TestServer server;
    const auto world = make_small_world(server);
    auto client = server.connect();
    for (const auto& one : every_route(world)) {
        if (one.route.method == http::Method::delete_ || leads_to_swagger(one.path)) continue;
        const auto silent = visit(client, one, {});
        const auto as_mallory = visit(client, one, {{"X-User-ID", "mallory"}});
        const bool is_house = one.route.access > Access::user;
        EXPECT_EQ(silent.status, status_for_the_house(one)) << what(one, silent);
        EXPECT_EQ(as_mallory.status == 403, is_house) << what(one, as_mallory);
        EXPECT_NE(as_mallory.status, 401) << what(one, as_mallory);
    }
}

TEST(PublicViews, name_no_person_and_no_reservation) {
    TestServer server;
    const auto venue = make_venue(server, 3);
    Caller buyer{server, "a-buyer-with-a-name"};
    const auto held = buyer.reserve(venue.event, {venue.seats[0]}, "key-of-the-buyer");
    const auto sold = buyer.reserve(venue.event, {venue.seats[1]}, "another-key");
    ASSERT_EQ(buyer.post("/api/v1/reservations/" + sold.text("id") + "/confirm").status, 200);
    const SmallWorld world{.venue = venue, .reservation = held.text("id")};
    auto stranger = server.connect();
    const auto look = [&](const Visit& one) {
        const auto answer = visit(stranger, one, {});
        for (const auto& secret :
             {std::string{"a-buyer-with-a-name"},
              held.text("id"),
              sold.text("id"),
              std::string{"key-of-the-buyer"},
              std::string{"\"dev\""},
              std::string{"created_by"}}) {
            EXPECT_EQ(answer.body.find(secret), std::string::npos) << what(one, answer);
        }
    };
    for (auto one : every_route(world)) {
        if (!one.is_for(Access::anyone) || one.path.starts_with("/openapi")) continue;
        look(one);
        // One seat of each status: held, sold, free.
        if (!one.path.starts_with("/api/v1/seats/")) continue;
        for (const auto& seat : venue.seats) {
            one.path = "/api/v1/seats/" + seat;
            look(one);
        }
    }
    const auto refused = Caller(server, "bob").reserve(venue.event, venue.seats, "k");
    EXPECT_EQ(refused.code(), "SEAT_UNAVAILABLE");
    EXPECT_EQ(refused.body.find("a-buyer-with-a-name"), std::string::npos) << refused.body;
    EXPECT_EQ(refused.body.find(held.text("id")), std::string::npos) << refused.body;
}

}  // namespace
}  // namespace frontrow::test
