#pragma once

#include "io/backoff.h"
#include "io/clock.h"
#include "io/postgres/pg_pool.h"
#include "io/random.h"
#include "io/task_group.h"
#include "io/ticker.h"
#include "store/postgres/feed_view.h"
#include "store/postgres/transaction.h"
#include "store/store.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace frontrow::store::postgres {

/// The store of a cluster: PostgreSQL is the truth, and this is one of any number of nodes before
/// it. Commands that arrive together share a transaction, which locks and reads the rows that they
/// touch, has `domain::decide` decide, and writes under guards. Reads come from a copy of the
/// inventory that follows the feed of facts; each first learns how far the feed has come.
///
/// Without the database everything is a fault (unavailable) until it is back; nothing ends the
/// process.
class PostgresStore final : public Store {
public:
    struct Settings {
        io::postgres::PgPool::Settings pool;
        /// Transactions under way at once. Each has its connection; reads share two more.
        std::size_t lanes = 2;
        std::size_t batch_max = 128;
        /// Commands waiting beyond which more are refused as overloaded.
        std::size_t waiting_max = 16'384;
        /// Whether to bring the schema up to date at start.
        bool migrates = true;
    };

    /// All outlive the store.
    struct Ports {
        io::Executor owner;
        const io::Clock& clock;
        io::Random& random;
        /// Told of what went wrong on the way, for the log.
        std::function<void(const io::Fault&)> on_trouble;
        /// Told of each fact of the feed, in order, once it is in inventory(). May be empty.
        std::function<void(const domain::Fact&)> on_fact = {};
    };

    /// Begins to connect at once; is_ready() when it has what it needs.
    PostgresStore(Settings settings, Ports ports);
    /// After close().
    ~PostgresStore() override;

    Awaitable<void> close() override;
    Awaitable<Result<domain::Outcome, io::Fault>> execute(domain::Command command, TraceId trace)
        override;
    Awaitable<Result<std::optional<domain::Event>, io::Fault>> find_event(EventId id) override;
    Awaitable<Result<std::vector<domain::Event>, io::Fault>> list_events(Page page) override;
    Awaitable<Result<std::optional<domain::SeatView>, io::Fault>> find_seat(SeatId id) override;
    Awaitable<Result<std::optional<domain::SeatList>, io::Fault>>
    list_seats(EventId event, bool only_available, Page page) override;
    Awaitable<Result<std::optional<std::uint32_t>, io::Fault>> count_available(EventId event
    ) override;
    Awaitable<Result<std::optional<domain::Reservation>, io::Fault>>
    find_reservation(ReservationId id, std::string user) override;
    Awaitable<Result<std::vector<domain::Reservation>, io::Fault>>
    list_reservations(std::string user, Page page) override;

    /// The instant at which a read is judged, once inventory() has all that was committed before.
    Awaitable<Result<Instant, io::Fault>> up_to_date();
    /// This node's copy, as far as it has followed the feed.
    const domain::Inventory& inventory() const { return view_.inventory(); }
    /// What to tell somebody of whom it is known that another has one of his seats, or is about to;
    /// nothing where only the database can tell (it may be his own earlier request).
    std::optional<domain::Refusal> refusal_of_taken(const domain::ReserveSeats& command);

    ReservationCounts count_reservations() const override;
    bool is_ready() const override;
    Instant now() override;

private:
    using Answer = Result<domain::Outcome, io::Fault>;

    /// A command that waits for its turn or its answer.
    struct Pending {
        domain::Command command;
        TraceId trace;
        std::move_only_function<void(Answer)> answer;
    };
    using Batch = std::vector<Pending>;

    Awaitable<void> start();
    Awaitable<Result<void, io::postgres::PgError>> prepare();
    Awaitable<void> run_lane();
    Batch next_batch();
    Awaitable<void> run(Batch batch);
    Awaitable<Result<BatchOutcome, BatchFailure>> attempt(const Batch& batch);
    Awaitable<void> split(Batch batch);
    void answer_doubtful(Batch& batch);
    void answer_all(Batch& batch, const io::Fault& fault);
    Awaitable<void> pause(std::chrono::milliseconds time);

    void learn(Instant database_now);
    void tick();

    Settings settings_;
    Ports ports_;
    io::postgres::PgPool pool_;
    FeedView view_;
    std::deque<Pending> waiting_;
    /// Lanes that wait for work.
    std::vector<std::move_only_function<void()>> idle_lanes_;
    /// How far the database's clock is ahead of ours.
    Millis clock_offset_{0};
    Instant last_now_{};
    /// The latest time that the database has told. Only this is a floor for what is decided: ours
    /// may have jumped ahead for a moment, and what was true then would hold for ever.
    Instant last_told_{};
    bool has_started_ = false;
    bool is_closing_ = false;
    bool is_sweeping_ = false;
    bool is_following_ = false;
    bool was_reachable_ = true;
    /// The view could be brought up to date when that was tried last.
    bool can_follow_ = true;
    io::TaskGroup tasks_;
    std::unique_ptr<io::Ticker> ticker_;
};

}  // namespace frontrow::store::postgres
