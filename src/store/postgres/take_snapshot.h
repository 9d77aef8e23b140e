#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/postgres/pg_connection.h"
#include "store/engine/journal_end.h"

#include <filesystem>

namespace frontrow::store::postgres {

/// Takes a snapshot of the database's journal into the folder, beside any number of nodes: from the
/// newest snapshot that stands in the journal and the batches after it, or after the last
/// generation from the journal's beginning. Keeps the new one and the one before, and removes all
/// others. Returns where it stands; where the newest one stands there already, it is left at that.
///
/// Faults: unavailable, corrupt.
io::Awaitable<Result<engine::JournalEnd, io::Fault>>
take_snapshot(io::postgres::PgConnection& connection, const std::filesystem::path& folder);

}  // namespace frontrow::store::postgres
