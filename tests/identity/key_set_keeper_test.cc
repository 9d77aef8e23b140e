#include "identity/jwks/key_set_keeper.h"

#include "http_client/misbehaving_server.h"
#include "support/manual_clock.h"
#include "support/run_coroutine.h"
#include "support/temp_folder.h"
#include "support/token_signer.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

// Where the keys for tokens come from, over time.

namespace frontrow::test {
namespace {

using identity::jwks::KeySetKeeper;

/// A keeper, a file and a server on which its keys may be, and an io_context that runs them while
/// the test waits.
class KeySetKeeperTest : public testing::Test {
protected:
    void TearDown() override {
        if (keeper) run(io, closed(*keeper));
        run(io, server.stop());
    }

    /// Starts with keys from the location. Pauses are as short as can be, so that a test that waits
    /// for a reading gets it; or so long that no reading comes by itself.
    void keep(std::string location, Millis pause_min = Millis{1}, Millis pause_max = Millis{1}) {
        authenticator = std::make_unique<identity::Authenticator>(identity::AuthSettings{
            .key_set =
                {.location = std::move(location), .pause_min = pause_min, .pause_max = pause_max}
        });
        keeper = std::make_unique<KeySetKeeper>(KeySetKeeper::Ports{
            io.get_executor(), *authenticator, [this] { return clock.now(); }, log
        });
        keeper->start();
    }
    static io::Awaitable<bool> closed(KeySetKeeper& keeper) {
        co_await keeper.close();
        co_return true;
    }

    std::string url() const {
        return "http://127.0.0.1:" + std::to_string(server.port()) + "/keys";
    }
    void publish(const std::string& set) {
        server.answer = [reply = MisbehavingServer::Reply{MisbehavingServer::ok(set)
                         }](const auto&) { return reply; };
    }
    void reply(std::string bytes) {
        server.answer = [bytes = std::move(bytes)](const auto&) {
            return MisbehavingServer::Reply{bytes, MisbehavingServer::Then::close};
        };
    }
    /// Replaces the file as an operator should: whole.
    void write(const std::string& text) const {
        const auto next = folder.path() / "next";
        std::ofstream{next} << text;
        std::filesystem::rename(next, file());
    }
    std::filesystem::path file() const { return folder.path() / "keys.json"; }

    /// `yes`, `no`, or `later`.
    std::string accepts(const TokenSigner& signer) {
        const auto exp = std::chrono::floor<std::chrono::seconds>(clock.now() + Millis{60'000});
        const auto token = "Bearer " + signer.token(
                                           R"({"sub":"ann","role":"user","exp":)" +
                                           std::to_string(exp.time_since_epoch().count()) + "}"
                                       );
        const auto who = authenticator->identify({.authorization = token}, clock.now());
        if (who) return "yes";
        return who.error().is_temporary ? "later" : "no";
    }
    std::uint64_t failures() const { return authenticator->key_set_health().failures; }
    std::optional<Instant> read_at() const { return authenticator->key_set_health().read_at; }

    template <class Condition>
    bool run_until(Condition condition) {
        return test::run_until(io, condition);
    }

    boost::asio::io_context io;
    MisbehavingServer server{io.get_executor()};
    TempFolder folder;
    ManualClock clock;
    telemetry::Log log{telemetry::LogLevel::error};
    TokenSigner old_key = TokenSigner::ed25519("old");
    TokenSigner new_key = TokenSigner::p256("new");
    std::unique_ptr<identity::Authenticator> authenticator;
    std::unique_ptr<KeySetKeeper> keeper;
};

constexpr Millis kNever{3'600'000};

TEST_F(KeySetKeeperTest, knows_the_keys_of_a_file_before_the_first_request) {
    write(key_set({old_key.jwk()}));
    keep(file(), kNever, kNever);
    EXPECT_TRUE(authenticator->is_ready());
    EXPECT_EQ(accepts(old_key), "yes");
    EXPECT_EQ(accepts(new_key), "no");
    EXPECT_EQ(read_at(), clock.now());
}

TEST_F(KeySetKeeperTest, follows_a_file_that_changes_and_refuses_the_keys_that_have_gone) {
    write(key_set({old_key.jwk()}));
    keep(file());
    EXPECT_EQ(accepts(old_key), "yes");
    write(key_set({old_key.jwk(), new_key.jwk()}));
    EXPECT_TRUE(run_until([&] { return accepts(new_key) == "yes"; }));
    EXPECT_EQ(accepts(old_key), "yes");
    write(key_set({new_key.jwk()}));
    EXPECT_TRUE(run_until([&] { return accepts(old_key) == "no"; }))
        << "a token that was accepted before outlives its key";
    EXPECT_EQ(accepts(new_key), "yes");
}

TEST_F(KeySetKeeperTest, keeps_the_last_good_keys_while_a_file_has_none) {
    write(key_set({old_key.jwk()}));
    keep(file());
    const auto begun = clock.now();
    for (const auto& bad :
         {std::string{},
          std::string{"{"},
          key_set({}),
          key_set({{{"kty", "oct"}, {"k", "AA"}}}),
          std::string(300 << 10, ' ')}) {
        write(bad);
        const auto before = failures();
        clock.advance(Millis{1'000});
        EXPECT_TRUE(run_until([&] { return failures() >= before + 2; }));
        EXPECT_EQ(accepts(old_key), "yes");
    }
    std::filesystem::remove(file());
    const auto before = failures();
    EXPECT_TRUE(run_until([&] { return failures() >= before + 2; }));
    EXPECT_EQ(accepts(old_key), "yes");
    EXPECT_LT(*read_at(), clock.now());
    EXPECT_GE(*read_at(), begun);
    write(key_set({new_key.jwk()}));
    EXPECT_TRUE(run_until([&] { return accepts(new_key) == "yes"; }));
    EXPECT_EQ(accepts(old_key), "no");
    EXPECT_EQ(read_at(), clock.now());
}

TEST_F(KeySetKeeperTest, asks_to_come_again_until_a_url_has_answered) {
    reply("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
    keep(url());
    EXPECT_FALSE(authenticator->is_ready());
    EXPECT_EQ(accepts(old_key), "later");
    EXPECT_TRUE(run_until([&] { return failures() >= 2; }));
    EXPECT_EQ(accepts(old_key), "later");
    const auto exp = std::to_string(clock.now().time_since_epoch().count());
    const auto unsigned_token =
        "Bearer " + hmac_token("x", R"({"alg":"none"})", "{\"exp\":" + exp + "}");
    EXPECT_FALSE(
        authenticator->identify({.authorization = unsigned_token}, clock.now()).error().is_temporary
    ) << "no key would help this one";
    publish(key_set({old_key.jwk()}));
    EXPECT_TRUE(run_until([&] { return authenticator->is_ready(); }));
    EXPECT_EQ(accepts(old_key), "yes");
    EXPECT_EQ(accepts(new_key), "no");
}

TEST_F(KeySetKeeperTest, keeps_the_last_good_keys_while_a_url_gives_none) {
    publish(key_set({old_key.jwk()}));
    keep(url());
    EXPECT_TRUE(run_until([&] { return accepts(old_key) == "yes"; }));
    const auto empty = MisbehavingServer::ok(key_set({}));
    const auto large = MisbehavingServer::ok(std::string(300 << 10, ' '));
    const std::string redirect =
        "HTTP/1.1 302 Found\r\nLocation: " + url() + "/more\r\nContent-Length: 0\r\n\r\n";
    for (const auto& bad :
         {empty,
          large,
          redirect,
          std::string{"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"},
          std::string{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut"},
          std::string{"no HTTP"},
          std::string{}}) {
        reply(bad);
        const auto before = failures();
        EXPECT_TRUE(run_until([&] { return failures() >= before + 2; })) << bad.substr(0, 80);
        EXPECT_EQ(accepts(old_key), "yes") << bad.substr(0, 80);
    }
    publish(key_set({new_key.jwk()}));
    EXPECT_TRUE(run_until([&] { return accepts(new_key) == "yes"; }));
    EXPECT_EQ(accepts(old_key), "no");
}

TEST_F(KeySetKeeperTest, reads_a_url_again_when_a_token_names_a_key_that_is_new) {
    publish(key_set({old_key.jwk()}));
    // Only an unknown key ends the longer pause.
    keep(url(), Millis{1}, kNever);
    EXPECT_TRUE(run_until([&] { return accepts(old_key) == "yes"; }));
    publish(key_set({old_key.jwk(), new_key.jwk()}));
    EXPECT_TRUE(run_until([&] { return accepts(new_key) == "yes"; }));
}

TEST_F(KeySetKeeperTest, asks_a_url_no_more_often_however_many_unknown_keys_are_named) {
    publish(key_set({old_key.jwk()}));
    keep(url(), kNever, kNever);
    EXPECT_TRUE(run_until([&] { return accepts(old_key) == "yes"; }));
    for (int i = 0; i < 1'000; ++i) {
        EXPECT_EQ(accepts(TokenSigner::ed25519("made up " + std::to_string(i))), "no");
        run_ready(io);
    }
    EXPECT_EQ(server.received.size(), 1);
}

TEST_F(KeySetKeeperTest, ends_at_once_while_a_url_is_silent) {
    server.answer = [](const auto&) {
        return MisbehavingServer::Reply{{}, MisbehavingServer::Then::hold};
    };
    keep(url(), kNever, kNever);
    EXPECT_TRUE(run_until([&] { return server.received.size() == 1; }));
    run(io, closed(*keeper));
    keeper.reset();
    EXPECT_FALSE(authenticator->is_ready());
}

TEST_F(KeySetKeeperTest, does_nothing_without_a_location) {
    keep("");
    run_ready(io);
    EXPECT_TRUE(authenticator->is_ready());
    EXPECT_EQ(accepts(old_key), "no");
}

}  // namespace
}  // namespace frontrow::test
