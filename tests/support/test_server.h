#pragma once

#include "app/application.h"
#include "support/http_client.h"
#include "support/manual_clock.h"
#include "support/temp_folder.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace frontrow::test {

/// A disk with as much room as the test says.
class FakeDiskSpace final : public io::DiskSpace {
public:
    std::uint64_t free_bytes(const std::filesystem::path&) const override { return bytes; }
    std::atomic<std::uint64_t> bytes = std::uint64_t{1} << 40;
};

/// The whole application in this process, on a free port, in a folder and a time of its own.
class TestServer {
public:
    struct Options {
        http::Limits limits;
        identity::AuthSettings auth{.dev = true};
    };

    explicit TestServer(Options options);
    TestServer() : TestServer{Options{}} {}
    ~TestServer();

    std::uint16_t port() const { return port_; }
    HttpClient connect() const { return HttpClient{port_}; }
    /// Ends gracefully; returns when everything is closed.
    void stop();
    /// Begins to end, and returns at once.
    void begin_stop();
    void start_again();
    void restart();

    ManualClock clock;
    FakeDiskSpace disk;

private:
    struct Running;

    Options options_;
    TempFolder folder_;
    std::unique_ptr<Running> running_;
    std::uint16_t port_ = 0;
};

/// Answers of any TestServer's dev mode, as one caller sees them: "" sends no credentials.
class Caller {
public:
    Caller(const TestServer& server, std::string user)
        : client_{server.connect()}, user_{std::move(user)} {}

    HttpAnswer get(std::string_view path, Headers headers = {});
    HttpAnswer post(std::string_view path, std::string_view body = {}, Headers headers = {});
    HttpAnswer put(std::string_view path, std::string_view body, Headers headers = {});
    HttpAnswer del(std::string_view path, Headers headers = {});
    /// POST /reservations for `seats`, under `key`.
    HttpAnswer reserve(
        const std::string& event,
        const std::vector<std::string>& seats,
        const std::string& key,
        std::string_view more = {}
    );

    HttpClient& client() { return client_; }

private:
    HttpAnswer
    ask(std::string_view method, std::string_view path, std::string_view body, Headers headers);

    HttpClient client_;
    std::string user_;
};

/// An event with seats, made over HTTP.
struct Venue {
    std::string event;
    std::vector<std::string> seats;
};

/// `more` goes into the event's JSON: R"(,"max_seats_per_user":2)".
Venue make_venue(const TestServer& server, std::size_t seats, std::string_view more = {});

/// A body for POST /events that is right, with `more` added.
std::string event_body(std::string_view more = {});

}  // namespace frontrow::test
