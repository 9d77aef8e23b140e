#include "scenario/postgres_world.h"

#include "io/redis/redis_url.h"
#include "store/cluster/cluster_store.h"
#include "store/postgres/postgres_journal.h"

#include <chrono>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <utility>

namespace frontrow::test {
namespace {

using store::cluster::ClusterStore;
using store::postgres::PostgresJournal;

/// With this path, PostgreSQL finds the test's clock_timestamp() before its own.
constexpr auto kSearchPath = "options=-csearch_path%3Dpublic,pg_catalog";

}  // namespace

std::optional<std::string> PostgresWorld::why_no_gate() {
    if (!RedisServer::is_installed()) return "there is no redis-server here";
    return PostgresServer::why_not();
}

PostgresWorld::PostgresWorld(bool has_gate) {
    using io::postgres::PgConnection;
    if (has_gate) redis_.emplace();
    auto made =
        run(clock_io_, PgConnection::connect(clock_io_.get_executor(), {.url = server_.url()}));
    if (!made) throw std::runtime_error(made.error().what);
    connection_ = std::move(*made);
    run_sql(
        "CREATE TABLE test_clock (at timestamptz NOT NULL);"
        "INSERT INTO test_clock VALUES ('epoch');"
        "CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE"
        " AS 'SELECT at FROM test_clock'"
    );
    set_clock();
    start_store();
}

PostgresWorld::~PostgresWorld() {
    stop_store();
}

void PostgresWorld::start_store() {
    const auto on_trouble = [](const io::Fault& fault) { std::cout << fault.what << std::endl; };
    ClusterStore::Settings settings;
    if (redis_) {
        settings.gate = store::cluster::SeatClaims::Settings{
            .redis =
                {
                    .address = io::parse_redis_url(redis_->url()).value(),
                    .command_time = Millis{5'000},
                }
        };
    }
    const auto url = server_.url();
    const auto separator = url.contains('?') ? '&' : '?';
    store_ = std::make_unique<ClusterStore>(
        std::move(settings),
        ClusterStore::Ports{
            .owner = io_.get_executor(),
            .clock = clock_,
            .random = random_,
            .on_trouble = on_trouble,
            .on_contact = [](const Result<void, io::Fault>&) {},
            .on_failure = on_trouble,
        },
        std::make_unique<PostgresJournal>(
            io_.get_executor(), io::postgres::PgOptions{.url = url + separator + kSearchPath}, true
        )
    );
    run_until([this] { return store_->is_ready(); });
}

void PostgresWorld::run_until(const std::function<bool()>& is_so) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!is_so()) {
        io_.restart();
        if (io_.run_one_until(deadline) == 0)
            throw std::runtime_error("the store doesn't get there");
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
        // First waits until expired holds have become facts. After that, no clock can bring them
        // back.
        run_until([this] {
            return !store_->inventory().reservations().has_expired_holds(store_->now());
        });
        clock_.step(by);
    }
    set_clock();
    // Redis has its own clock, which the test can't move. So the test deletes everything that would
    // have expired by then.
    if (redis_) redis_->flush();
}

std::unique_ptr<store::engine::FactReader> PostgresWorld::reader_beside() {
    return std::make_unique<store::postgres::PostgresFactReader>(
        io_.get_executor(), io::postgres::PgOptions{.url = server_.url()}
    );
}

void PostgresWorld::set_clock() {
    run_sql("UPDATE test_clock SET at = '" + to_rfc3339(clock_.now()) + "'");
}

void PostgresWorld::run_sql(const std::string& sql) {
    const auto done = run(clock_io_, connection_->run_script(sql, std::chrono::seconds{10}));
    if (!done) throw std::runtime_error("SQL failed: " + sql);
}

}  // namespace frontrow::test
