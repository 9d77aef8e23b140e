#pragma once

#include "admission/client_address.h"
#include "admission/rate_limits.h"
#include "app/open_payments.h"
#include "http/hold_verdicts.h"
#include "http/limits.h"
#include "identity/authenticator.h"
#include "io/disk_space.h"
#include "support/faulty_vfs.h"
#include "support/http_client.h"
#include "support/manual_clock.h"
#include "support/temp_folder.h"

#include <atomic>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::test {

/// A disk whose free space the test sets. Any thread.
class ManualDiskSpace final : public io::DiskSpace {
public:
    std::uint64_t free_bytes(const std::filesystem::path&) const override { return bytes; }
    std::atomic<std::uint64_t> bytes = std::uint64_t{1} << 40;
};

/// A secret for signing tokens, for tests that need one.
inline const std::string kJwtSecret = "a secret of more than thirty-two characters";

constexpr auto kReservations = "/api/v1/reservations";

/// The whole application in this process, with its own free port, folder and clock.
class TestServer {
public:
    struct Options {
        http::Limits limits;
        identity::AuthSettings auth{.dev = true};
        /// A disk that the test can break. It must outlive the server, because the server's
        /// destructor releases the disk's held syncs.
        FaultyVfs* faulty_disk = nullptr;
        /// If this many requests wait for the disk, the server refuses further ones.
        std::size_t waiting_max = 16'384;
        /// The origins whose pages may call the API.
        std::vector<std::string> cors_origins;
        /// Who takes the money for orders.
        app::PaymentChoice payments{
            .chosen = std::string{payments::Simulator::kName},
            .simulator = payments::Simulator::Settings{}
        };
        /// The path under which the server has its API; the clients of connect() use it.
        std::string base_path;
        /// Also serve the clients of other systems.
        bool dialects = false;
        /// Nothing: callers have no limits.
        std::optional<admission::RateLimits> rate_limits;
        admission::TrustedProxies proxies;
        /// Serve the metrics at another port.
        bool serves_metrics_apart = false;
        /// The service that is asked before a hold.
        std::optional<http::HoldVerdicts::Settings> verdicts;
    };

    explicit TestServer(Options options);
    TestServer() : TestServer{Options{}} {}
    ~TestServer();

    std::uint16_t port() const { return port_; }
    std::uint16_t metrics_port() const { return metrics_port_; }
    HttpClient connect() const { return HttpClient{port_, options_.base_path}; }
    /// Stops gracefully; returns when everything is closed.
    void stop();
    /// Starts a graceful stop and returns at once.
    void begin_stop();
    void start_again();
    void restart();
    // The following settings apply from the next start on.

    void set_auth(identity::AuthSettings auth) { options_.auth = std::move(auth); }
    void set_base_path(std::string path) { options_.base_path = std::move(path); }

    /// How many times the store has failed.
    int failures() const { return failures_; }
    /// All violations that the audit finds in the history so far; empty if the promise was kept.
    std::vector<std::string> violations() const;
    /// The names of all side records that begin with the prefix.
    std::vector<std::string> side_records(std::string_view prefix) const;

    ManualClock clock;
    ManualDiskSpace disk;

private:
    struct Running;

    /// The name of the SQLite VFS; empty for the system's.
    std::string vfs() const;
    void run(Running& running, std::promise<std::uint16_t>& listening);

    Options options_;
    TempFolder folder_;
    std::atomic<int> failures_ = 0;
    /// Differs at each start, so that ids don't repeat.
    std::uint64_t seed_ = 1;
    std::unique_ptr<Running> running_;
    std::uint16_t port_ = 0;
    std::uint16_t metrics_port_ = 0;
};

/// One caller of a server in dev mode, over one connection. With the name "", no credentials are
/// sent.
class Caller {
public:
    Caller(const TestServer& server, std::string user)
        : client_{server.connect()}, user_{std::move(user)} {}

    HttpAnswer get(std::string_view path, Headers headers = {});
    HttpAnswer post(std::string_view path, std::string_view body = {}, Headers headers = {});
    HttpAnswer put(std::string_view path, std::string_view body, Headers headers = {});
    HttpAnswer patch(std::string_view path, std::string_view body, Headers headers = {});
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

/// An event with seats, which was created over HTTP.
struct Venue {
    std::string event;
    std::vector<std::string> seats;
};

/// Members in `more` are added to the event's JSON, e.g. R"(,"max_seats_per_user":2)".
Venue make_venue(const TestServer& server, std::size_t seats, std::string_view more = {});

/// A valid body for POST /events, with `more` added.
std::string event_body(std::string_view more = {});

}  // namespace frontrow::test
