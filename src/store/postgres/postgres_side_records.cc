#include "store/postgres/postgres_side_records.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace frontrow::store::postgres {
namespace {

using io::Awaitable;
using io::Fault;
using io::FaultKind;
using io::postgres::PgError;
using io::postgres::PgParams;
using io::postgres::PgQuery;
using io::postgres::PgResult;
using io::postgres::PgStatement;

constexpr PgStatement kFind{
    "side_find",
    "SELECT name, value, version FROM side_records WHERE name = $1"
};
constexpr PgStatement kList{
    "side_list",
    "SELECT name, value, version FROM side_records WHERE name > $1 AND name >= $2"
    " ORDER BY name LIMIT $3"
};

/// Prevents other processes from taking the task until the change is committed.
constexpr PgStatement kHoldLease{
    "side_hold_lease",
    "SELECT number FROM task_leases WHERE name = $1 AND number = $2 FOR SHARE"
};

// Each statement changes one row or none. Its last two parameters are the lease, or NULL and 0. It
// waits for a concurrent change of the row and then judges the row's new state.

constexpr PgStatement kInsert{
    "side_insert",
    "INSERT INTO side_records SELECT $1, $2, nextval('side_versions')"
    " WHERE $3::text IS NULL OR EXISTS (SELECT FROM task_leases WHERE name = $3 AND number = $4)"
    " ON CONFLICT DO NOTHING RETURNING version"
};
constexpr PgStatement kUpdate{
    "side_update",
    "UPDATE side_records SET value = $3, version = nextval('side_versions')"
    " WHERE name = $1 AND version = $2 AND"
    " ($4::text IS NULL OR EXISTS (SELECT FROM task_leases WHERE name = $4 AND number = $5))"
    " RETURNING version"
};
constexpr PgStatement kErase{
    "side_erase",
    "DELETE FROM side_records WHERE name = $1 AND version = $2 AND"
    " ($3::text IS NULL OR EXISTS (SELECT FROM task_leases WHERE name = $3 AND number = $4))"
    " RETURNING nextval('side_versions')"
};

constexpr PgStatement kBeginReading{"", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};
constexpr PgStatement kEndReading{"", "ROLLBACK"};

constexpr PgStatement kLockRecords{"", "LOCK TABLE side_records IN EXCLUSIVE MODE"};

constexpr PgStatement kAdd{"side_add", "INSERT INTO side_records VALUES ($1, $2, $3)"};
constexpr PgStatement kLastVersion{
    "side_last_version",
    "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM side_versions"
};
constexpr PgStatement kRaiseVersion{
    "side_raise_version",
    "SELECT setval('side_versions', greatest(last_value, $1)) FROM side_versions"
};

constexpr std::size_t kWaitingMax = 256;

std::int64_t signed_number(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

std::span<const std::uint8_t> bytes_of_value(std::string_view value) {
    return {reinterpret_cast<const std::uint8_t*>(value.data()), value.size()};
}

PgQuery change_query(const SideChange& change) {
    std::optional<std::string> task;
    std::int64_t number = 0;
    if (change.lease) {
        task = change.lease->task;
        number = signed_number(change.lease->number);
    }
    const auto version = signed_number(change.expected_version);
    if (!change.value) return {kErase, PgParams::of(change.name, version, task, number)};
    const auto value = bytes_of_value(*change.value);
    if (version == 0) return {kInsert, PgParams::of(change.name, value, task, number)};
    return {kUpdate, PgParams::of(change.name, version, value, task, number)};
}

SideRecord record_in(const PgResult& rows, int row) {
    const auto value = rows.bytea(row, 1);
    return {
        .name = std::string{rows.text(row, 0)},
        .value = {reinterpret_cast<const char*>(value.data()), value.size()},
        .version = static_cast<std::uint64_t>(rows.int8(row, 2)),
    };
}

std::vector<SideRecord> records_in(const PgResult& rows) {
    std::vector<SideRecord> records;
    records.reserve(static_cast<std::size_t>(rows.rows()));
    for (int row = 0; row < rows.rows(); ++row)
        records.push_back(record_in(rows, row));
    return records;
}

PgQuery page_query(const std::string& prefix, const std::string& after) {
    const auto at_most = static_cast<std::int64_t>(SideRecords::kPage);
    return {kList, PgParams::of(after, prefix, at_most)};
}

Awaitable<Result<void, PgError>>
say_one(io::postgres::PgConnection& connection, PgStatement statement) {
    const std::array ask{PgQuery{statement}};
    const auto said = co_await connection.run(ask);
    if (!said) co_return std::unexpected(said.error());
    co_return Result<void, PgError>{};
}

/// A read has no unknown outcome.
Fault unread(Fault fault) {
    if (fault.kind == FaultKind::outcome_unknown) fault.kind = FaultKind::unavailable;
    return fault;
}

}  // namespace

PostgresSideRecords::PostgresSideRecords(io::Executor owner, io::postgres::PgOptions connection)
    : line_{owner, with_short_times(std::move(connection))}, turns_{owner, kWaitingMax} {
}

Awaitable<Result<std::optional<SideRecord>, Fault>> PostgresSideRecords::find(std::string name) {
    std::vector<PgQuery> ask{{kFind, PgParams::of(name)}};
    const auto rows = co_await run(std::move(ask));
    if (!rows) co_return std::unexpected(unread(rows.error()));
    if (rows->front().rows() == 0) co_return std::nullopt;
    co_return record_in(rows->front(), 0);
}

Awaitable<Result<std::vector<SideRecord>, Fault>>
PostgresSideRecords::list(std::string prefix, std::string after) {
    std::vector<PgQuery> ask{page_query(prefix, after)};
    const auto rows = co_await run(std::move(ask));
    if (!rows) co_return std::unexpected(unread(rows.error()));
    auto page = records_in(rows->front());
    keep_prefix(page, prefix);
    co_return page;
}

Awaitable<Result<SideOutcome, Fault>> PostgresSideRecords::change(SideChange change) {
    check_side_change(change);
    std::vector<PgQuery> ask;
    if (change.lease) {
        const auto number = signed_number(change.lease->number);
        ask.push_back({kHoldLease, PgParams::of(change.lease->task, number)});
    }
    ask.push_back(change_query(change));
    const auto rows = co_await run(std::move(ask));
    if (!rows) co_return std::unexpected(rows.error());
    const auto& changed = rows->back();
    if (changed.rows() == 1) co_return SideOutcome{static_cast<std::uint64_t>(changed.int8(0, 0))};
    const bool is_lease_over = change.lease && rows->front().rows() == 0;
    co_return SideOutcome{
        std::unexpected(is_lease_over ? SideRefusal::lease_is_over : SideRefusal::version_differs)
    };
}

Awaitable<PostgresSideRecords::Rows> PostgresSideRecords::run(std::vector<PgQuery> queries) {
    const auto turn = co_await turns_.enter();
    if (!turn)
        co_return std::unexpected(
            Fault{FaultKind::overloaded, "too many calls wait for side_records"}
        );
    if (is_closing_)
        co_return std::unexpected(Fault{FaultKind::unavailable, "the side records are closed"});
    co_return co_await line_.change(queries);
}

Awaitable<void> PostgresSideRecords::close() {
    is_closing_ = true;
    line_.close();
    const auto last = co_await turns_.enter_last();
}

Awaitable<Result<std::vector<SideRecord>, PgError>>
read_side_page(io::postgres::PgConnection& connection, std::string prefix, std::string after) {
    const std::array ask{page_query(prefix, after)};
    const auto rows = co_await connection.run(ask);
    if (!rows) co_return std::unexpected(rows.error());
    auto page = records_in(rows->front());
    keep_prefix(page, prefix);
    co_return page;
}

Awaitable<Result<void, Fault>> walk_side_records(
    io::postgres::PgConnection& connection,
    std::string prefix,
    std::function<Result<void, Fault>(SideRecord&&)> take
) {
    if (auto begun = co_await say_one(connection, kBeginReading); !begun)
        co_return std::unexpected(unavailable(begun.error()));
    for (std::string after;;) {
        auto page = co_await read_side_page(connection, prefix, after);
        if (!page) co_return std::unexpected(unavailable(page.error()));
        if (page->empty()) break;
        after = page->back().name;
        for (auto& record : *page) {
            if (auto taken = take(std::move(record)); !taken) co_return taken;
        }
    }
    if (auto ended = co_await say_one(connection, kEndReading); !ended)
        co_return std::unexpected(unavailable(ended.error()));
    co_return Result<void, Fault>{};
}

Awaitable<Result<void, PgError>> lock_side_records(io::postgres::PgConnection& connection) {
    return say_one(connection, kLockRecords);
}

Awaitable<Result<std::uint64_t, PgError>> read_last_version(io::postgres::PgConnection& connection
) {
    const std::array ask{PgQuery{kLastVersion}};
    const auto rows = co_await connection.run(ask);
    if (!rows) co_return std::unexpected(rows.error());
    co_return static_cast<std::uint64_t>(rows->front().int8(0, 0));
}

Awaitable<Result<void, PgError>>
add_side_records(io::postgres::PgConnection& connection, std::vector<SideRecord> records) {
    if (records.empty()) co_return Result<void, PgError>{};
    std::vector<PgQuery> add;
    for (const auto& record : records) {
        const auto value = bytes_of_value(record.value);
        add.push_back({kAdd, PgParams::of(record.name, value, signed_number(record.version))});
    }
    const auto added = co_await connection.run(add);
    if (!added) co_return std::unexpected(added.error());
    co_return Result<void, PgError>{};
}

Awaitable<Result<void, PgError>>
raise_last_version(io::postgres::PgConnection& connection, std::uint64_t version) {
    const std::array raise{PgQuery{kRaiseVersion, PgParams::of(signed_number(version))}};
    const auto raised = co_await connection.run(raise);
    if (!raised) co_return std::unexpected(raised.error());
    co_return Result<void, PgError>{};
}

}  // namespace frontrow::store::postgres
