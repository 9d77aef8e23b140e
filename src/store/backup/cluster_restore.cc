#include "store/backup/cluster_restore.h"

#include "store/backup/rows_of_backup.h"
#include "store/postgres/line.h"
#include "store/postgres/migrations.h"
#include "store/postgres/postgres_journal.h"
#include "store/postgres/postgres_side_records.h"
#include "store/postgres/rewrite_journal.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::store::backup {
namespace {

using io::Awaitable;
using io::Fault;
using io::FaultKind;
using io::postgres::PgConnection;
using io::postgres::PgError;
using io::postgres::PgErrorKind;
using Restored = Result<void, Fault>;

/// About how many bytes of rows are sent at once.
constexpr std::size_t kBytesAtOnce = 1 << 20;

std::unexpected<Fault> unwritten(const PgError& error) {
    return std::unexpected(postgres::unavailable(error));
}

std::unexpected<Fault> not_empty(const char* what) {
    return std::unexpected(Fault{
        FaultKind::unavailable,
        std::string{"the database isn't empty ("} + what + "): restore into a new one"
    });
}

/// The journal's first row. Fails if the journal has any other row, or if there are side records.
Awaitable<Result<cluster::Head, Fault>> find_only_row(PgConnection& connection) {
    const auto rows = co_await postgres::read_some_batches(connection, 0);
    if (!rows) co_return unwritten(rows.error());
    const auto side = co_await postgres::read_side_page(connection, {}, {});
    if (!side) co_return unwritten(side.error());
    if (rows->size() > 1) co_return not_empty("its journal has facts");
    if (!side->empty()) co_return not_empty("it has side records");
    if (rows->empty()) co_return not_empty("its journal has lost its first row");
    co_return rows->front().head;
}

Awaitable<Restored> send(PgConnection& connection, std::vector<cluster::Batch>& rows) {
    const auto added = co_await postgres::add_batches(connection, std::exchange(rows, {}));
    if (!added) co_return unwritten(added.error());
    co_return Restored{};
}

Awaitable<Restored> fill_journal(
    PgConnection& connection,
    sqlite::Backup& backup,
    RowsOfBackup& maker,
    const sqlite::CopyProgress& progress
) {
    for (;;) {
        const auto batches = backup.next_batches();
        if (!batches) co_return std::unexpected(batches.error());
        if (batches->empty()) co_return Restored{};
        std::vector<cluster::Batch> rows;
        std::size_t bytes = 0;
        for (const auto& batch : *batches) {
            auto made = maker.rows_of(batch);
            if (!made) co_return std::unexpected(made.error());
            for (auto& row : *made) {
                bytes += row.frame.size();
                rows.push_back(std::move(row));
            }
            if (bytes < kBytesAtOnce) continue;
            if (auto sent = co_await send(connection, rows); !sent) co_return sent;
            bytes = 0;
        }
        if (auto sent = co_await send(connection, rows); !sent) co_return sent;
        progress(backup.end());
    }
}

Awaitable<Restored> fill_side_records(PgConnection& connection, sqlite::Backup& backup) {
    for (;;) {
        auto page = backup.next_side_records();
        if (!page) co_return std::unexpected(page.error());
        if (page->empty()) break;
        const auto added = co_await postgres::add_side_records(connection, std::move(*page));
        if (!added) co_return unwritten(added.error());
    }
    if (backup.last_version() == 0) co_return Restored{};
    const auto raised = co_await postgres::raise_last_version(connection, backup.last_version());
    if (!raised) co_return unwritten(raised.error());
    co_return Restored{};
}

/// Runs inside the transaction, whose locks keep the empty journal empty until it is filled.
Awaitable<Result<RestoredJournal, Fault>> fill(
    PgConnection& connection,
    sqlite::Backup& backup,
    const sqlite::CopyProgress& progress,
    Bits128 writer
) {
    if (const auto locked = co_await postgres::lock_side_records(connection); !locked)
        co_return unwritten(locked.error());
    const auto first = co_await find_only_row(connection);
    if (!first) co_return std::unexpected(first.error());
    RowsOfBackup maker{*first, writer};
    if (auto filled = co_await fill_journal(connection, backup, maker, progress); !filled)
        co_return std::unexpected(filled.error());
    if (auto filled = co_await fill_side_records(connection, backup); !filled)
        co_return std::unexpected(filled.error());
    co_return RestoredJournal{
        .facts = backup.end().last_seq,
        .batches = maker.count(),
        .side_records = backup.side_records(),
    };
}

}  // namespace

Awaitable<Result<RestoredJournal, Fault>> restore_into_cluster(
    PgConnection& connection,
    std::filesystem::path from,
    sqlite::CopyProgress progress,
    sqlite::AcceptUnsealed accept_unsealed,
    io::Random& random
) {
    auto backup = sqlite::Backup::open(from, accept_unsealed);
    if (!backup) co_return std::unexpected(backup.error());
    const auto migrated = co_await postgres::migrate(connection);
    if (!migrated) co_return unwritten(migrated.error());
    if (const auto begun = co_await postgres::begin_to_rewrite(connection); !begun)
        co_return unwritten(begun.error());
    auto filled = co_await fill(connection, *backup, progress, random.next());
    if (!filled) {
        co_await postgres::give_up_rewriting(connection);
        co_return filled;
    }
    const auto committed = co_await postgres::commit_rewritten(connection);
    if (committed) co_return filled;
    const bool is_lost = committed.error().kind == PgErrorKind::lost;
    co_return std::unexpected(Fault{
        is_lost ? FaultKind::outcome_unknown : FaultKind::unavailable,
        (is_lost ? "it may have been restored, or not: " : "") + committed.error().what
    });
}

}  // namespace frontrow::store::backup
