#include "identity/token.h"
#include "support/test_server.h"
#include "support/token_signer.h"

#include <gtest/gtest.h>

namespace frontrow::test {
namespace {

std::string bearer(
    const std::string& sub,
    identity::Role role,
    Instant now,
    std::chrono::seconds ttl = std::chrono::seconds{60}
) {
    return "Bearer " + identity::sign_token(kJwtSecret, {.sub = sub, .role = role}, now, ttl);
}

TestServer::Options with_tokens() {
    return {
        .limits = {},
        .auth =
            {.jwt_secret = kJwtSecret,
             .admin_api_key = "the-admin-key",
             .user_api_key = "the-user-key"}
    };
}

TEST(Access, belongs_to_the_owner_of_a_reservation_alone) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    const auto held = Caller(server, "alice").reserve(venue.event, venue.seats, "k");
    const auto path = "/api/v1/reservations/" + held.text("id");
    for (const auto* other : {"bob", "Alice", "alice "}) {
        Caller caller{server, other};
        if (std::string_view{other} == "alice ")
            continue;  // A header's value is trimmed, so this is alice.
        EXPECT_EQ(caller.get(path).status, 404);
        EXPECT_EQ(caller.post(path + "/confirm").status, 404);
        EXPECT_EQ(caller.post(path + "/cancel").status, 404);
        EXPECT_EQ(caller.post(path + "/extend", R"({"seconds":1})").status, 404);
    }
    EXPECT_EQ(Caller(server, "alice").get(path).text("status"), "pending");
}

TEST(Access, in_dev_mode_makes_a_name_a_user_and_silence_an_admin) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    const auto event = "/api/v1/events/" + venue.event;
    Caller alice{server, "alice"};
    EXPECT_EQ(alice.post("/api/v1/events", event_body()).code(), "FORBIDDEN");
    EXPECT_EQ(alice.put(event, event_body()).status, 403);
    EXPECT_EQ(alice.del(event).status, 403);
    EXPECT_EQ(alice.post(event + "/sale", R"({"action":"pause"})").code(), "FORBIDDEN");
    EXPECT_EQ(alice.post(event + "/seats", R"({"seat_number":"x","price":1})").status, 403);
    EXPECT_EQ(
        alice.post(event + "/seats/bulk", R"({"prefix":"x","count":1,"price":1})").status, 403
    );
    Caller nobody{server, ""};
    const auto refused = nobody.get("/api/v1/reservations");
    EXPECT_EQ(refused.code(), "UNAUTHENTICATED");
    EXPECT_NE(refused.text("message").find("X-User-ID"), std::string::npos);
    EXPECT_EQ(nobody.reserve(venue.event, venue.seats, "k").status, 401);
    EXPECT_EQ(nobody.get("/api/v1/users/dev/reservations").status, 401);
    EXPECT_EQ(nobody.put(event, event_body()).status, 200);
    EXPECT_EQ(nobody.post(event + "/sale", R"({"action":"pause"})").status, 200);
}

TEST(Access, in_dev_mode_lets_a_user_run_an_event_that_has_them_as_an_organizer) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    const auto event = "/api/v1/events/" + venue.event;
    Caller nobody{server, ""};
    Caller alice{server, "alice"};
    const auto members = event + "/members";
    ASSERT_EQ(nobody.post(members, R"({"sub":"alice","role":"organizer"})").status, 201);
    EXPECT_EQ(alice.put(event, event_body()).status, 200);
    EXPECT_EQ(alice.post("/api/v1/events", event_body()).code(), "FORBIDDEN");
    EXPECT_EQ(Caller(server, "bob").put(event, event_body()).code(), "FORBIDDEN");
    EXPECT_EQ(alice.del(members + "?sub=alice").status, 204);
    EXPECT_EQ(alice.put(event, event_body()).code(), "FORBIDDEN");
}

TEST(Access, refuses_a_name_that_could_not_be_written_down) {
    TestServer server;
    for (const auto& name :
         {std::string{"a\xff"}, std::string(256, 'a'), std::string{"\xed\xa0\x80"}}) {
        EXPECT_EQ(Caller(server, name).get("/api/v1/reservations").status, 401);
    }
    EXPECT_EQ(Caller(server, "Zoë").get("/api/v1/reservations").status, 200);
}

TEST(Access, by_token_goes_by_role_and_each_organizer_has_their_own_events) {
    TestServer server{with_tokens()};
    const auto as = [&](const std::string& sub, identity::Role role) {
        return Headers{{"Authorization", bearer(sub, role, server.clock.now())}};
    };
    using enum identity::Role;
    Caller caller{server, ""};
    EXPECT_EQ(caller.post("/api/v1/events", event_body()).status, 401);
    EXPECT_EQ(caller.post("/api/v1/events", event_body(), as("u", user)).status, 403);
    EXPECT_EQ(caller.post("/api/v1/events", event_body(), as("s", scanner)).status, 403);
    const auto created = caller.post("/api/v1/events", event_body(), as("olga", organizer));
    ASSERT_EQ(created.status, 201);
    const auto path = created.header("location");
    EXPECT_EQ(caller.put(path, event_body(), as("otto", organizer)).status, 404);
    EXPECT_EQ(caller.del(path, as("otto", organizer)).status, 404);
    EXPECT_EQ(
        caller.post(path + "/seats", R"({"seat_number":"1","price":1})", as("otto", organizer))
            .status,
        404
    );
    const auto categories = path + "/ticket-categories";
    const std::string standing = R"({"name":"Standing","price":1,"total_stock":1})";
    EXPECT_EQ(caller.post(categories, standing).code(), "UNAUTHENTICATED");
    EXPECT_EQ(caller.post(categories, standing, as("u", user)).code(), "FORBIDDEN");
    EXPECT_EQ(caller.post(categories, standing, as("otto", organizer)).code(), "NOT_FOUND");
    EXPECT_EQ(caller.get(categories).body, "[]");
    EXPECT_EQ(caller.post(categories, standing, as("olga", organizer)).status, 201);
    EXPECT_EQ(caller.put(categories + "/Standing", standing).code(), "UNAUTHENTICATED");
    EXPECT_EQ(caller.put(categories + "/Standing", standing, as("u", user)).code(), "FORBIDDEN");
    EXPECT_EQ(caller.put(categories + "/Standing", standing, as("otto", organizer)).status, 404);
    EXPECT_EQ(caller.put(categories + "/Standing", standing, as("root", admin)).status, 200);
    const auto allocations = path + "/allocations";
    const std::string house = R"({"name":"House","category":"Standing","quantity":1})";
    const auto patch = [&](const Headers& headers) {
        return caller.client().ask("PATCH", allocations + "/House", headers, R"({"limit":1})");
    };
    for (const auto& [headers, code] :
         {std::pair{Headers{}, "UNAUTHENTICATED"},
          {as("u", user), "FORBIDDEN"},
          {as("otto", organizer), "NOT_FOUND"}}) {
        EXPECT_EQ(caller.post(allocations, house, headers).code(), code);
        EXPECT_EQ(caller.get(allocations, headers).code(), code);
        EXPECT_EQ(patch(headers).code(), code);
        EXPECT_EQ(caller.del(allocations + "/House", headers).code(), code);
    }
    EXPECT_EQ(caller.post(allocations, house, as("olga", organizer)).status, 201);
    EXPECT_EQ(caller.get(allocations, as("root", admin)).json.as_array().size(), 1);
    EXPECT_EQ(patch(as("olga", organizer)).status, 200);
    EXPECT_EQ(caller.del(allocations + "/House", as("olga", organizer)).status, 204);
    const std::string pause = R"({"action":"pause"})";
    EXPECT_EQ(caller.post(path + "/sale", pause).code(), "UNAUTHENTICATED");
    EXPECT_EQ(caller.post(path + "/sale", pause, as("u", user)).code(), "FORBIDDEN");
    EXPECT_EQ(caller.post(path + "/sale", pause, as("s", scanner)).status, 403);
    EXPECT_EQ(caller.post(path + "/sale", pause, as("otto", organizer)).code(), "NOT_FOUND");
    EXPECT_EQ(caller.get(path).header("etag"), "\"v1-open\"") << "and none of them changed it";
    EXPECT_EQ(caller.post(path + "/sale", pause, as("olga", organizer)).status, 200);
    EXPECT_EQ(caller.post(path + "/sale", R"({"action":"end"})", as("root", admin)).status, 200);
    EXPECT_EQ(caller.put(path, event_body(), as("olga", organizer)).status, 200);
    EXPECT_EQ(caller.put(path, event_body(), as("root", admin)).status, 200);
    EXPECT_EQ(caller.get(path).status, 200);
    EXPECT_EQ(caller.get("/api/v1/reservations", as("olga", organizer)).status, 200);
    const auto believed = caller.get("/api/v1/reservations", {{"X-User-ID", "alice"}});
    EXPECT_EQ(believed.status, 401);
    EXPECT_NE(believed.text("message").find("bearer token"), std::string::npos);
}

TEST(Access, by_token_ends_when_the_token_does) {
    TestServer server{with_tokens()};
    Caller caller{server, ""};
    const Headers token{
        {"authorization",
         bearer("u", identity::Role::user, server.clock.now(), std::chrono::seconds{60})}
    };
    EXPECT_EQ(caller.get("/api/v1/reservations", token).status, 200);
    server.clock.advance(Millis{59'000});
    EXPECT_EQ(caller.get("/api/v1/reservations", token).status, 200);
    server.clock.advance(Millis{1'000});
    EXPECT_EQ(caller.get("/api/v1/reservations", token).status, 401);
}

/// A bearer token by HS256, whatever its header says.
std::string bearer_with(
    const std::string& claims,
    std::string_view header = R"({"alg":"HS256"})",
    std::string_view secret = kJwtSecret
) {
    return "Bearer " + hmac_token(secret, header, claims);
}

TEST(Access, is_not_had_with_a_token_that_somebody_made_up) {
    TestServer server{with_tokens()};
    Caller caller{server, ""};
    const auto now = server.clock.now();
    const auto good = bearer("u", identity::Role::user, now);
    const std::string eves = R"({"sub":"eve","role":"admin","exp":)" +
                             std::to_string(now.time_since_epoch().count() / 1'000 + 60) + "}";
    auto tampered = good;
    tampered[tampered.size() / 2] = tampered[tampered.size() / 2] == 'A' ? 'B' : 'A';
    const std::string bad[] = {
        "Bearer " + part_to_sign(R"({"alg":"none"})", eves) + ".",
        bearer_with(eves, R"({"alg":"none"})"),
        bearer_with(eves, R"({"alg":"HS384"})"),
        bearer_with(eves, R"({"alg":"HS256","crit":["exp"],"exp":1})"),
        bearer_with(eves, R"({"alg":"HS256"})", "another secret, as long as the right one"),
        bearer_with(R"({"sub":"eve","role":"admin"})"),
        tampered,
        good.substr(0, good.size() - 1),
        "Bearer ",
        "Bearer x.y.z",
        "Bearer " + std::string(10'000, 'a'),
        "Basic dXNlcjpwYXNz",
    };
    for (const auto& token : bad) {
        const auto answer = caller.get("/api/v1/reservations", {{"Authorization", token}});
        EXPECT_EQ(answer.status, 401) << token.substr(0, 80);
        EXPECT_EQ(answer.header("www-authenticate"), "Bearer");
        EXPECT_EQ(
            answer.body.find(token.substr(7, 20).empty() ? "?" : token.substr(7, 20)),
            std::string::npos
        );
    }
    EXPECT_EQ(caller.get("/api/v1/reservations", {{"Authorization", good}}).status, 200);
}

TEST(Access, by_token_needs_each_of_its_claims_as_it_should_be) {
    TestServer server{with_tokens()};
    Caller caller{server, ""};
    const auto now = server.clock.now().time_since_epoch().count() / 1'000;
    const auto later = std::to_string(now + 60);
    const auto claims = [&](const std::string& sub,
                            const std::string& role,
                            const std::string& exp,
                            const std::string& more = {}) {
        std::string text = "{\"iat\":1";
        if (!sub.empty()) text += ",\"sub\":" + sub;
        if (!role.empty()) text += ",\"role\":" + role;
        if (!exp.empty()) text += ",\"exp\":" + exp;
        return text + more + "}";
    };
    const auto ask = [&](const std::string& text) {
        return caller.get("/api/v1/reservations", {{"Authorization", bearer_with(text)}});
    };
    const std::string user = R"("user")";
    const std::string eve = R"("eve")";
    for (const auto& good :
         {claims(eve, user, later),
          claims(eve, R"("admin")", later),
          claims(eve, user, "9223372036854775807"),
          claims(eve, user, later + ".5", R"(,"nbf":0.5)"),
          claims(eve, user, later, R"(,"nbf":1,"aud":["x"],"more":{"a":1})")}) {
        EXPECT_EQ(ask(good).status, 200) << good;
        EXPECT_EQ(ask(good).status, 200) << "and again, by memory: " << good;
    }
    for (const auto& bad :
         {claims("", user, later),
          claims(R"("")", user, later),
          claims("7", user, later),
          claims("null", user, later),
          claims("\"" + std::string(256, 'e') + "\"", user, later),
          claims(R"("e\u0001")", user, later),
          claims(eve, "", later),
          claims(eve, R"("root")", later),
          claims(eve, R"("Admin")", later),
          claims(eve, R"(["admin"])", later),
          claims(eve, user, ""),
          claims(eve, user, "\"" + later + "\""),
          claims(eve, user, "0"),
          claims(eve, user, "-1"),
          claims(eve, user, std::to_string(now)),
          claims(eve, user, std::to_string(now - 1) + ".5"),
          claims(eve, user, "null"),
          claims(eve, user, later, R"(,"nbf":)" + std::to_string(now + 30))}) {
        EXPECT_EQ(ask(bad).code(), "UNAUTHENTICATED") << bad;
    }
}

constexpr const char* kReservedSubs[] =
    {"dev", "admin-api-key", "user-api-key", "api-key:018f7c2e-0d40-7000-8000-000000000001"};

TEST(Access, is_not_had_by_a_token_that_speaks_for_one_of_frontrows_own_callers) {
    TestServer server{with_tokens()};
    Caller caller{server, ""};
    for (const auto* sub : kReservedSubs) {
        for (const auto role : {identity::Role::user, identity::Role::admin}) {
            const Headers token{{"Authorization", bearer(sub, role, server.clock.now())}};
            const auto answer = caller.get("/api/v1/reservations", token);
            EXPECT_EQ(answer.code(), "UNAUTHENTICATED") << sub;
            EXPECT_EQ(answer.header("www-authenticate"), "Bearer") << sub;
            EXPECT_EQ(caller.post("/api/v1/events", event_body(), token).status, 401) << sub;
        }
    }
}

TEST(Access, in_dev_mode_is_not_had_under_the_name_of_one_of_frontrows_own_callers) {
    TestServer server;
    for (const auto* sub : kReservedSubs)
        EXPECT_EQ(Caller(server, sub).get("/api/v1/reservations").code(), "UNAUTHENTICATED") << sub;
}

TEST(Access, by_api_key_has_the_keys_role) {
    TestServer server{with_tokens()};
    Caller caller{server, ""};
    EXPECT_EQ(
        caller.post("/api/v1/events", event_body(), {{"X-API-Key", "the-admin-key"}}).status, 201
    );
    EXPECT_EQ(
        caller.post("/api/v1/events", event_body(), {{"X-API-Key", "the-user-key"}}).status, 403
    );
    EXPECT_EQ(caller.get("/api/v1/reservations", {{"X-API-Key", "the-user-key"}}).status, 200);
    EXPECT_EQ(caller.get("/api/v1/reservations", {{"X-API-Key", "the-user-ke"}}).status, 401);
}

TEST(Access, by_api_key_is_had_through_a_proxy_that_asks_for_a_password) {
    TestServer server{with_tokens()};
    Caller caller{server, ""};
    const auto status = [&](const char* key) {
        const Headers both{{"Authorization", "Basic dXNlcjpwYXNz"}, {"X-API-Key", key}};
        return caller.get("/api/v1/reservations", both).status;
    };
    EXPECT_EQ(status("the-user-key"), 200);
    EXPECT_EQ(status("the-user-ke"), 401);
}

}  // namespace
}  // namespace frontrow::test
