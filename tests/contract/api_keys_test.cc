#include "identity/token.h"
#include "support/test_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <set>

// API keys over the wire: an admin makes them, they are shown once, and they are valid for their
// role and their account until they are revoked.

namespace frontrow::test {
namespace {

using identity::Role;

constexpr auto kKeys = "/api/v1/api-keys";

class ApiKeys : public testing::Test {
protected:
    Headers as(const std::string& sub, Role role) const {
        const auto token = identity::sign_token(
            kJwtSecret, {.sub = sub, .role = role}, server.clock.now(), std::chrono::hours{1}
        );
        return {{"Authorization", "Bearer " + token}};
    }
    Headers admin() const { return as("root", Role::admin); }
    static Headers with(const std::string& key) { return {{"X-API-Key", key}}; }
    static std::string body(const std::string& name, const std::string& role) {
        return R"({"name":")" + name + R"(","role":")" + role + R"("})";
    }
    HttpAnswer make(const std::string& name, const std::string& role) {
        return client.ask("POST", kKeys, admin(), body(name, role));
    }
    static std::string for_account(const std::string& account) {
        return R"({"name":"shop","role":"organizer","account":")" + account + R"("})";
    }
    HttpAnswer make_for(const std::string& account) {
        return client.ask("POST", kKeys, admin(), for_account(account));
    }
    HttpAnswer move(const std::string& id, const std::string& account) {
        const auto body = R"({"account":")" + account + R"("})";
        return client.ask("PATCH", std::string{kKeys} + "/" + id, admin(), body);
    }
    /// The path of an event created with the key.
    std::string event_of(const std::string& key) {
        return client.ask("POST", "/api/v1/events", with(key), event_body()).header("location");
    }
    unsigned update(const std::string& event, const std::string& key) {
        return client.ask("PUT", event, with(key), event_body()).status;
    }
    unsigned revoke(const std::string& id) {
        return client.ask("DELETE", std::string{kKeys} + "/" + id, admin()).status;
    }
    unsigned reservations_with(const std::string& key) {
        return client.ask("GET", "/api/v1/reservations", with(key)).status;
    }

    TestServer server{{.limits = {}, .auth = {.jwt_secret = kJwtSecret}}};
    HttpClient client = server.connect();
};

TEST_F(ApiKeys, are_shown_once_and_then_only_how_they_begin) {
    const auto made = make("Box office", "organizer");
    ASSERT_EQ(made.status, 201) << made.body;
    const auto key = made.text("key");
    EXPECT_EQ(made.text("name"), "Box office");
    EXPECT_EQ(made.text("role"), "organizer");
    EXPECT_EQ(made.text("account"), "api-key:" + made.text("id"));
    EXPECT_EQ(made.text("created_by"), "root");
    EXPECT_EQ(made.header("location"), std::string{kKeys} + "/" + made.text("id"));
    EXPECT_EQ(made.header("cache-control"), "no-store");
    EXPECT_TRUE(key.starts_with(made.text("prefix")));

    const auto listed = client.ask("GET", kKeys, admin());
    ASSERT_EQ(listed.status, 200);
    ASSERT_EQ(listed.json.as_array().size(), 1);
    auto expected = made.json.as_object();
    expected.erase("key");
    EXPECT_EQ(listed.json.at(0), boost::json::value(expected));
    EXPECT_EQ(listed.body.find(key), std::string::npos);
}

TEST_F(ApiKeys, open_what_their_role_opens) {
    const std::pair<const char*, bool> roles[] = {
        {"user", false}, {"scanner", false}, {"organizer", true}, {"admin", true}
    };
    for (const auto& [role, organizes] : roles) {
        const auto key = make(role, role).text("key");
        EXPECT_EQ(reservations_with(key), 200) << role;
        EXPECT_EQ(
            client.ask("POST", "/api/v1/events", with(key), event_body()).status,
            organizes ? 201 : 403
        ) << role;
        const bool is_admin = std::string_view{role} == "admin";
        EXPECT_EQ(client.ask("GET", kKeys, with(key)).status, is_admin ? 200 : 403) << role;
    }
}

TEST_F(ApiKeys, each_stand_for_a_caller_of_their_own) {
    const auto olgas = make("one", "organizer");
    const auto ottos = make("another", "organizer").text("key");
    const auto event = client.ask("POST", "/api/v1/events", with(olgas.text("key")), event_body());
    const auto path = event.header("location");
    EXPECT_EQ(client.ask("PUT", path, with(ottos), event_body()).status, 404);
    EXPECT_EQ(client.ask("PUT", path, with(olgas.text("key")), event_body()).status, 200);

    const auto own = "/api/v1/users/api-key:" + olgas.text("id") + "/reservations";
    EXPECT_EQ(client.ask("GET", own, with(olgas.text("key"))).status, 200);
    EXPECT_EQ(client.ask("GET", own, with(ottos)).status, 404);
}

TEST_F(ApiKeys, that_replace_another_have_what_was_made_with_it) {
    const auto old = make("shop", "organizer");
    const auto old_key = old.text("key");
    const auto event = event_of(old_key);
    const auto seat =
        client.ask("POST", event + "/seats", with(old_key), R"({"seat_number":"A","price":1})");
    const auto held = client.ask(
        "POST",
        kReservations,
        {{"X-API-Key", old_key}, {"Idempotency-Key", "k"}},
        R"({"event_id":")" + seat.text("event_id") + R"(","seat_ids":[")" + seat.text("id") + "\"]}"
    );
    ASSERT_EQ(held.status, 201) << held.body;
    const auto made = make_for(old.text("account"));
    EXPECT_EQ(made.text("account"), old.text("account"));
    EXPECT_EQ(revoke(old.text("id")), 204);

    const auto key = made.text("key");
    EXPECT_EQ(update(event, key), 200);
    const auto reservations = client.ask("GET", kReservations, with(key));
    ASSERT_EQ(reservations.json.as_array().size(), 1);
    EXPECT_EQ(reservations.json.at(0).at("id"), held.text("id").c_str());
    const auto path = std::string{kReservations} + "/" + held.text("id");
    EXPECT_EQ(client.ask("POST", path + "/confirm", with(key)).text("status"), "confirmed");
    EXPECT_EQ(update(event, make("another", "organizer").text("key")), 404);
}

TEST_F(ApiKeys, moved_to_another_account_act_for_that_one_alone) {
    const auto made = make("shop", "organizer");
    const auto key = made.text("key");
    const auto events = std::pair{
        event_of(key),
        client.ask("POST", "/api/v1/events", as("olga", Role::organizer), event_body())
            .header("location")
    };
    EXPECT_EQ(update(events.second, key), 404);
    const auto moved = move(made.text("id"), "olga");
    ASSERT_EQ(moved.status, 200) << moved.body;
    auto expected = made.json.as_object();
    expected.erase("key");
    expected["account"] = "olga";
    EXPECT_EQ(moved.json, boost::json::value(expected));
    EXPECT_EQ(client.ask("GET", kKeys, admin()).json.at(0), boost::json::value(expected));

    server.restart();
    client = server.connect();
    EXPECT_EQ(update(events.first, key), 404);
    EXPECT_EQ(update(events.second, key), 200);
    EXPECT_EQ(client.ask("GET", "/api/v1/users/olga/reservations", with(key)).status, 200);
    EXPECT_EQ(move(made.text("id"), made.text("account")).text("account"), made.text("account"));
    EXPECT_EQ(update(events.first, key), 200);
    EXPECT_EQ(update(events.second, key), 404);
    EXPECT_TRUE(server.violations().empty());
}

TEST_F(ApiKeys, moved_to_the_account_that_they_have_stay_as_they_are) {
    const auto made = make_for("olga");
    const auto before = client.ask("GET", kKeys, admin()).body;
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(move(made.text("id"), "olga").status, 200);
    EXPECT_EQ(client.ask("GET", kKeys, admin()).body, before);
}

TEST_F(ApiKeys, that_are_unknown_or_revoked_cannot_be_moved) {
    const auto made = make_for("olga");
    EXPECT_EQ(revoke(made.text("id")), 204);
    for (const auto* account : {"hall", "olga"})
        EXPECT_EQ(move(made.text("id"), account).code(), "NOT_FOUND") << account;
    EXPECT_EQ(move("018f7c2e-0d40-7000-8000-000000000001", "hall").code(), "NOT_FOUND");
    EXPECT_EQ(move("x", "hall").code(), "INVALID_REQUEST");
    EXPECT_EQ(client.ask("GET", kKeys, admin()).json.at(0).at("account"), "olga");
}

TEST_F(ApiKeys, act_for_any_account_but_frontrows_own_callers) {
    const auto made = make("gate", "user");
    const auto id = made.text("id");
    for (const auto& account :
         {std::string{"olga"},
          std::string{"席 \\\"a\\\""},
          "api-key:" + id,
          std::string{"api-key"},
          std::string{"Dev"},
          std::string(255, 'a')}) {
        EXPECT_EQ(make_for(account).status, 201) << account;
        EXPECT_EQ(move(id, account).status, 200) << account;
    }
    for (const auto& account :
         {std::string{"dev"},
          std::string{"admin-api-key"},
          std::string{"user-api-key"},
          std::string{},
          std::string(256, 'a'),
          std::string{"a\\nb"},
          std::string{"a\\tb"},
          std::string{"a\\u007fb"},
          std::string(128, 'a') + std::string{"\xc3\xa9"} + std::string(126, 'a')}) {
        for (const auto& answer : {make_for(account), move(id, account)}) {
            EXPECT_EQ(answer.code(), "INVALID_REQUEST") << account;
            EXPECT_EQ(answer.json.at("errors").at(0).at("field"), "account") << account;
        }
    }
    EXPECT_EQ(client.ask("GET", kKeys, admin()).json.as_array().size(), 7);
}

/// An issuer of tokens must not reach a key's reservations: they belong to the key.
TEST_F(ApiKeys, have_reservations_that_no_token_reaches) {
    const auto made = make("shop", "user");
    const auto own = "/api/v1/users/" + made.text("account") + "/reservations";
    EXPECT_EQ(client.ask("GET", own, with(made.text("key"))).status, 200);
    EXPECT_EQ(client.ask("GET", own, as(made.text("account"), Role::user)).status, 401);
    EXPECT_EQ(client.ask("GET", own, admin()).status, 404);
}

TEST_F(ApiKeys, open_nothing_once_they_are_revoked) {
    const auto made = make("Old gate", "scanner");
    const auto other = make("New gate", "scanner").text("key");
    EXPECT_EQ(reservations_with(made.text("key")), 200);
    server.clock.advance(Millis{5'000});
    EXPECT_EQ(revoke(made.text("id")), 204);
    const auto refused = client.ask("GET", "/api/v1/reservations", with(made.text("key")));
    EXPECT_EQ(refused.code(), "UNAUTHENTICATED");
    EXPECT_EQ(refused.body.find(made.text("key")), std::string::npos);
    EXPECT_EQ(reservations_with(other), 200);
    EXPECT_EQ(revoke(made.text("id")), 204) << "again";

    const auto listed = client.ask("GET", kKeys, admin());
    EXPECT_EQ(listed.json.at(0).as_object().count("revoked_at"), 0);
    EXPECT_EQ(listed.json.at(1).at("revoked_at"), to_rfc3339(server.clock.now()).c_str());
}

TEST_F(ApiKeys, survive_a_restart_and_so_does_their_revocation) {
    const auto live = make("live", "admin");
    const auto dead = make("dead", "admin");
    EXPECT_EQ(revoke(dead.text("id")), 204);
    const auto before = client.ask("GET", kKeys, admin()).body;
    server.restart();
    client = server.connect();
    EXPECT_EQ(client.ask("GET", kKeys, admin()).body, before);
    EXPECT_EQ(client.ask("GET", kKeys, with(live.text("key"))).body, before);
    EXPECT_EQ(client.ask("GET", kKeys, with(dead.text("key"))).status, 401);
    EXPECT_TRUE(server.violations().empty());
}

TEST_F(ApiKeys, may_be_revoked_by_themselves_and_never_come_back) {
    const auto made = make("short", "admin");
    const auto key = made.text("key");
    const auto path = made.header("location");
    EXPECT_EQ(client.ask("DELETE", path, with(key)).status, 204);
    EXPECT_EQ(client.ask("DELETE", path, with(key)).status, 401);
}

TEST_F(ApiKeys, are_an_admins_business) {
    const auto id = make("one", "user").text("id");
    const auto path = std::string{kKeys} + "/" + id;
    for (const auto role : {Role::user, Role::scanner, Role::organizer}) {
        const auto who = as("somebody", role);
        EXPECT_EQ(client.ask("POST", kKeys, who, body("n", "user")).code(), "FORBIDDEN");
        EXPECT_EQ(client.ask("GET", kKeys, who).code(), "FORBIDDEN");
        EXPECT_EQ(client.ask("PATCH", path, who, R"({"account":"a"})").code(), "FORBIDDEN");
        EXPECT_EQ(client.ask("DELETE", path, who).code(), "FORBIDDEN");
    }
    EXPECT_EQ(client.ask("POST", kKeys, {}, body("n", "user")).code(), "UNAUTHENTICATED");
    EXPECT_EQ(client.ask("GET", kKeys).code(), "UNAUTHENTICATED");
    EXPECT_EQ(client.ask("PATCH", path, {}, R"({"account":"a"})").code(), "UNAUTHENTICATED");
    EXPECT_EQ(client.ask("DELETE", path).code(), "UNAUTHENTICATED");
    EXPECT_EQ(client.ask("GET", kKeys, admin()).json.as_array().size(), 1);
}

TEST_F(ApiKeys, are_refused_that_are_nearly_right) {
    const auto key = make("one", "admin").text("key");
    auto upper = key;
    upper.back() = upper.back() == 'a' ? 'b' : 'a';
    for (const auto& wrong :
         {upper,
          key.substr(0, key.size() - 1),
          key + "0",
          key.substr(4),
          std::string{"frk_"},
          std::string(8'000, 'f')}) {
        const auto answer = client.ask("GET", kKeys, with(wrong));
        EXPECT_EQ(answer.code(), "UNAUTHENTICATED");
        EXPECT_EQ(answer.body.find(wrong), std::string::npos);
    }
    EXPECT_EQ(client.ask("GET", std::string{kKeys} + "?api_key=" + key).status, 401)
        << "a key in a URL counts for nothing";
}

TEST_F(ApiKeys, complain_of_what_they_cannot_be_made_of) {
    for (const auto& wrong :
         {std::string{"{}"},
          std::string{R"({"name":"n"})"},
          std::string{R"({"role":"user"})"},
          body("", "user"),
          body(std::string(256, 'n'), "user"),
          body("n", "root"),
          body("n", "Admin"),
          body("a\\u0000b", "user"),
          body(" \\u00a0", "user"),
          body("\\u200b", "user"),
          std::string{R"({"name":7,"role":"user"})"},
          std::string{"[]"},
          std::string{"{"}}) {
        const auto answer = client.ask("POST", kKeys, admin(), wrong);
        EXPECT_EQ(answer.code(), "INVALID_REQUEST") << wrong.substr(0, 80);
    }
    EXPECT_EQ(client.ask("DELETE", std::string{kKeys} + "/x", admin()).code(), "INVALID_REQUEST");
    EXPECT_EQ(revoke("018f7c2e-0d40-7000-8000-000000000001"), 404);
    EXPECT_EQ(client.ask("GET", kKeys, admin()).json.as_array().size(), 0);
}

TEST_F(ApiKeys, are_listed_newest_first_by_pages) {
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i)
        ids.push_back(make("the same", "user").text("id"));
    const auto page = client.ask("GET", std::string{kKeys} + "?limit=2&offset=1", admin());
    ASSERT_EQ(page.json.as_array().size(), 2);
    EXPECT_EQ(page.json.at(0).at("id"), ids[3].c_str());
    EXPECT_EQ(page.json.at(1).at("id"), ids[2].c_str());
    const auto link = page.header("link");
    const auto rest = client.ask("GET", link.substr(1, link.find('>') - 1), admin());
    ASSERT_EQ(rest.json.as_array().size(), 2) << link;
    EXPECT_EQ(rest.json.at(0).at("id"), ids[1].c_str());
    EXPECT_EQ(rest.json.at(1).at("id"), ids[0].c_str());
    EXPECT_EQ(rest.header("link"), "");
}

}  // namespace
}  // namespace frontrow::test
