#pragma once

#include "io/clock.h"
#include "io/random.h"
#include "store/postgres/postgres_side_records.h"
#include "store/postgres/postgres_task_leases.h"
#include "store/side_records.h"
#include "store/sqlite/sqlite_side_records.h"
#include "store/task_leases.h"
#include "support/postgres_server.h"
#include "support/run_coroutine.h"
#include "support/temp_folder.h"

#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace frontrow::test {

/// Side records and task leases of one process, on a real file or a real database.
class SideWorld {
public:
    virtual ~SideWorld() = default;

    /// The records as another process sees them; records() if there can be no other process.
    virtual store::SideRecords& others() = 0;
    virtual store::SideRecords& records() = 0;
    virtual store::TaskLeases& leases() = 0;
    /// The process ends normally and starts again.
    virtual void restart() = 0;

    boost::asio::io_context io;
};

class SqliteSideWorld final : public SideWorld {
public:
    SqliteSideWorld() { start(); }
    ~SqliteSideWorld() override { stop(); }

    store::SideRecords& records() override { return *records_; }
    store::SideRecords& others() override { return *records_; }
    store::TaskLeases& leases() override { return *leases_; }
    void restart() override {
        stop();
        start();
    }
    std::filesystem::path folder() const { return folder_.path(); }

private:
    void start();
    void stop();

    TempFolder folder_;
    std::unique_ptr<store::sqlite::SqliteSideRecords> records_;
    std::unique_ptr<store::sqlite::SqliteTaskLeases> leases_;
};

/// Two processes on a PostgreSQL of their own.
class PostgresSideWorld final : public SideWorld {
public:
    explicit PostgresSideWorld(const PostgresServer::Options& options = {});
    ~PostgresSideWorld() override;

    store::SideRecords& records() override { return *records_; }
    store::SideRecords& others() override { return *others_; }
    store::TaskLeases& leases() override { return *leases_; }
    void restart() override;

    PostgresServer& server() { return server_; }
    /// The leases of another process. `port`: that of a proxy in front of the database.
    std::unique_ptr<store::postgres::PostgresTaskLeases> more_leases(
        std::optional<std::uint16_t> port = std::nullopt
    );
    std::unique_ptr<store::postgres::PostgresSideRecords> more_records(
        std::optional<std::uint16_t> port = std::nullopt
    );

private:
    void start();
    void stop();

    PostgresServer server_;
    io::SystemClock clock_;
    io::SystemRandom random_;
    std::unique_ptr<store::postgres::PostgresSideRecords> records_;
    std::unique_ptr<store::postgres::PostgresSideRecords> others_;
    std::unique_ptr<store::postgres::PostgresTaskLeases> leases_;
};

/// Closes an object with an awaitable close().
template <class Closing>
void close_in(boost::asio::io_context& io, Closing& closing) {
    run(io, [](Closing& open) -> io::Awaitable<bool> {
        co_await open.close();
        co_return true;
    }(closing));
}

}  // namespace frontrow::test
