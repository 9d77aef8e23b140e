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

/// Bounds for what nodes ask for, which never takes long: what is silent for longer counts as gone,
/// and is asked again on another connection while clients still wait.
io::postgres::PgOptions with_short_times(io::postgres::PgOptions options);

/// Of what surely wasn't done, or only read.
io::Fault unavailable(const io::postgres::PgError& error);

/// A connection that is opened when it's used and isn't usable. It lives with a pooler that lends
/// its sessions by the transaction. One user at a time.
class Line {
public:
    Line(io::Executor owner, const io::postgres::PgOptions& options)
        : owner_{owner}, options_{options} {}

    using Results = Result<std::vector<io::postgres::PgResult>, io::postgres::PgError>;

    /// As PgConnection::run.
    io::Awaitable<Results> run(std::span<const io::postgres::PgQuery> queries);
    /// The same in the session that is open. Errors: refused, if none is.
    io::Awaitable<Results> go_on(std::span<const io::postgres::PgQuery> queries);
    /// With the transaction that it is in. Nothing is under way.
    void end_session() { connection_.reset(); }
    /// As run(), for what changes something. Faults: unavailable (nothing was done),
    /// outcome_unknown (it may have been, or a standby may not have it).
    io::Awaitable<Result<std::vector<io::postgres::PgResult>, io::Fault>> change(
        std::span<const io::postgres::PgQuery> queries
    );
    /// As PgConnection's, of the last run.
    bool has_warned() const { return connection_->has_warned(); }
    /// Ends what is under way.
    void close();

private:
    io::Awaitable<Results> try_to_run(std::span<const io::postgres::PgQuery> queries);
    io::Awaitable<Result<void, io::postgres::PgError>> connect();

    io::Executor owner_;
    io::postgres::PgOptions options_;
    io::postgres::PgConnection* opening_ = nullptr;
    std::unique_ptr<io::postgres::PgConnection> connection_;
    /// The process of the session before, which broke while it was asked something; 0 for none.
    int left_behind_ = 0;
};

}  // namespace frontrow::store::postgres
