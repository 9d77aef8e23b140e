#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/postgres/pg_connection.h"
#include "io/random.h"
#include "store/sqlite/backup.h"

#include <cstdint>
#include <filesystem>

namespace frontrow::store::backup {

/// What a shared journal contains after a restore.
struct RestoredJournal {
    std::uint64_t facts = 0;
    std::uint64_t batches = 0;
    std::uint64_t side_records = 0;
};

/// Restores the backup `from`, if it is complete, into a cluster's journal that has only its first
/// row and no side records. Creates the schema if needed. The facts keep their numbers and lines.
/// They are applied to a state on the way, because each row stores the digest of the state after
/// it. All of it is one transaction: nodes that already run on the empty journal then read the
/// restored one.
///
/// Faults: unavailable (the journal isn't empty; no such file, or no end mark; the database),
/// corrupt (the backup isn't complete), outcome_unknown (the connection was lost during the
/// commit). If it fails in any other way or never returns, the journal stays empty.
io::Awaitable<Result<RestoredJournal, io::Fault>> restore_into_cluster(
    io::postgres::PgConnection& connection,
    std::filesystem::path from,
    sqlite::CopyProgress progress,
    sqlite::AcceptUnsealed accept_unsealed,
    io::Random& random
);

}  // namespace frontrow::store::backup
