#pragma once

#include "support/postgres_server.h"
#include "support/temp_folder.h"

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

namespace frontrow::test {

/// A real PgBouncer in transaction mode in front of a PostgreSQL, on its own port. It has few
/// sessions and assigns one to a client for each transaction. Start it from the main thread.
class PgBouncer {
public:
    /// Why PgBouncer can't run here, for GTEST_SKIP(); nothing if it can.
    static std::optional<std::string> why_not();

    /// `server` must outlive this.
    explicit PgBouncer(const PostgresServer& server);
    ~PgBouncer();
    PgBouncer(const PgBouncer&) = delete;
    PgBouncer& operator=(const PgBouncer&) = delete;

    std::uint16_t port() const { return port_; }

private:
    void write_settings(const PostgresServer& server) const;
    bool has_started(const std::string& url);
    void stop();

    TempFolder folder_;
    std::uint16_t port_ = 0;
    pid_t pid_ = -1;
};

}  // namespace frontrow::test
