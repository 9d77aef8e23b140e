#include "identity/guest.h"
#include "identity/token.h"
#include "support/test_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

// Guests, who buy without an account elsewhere.

namespace frontrow::test {
namespace {

using testing::MatchesRegex;

constexpr auto kSessions = "/api/v1/sessions";
constexpr auto kHandoff = "/api/v1/sessions/handoff";
constexpr auto kMe = "/api/v1/me";

class Sessions : public testing::Test {
protected:
    static Headers bearer(const std::string& token) {
        return {{"Authorization", "Bearer " + token}};
    }
    HttpAnswer begin(std::string_view body = {}) { return client.ask("POST", kSessions, {}, body); }
    HttpAnswer renew(const std::string& token) { return begin(R"({"token":")" + token + R"("})"); }
    HttpAnswer me(const std::string& token) { return client.ask("GET", kMe, bearer(token)); }
    std::string code_for(const std::string& token) {
        const auto made = client.ask("POST", kHandoff, bearer(token));
        EXPECT_EQ(made.status, 201) << made.body;
        return made.text("code");
    }
    HttpAnswer take_over(const std::string& code) { return begin(R"({"code":")" + code + R"("})"); }

    TestServer server{{.auth = {.jwt_secret = kJwtSecret}}};
    HttpClient client = server.connect();
};

TEST_F(Sessions, let_a_guest_buy) {
    const auto session = begin();
    ASSERT_EQ(session.status, 201) << session.body;
    const auto token = session.text("token");
    const auto account = session.text("user_id");
    EXPECT_THAT(account, MatchesRegex("frontrow-guest:[0-9a-f]+"));
    const auto guest = me(token);
    EXPECT_EQ(guest.text("user_id"), account);
    EXPECT_EQ(guest.text("role"), "user");
    EXPECT_TRUE(guest.json.at("is_guest").as_bool());

    const auto organizer = bearer(identity::sign_token(
        kJwtSecret,
        {.sub = "house", .role = identity::Role::organizer},
        server.clock.now(),
        std::chrono::hours{1}
    ));
    const auto event = client.ask("POST", "/api/v1/events", organizer, event_body());
    const auto seat = client.ask(
        "POST",
        "/api/v1/events/" + event.text("id") + "/seats",
        organizer,
        R"({"seat_number":"A1","price":1000})"
    );
    auto headers = bearer(token);
    headers.emplace_back("Idempotency-Key", "k");
    const auto held = client.ask(
        "POST",
        kReservations,
        headers,
        R"({"event_id":")" + event.text("id") + R"(","seat_ids":[")" + seat.text("id") + R"("]})"
    );
    EXPECT_EQ(held.status, 201) << held.body;
    EXPECT_EQ(held.text("user_id"), account);
    EXPECT_EQ(client.ask("POST", "/api/v1/events", bearer(token), event_body()).status, 403);
}

TEST_F(Sessions, are_of_another_guest_each_time) {
    EXPECT_NE(begin().text("user_id"), begin().text("user_id"));
}

TEST_F(Sessions, are_renewed_by_their_own_token_until_they_end) {
    const auto first = begin();
    server.clock.advance(std::chrono::days{29});
    const auto renewed = renew(first.text("token"));
    EXPECT_EQ(renewed.status, 201);
    EXPECT_EQ(renewed.text("user_id"), first.text("user_id"));
    server.clock.advance(std::chrono::days{2});
    EXPECT_EQ(me(first.text("token")).status, 401);
    EXPECT_EQ(renew(first.text("token")).status, 401);
    EXPECT_EQ(me(renewed.text("token")).text("user_id"), first.text("user_id"));
}

TEST_F(Sessions, outlive_the_server) {
    const auto session = begin();
    server.restart();
    client = server.connect();
    EXPECT_EQ(me(session.text("token")).text("user_id"), session.text("user_id"));
}

TEST_F(Sessions, are_not_made_for_others_nor_by_others) {
    const auto token_of = [&](std::string_view sub) {
        return identity::sign_token(
            kJwtSecret, {.sub = std::string{sub}}, server.clock.now(), std::chrono::hours{1}
        );
    };
    EXPECT_EQ(renew(token_of("alice")).code(), "NOT_A_GUEST");
    EXPECT_EQ(client.ask("POST", kHandoff, bearer(token_of("alice"))).code(), "NOT_A_GUEST");
    EXPECT_EQ(me(token_of(begin().text("user_id"))).status, 401)
        << "whoever signs tokens can't act for a guest";
    EXPECT_EQ(renew("nonsense").status, 401);
    EXPECT_EQ(begin(R"({"token":"a","code":"b"})").status, 400);
    EXPECT_EQ(client.ask("POST", kHandoff).status, 401);
    auto altered = begin().text("token");
    const auto dot = altered.rfind('.');
    altered[dot + 2] = altered[dot + 2] == 'A' ? 'B' : 'A';
    EXPECT_EQ(me(altered).status, 401);
}

TEST_F(Sessions, are_handed_over_to_one_other_device) {
    const auto session = begin();
    const auto code = code_for(session.text("token"));
    const auto taken = take_over(code);
    EXPECT_EQ(taken.status, 201) << taken.body;
    EXPECT_EQ(taken.text("user_id"), session.text("user_id"));
    EXPECT_EQ(me(taken.text("token")).text("user_id"), session.text("user_id"));
    EXPECT_EQ(take_over(code).code(), "CODE_INVALID") << "it was used";
    EXPECT_EQ(me(session.text("token")).status, 200) << "the first device keeps it";
}

TEST_F(Sessions, are_taken_over_by_a_code_as_a_person_types_it_and_in_time) {
    const auto session = begin();
    auto typed = code_for(session.text("token"));
    std::ranges::transform(typed, typed.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    EXPECT_EQ(take_over(" " + typed + " ").text("user_id"), session.text("user_id"));
    const auto late = code_for(session.text("token"));
    server.clock.advance(std::chrono::minutes{5});
    EXPECT_EQ(take_over(late).code(), "CODE_INVALID");
    for (const auto* wrong : {"00000-00000", "x", "7K3QX-09VDM-0"})
        EXPECT_EQ(take_over(wrong).code(), "CODE_INVALID") << wrong;
}

TEST_F(Sessions, that_nobody_takes_over_leave_nothing_behind) {
    const auto token = begin().text("token");
    for (int i = 0; i < 3; ++i)
        code_for(token);
    server.clock.advance(std::chrono::minutes{5});
    const auto code = code_for(token);
    server.stop();
    EXPECT_EQ(server.side_records("handoff/").size(), 1U);
    for (const auto& record : server.side_records("handoff/"))
        EXPECT_EQ(record.find(code), std::string::npos) << "only a digest of it is kept";
    server.start_again();
}

TEST_F(Sessions, have_a_limit_by_address) {
    admission::RateLimits limits;
    ASSERT_TRUE(limits.change("session/address=1/s:2"));
    TestServer limited{{.rate_limits = limits}};
    auto guest = limited.connect();
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(guest.ask("POST", kSessions).status, 201);
    EXPECT_EQ(guest.ask("POST", kSessions).code(), "RATE_LIMITED");
}

}  // namespace
}  // namespace frontrow::test
