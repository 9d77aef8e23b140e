#pragma once

#include "http_client/certificates.h"
#include "http_client/misbehaving_server.h"
#include "io/http/http_client.h"
#include "support/run_coroutine.h"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::test {

MATCHER_P(is_answer, status, "") {
    if (!arg) *result_listener << arg.error().what;
    return arg && arg->status == status;
}
MATCHER_P(is_http_error, kind, "") {
    if (!arg) *result_listener << arg.error().what;
    return !arg && arg.error().kind == kind;
}

/// A server, a client, and an io_context that runs both while the test waits.
class HttpClientTest : public testing::Test {
protected:
    using Kind = io::HttpErrorKind;
    using Then = MisbehavingServer::Then;

    /// A busy machine must not fail the test.
    static constexpr Millis kPatience{20'000};
    /// For what never comes.
    static constexpr Millis kShort{50};

    void SetUp() override { serve(); }
    void TearDown() override {
        close();
        run(io, server->stop());
    }

    void serve(std::optional<Certificates::Files> tls = {}) {
        if (server) run(io, server->stop());
        server = std::make_unique<MisbehavingServer>(io.get_executor(), std::move(tls));
    }
    /// Every request from now on gets this reply.
    void reply(std::string bytes, Then then = Then::keep) {
        server->answer = [reply = MisbehavingServer::Reply{std::move(bytes), then}](const auto&) {
            return reply;
        };
    }

    static io::HttpSettings settings() {
        return {.allows_plain_http = true, .connect_time = kPatience};
    }
    void connect(io::HttpSettings with) {
        close();
        client = std::make_unique<io::HttpClient>(io.get_executor(), std::move(with));
    }
    void close() {
        if (client) run(io, closed(*client));
        client.reset();
    }

    std::string url(const std::string& host = "http://127.0.0.1") const {
        return host + ":" + std::to_string(server->port()) + "/path";
    }
    io::HttpRequest post(std::string body = "body") const {
        return {.method = "POST", .url = url(), .body = std::move(body), .time = kPatience};
    }
    io::HttpRequest get() const { return {.url = url(), .time = kPatience}; }

    Started<io::HttpResult> start_asking(io::HttpRequest request) {
        if (!client) connect(settings());
        return start(io, client->send(std::move(request)));
    }
    io::HttpResult ask(io::HttpRequest request) { return start_asking(std::move(request)).get(); }

    /// Runs the io_context until the condition holds. Returns whether it held in time.
    template <class Condition>
    bool run_until(Condition condition) {
        return test::run_until(io, condition);
    }
    bool run_until_received(std::size_t count) {
        return run_until([this, count] { return server->received.size() == count; });
    }

    static io::Awaitable<bool> closed(io::HttpClient& client) {
        co_await client.close();
        co_return true;
    }

    boost::asio::io_context io;
    std::unique_ptr<MisbehavingServer> server;
    std::unique_ptr<io::HttpClient> client;
};

}  // namespace frontrow::test
