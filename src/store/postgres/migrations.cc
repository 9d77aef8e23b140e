#include "store/postgres/migrations.h"

#include "store/postgres/migration_files.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>

namespace frontrow::store::postgres {
namespace {

using io::postgres::PgConnection;
using io::postgres::PgError;
using io::postgres::PgErrorKind;
using io::postgres::PgQuery;

constexpr std::chrono::minutes kMigrationTime{10};
constexpr auto kTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    " version integer PRIMARY KEY, name text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT now());";
/// An arbitrary number, the same in every Frontrow.
constexpr auto kLock = "SELECT pg_advisory_xact_lock(7063961742386);";

PgError of_another_frontrow(const std::string& why) {
    return {.kind = PgErrorKind::rejected, .sqlstate = {}, .constraint = {}, .what = why};
}

io::Awaitable<Result<std::int32_t, PgError>> read_version(PgConnection& connection) {
    const std::array queries{
        PgQuery{{"", "SELECT version, name FROM schema_migrations ORDER BY version"}}
    };
    auto results = co_await connection.run(queries);
    if (!results) co_return std::unexpected(std::move(results.error()));
    const auto& steps = results->front();
    const auto known = static_cast<int>(migrations().size());
    for (int row = 0; row < std::min(steps.rows(), known); ++row) {
        const auto& step = migrations()[static_cast<std::size_t>(row)];
        if (steps.int4(row, 0) == step.version && steps.text(row, 1) == step.name) continue;
        co_return std::unexpected(of_another_frontrow(
            "the database has the tables of an older frontrow, which this one can't read: name an "
            "empty database"
        ));
    }
    co_return steps.rows() == 0 ? 0 : steps.int4(steps.rows() - 1, 0);
}

std::string quoted(std::string_view text) {
    return "'" + std::string{text} + "'";
}

/// The step and its record in one transaction. If another node took the step meanwhile, the
/// record's primary key aborts this transaction.
std::string up_script(const Migration& step) {
    return std::string{"BEGIN; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0;"} +
           kLock + "INSERT INTO schema_migrations (version, name) VALUES (" +
           std::to_string(step.version) + ", " + quoted(step.name) + ");" + std::string{step.up} +
           "COMMIT;";
}

std::string down_script(const Migration& step) {
    return std::string{"BEGIN; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0;"} +
           kLock + std::string{step.down} +
           "DELETE FROM schema_migrations WHERE version = " + std::to_string(step.version) +
           "; COMMIT;";
}

}  // namespace

std::span<const Migration> migrations() {
    static const std::array kMigrations{
        Migration{1, "journal", assets::migration_0001_up, assets::migration_0001_down},
    };
    return kMigrations;
}

io::Awaitable<Result<std::int32_t, PgError>> schema_version(PgConnection& connection) {
    const std::array queries{PgQuery{{"", "SELECT to_regclass('schema_migrations') IS NOT NULL"}}};
    auto results = co_await connection.run(queries);
    if (!results) co_return std::unexpected(std::move(results.error()));
    if (!results->front().boolean(0, 0)) co_return 0;
    co_return co_await read_version(connection);
}

io::Awaitable<Result<int, PgError>> migrate(PgConnection& connection, std::int32_t target) {
    auto made = co_await connection.run_script(
        std::string{"BEGIN;"} + kLock + kTable + "COMMIT;", kMigrationTime
    );
    if (!made) co_return std::unexpected(std::move(made.error()));
    int steps = 0;
    for (;;) {
        const auto version = co_await read_version(connection);
        if (!version) co_return std::unexpected(version.error());
        if (*version == target) co_return steps;
        if (*version > migrations().back().version) {
            co_return std::unexpected(of_another_frontrow(
                "the database has schema " + std::to_string(*version) +
                " and this frontrow knows " + std::to_string(migrations().back().version) +
                "; run a newer one"
            ));
        }
        const bool is_up = *version < target;
        const auto& step = migrations()[static_cast<std::size_t>(is_up ? *version : *version - 1)];
        auto taken = co_await connection.run_script(
            is_up ? up_script(step) : down_script(step), kMigrationTime
        );
        if (taken) {
            ++steps;
            continue;
        }
        // Another node was faster: read the version again.
        const auto now = co_await read_version(connection);
        if (!now || *now == *version) co_return std::unexpected(std::move(taken.error()));
    }
}

io::Awaitable<Result<void, io::Fault>> check_encoding(PgConnection& connection) {
    const std::array ask{PgQuery{{"", "SELECT current_setting('server_encoding')"}}};
    const auto results = co_await connection.run(ask);
    if (!results)
        co_return std::unexpected(io::Fault{io::FaultKind::unavailable, results.error().what});
    const std::string encoding{results->front().text(0, 0)};
    if (encoding == "UTF8") co_return Result<void, io::Fault>{};
    co_return std::unexpected(io::Fault{
        io::FaultKind::unusable,
        "the database's encoding is " + encoding +
            " and must be UTF8: name another, made with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE "
            "template0"
    });
}

io::Awaitable<Result<void, PgError>> check_schema(PgConnection& connection) {
    const auto version = co_await schema_version(connection);
    if (!version) co_return std::unexpected(version.error());
    const auto newest = migrations().back().version;
    if (*version == newest) co_return Result<void, PgError>{};
    co_return std::unexpected(of_another_frontrow(
        "the database has schema " + std::to_string(*version) + " and this frontrow reads " +
        std::to_string(newest) +
        (*version < newest ? ": frontrow migrate up" : ": run a newer frontrow")
    ));
}

}  // namespace frontrow::store::postgres
