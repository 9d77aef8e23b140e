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

/// A real PostgreSQL 15 with a database of its own, on a port of its own and on a Unix socket. Runs
/// as another user where the test is root, because PostgreSQL refuses to be. Its data is in memory
/// where there is room for that: a commit waits for the disk, and the disk is quick. Throws where
/// it can't do what it is told. However the test ends, the server ends with it; start it from the
/// main thread, whose end the kernel watches for.
class PostgresServer {
public:
    struct Options {
        /// Speaks TLS, with a certificate of its own making.
        bool has_tls = false;
        /// More settings, each as `name=value`.
        std::vector<std::string> settings = {};
        /// Begins as a streaming standby of the server at this URL, and is kStandby to it.
        std::string primary = {};
    };

    /// The name by which a standby goes in its primary's synchronous_standby_names.
    static constexpr const char* kStandby = "standby";

    /// Why there can't be a server here, for GTEST_SKIP(); nothing if there can.
    static std::optional<std::string> why_not();

    explicit PostgresServer(Options options);
    PostgresServer() : PostgresServer{Options{}} {}
    ~PostgresServer();
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    /// Takes connections when it returns. On the port that it had before, if it had one.
    void start();
    /// Takes its leave of every session, and returns when it has ended.
    void stop() { stop_with(SIGINT); }
    /// Drops every session and recovers when started again.
    void stop_immediately() { stop_with(SIGQUIT); }
    /// As if the machine had taken it away.
    void kill() { stop_with(SIGKILL); }
    /// It and all its sessions stand still, and go on again.
    void freeze() const;
    void thaw() const;
    void restart() {
        stop();
        start();
    }
    /// A standby takes changes when it returns, and follows nobody any more.
    void promote() const;

    std::uint16_t port() const { return port_; }
    const std::string& password() const { return password_; }
    /// With the password, over TCP. `port`: that of a proxy before it.
    std::string url(std::optional<std::uint16_t> port = std::nullopt) const;
    /// Of whichever of the two takes changes.
    std::string url_of_two(const PostgresServer& other) const;
    /// Over the Unix socket, where nobody is asked for a password.
    std::string socket_url() const;
    /// What the server has written so far.
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
