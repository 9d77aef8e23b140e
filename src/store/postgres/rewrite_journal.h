#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/postgres/pg_connection.h"
#include "io/postgres/pg_error.h"
#include "io/random.h"
#include "store/cluster/batch.h"

#include <cstdint>
#include <vector>

// For tools that write a cluster's journal outside of the protocol, each in one transaction behind
// a lock that lets nodes read and has them wait with their appends.

namespace frontrow::store::postgres {

/// Begins the transaction, and returns when nobody else writes to the journal. Errors: as the
/// connection's; timed_out where somebody holds it for two seconds.
io::Awaitable<Result<void, io::postgres::PgError>> begin_to_rewrite(
    io::postgres::PgConnection& connection
);
/// If it returns `lost`, it may have been done.
io::Awaitable<Result<void, io::postgres::PgError>> commit_rewritten(
    io::postgres::PgConnection& connection
);
/// Ends the transaction, and nothing was done.
io::Awaitable<void> give_up_rewriting(io::postgres::PgConnection& connection);

/// Adds rows as they are.
io::Awaitable<Result<void, io::postgres::PgError>>
add_batches(io::postgres::PgConnection& connection, std::vector<cluster::Batch> batches);

/// Gives the journal a past of its own: a new random hash for its first row, and new hashes for all
/// rows behind it. Nodes and snapshots that stand on a row of before find it nowhere. Returns how
/// many batches there are; all are chained anew, or none.
///
/// Errors: as the connection's; rejected where the chain isn't whole.
io::Awaitable<Result<std::uint64_t, io::postgres::PgError>>
fork_journal(io::postgres::PgConnection& connection, io::Random& random);

}  // namespace frontrow::store::postgres
