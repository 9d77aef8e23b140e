#include "scenario/postgres_world.h"

#include "io/postgres/pg_connection.h"
#include "store/cluster/gated_store.h"
#include "store/postgres/migrations.h"
#include "store/postgres/statements.h"
#include "wire/fact_json.h"

#include <array>
#include <iostream>
#include <stdexcept>

namespace frontrow::test {

using store::cluster::GatedStore;
using store::postgres::PostgresStore;

std::optional<std::string> PostgresWorld::why_no_gate() {
    if (!RedisServer::is_installed()) return "there is no redis-server here";
    return PostgresServer::why_not();
}

PostgresWorld::PostgresWorld(bool has_gate, Settings settings, KeeperSettings keeper)
    : settings_{std::move(settings)}, keeper_{keeper} {
    settings_.pool.connection.url = server_.url();
    if (has_gate) redis_.emplace();
    connection_ = connect();
    if (!run(io_, store::postgres::migrate(*connection_)))
        throw std::runtime_error("the schema couldn't be made");
    run_sql(
        "CREATE TABLE test_clock (at timestamptz NOT NULL);"
        "INSERT INTO test_clock VALUES ('epoch');"
        "CREATE OR REPLACE FUNCTION frontrow_now() RETURNS timestamptz LANGUAGE sql VOLATILE"
        " AS 'SELECT at FROM test_clock'"
    );
    set_clock();
    start_store();
}

std::unique_ptr<io::postgres::PgConnection> PostgresWorld::connect() {
    using io::postgres::PgConnection;
    auto made = run(io_, PgConnection::connect(io_.get_executor(), {.url = server_.url()}));
    if (!made) throw std::runtime_error(made.error().what);
    return std::move(*made);
}

PostgresWorld::~PostgresWorld() {
    stop_store();
}

void PostgresWorld::start_store() {
    const auto on_trouble = [](const io::Fault& fault) { std::cout << fault.what << std::endl; };
    if (redis_) {
        store_ = std::make_unique<GatedStore>(
            GatedStore::Settings{
                .postgres = settings_,
                .redis =
                    {.address = io::parse_redis_url(redis_->url()).value(),
                     .command_time = Millis{5'000}},
                .keeper = keeper_,
            },
            GatedStore::Ports{
                .owner = io_.get_executor(),
                .clock = clock_,
                .random = random_,
                .on_trouble = on_trouble,
                .on_failure = on_trouble,
            }
        );
    } else {
        store_ = std::make_unique<PostgresStore>(
            settings_,
            PostgresStore::Ports{
                .owner = io_.get_executor(),
                .clock = clock_,
                .random = random_,
                .on_trouble = on_trouble,
                .on_failure = on_trouble,
            }
        );
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!store_->is_ready()) {
        io_.restart();
        if (io_.run_one_until(deadline) == 0) throw std::runtime_error("the store didn't start");
    }
}

void PostgresWorld::stop_store() {
    run(io_, [](store::Store& store) -> io::Awaitable<bool> {
        co_await store.close();
        co_return true;
    }(*store_));
    store_.reset();
}

void PostgresWorld::restart() {
    stop_store();
    start_store();
}

void PostgresWorld::move_clock(Millis by) {
    if (by >= Millis{0}) {
        clock_.advance(by);
    } else {
        clock_.step(by);
    }
    set_clock();
    // Redis has a clock of its own that nobody can move: what would have run out by then is
    // forgotten.
    if (redis_) redis_->flush();
}

std::vector<domain::Fact> PostgresWorld::facts_after(std::uint64_t seq) {
    const std::array read{io::postgres::PgQuery{
        {"", "SELECT line FROM facts WHERE seq > $1 ORDER BY seq"},
        io::postgres::PgParams::of(static_cast<std::int64_t>(seq))
    }};
    const auto results = run(io_, connection_->run(read));
    std::vector<domain::Fact> facts;
    for (int row = 0; row < results.value().front().rows(); ++row)
        facts.push_back(wire::parse_fact(results->front().text(row, 0)).value());
    return facts;
}

void PostgresWorld::set_clock() {
    run_sql("UPDATE test_clock SET at = '" + to_rfc3339(clock_.now()) + "'");
}

void PostgresWorld::run_sql(const std::string& sql) {
    const auto done = run(io_, connection_->run_script(sql, std::chrono::seconds{10}));
    if (!done) throw std::runtime_error("SQL failed: " + sql);
}

}  // namespace frontrow::test
