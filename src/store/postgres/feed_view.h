#pragma once

#include "base/result.h"
#include "domain/inventory.h"
#include "io/awaitable.h"
#include "io/postgres/pg_pool.h"
#include "io/task_group.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace frontrow::store::postgres {

/// A node's own copy of the inventory, which follows the feed of facts. One thread.
///
/// Facts are taken in the order of their seq. A number that isn't there belongs to a transaction
/// that is still under way, or to one that has failed: the view waits before it, and passes it over
/// once every transaction has ended that was running when the gap was seen. Which those are is told
/// by a transaction id drawn then: a snapshot's xmax won't do, as it lies below those who run with
/// higher ids than the last that has ended.
class FeedView {
public:
    using OnFact = std::function<void(const domain::Fact&)>;

    /// Both outlive the view; its work is done in `tasks`. `on_fact`, which may be empty, is told
    /// of each fact once the view has it.
    FeedView(io::postgres::PgPool& pool, io::TaskGroup& tasks, OnFact on_fact = {})
        : pool_{pool}, tasks_{tasks}, on_fact_{std::move(on_fact)} {}

    /// Returns when the view has all that was committed when this was called, with the database's
    /// time. One query serves all who wait.
    io::Awaitable<Result<Instant, io::postgres::PgError>> catch_up();

    const domain::Inventory& inventory() const { return inventory_; }

private:
    using Answer = Result<Instant, io::postgres::PgError>;
    using Waiter = std::move_only_function<void(Answer)>;

    struct Gap {
        std::uint64_t before = 0;
        /// Whoever drew the missing numbers has a lower transaction id. 0: not asked yet.
        std::int64_t transactions_until = 0;
    };

    io::Awaitable<void> run_rounds();
    io::Awaitable<Answer> run_round();
    bool take(const io::postgres::PgResult& facts);
    bool may_pass_gap(std::uint64_t before, std::int64_t xmin);

    io::postgres::PgPool& pool_;
    io::TaskGroup& tasks_;
    OnFact on_fact_;
    domain::Inventory inventory_;
    std::uint64_t position_ = 0;
    std::optional<Gap> gap_;
    /// The fact that stopped it, or 0.
    std::uint64_t unreadable_ = 0;
    bool is_running_ = false;
    std::vector<Waiter> waiters_;
};

}  // namespace frontrow::store::postgres
