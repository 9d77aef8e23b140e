#pragma once

#include "base/result.h"
#include "domain/inventory.h"
#include "io/awaitable.h"
#include "io/postgres/pg_pool.h"
#include "io/task_group.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::store::postgres {

/// A node's own copy of the inventory, which follows the feed of facts. One thread.
///
/// Facts are taken in the order of their seq. A number that isn't there belongs to a transaction
/// that is still under way, or to one that has failed: the view waits before it, and passes it over
/// once every transaction has ended that was writing facts when the gap was seen.
///
/// The database may turn out to have another past than the copy: a backup was restored, or a
/// standby that lacked the last commits took over. The copy is of no use from then on.
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

    /// Fails those who wait; what is under way goes on.
    void give_up(const std::string& why);
    /// Ends what is under way at its next step.
    void stop() { is_stopping_ = true; }

    const domain::Inventory& inventory() const { return inventory_; }

    /// Whether the database was found to have another past.
    bool is_of_another_past() const { return is_of_another_past_; }

private:
    using Answer = Result<Instant, io::postgres::PgError>;
    using Waiter = std::move_only_function<void(Answer)>;

    struct Gap {
        std::uint64_t before = 0;
        /// Who was writing when it was asked for the first time, and hasn't ended since.
        std::optional<std::vector<std::string>> writers;
    };

    io::Awaitable<void> run_rounds();
    io::Awaitable<Answer> run_round();
    void answer(std::vector<Waiter>& waiters, const Answer& answer);
    bool has_last_line(const io::postgres::PgResult& facts) const;
    void note_writers(const io::postgres::PgResult& writers);
    void take(const io::postgres::PgResult& facts);
    bool may_pass_gap(std::uint64_t before);

    io::postgres::PgPool& pool_;
    io::TaskGroup& tasks_;
    OnFact on_fact_;
    domain::Inventory inventory_;
    std::uint64_t position_ = 0;
    /// How the fact at that position begins.
    std::string last_line_;
    std::optional<Gap> gap_;
    /// The fact that stopped it, or 0.
    std::uint64_t unreadable_ = 0;
    bool is_running_ = false;
    bool is_stopping_ = false;
    bool is_of_another_past_ = false;
    /// For the next round, and of the one under way.
    std::vector<Waiter> waiters_;
    std::vector<Waiter> served_;
};

}  // namespace frontrow::store::postgres
