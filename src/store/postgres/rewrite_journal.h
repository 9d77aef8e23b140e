#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/postgres/pg_connection.h"
#include "io/postgres/pg_error.h"
#include "io/random.h"
#include "store/cluster/batch.h"

#include <cstdint>
#include <vector>

// For tools that write a cluster's journal outside of the protocol, each in one transaction, under
// a lock that lets nodes read and makes their appends wait.

namespace frontrow::store::postgres {

/// Begins the transaction, and returns once no other session writes to the journal. Errors: the
/// connection's; timed_out if another session keeps its lock for two seconds.
io::Awaitable<Result<void, io::postgres::PgError>> begin_to_rewrite(
    io::postgres::PgConnection& connection
);
/// If it returns `lost`, the commit may have been done.
io::Awaitable<Result<void, io::postgres::PgError>> commit_rewritten(
    io::postgres::PgConnection& connection
);
/// Rolls the transaction back.
io::Awaitable<void> give_up_rewriting(io::postgres::PgConnection& connection);

/// Inserts rows unchanged.
io::Awaitable<Result<void, io::postgres::PgError>>
add_batches(io::postgres::PgConnection& connection, std::vector<cluster::Batch> batches);

/// Gives the journal a history of its own: a new random hash for its first row, and new hashes for
/// all later rows. Nodes and snapshots based on an old row no longer find that row. Returns the
/// number of batches. Either all are rehashed, or none.
///
/// Errors: the connection's; rejected if the chain is broken.
io::Awaitable<Result<std::uint64_t, io::postgres::PgError>>
fork_journal(io::postgres::PgConnection& connection, io::Random& random);

}  // namespace frontrow::store::postgres
