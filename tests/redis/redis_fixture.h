#pragma once

#include "io/redis/redis_client.h"
#include "support/redis_server.h"
#include "support/run_coroutine.h"
#include "support/seeded_random.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::test {

/// A Redis, an io_context that runs while the test waits, and a client.
class RedisTest : public testing::Test {
protected:
    static constexpr Millis kPatience{20'000};

    void SetUp() override {
        if (!RedisServer::is_installed()) GTEST_SKIP() << "redis-server is not installed";
        server = std::make_unique<RedisServer>(password);
    }
    void TearDown() override { close(); }

    /// The server's address and generous times, because a busy machine must not fail the test.
    io::RedisSettings settings() const {
        return {
            .address = *io::parse_redis_url(server->url()),
            .command_time = kPatience,
            .connect_time = kPatience,
            .reconnect_first = Millis{1},
            .reconnect_longest = Millis{20},
            .idle_time = kPatience,
        };
    }
    /// Makes the client, and returns before it has connected.
    void make_client(io::RedisSettings with) {
        client = std::make_unique<io::RedisClient>(
            io.get_executor(),
            random,
            std::move(with),
            [this](const auto& connected) {
                connections.push_back(connected ? "connected" : connected.error());
            }
        );
    }
    void connect(io::RedisSettings with) {
        make_client(std::move(with));
        ASSERT_TRUE(run_until([this] { return client->is_connected(); }));
    }
    void connect() { connect(settings()); }
    void close() {
        if (client) run(io, closed(*client));
        client.reset();
    }

    /// Runs the io_context until the condition holds. Returns whether it held in time.
    template <class Condition>
    bool run_until(Condition condition) {
        return test::run_until(io, condition);
    }

    static io::Awaitable<io::RedisAnswer>
    ask(io::RedisClient& client, std::vector<std::string> words) {
        const std::vector<std::string_view> views{words.begin(), words.end()};
        auto answer = co_await client.command(views);
        co_return answer;
    }
    io::RedisAnswer ask(std::vector<std::string> words) {
        return run(io, ask(*client, std::move(words)));
    }
    Started<io::RedisAnswer> start_asking(std::vector<std::string> words) {
        return start(io, ask(*client, std::move(words)));
    }
    static io::Awaitable<bool> closed(io::RedisClient& client) {
        co_await client.close();
        co_return true;
    }

    std::string password;
    boost::asio::io_context io;
    SeededRandom random{1};
    std::unique_ptr<RedisServer> server;
    std::unique_ptr<io::RedisClient> client;
    /// The client's reports about its connections.
    std::vector<std::string> connections;
};

}  // namespace frontrow::test
