#pragma once

#include "support/temp_folder.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace frontrow::test {

/// A real redis-server on its own loopback port. It writes nothing to disk, and its folder is
/// deleted with the object. The server ends when the object is destroyed or the test is killed. Use
/// it only from the test's main thread. Throws if an operation fails.
class RedisServer {
public:
    /// True if this machine has a redis-server; otherwise tests skip themselves.
    static bool is_installed();

    /// An empty `password` means none.
    explicit RedisServer(std::string password = {});
    ~RedisServer();
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;

    std::uint16_t port() const { return port_; }
    /// redis://127.0.0.1:port, with the password if there is one.
    std::string url() const;

    /// Kills the server; as in a power cut, all its data is lost.
    void stop();
    /// Starts the server again on the same port. Returns when it answers.
    void start();
    /// Suspends the process: its connections stay open, and it doesn't answer. Returns when the
    /// process is suspended.
    void freeze();
    void thaw();

    /// Sends one command, as typed into redis-cli, over a new connection. Returns the raw answer.
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
