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

/// What a shared journal has after a restore.
struct RestoredJournal {
    std::uint64_t facts = 0;
    std::uint64_t batches = 0;
    std::uint64_t side_records = 0;
};

/// Puts the backup `from`, if it's whole, into a cluster's journal that has nothing but its first
/// row, and no side records. The schema is made if need be. The facts keep their numbers and their
/// lines, and are carried out on the way, so that each row has the state that it leads to. All is
/// one transaction: nodes that run on the empty journal read what is there afterwards.
///
/// Faults: unavailable (something is there already; no such file or no mark; the database), corrupt
/// (the backup isn't whole), outcome_unknown (the connection was lost with the commit). If it fails
/// otherwise or never returns the journal is empty as before.
io::Awaitable<Result<RestoredJournal, io::Fault>> restore_into_cluster(
    io::postgres::PgConnection& connection,
    std::filesystem::path from,
    sqlite::CopyProgress progress,
    sqlite::AcceptUnsealed accept_unsealed,
    io::Random& random
);

}  // namespace frontrow::store::backup
