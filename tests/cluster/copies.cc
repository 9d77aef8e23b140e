#include "cluster/copies.h"

#include "io/postgres/pg_connection.h"
#include "io/sqlite.h"
#include "store/engine/frame.h"
#include "store/postgres/postgres_journal.h"
#include "store/postgres/postgres_side_records.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/side_file.h"
#include "support/run_coroutine.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <utility>

namespace frontrow::test {
namespace {

namespace fs = std::filesystem;
using io::postgres::PgConnection;
using store::sqlite::DataFolder;
using store::sqlite::SideFile;

std::unique_ptr<PgConnection> connect(boost::asio::io_context& io, Cluster& cluster) {
    auto made =
        run(io, PgConnection::connect(io.get_executor(), {.url = cluster.postgres().url()}));
    if (!made) throw std::runtime_error(made.error().what);
    return std::move(*made);
}

io::Awaitable<bool> closed(store::SideRecords& records) {
    co_await records.close();
    co_return true;
}

}  // namespace

Finished back_up_folder(const fs::path& folder, const fs::path& to) {
    return run_program({"backup", "--data-dir", folder, "--to", to});
}

Finished restore_folder(const fs::path& from, const fs::path& folder) {
    return run_program({"restore", "--from", from, "--data-dir", folder});
}

Finished back_up_cluster(const Cluster& cluster, const fs::path& to) {
    return cluster.run("backup", {"--to", to});
}

Finished restore_cluster(const Cluster& cluster, const fs::path& from) {
    return cluster.run("restore", {"--from", from});
}

std::string mark_of(const fs::path& backup) {
    auto database = io::SqliteDatabase::open(backup, io::SqliteDatabase::Mode::read_only).value();
    auto mark = database
                    .prepare(
                        "SELECT last_seq || ' facts ' || hex(lines_sha256) || ', ' || side_records"
                        " || ' side records ' || hex(side_sha256) FROM end_mark"
                    )
                    .value();
    if (!mark.step().value()) throw std::runtime_error("no end mark in " + backup.string());
    return std::string{mark.text(0)};
}

std::uint64_t last_seq_in(const fs::path& backup) {
    auto database = io::SqliteDatabase::open(backup, io::SqliteDatabase::Mode::read_only).value();
    auto mark = database.prepare("SELECT last_seq FROM end_mark").value();
    if (!mark.step().value()) throw std::runtime_error("no end mark in " + backup.string());
    return static_cast<std::uint64_t>(mark.integer(0));
}

void put_side_records(const fs::path& folder, const std::vector<std::string>& names) {
    auto file = SideFile::open(DataFolder::side_of(folder)).value();
    for (const auto& name : names)
        file.change({.name = name, .value = "value of " + name}).value().value();
    file.finish().value();
}

void put_side_records(Cluster& cluster, const std::vector<std::string>& names) {
    boost::asio::io_context io;
    store::postgres::PostgresSideRecords records{
        io.get_executor(), {.url = cluster.postgres().url()}
    };
    for (const auto& name : names)
        run(io, records.change({.name = name, .value = "value of " + name})).value().value();
    run(io, closed(records));
}

std::vector<store::SideRecord> side_records_in(const fs::path& folder) {
    auto file = SideFile::open_to_read(DataFolder::side_of(folder)).value();
    return file ? file->list({}, {}).value() : std::vector<store::SideRecord>{};
}

FollowingCursor::FollowingCursor(Cluster& cluster)
    : url_{cluster.postgres().url()}, thread_{[this] { run(); }} {
}

FollowingCursor::~FollowingCursor() {
    is_stopping_ = true;
    thread_.join();
}

void FollowingCursor::run() {
    boost::asio::io_context io;
    auto connection =
        test::run(io, PgConnection::connect(io.get_executor(), {.url = url_})).value();
    store::postgres::PostgresSideRecords records{io.get_executor(), {.url = url_}};
    const std::vector<io::postgres::PgQuery> ask{
        {.statement = {.name = "newest", .sql = "SELECT max(last_seq) FROM journal"}}
    };
    for (std::uint64_t version = 0; !is_stopping_;) {
        const auto told = test::run(io, connection->run(ask)).value();
        const auto seq = static_cast<std::uint64_t>(told.front().int8(0, 0));
        version = test::run(
                      io,
                      records.change(
                          {.name = kName, .value = std::to_string(seq), .expected_version = version}
                      )
        )
                      .value()
                      .value();
    }
    test::run(io, closed(records));
}

bool has_rows_of_one_time(Cluster& cluster) {
    boost::asio::io_context io;
    const auto connection = connect(io, cluster);
    bool is_so = true;
    const auto look = [&](store::cluster::Batch&& batch) -> Result<void, io::Fault> {
        if (batch.head.first_seq == 0) return {};
        const auto facts = store::engine::read_frame(batch.frame, batch.head.first_seq).value();
        for (const auto& fact : facts)
            is_so = is_so && fact.at == batch.head.at;
        return {};
    };
    test::run(io, store::postgres::read_batches(*connection, 0, look)).value();
    return is_so;
}

void run_sql(Cluster& cluster, const std::string& sql) {
    boost::asio::io_context io;
    const auto connection = connect(io, cluster);
    const auto done = run(io, connection->run_script(sql, std::chrono::seconds{10}));
    if (!done) throw std::runtime_error(done.error().what);
}

std::string told_by_sql(Cluster& cluster, const std::string& sql) {
    boost::asio::io_context io;
    const auto connection = connect(io, cluster);
    const std::vector<io::postgres::PgQuery> ask{{.statement = {.name = "", .sql = sql.c_str()}}};
    const auto told = run(io, connection->run(ask));
    if (!told) throw std::runtime_error(told.error().what);
    return std::string{told->front().text(0, 0)};
}

}  // namespace frontrow::test
