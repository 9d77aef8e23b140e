#pragma once

#include "io/postgres/pg_connection.h"
#include "scenario/store_world.h"
#include "store/cluster/cluster_store.h"
#include "support/manual_clock.h"
#include "support/postgres_server.h"
#include "support/redis_server.h"
#include "support/seeded_random.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace frontrow::test {

/// A node on a PostgreSQL of its own, whose clock the test moves. It may have a Redis of its own as
/// the gate.
class PostgresWorld final : public StoreWorld {
public:
    explicit PostgresWorld(bool has_gate);
    static std::optional<std::string> why_no_gate();
    ~PostgresWorld() override;

    store::Store& store() override { return *store_; }
    boost::asio::io_context& io() override { return io_; }
    Sale& sale() override { return sale_; }
    void restart() override;
    void move_clock(Millis by) override;
    std::unique_ptr<store::engine::FactReader> reader_beside() override;

private:
    void start_store();
    void stop_store();
    void run_until(const std::function<bool()>& is_so);
    void set_clock();
    void run_sql(const std::string& sql);

    boost::asio::io_context io_;
    ManualClock clock_;
    SeededRandom random_{1};
    Sale sale_{clock_};
    PostgresServer server_;
    /// The test's own loop, beside the store's: the store must not run between the two moments when
    /// the machine's clock and the database's clock are set.
    boost::asio::io_context clock_io_;
    std::unique_ptr<io::postgres::PgConnection> connection_;
    std::optional<RedisServer> redis_;
    std::unique_ptr<store::cluster::ClusterStore> store_;
};

}  // namespace frontrow::test
