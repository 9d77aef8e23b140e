#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/postgres/pg_connection.h"
#include "store/engine/journal_end.h"

#include <filesystem>

namespace frontrow::store::postgres {

/// Takes a snapshot of the database's journal into the folder, while any number of nodes run. It
/// starts from the newest snapshot that matches the journal and applies the later batches; after
/// the last generation it starts from the journal's beginning. Keeps the new snapshot and the
/// previous one, and removes all others. Returns the new snapshot's position. If the newest
/// snapshot is already at the journal's end, does nothing and returns its position.
///
/// Faults: unavailable, corrupt.
io::Awaitable<Result<engine::JournalEnd, io::Fault>>
take_snapshot(io::postgres::PgConnection& connection, const std::filesystem::path& folder);

}  // namespace frontrow::store::postgres
