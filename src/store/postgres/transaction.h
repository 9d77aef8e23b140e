#pragma once

#include "base/result.h"
#include "domain/commands.h"
#include "domain/decide.h"
#include "io/awaitable.h"
#include "io/postgres/pg_connection.h"

#include <optional>
#include <span>
#include <vector>

namespace frontrow::store::postgres {

/// A batch that came to nothing, as far as is known.
struct BatchFailure {
    io::postgres::PgError error;
    /// The COMMIT had been sent and wasn't answered: it may have been done.
    bool is_in_doubt = false;
    /// What was read had changed before it was written, or a key was used meanwhile: the same again
    /// reads it anew.
    bool is_stale = false;
};

struct BatchOutcome {
    /// None for a command that has to come back: what it wants was locked by another transaction.
    std::vector<std::optional<domain::Outcome>> outcomes;
    Instant now;
};

/// Locks, reads, decides and writes these commands in one transaction of three round trips, and
/// returns the outcome of each once it is durable. `floor`: the time never falls below this.
io::Awaitable<Result<BatchOutcome, BatchFailure>> run_batch(
    io::postgres::PgConnection& connection,
    std::span<const domain::Command> commands,
    std::span<const TraceId> traces,
    Instant floor
);

}  // namespace frontrow::store::postgres
