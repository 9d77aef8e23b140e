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

/// One session with PostgreSQL. One thread, the executor's, and one user at a time (CHECK): a
/// second run() is begun when the first has returned. Errors come back as PgErrors and never throw.
class PgConnection {
public:
    /// Not connected yet.
    PgConnection(Executor executor, PgOptions options);
    /// Closes. Whoever waited on it has returned.
    ~PgConnection();
    PgConnection(const PgConnection&) = delete;
    PgConnection& operator=(const PgConnection&) = delete;

    static Awaitable<Result<std::unique_ptr<PgConnection>, PgError>>
    connect(Executor executor, PgOptions options);

    /// Connects, once, within connect_time. Errors: refused, unavailable.
    Awaitable<Result<void, PgError>> open();

    /// Sends these statements in one network round trip and returns an answer for each, or the
    /// first error. They are one transaction: all or nothing, unless BEGIN and COMMIT among them,
    /// or a BEGIN in an earlier run, say otherwise. After an error no transaction is open, and the
    /// connection goes on to work if is_usable() says so.
    ///
    /// If it never returns, or returns `lost`, they may have been done. The queries live until it
    /// returns, and there is at least one.
    Awaitable<Result<std::vector<PgResult>, PgError>> run(std::span<const PgQuery> queries);

    /// Runs statements separated by semicolons, as a migration file has them, in one transaction
    /// unless they say otherwise. What they return is dropped. Not for a pooled connection.
    Awaitable<Result<void, PgError>> run_script(std::string sql, std::chrono::milliseconds time);

    /// Whether the server warned during the last run(), which succeeded nevertheless.
    bool has_warned() const;
    /// False: for nothing but to be destroyed.
    bool is_usable() const;
    /// As is_usable(), after a look at whether the server has ended the session meanwhile. Costs a
    /// system call.
    bool is_alive();
    bool is_in_transaction() const;
    /// The process that serves this session, as pg_stat_activity has it; behind a pooler a number
    /// that means nothing to the server.
    int backend() const;
    /// Ends the session at once; who waits on it gets `lost`, or `refused` before it was open. What
    /// the server is doing it may finish, within statement_timeout.
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
