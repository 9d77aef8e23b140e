#pragma once

#include "support/temp_folder.h"

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace frontrow::test {

/// A real PostgreSQL 15 with its own database, port and Unix socket. If the test runs as root, the
/// server runs as another user, because PostgreSQL refuses root. Its data is in memory if there is
/// room, because a commit waits for the disk and memory is fast. Throws if an operation fails. When
/// the test ends, however it ends, the server ends too. Start it from the main thread, because the
/// kernel ends the server when the thread that started it ends.
class PostgresServer {
public:
    struct Options {
        /// Offers TLS, with a self-signed certificate.
        bool has_tls = false;
        /// More settings, each as `name=value`.
        std::vector<std::string> settings = {};
        /// Starts as a streaming standby, named kStandby, of the server at this URL.
        std::string primary = {};
    };

    /// The standby's name in its primary's synchronous_standby_names.
    static constexpr const char* kStandby = "standby";

    /// Why PostgreSQL can't run here, for GTEST_SKIP(); nothing if it can.
    static std::optional<std::string> why_not();

    explicit PostgresServer(Options options);
    PostgresServer() : PostgresServer{Options{}} {}
    ~PostgresServer();
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    /// Returns when the server accepts connections. Uses the same port at each start.
    void start();
    /// Ends every session in an orderly way, and returns when the server has ended.
    void stop() { stop_with(SIGINT); }
    /// Drops every session; the server recovers at its next start.
    void stop_immediately() { stop_with(SIGQUIT); }
    /// Kills the server, as if its machine had failed.
    void kill() { stop_with(SIGKILL); }
    /// Suspends the server and all its sessions; thaw() lets them continue.
    void freeze() const;
    void thaw() const;
    void restart() {
        stop();
        start();
    }
    /// Makes the standby a primary. When this returns, the server accepts changes and replicates
    /// from no other.
    void promote() const;

    std::uint16_t port() const { return port_; }
    const std::string& password() const { return password_; }
    /// A URL over TCP with the password. `port`: that of a proxy in front of the server.
    std::string url(std::optional<std::uint16_t> port = std::nullopt) const;
    /// A URL that names both servers, and leads to the one that accepts changes.
    std::string url_of_two(const PostgresServer& other) const;
    /// A URL over the Unix socket, without a password.
    std::string socket_url() const;
    /// The server's log so far.
    std::string log() const;

private:
    static std::filesystem::path quick_place();
    bool try_start();
    bool is_answering() const;
    bool has_ended();
    void stop_with(int signal);
    std::vector<pid_t> sessions() const;
    void make_certificate() const;
    std::vector<std::string> command() const;

    Options options_;
    TempFolder folder_{quick_place()};
    std::string password_ = "a%secret";
    std::uint16_t port_ = 0;
    pid_t pid_ = -1;
};

}  // namespace frontrow::test
