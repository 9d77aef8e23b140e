#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/postgres/pg_connection.h"
#include "store/sqlite/backup.h"

#include <filesystem>

namespace frontrow::store::backup {

/// Copies a cluster's journal into the new file `to`, whether or not nodes are running: every batch
/// up to the head at the start, with the facts in the same bytes, the side records, and an end
/// mark. It reads in short statements and holds no locks. Chain, facts and state digests are
/// checked on the way; the file is then checked like a folder's backup.
///
/// Faults: unavailable (`to` exists already or can't be written, or the database can't be read or
/// has another schema), corrupt (nothing was written).
io::Awaitable<Result<sqlite::Copied, io::Fault>> back_up_cluster(
    io::postgres::PgConnection& connection,
    std::filesystem::path to,
    sqlite::CopyProgress progress
);

}  // namespace frontrow::store::backup
