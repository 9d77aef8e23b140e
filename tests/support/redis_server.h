#pragma once

#include "support/temp_folder.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace frontrow::test {

/// A real redis-server on a loopback port of its own. It writes nothing to disk, and its folder is
/// deleted with the object. The server ends with the object, or with the test if that is killed.
/// From the test's main thread only. Throws if an operation fails.
class RedisServer {
public:
    /// Whether this machine has a redis-server; a test skips itself if not.
    static bool is_installed();

    /// `password`: empty for none.
    explicit RedisServer(std::string password = {});
    ~RedisServer();
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;

    std::uint16_t port() const { return port_; }
    /// redis://127.0.0.1:port, with the password if there is one.
    std::string url() const;

    /// Kills the server, as a power cut would; all its data is lost.
    void stop();
    /// Starts it again on the same port. Returns when it answers.
    void start();
    /// Stops the process: its connections stay open and it doesn't answer. Returns when it has
    /// stopped.
    void freeze();
    void thaw();

    /// Sends one command over a new connection, as typed into redis-cli, and returns the raw
    /// answer.
    std::string ask(std::string_view command) const;
    void flush() const { ask("FLUSHALL"); }

private:
    bool try_start(std::uint16_t port);
    bool has_exited();

    std::string password_;
    TempFolder folder_;
    std::uint16_t port_ = 0;
    pid_t pid_ = -1;
};

}  // namespace frontrow::test
