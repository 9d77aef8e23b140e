#include "identity/token.h"
#include "support/test_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

// An event's creator gives others rights on that event. Their tokens' roles don't matter.

namespace frontrow::test {
namespace {

using identity::Role;

class EventMembers : public testing::Test {
protected:
    Headers as(const std::string& sub, Role role) const {
        const auto token = identity::sign_token(
            kJwtSecret, {.sub = sub, .role = role}, server.clock.now(), std::chrono::hours{1}
        );
        return {{"Authorization", "Bearer " + token}};
    }
    Headers olga() const { return as("olga", Role::organizer); }
    std::string create_event(const Headers& by) {
        return client.ask("POST", "/api/v1/events", by, event_body()).header("location");
    }

    static std::string body(const std::string& sub, const std::string& role) {
        return boost::json::serialize(boost::json::object{{"sub", sub}, {"role", role}});
    }
    HttpAnswer add(const std::string& sub, const std::string& role) {
        return client.ask("POST", members, olga(), body(sub, role));
    }
    HttpAnswer list(const Headers& by) { return client.ask("GET", members, by); }
    /// `sub`: percent-encoded, as in a query.
    HttpAnswer remove(const std::string& sub, const Headers& by) {
        return client.ask("DELETE", members + "?sub=" + sub, by);
    }
    /// The members in the list, as `sub role`.
    std::vector<std::string> listed() {
        std::vector<std::string> all;
        for (const auto& one : list(olga()).json.as_array())
            all.push_back(
                std::string{one.at("sub").as_string()} + " " +
                std::string{one.at("role").as_string()}
            );
        return all;
    }
    /// The statuses of the organisers' routes of this event.
    std::vector<unsigned> statuses(const std::string& path, const Headers& by) {
        const auto seat = std::to_string(++seats_);
        return {
            client.ask("PUT", path, by, event_body()).status,
            client
                .ask("POST", path + "/seats", by, R"({"seat_number":"s)" + seat + R"(","price":1})")
                .status,
            client
                .ask(
                    "POST",
                    path + "/seats/bulk",
                    by,
                    R"({"prefix":"b)" + seat + R"(","count":2,"price":1})"
                )
                .status,
            client.ask("GET", path + "/members", by).status,
            client.ask("POST", path + "/members", by, body("m" + seat, "scanner")).status,
            client.ask("DELETE", path + "/members?sub=m" + seat, by).status,
        };
    }
    static std::vector<unsigned> all(unsigned status) { return std::vector(6, status); }

    TestServer server{{.limits = {}, .auth = {.jwt_secret = kJwtSecret}}};
    HttpClient client = server.connect();
    std::string event = create_event(olga());
    std::string members = event + "/members";

    const std::vector<unsigned> done{200, 201, 201, 200, 201, 204};

private:
    int seats_ = 0;
};

TEST_F(EventMembers, are_told_with_their_role_and_since_when) {
    const auto made = add("bob", "organizer");
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.text("sub"), "bob");
    EXPECT_EQ(made.text("role"), "organizer");
    EXPECT_EQ(made.text("added_at"), to_rfc3339(server.clock.now()));
    EXPECT_EQ(made.header("cache-control"), "no-store");
    const auto found = list(olga());
    EXPECT_EQ(found.status, 200);
    EXPECT_EQ(found.json, (boost::json::array{made.json}));
}

TEST_F(EventMembers, are_listed_in_the_order_in_which_they_were_added_without_the_creator) {
    EXPECT_EQ(list(olga()).body, "[]");
    for (const auto* sub : {"zoe", "bob", "al"})
        EXPECT_EQ(add(sub, "scanner").status, 201);
    EXPECT_EQ(listed(), (std::vector<std::string>{"zoe scanner", "bob scanner", "al scanner"}));
    EXPECT_EQ(remove("bob", olga()).status, 204);
    EXPECT_EQ(listed(), (std::vector<std::string>{"zoe scanner", "al scanner"}));
}

TEST_F(EventMembers, added_again_are_the_same_and_may_have_another_role) {
    const auto first = add("bob", "scanner");
    server.clock.advance(Millis{5'000});
    const auto again = add("bob", "scanner");
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(again.body, first.body);
    const auto changed = add("bob", "organizer");
    EXPECT_EQ(changed.status, 200);
    EXPECT_EQ(changed.text("role"), "organizer");
    EXPECT_EQ(changed.text("added_at"), first.text("added_at"));
    EXPECT_EQ(listed(), (std::vector<std::string>{"bob organizer"}));
}

TEST_F(EventMembers, with_role_organizer_may_do_what_the_creator_may_whatever_their_token_says) {
    const auto other = create_event(olga());
    for (const auto role : {Role::user, Role::scanner, Role::organizer}) {
        const auto bob = as("bob", role);
        const auto without = all(role == Role::organizer ? 404 : 403);
        const auto about = std::string{identity::name_of(role)};
        EXPECT_EQ(statuses(event, bob), without) << about;
        ASSERT_EQ(add("bob", "organizer").status, 201);
        EXPECT_EQ(statuses(event, bob), done) << about;
        EXPECT_EQ(statuses(other, bob), without) << about;
        EXPECT_EQ(remove("bob", bob).status, 204) << "themselves";
        EXPECT_EQ(statuses(event, bob), without) << about;
    }
    ASSERT_EQ(add("bob", "organizer").status, 201);
    const auto bob = as("bob", Role::user);
    EXPECT_EQ(client.ask("POST", "/api/v1/events", bob, event_body()).status, 403);
    EXPECT_EQ(client.ask("GET", "/api/v1/api-keys", bob).status, 403);
    EXPECT_EQ(client.ask("GET", "/api/v1/reservations", bob).status, 200);
    EXPECT_EQ(client.ask("DELETE", event, bob).status, 204);
    EXPECT_EQ(client.ask("DELETE", event, bob).status, 403) << "nobody is a member of it now";
}

TEST_F(EventMembers, with_role_scanner_have_no_rights_yet) {
    ASSERT_EQ(add("bob", "scanner").status, 201);
    EXPECT_EQ(statuses(event, as("bob", Role::user)), all(403));
    EXPECT_EQ(statuses(event, as("bob", Role::scanner)), all(403));
    EXPECT_EQ(statuses(event, as("bob", Role::organizer)), all(404));
    ASSERT_EQ(add("bob", "organizer").status, 200);
    EXPECT_EQ(statuses(event, as("bob", Role::user)), done);
    ASSERT_EQ(add("bob", "scanner").status, 200);
    EXPECT_EQ(statuses(event, as("bob", Role::user)), all(403));
}

TEST_F(EventMembers, are_the_business_of_the_creator_organizers_among_them_and_admins) {
    const auto root = as("root", Role::admin);
    const auto bob = as("bob", Role::user);
    EXPECT_EQ(client.ask("POST", members, root, body("bob", "organizer")).status, 201);
    EXPECT_EQ(client.ask("POST", members, bob, body("carol", "scanner")).status, 201);
    EXPECT_EQ(list(bob).json, list(root).json);
    EXPECT_EQ(remove("carol", bob).status, 204);
    const auto otto = as("otto", Role::organizer);
    EXPECT_EQ(list(otto).code(), "NOT_FOUND");
    EXPECT_EQ(client.ask("POST", members, otto, body("otto", "organizer")).code(), "NOT_FOUND");
    EXPECT_EQ(remove("bob", otto).code(), "NOT_FOUND");
    EXPECT_EQ(remove("bob", root).status, 204);
    EXPECT_EQ(listed(), std::vector<std::string>{});
    EXPECT_EQ(client.ask("GET", members).code(), "UNAUTHENTICATED");
    EXPECT_EQ(client.ask("POST", members, {}, body("eve", "organizer")).code(), "UNAUTHENTICATED");
    EXPECT_EQ(remove("bob", {}).code(), "UNAUTHENTICATED");
}

TEST_F(EventMembers, may_be_servers_with_a_key) {
    const auto root = as("root", Role::admin);
    const auto key =
        client.ask("POST", "/api/v1/api-keys", root, R"({"name":"till","role":"user"})");
    const Headers with_key{{"X-API-Key", key.text("key")}};
    EXPECT_EQ(list(with_key).status, 403);
    ASSERT_EQ(add("api-key:" + key.text("id"), "organizer").status, 201);
    EXPECT_EQ(statuses(event, with_key), done);
}

TEST_F(EventMembers, are_removed_by_any_sub_that_a_token_may_have) {
    const std::pair<std::string, std::string> subs[] = {
        {"a/b", "a/b"},
        {"a b", "a+b"},
        {"a+b", "a%2Bb"},
        {"1&sub=2", "1%26sub%3D2"},
        {"100%", "100%25"},
        {"席", "%E5%B8%AD"},
        {std::string(255, 'x'), std::string(255, 'x')},
    };
    for (const auto& [sub, in_query] : subs) {
        ASSERT_EQ(add(sub, "organizer").status, 201) << sub;
        ASSERT_EQ(add("last", "scanner").status, 201);
        EXPECT_EQ(remove(in_query, olga()).status, 204) << sub;
        EXPECT_EQ(remove(in_query, olga()).code(), "NOT_FOUND") << sub;
        EXPECT_EQ(listed(), std::vector<std::string>{"last scanner"}) << sub;
        ASSERT_EQ(remove("last", olga()).status, 204);
    }
    EXPECT_EQ(remove("olga", olga()).code(), "NOT_FOUND") << "the creator";
    for (const auto& wrong :
         {std::string{},
          std::string{"%00"},
          std::string{"%0A"},
          std::string{"%FF"},
          std::string(256, 'x')})
        EXPECT_EQ(remove(wrong, olga()).code(), "INVALID_REQUEST") << wrong;
    EXPECT_EQ(client.ask("DELETE", members, olga()).code(), "INVALID_REQUEST");
}

TEST_F(EventMembers, are_never_the_creator) {
    for (const auto* role : {"scanner", "organizer"}) {
        const auto refused = add("olga", role);
        EXPECT_EQ(refused.status, 422);
        EXPECT_EQ(refused.code(), "CREATOR_IS_NO_MEMBER");
    }
    EXPECT_EQ(listed(), std::vector<std::string>{});
    EXPECT_EQ(statuses(event, olga()), done);
}

TEST_F(EventMembers, are_a_hundred_at_most) {
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(add("m" + std::to_string(i), "scanner").status, 201);
    const auto refused = add("bob", "organizer");
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.code(), "LIMIT_REACHED");
    EXPECT_EQ(add("m7", "organizer").status, 200);
    EXPECT_EQ(listed().size(), 100);
    EXPECT_EQ(remove("m8", olga()).status, 204);
    EXPECT_EQ(add("bob", "organizer").status, 201);
}

TEST_F(EventMembers, cannot_be_what_no_token_could_say) {
    const std::string wrong[] = {
        "{}",
        R"({"sub":"bob"})",
        R"({"role":"scanner"})",
        R"({"sub":7,"role":"scanner"})",
        body("", "scanner"),
        body("a\nb", "scanner"),
        body(std::string(256, 'x'), "scanner"),
        body("bob", "user"),
        body("bob", "admin"),
        body("bob", "Organizer"),
        "[]",
        "{",
    };
    for (const auto& one : wrong)
        EXPECT_EQ(client.ask("POST", members, olga(), one).code(), "INVALID_REQUEST") << one;
    EXPECT_EQ(listed(), std::vector<std::string>{});
}

TEST_F(EventMembers, of_no_event_are_nowhere) {
    const auto unknown = "/api/v1/events/018f7c2e-0a10-7000-8000-000000000001";
    EXPECT_EQ(statuses(unknown, as("bob", Role::user)), all(403));
    EXPECT_EQ(client.ask("GET", std::string{unknown} + "/members", olga()).code(), "NOT_FOUND");
    const auto malformed = "/api/v1/events/x/members";
    EXPECT_EQ(client.ask("GET", malformed, olga()).code(), "INVALID_REQUEST");
    EXPECT_EQ(client.ask("GET", malformed, as("bob", Role::user)).code(), "FORBIDDEN");
}

TEST_F(EventMembers, leave_the_event_as_it_was_to_who_reads_it) {
    const auto before = client.ask("GET", event);
    ASSERT_EQ(add("bob", "organizer").status, 201);
    const auto after = client.ask("GET", event);
    EXPECT_EQ(after.header("etag"), before.header("etag"));
    EXPECT_EQ(after.body, before.body);
}

TEST_F(EventMembers, survive_a_restart) {
    ASSERT_EQ(add("bob", "organizer").status, 201);
    ASSERT_EQ(add("carol", "organizer").status, 201);
    ASSERT_EQ(remove("carol", olga()).status, 204);
    const auto before = list(olga()).body;
    server.restart();
    client = server.connect();
    EXPECT_EQ(list(olga()).body, before);
    EXPECT_EQ(statuses(event, as("bob", Role::user)), done);
    EXPECT_EQ(statuses(event, as("carol", Role::user)), all(403));
    EXPECT_TRUE(server.violations().empty());
}

}  // namespace
}  // namespace frontrow::test
