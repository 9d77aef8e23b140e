#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/backoff.h"
#include "io/postgres/pg_connection.h"
#include "io/postgres/pg_error.h"
#include "io/postgres/pg_options.h"
#include "io/random.h"
#include "io/task_group.h"
#include "io/timer.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace frontrow::io::postgres {

/// Up to a fixed number of connections, lent one by one to those who wait, in the order in which
/// they came. Connections are made when somebody waits and none is free; at least one is kept, so
/// that is_reachable() tells the truth when nobody asks for anything. A broken one is dropped; new
/// attempts at a server that refuses come less and less often. One thread, the executor's.
class PgPool {
public:
    struct Settings {
        PgOptions connection;
        std::size_t connections_max = 8;
        /// Beyond this many waiting, acquire() fails at once.
        std::size_t waiting_max = 1'024;
        /// How long acquire() waits.
        std::chrono::milliseconds wait_time{2'000};
        std::chrono::milliseconds backoff_min{50};
        /// So late may it be noticed that the server is back.
        std::chrono::milliseconds backoff_max{1'000};
    };

    class Lease;

    /// Begins to connect at once. `random` outlives the pool.
    PgPool(Executor executor, Settings settings, Random& random);
    /// After close().
    ~PgPool();
    PgPool(const PgPool&) = delete;
    PgPool& operator=(const PgPool&) = delete;

    /// A connection for the time that the lease lives. Errors: exhausted; refused, unavailable or
    /// whatever else stands between us and the server, when there was none in time.
    Awaitable<Result<Lease, PgError>> acquire();

    /// Whether there is a connection that the server hasn't ended. Costs a system call for each
    /// idle one.
    bool is_reachable();
    std::size_t connections() const { return idle_.size() + leased_; }
    std::size_t waiting() const { return waiting_.size(); }

    /// Refuses whoever waits or comes, and returns when every lease has come back and nothing of
    /// the pool runs any more. What is lent is not cut off: runs have their own bounds.
    Awaitable<void> close();

private:
    struct Waiter;

    std::unique_ptr<PgConnection> take_idle();
    void give_back(std::unique_ptr<PgConnection> connection);
    void put(std::unique_ptr<PgConnection> connection);
    void drop_ended();
    PgError why_none() const;
    Awaitable<void> keep();
    Awaitable<void> add_one();
    Awaitable<void> pause(std::chrono::milliseconds time);
    bool wants_more() const;
    void wake_keeper();

    Executor executor_;
    Settings settings_;
    Random& random_;
    Backoff backoff_;
    /// The last one given back is the first to be lent again: its session is warm.
    std::vector<std::unique_ptr<PgConnection>> idle_;
    std::size_t leased_ = 0;
    std::deque<Waiter*> waiting_;
    /// Why the last attempt failed; empty if it didn't.
    PgError last_error_;
    /// The one that is being made.
    std::unique_ptr<PgConnection> coming_;
    Timer keeper_timer_;
    Timer returned_;
    bool is_backing_off_ = false;
    bool is_closing_ = false;
    TaskGroup tasks_;
};

/// A connection on loan. Gives it back when it goes; one that is broken, or still in a transaction,
/// ends instead. Must not outlive the pool.
class PgPool::Lease {
public:
    Lease(PgPool& pool, std::unique_ptr<PgConnection> connection)
        : pool_{&pool}, connection_{std::move(connection)} {}
    ~Lease() { give_back(); }
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&& other) noexcept {
        give_back();
        pool_ = other.pool_;
        connection_ = std::move(other.connection_);
        return *this;
    }

    PgConnection* operator->() const { return connection_.get(); }
    PgConnection& operator*() const { return *connection_; }

private:
    void give_back() {
        if (connection_) pool_->give_back(std::move(connection_));
    }

    PgPool* pool_;
    std::unique_ptr<PgConnection> connection_;
};

}  // namespace frontrow::io::postgres
