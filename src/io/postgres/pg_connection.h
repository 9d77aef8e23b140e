#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/postgres/pg_error.h"
#include "io/postgres/pg_exchange.h"
#include "io/postgres/pg_options.h"
#include "io/postgres/pg_result.h"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace frontrow::io::postgres {

class PgLink;

/// One session with PostgreSQL. One thread, the executor's, and one user at a time (CHECK): begin a
/// second run() only after the first has returned. Errors are returned as PgErrors; nothing throws.
class PgConnection {
public:
    /// Doesn't connect yet.
    PgConnection(Executor executor, PgOptions options);
    /// Closes the session. All calls must have returned.
    ~PgConnection();
    PgConnection(const PgConnection&) = delete;
    PgConnection& operator=(const PgConnection&) = delete;

    static Awaitable<Result<std::unique_ptr<PgConnection>, PgError>>
    connect(Executor executor, PgOptions options);

    /// Connects once, within connect_time. Errors: refused, unavailable.
    Awaitable<Result<void, PgError>> open();

    /// Sends the statements in one network round trip. Returns a result for each, or the first
    /// error. All statements are one transaction, unless they contain BEGIN or COMMIT or an earlier
    /// run sent a BEGIN. After an error no transaction is open, and the connection can be used
    /// further if is_usable() is true.
    ///
    /// If it never returns, or returns `lost`, the statements may have been executed. `queries`
    /// must not be empty and must live until it returns.
    Awaitable<Result<std::vector<PgResult>, PgError>> run(std::span<const PgQuery> queries);

    /// Runs statements separated by semicolons, as in a migration file. They are one transaction
    /// unless they contain BEGIN or COMMIT. Discards their results. Not for a connection through a
    /// pooler.
    Awaitable<Result<void, PgError>> run_script(std::string sql, std::chrono::milliseconds time);

    /// True if the server sent a warning during the last successful run().
    bool has_warned() const;
    /// If false, the connection can only be destroyed.
    bool is_usable() const;
    /// Like is_usable(), but also checks whether the server has ended the session. Costs a system
    /// call.
    bool is_alive();
    bool is_in_transaction() const;
    /// The id of the server's process for this session, as in pg_stat_activity. Through a pooler it
    /// means nothing to the server.
    int backend() const;
    /// Ends the session at once. A waiting call returns `lost`, or `refused` if the session wasn't
    /// open yet. The server may still finish the current statement, within statement_timeout.
    void close();

private:
    class Use;

    Awaitable<Result<std::vector<PgResult>, PgError>> run_pipeline(std::span<const PgQuery> queries
    );
    bool send(PgExchange& exchange, std::span<const PgQuery> queries);
    Awaitable<Result<void, PgError>> set_up_session();
    Awaitable<void> recover(const PgError& error);
    Awaitable<bool> converse(PgExchange& exchange);
    Awaitable<std::optional<PgError>> converse_script();
    PgError not_begun() const;
    PgError lost(const std::optional<PgError>& said) const;
    PgQuery settings(bool is_local) const;
    PgPrepared* prepared() { return options_.prepare ? &prepared_ : nullptr; }

    PgOptions options_;
    std::shared_ptr<PgLink> link_;
    PgPrepared prepared_;
    bool is_stale_ = false;
};

}  // namespace frontrow::io::postgres
