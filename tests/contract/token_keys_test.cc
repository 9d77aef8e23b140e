#include "support/eventually.h"
#include "support/temp_folder.h"
#include "support/test_server.h"
#include "support/token_signer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

// Tokens of an issuer whose public keys are in a file, from the request to the answer.

namespace frontrow::test {
namespace {

constexpr auto kMine = "/api/v1/reservations";

/// A metric without labels; nothing if there is none.
std::optional<double> metric(const std::string& text, const std::string& name) {
    const auto at = text.find("\n" + name + " ");
    if (at == std::string::npos) return std::nullopt;
    return std::stod(text.substr(at + name.size() + 2));
}

class TokenKeys : public testing::Test {
protected:
    /// Replaces the file whole.
    void publish(const std::vector<boost::json::object>& jwks) const {
        const auto next = folder.path() / "next";
        std::ofstream{next} << key_set(jwks);
        std::filesystem::rename(next, file());
    }
    std::string file() const { return folder.path() / "keys.json"; }

    TestServer::Options options() const {
        return {
            .limits = {},
            .auth =
                {.jwt_secret = kJwtSecret,
                 .key_set = {.location = file(), .pause_min = Millis{1}},
                 .token_rules = {.issuer = "https://login.example/", .audience = "tickets"}}
        };
    }

    static std::string
    claims(const TestServer& server, const std::string& sub, const std::string& role) {
        const auto exp =
            std::chrono::floor<std::chrono::seconds>(server.clock.now() + Millis{60'000});
        return R"({"iss":"https://login.example/","aud":["shop","tickets"],"sub":")" + sub +
               R"(","role":")" + role + R"(","exp":)" +
               std::to_string(exp.time_since_epoch().count()) + "}";
    }
    static Headers bearer(const std::string& token) {
        return {{"Authorization", "Bearer " + token}};
    }

    TempFolder folder;
    TokenSigner rsa = TokenSigner::rsa("r");
    TokenSigner p256 = TokenSigner::p256("e");
    TokenSigner ed25519 = TokenSigner::ed25519("o");
};

TEST_F(TokenKeys, let_in_whoever_the_issuer_says_with_the_role_that_it_says) {
    publish({rsa.jwk(), p256.jwk(), ed25519.jwk()});
    TestServer server{options()};
    auto client = server.connect();
    for (const auto* signer : {&rsa, &p256, &ed25519}) {
        const auto user = bearer(signer->token(claims(server, "ursula", "user")));
        const auto organizer = bearer(signer->token(claims(server, "olga", "organizer")));
        for (int i = 0; i < 2; ++i) {
            EXPECT_EQ(client.ask("GET", kMine, user).status, 200);
            EXPECT_EQ(client.ask("GET", "/api/v1/users/ursula/reservations", user).status, 200);
            EXPECT_EQ(client.ask("GET", "/api/v1/users/olga/reservations", user).status, 404);
            EXPECT_EQ(client.ask("POST", "/api/v1/events", user, event_body()).status, 403);
            EXPECT_EQ(client.ask("POST", "/api/v1/events", organizer, event_body()).status, 201);
        }
    }
    const auto secrets =
        bearer(hmac_token(kJwtSecret, R"({"alg":"HS256"})", claims(server, "ursula", "user")));
    EXPECT_EQ(client.ask("GET", kMine, secrets).status, 200) << "the secret still signs";
    const auto plain = bearer(hmac_token(
        kJwtSecret, R"({"alg":"HS256"})", R"({"sub":"u","role":"user","exp":9999999999})"
    ));
    EXPECT_EQ(client.ask("GET", kMine, plain).code(), "UNAUTHENTICATED") << "it has no issuer";
    const auto confused = bearer(
        hmac_token(rsa.public_pem(), R"({"alg":"HS256","kid":"r"})", claims(server, "eve", "admin"))
    );
    const auto answer = client.ask("GET", kMine, confused);
    EXPECT_EQ(answer.code(), "UNAUTHENTICATED");
    EXPECT_EQ(answer.header("www-authenticate"), "Bearer");
}

TEST_F(TokenKeys, are_told_of_in_the_metrics) {
    publish({p256.jwk()});
    TestServer server{options()};
    auto client = server.connect();
    const auto figure = [&](const char* name) {
        return metric(client.ask("GET", "/metrics").body, name);
    };
    EXPECT_EQ(client.ask("GET", "/readyz").status, 200);
    EXPECT_TRUE(figure("jwks_age_seconds"));
    EXPECT_EQ(figure("jwks_failures_total"), 0);
    std::filesystem::remove(file());
    EXPECT_TRUE(eventually([&] { return figure("jwks_failures_total") >= 1; }));
    server.clock.advance(Millis{3'600'000});
    EXPECT_GE(figure("jwks_age_seconds"), 3'600);
    EXPECT_EQ(client.ask("GET", "/readyz").status, 200) << "the last good keys stay in use";
    publish({p256.jwk()});
    EXPECT_TRUE(eventually([&] { return figure("jwks_age_seconds") < 3'600; }));
}

TEST_F(TokenKeys, that_were_never_read_make_the_server_ask_to_come_again) {
    TestServer server{options()};
    auto client = server.connect();
    const auto token = bearer(p256.token(claims(server, "ursula", "user")));
    for (const auto& answer : {client.ask("GET", "/readyz"), client.ask("GET", kMine, token)}) {
        EXPECT_EQ(answer.status, 503);
        EXPECT_EQ(answer.code(), "NOT_READY");
        EXPECT_EQ(answer.header("retry-after"), "5");
    }
    const auto by_secret =
        bearer(hmac_token(kJwtSecret, R"({"alg":"HS256"})", claims(server, "ursula", "user")));
    EXPECT_EQ(client.ask("GET", kMine, by_secret).status, 200);
    EXPECT_EQ(client.ask("GET", "/api/v1/events").status, 200);
    publish({p256.jwk()});
    EXPECT_TRUE(eventually([&] { return client.ask("GET", kMine, token).status == 200; }));
    EXPECT_EQ(client.ask("GET", "/readyz").status, 200);
}

/// Callers whose tokens are always signed by keys of the set, while that changes again and again.
TEST_F(TokenKeys, change_under_load_without_refusing_a_good_token_or_accepting_a_bad_one) {
    constexpr std::size_t kRotations = 20;
    constexpr int kCallers = 3;
    std::vector<TokenSigner> keys;
    for (std::size_t i = 0; i <= kRotations; ++i)
        keys.push_back(
            i % 2 == 0 ? TokenSigner::ed25519(std::to_string(i))
                       : TokenSigner::p256(std::to_string(i))
        );
    publish({rsa.jwk(), keys[0].jwk()});
    TestServer server{options()};
    std::atomic<bool> is_over = false;
    std::atomic<int> answered = 0;
    std::atomic<int> refused = 0;
    std::vector<std::jthread> callers;
    for (int i = 0; i < kCallers; ++i) {
        callers.emplace_back([&, i] {
            auto client = server.connect();
            const auto mine = claims(server, "caller" + std::to_string(i), "user");
            const auto kept = bearer(rsa.token(mine));
            while (!is_over) {
                const auto forged = bearer(TokenSigner::ed25519("r").token(mine));
                if (client.ask("GET", kMine, kept).status != 200) ++refused;
                if (client.ask("GET", kMine, forged).status != 401) ++refused;
                ++answered;
            }
        });
    }
    auto client = server.connect();
    const auto asked_with = [&](const TokenSigner& key) {
        return client.ask("GET", kMine, bearer(key.token(claims(server, "ursula", "user")))).status;
    };
    for (std::size_t i = 1; i <= kRotations; ++i) {
        publish({rsa.jwk(), keys[i - 1].jwk(), keys[i].jwk()});
        EXPECT_TRUE(eventually([&] { return asked_with(keys[i]) == 200; }));
        EXPECT_EQ(asked_with(keys[i - 1]), 200);
        publish({rsa.jwk(), keys[i].jwk()});
        EXPECT_TRUE(eventually([&] { return asked_with(keys[i - 1]) == 401; }));
        EXPECT_EQ(asked_with(keys[i]), 200);
    }
    EXPECT_TRUE(eventually([&] { return answered >= kCallers; }));
    is_over = true;
    callers.clear();
    EXPECT_EQ(refused, 0);
}

}  // namespace
}  // namespace frontrow::test
