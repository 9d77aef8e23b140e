#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/postgres/pg_connection.h"
#include "io/postgres/pg_options.h"

#include <memory>
#include <span>
#include <vector>

namespace frontrow::store::postgres {

/// Sets timeouts for the nodes' statements, which are all short: a connection that is silent for
/// longer counts as lost, and the statement is sent again on another one while clients still wait.
io::postgres::PgOptions with_short_times(io::postgres::PgOptions options);

/// Turns an error into the fault `unavailable`. The error must come from a read, or be one after
/// which certainly nothing was done.
io::Fault unavailable(const io::postgres::PgError& error);

/// A connection that opens itself on use. Works with a pooler in transaction mode. One user at a
/// time.
class Line {
public:
    Line(io::Executor owner, const io::postgres::PgOptions& options)
        : owner_{owner}, options_{options} {}

    using Results = Result<std::vector<io::postgres::PgResult>, io::postgres::PgError>;

    /// Like PgConnection::run.
    io::Awaitable<Results> run(std::span<const io::postgres::PgQuery> queries);
    /// Like run(), but only in the session that is already open. Errors: refused if none is open.
    io::Awaitable<Results> go_on(std::span<const io::postgres::PgQuery> queries);
    /// Ends the session, and the transaction that is open in it. No call may be under way.
    void end_session() { connection_.reset(); }
    /// Like run(), for statements that change something. Faults: unavailable (nothing was done),
    /// outcome_unknown (it may have been done, or a standby may not have it).
    io::Awaitable<Result<std::vector<io::postgres::PgResult>, io::Fault>> change(
        std::span<const io::postgres::PgQuery> queries
    );
    /// Like PgConnection::has_warned, for the last run.
    bool has_warned() const { return connection_->has_warned(); }
    /// Aborts what is under way.
    void close();

private:
    io::Awaitable<Results> try_to_run(std::span<const io::postgres::PgQuery> queries);
    io::Awaitable<Result<void, io::postgres::PgError>> connect();

    io::Executor owner_;
    io::postgres::PgOptions options_;
    io::postgres::PgConnection* opening_ = nullptr;
    std::unique_ptr<io::postgres::PgConnection> connection_;
    /// The server process of the previous session, if its connection broke during a statement;
    /// otherwise 0.
    int left_behind_ = 0;
};

}  // namespace frontrow::store::postgres
