#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/postgres/pg_connection.h"
#include "store/sqlite/backup.h"

#include <filesystem>

namespace frontrow::store::backup {

/// Copies a cluster's journal into the new file `to`, beside running nodes or not: every batch up
/// to the one that is the head when it begins, its facts in the same bytes, the side records, and
/// an end mark. It reads in short statements and holds nothing back. Chain, facts and the digests
/// of the state are checked on the way, and the file as a folder's backup is.
///
/// Faults: unavailable (`to` is there already or can't be written, the database can't be read or
/// has another schema), corrupt (nothing was written).
io::Awaitable<Result<sqlite::Copied, io::Fault>> back_up_cluster(
    io::postgres::PgConnection& connection,
    std::filesystem::path to,
    sqlite::CopyProgress progress
);

}  // namespace frontrow::store::backup
