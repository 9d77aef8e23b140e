#include "store/backup/cluster_backup.h"

#include "store/backup/checked_state.h"
#include "store/cluster/batch.h"
#include "store/postgres/line.h"
#include "store/postgres/migrations.h"
#include "store/postgres/postgres_journal.h"
#include "store/postgres/postgres_side_records.h"

#include <optional>
#include <string>
#include <utility>

namespace frontrow::store::backup {
namespace {

using io::Awaitable;
using io::Fault;
using io::FaultKind;
using io::postgres::PgConnection;
using io::postgres::PgError;
using Done = Result<void, Fault>;

std::unexpected<Fault> unread(const PgError& error) {
    return std::unexpected(postgres::unavailable(error));
}

Awaitable<Done> copy_cursors(PgConnection& connection, sqlite::NewBackup& backup) {
    const auto add = [&](SideRecord&& cursor) {
        backup.add_cursor(std::move(cursor));
        return Done{};
    };
    co_return co_await postgres::walk_side_records(connection, std::string{kCursors}, add);
}

Awaitable<Done> copy_side_records(PgConnection& connection, sqlite::NewBackup& backup) {
    const auto add = [&](SideRecord&& record) { return backup.add(record); };
    if (auto added = co_await postgres::walk_side_records(connection, {}, add); !added)
        co_return added;
    const auto last = co_await postgres::read_last_version(connection);
    if (!last) co_return unread(last.error());
    backup.set_last_version(*last);
    co_return Done{};
}

/// Adds the rows of a shared journal to a backup, from the first row on.
class RowsIntoBackup {
public:
    RowsIntoBackup(sqlite::NewBackup& backup, sqlite::CopyProgress progress)
        : backup_{backup}, progress_{std::move(progress)} {}

    Done take(const cluster::Batch& row) {
        if (head_) {
            if (auto added = add(row); !added) return added;
        }
        head_ = row.head;
        if (state_.digest() == row.head.state) return {};
        return std::unexpected(Fault{
            FaultKind::corrupt,
            "the batch of fact " + std::to_string(row.head.first_seq) +
                " has a state digest that doesn't match its facts"
        });
    }

private:
    Done add(const cluster::Batch& row) {
        const auto facts = cluster::read_following(*head_, row);
        if (!facts) return std::unexpected(facts.error());
        for (const auto& fact : *facts) {
            if (auto taken = state_.take(fact); !taken) return taken;
        }
        auto added = backup_.add_batch(row.head.last_seq, row.frame);
        if (added) progress_(backup_.end());
        return added;
    }

    sqlite::NewBackup& backup_;
    sqlite::CopyProgress progress_;
    std::optional<cluster::Head> head_;
    CheckedState state_;
};

}  // namespace

Awaitable<Result<sqlite::Copied, Fault>>
back_up_cluster(PgConnection& connection, std::filesystem::path to, sqlite::CopyProgress progress) {
    if (const auto known = co_await postgres::check_schema(connection); !known)
        co_return unread(known.error());
    const auto backup = sqlite::NewBackup::begin(to);
    if (!backup) co_return std::unexpected(backup.error());
    if (auto copied = co_await copy_cursors(connection, **backup); !copied)
        co_return std::unexpected(copied.error());
    RowsIntoBackup rows{**backup, std::move(progress)};
    const auto read = co_await postgres::read_batches(connection, 0, [&rows](cluster::Batch&& row) {
        return rows.take(row);
    });
    if (!read) co_return std::unexpected(read.error());
    if (auto copied = co_await copy_side_records(connection, **backup); !copied)
        co_return std::unexpected(copied.error());
    co_return (*backup)->finish();
}

}  // namespace frontrow::store::backup
