#pragma once

#include "io/postgres/pg_connection.h"
#include "scenario/store_world.h"
#include "store/cluster/gate_keeper.h"
#include "store/postgres/postgres_store.h"
#include "support/manual_clock.h"
#include "support/postgres_server.h"
#include "support/redis_server.h"
#include "support/seeded_random.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::test {

/// A node before a PostgreSQL of its own, whose clock the test moves; with a Redis of its own as
/// the gate, if it's to have one.
class PostgresWorld final : public StoreWorld {
public:
    using Settings = store::postgres::PostgresStore::Settings;
    using KeeperSettings = store::cluster::GateKeeper::Settings;

    /// `settings` and `keeper`: what a test wants otherwise than it comes.
    explicit PostgresWorld(bool has_gate, Settings settings = {}, KeeperSettings keeper = {});
    static std::optional<std::string> why_no_gate();
    ~PostgresWorld() override;

    store::Store& store() override { return *store_; }
    boost::asio::io_context& io() override { return io_; }
    Sale& sale() override { return sale_; }
    void restart() override;
    void move_clock(Millis by) override;

    /// Another's connection to the same database.
    std::unique_ptr<io::postgres::PgConnection> connect();
    std::string url() const { return server_.url(); }
    /// The gate's, if there is one.
    RedisServer& redis() { return *redis_; }

    /// What has become durable after the fact `seq`, in order.
    std::vector<domain::Fact> facts_after(std::uint64_t seq);

private:
    void start_store();
    void stop_store();
    void set_clock();
    void run_sql(const std::string& sql);

    boost::asio::io_context io_;
    ManualClock clock_;
    SeededRandom random_{1};
    Sale sale_{clock_};
    PostgresServer server_;
    Settings settings_;
    KeeperSettings keeper_;
    /// The test's own, beside the store's.
    std::unique_ptr<io::postgres::PgConnection> connection_;
    std::optional<RedisServer> redis_;
    std::unique_ptr<store::Store> store_;
};

}  // namespace frontrow::test
