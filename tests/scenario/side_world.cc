#include "scenario/side_world.h"

#include "io/postgres/pg_connection.h"
#include "store/postgres/migrations.h"

#include <stdexcept>
#include <utility>

namespace frontrow::test {

using io::postgres::PgOptions;
using store::postgres::PostgresSideRecords;
using store::postgres::PostgresTaskLeases;
using store::sqlite::SqliteSideRecords;
using store::sqlite::SqliteTaskLeases;

void SqliteSideWorld::start() {
    auto opened = SqliteSideRecords::open(io.get_executor(), folder());
    if (!opened) throw std::runtime_error(opened.error().what);
    records_ = std::move(*opened);
    leases_ = std::make_unique<SqliteTaskLeases>(
        io.get_executor(),
        *records_,
        [](const io::Fault& fault) { throw std::runtime_error(fault.what); }
    );
}

void SqliteSideWorld::stop() {
    close_in(io, *leases_);
    close_in(io, *records_);
    leases_.reset();
    records_.reset();
}

PostgresSideWorld::PostgresSideWorld(const PostgresServer::Options& options) : server_{options} {
    auto connection =
        run(io, io::postgres::PgConnection::connect(io.get_executor(), {.url = server_.url()}));
    if (!connection) throw std::runtime_error(connection.error().what);
    const auto migrated = run(io, store::postgres::migrate(**connection));
    if (!migrated) throw std::runtime_error(migrated.error().what);
    start();
}

PostgresSideWorld::~PostgresSideWorld() {
    stop();
}

void PostgresSideWorld::start() {
    records_ = more_records();
    others_ = more_records();
    leases_ = more_leases();
}

void PostgresSideWorld::stop() {
    close_in(io, *leases_);
    close_in(io, *records_);
    close_in(io, *others_);
}

void PostgresSideWorld::restart() {
    stop();
    start();
}

std::unique_ptr<PostgresTaskLeases> PostgresSideWorld::more_leases(std::optional<std::uint16_t> port
) {
    return std::make_unique<PostgresTaskLeases>(
        PostgresTaskLeases::Ports{.owner = io.get_executor(), .clock = clock_, .random = random_},
        PgOptions{.url = server_.url(port)}
    );
}

std::unique_ptr<PostgresSideRecords> PostgresSideWorld::more_records(
    std::optional<std::uint16_t> port
) {
    return std::make_unique<PostgresSideRecords>(
        io.get_executor(), PgOptions{.url = server_.url(port)}
    );
}

}  // namespace frontrow::test
