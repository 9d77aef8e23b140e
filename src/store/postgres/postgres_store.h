#pragma once

#include "io/backoff.h"
#include "io/clock.h"
#include "io/postgres/pg_pool.h"
#include "io/random.h"
#include "io/stopwatch.h"
#include "io/task_group.h"
#include "io/ticker.h"
#include "store/postgres/feed_view.h"
#include "store/postgres/transaction.h"
#include "store/seat_maps.h"
#include "store/store.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
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
/// Without the database everything is a fault (unavailable) until it is back. Only one that comes
/// back with another past ends the process.
class PostgresStore final : public Store {
public:
    struct Settings {
        io::postgres::PgPool::Settings pool;
        /// Transactions of buyers under way at once, each with its connection. Organizers (a
        /// hundred thousand seats, …) have one lane more, and reads the rest.
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
        /// Told once that this process can't go on; a restart takes things as they are now.
        std::function<void(const io::Fault&)> on_failure;
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
    Awaitable<Result<std::optional<domain::SeatCounts>, io::Fault>> count_seats(EventId event
    ) override;
    Awaitable<Result<std::optional<SeatMaps::Map>, io::Fault>> seat_map(EventId event) override;
    Awaitable<Result<std::optional<domain::Reservation>, io::Fault>>
    find_reservation(ReservationId id, std::string user) override;
    Awaitable<Result<std::vector<domain::Reservation>, io::Fault>>
    list_reservations(std::string user, Page page) override;
    Awaitable<Result<std::vector<domain::ApiKey>, io::Fault>> list_api_keys(Page page) override;
    const domain::ApiKey* find_api_key(const domain::ApiKeyDigest& digest) const override;

    /// The instant at which a read is judged, once inventory() has all that was committed before.
    Awaitable<Result<Instant, io::Fault>> up_to_date();
    /// This node's copy, as far as it has followed the feed.
    const domain::Inventory& inventory() const { return view_.inventory(); }

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
        /// In the order in which they came.
        std::uint64_t number = 0;
        io::Stopwatch waited = {};
        /// How long it stays away while what it wants is another transaction's.
        io::Backoff backoff;
        /// It may have been done already.
        bool is_in_doubt = false;
    };
    using Batch = std::vector<Pending>;

    /// Commands that share lanes, and the lanes of these that wait for work.
    struct Queue {
        std::deque<Pending> waiting;
        std::vector<std::move_only_function<void()>> idle_lanes;
    };

    Awaitable<void> start();
    Awaitable<Result<void, io::postgres::PgError>> prepare();
    Queue& queue_of(const domain::Command& command);
    void wait_in_line(Pending one);
    Awaitable<void> run_lane(Queue& queue);
    Batch next_batch(Queue& queue);
    void drop_overdue(Queue& queue);
    Awaitable<void> run(Batch batch);
    Awaitable<Result<BatchOutcome, BatchFailure>> attempt(const Batch& batch);
    Batch answer_decided(Batch batch, BatchOutcome done);
    Awaitable<void> come_back(Pending one);
    Awaitable<void> split(Batch batch);
    void answer_doubtful(Batch& batch);
    void answer_all(Batch& batch, const io::Fault& fault);
    Awaitable<void> pause(std::chrono::milliseconds time);

    void learn(Instant database_now);
    void fail();
    void tick();

    Settings settings_;
    Ports ports_;
    io::postgres::PgPool pool_;
    FeedView view_;
    SeatMaps seat_maps_;
    std::uint64_t commands_ = 0;
    Queue sales_;
    Queue organizing_;
    /// How far the database's clock is ahead of ours.
    Millis clock_offset_{0};
    Instant last_now_{};
    /// The latest time that the database has told. Only this is a floor for what is decided: ours
    /// may have jumped ahead for a moment, and what was true then would hold for ever.
    Instant last_told_{};
    bool has_started_ = false;
    bool is_closing_ = false;
    bool has_failed_ = false;
    bool is_sweeping_ = false;
    bool is_following_ = false;
    io::Stopwatch following_;
    bool was_reachable_ = true;
    /// The view could be brought up to date when that was tried last.
    bool can_follow_ = true;
    io::TaskGroup tasks_;
    std::unique_ptr<io::Ticker> ticker_;
};

}  // namespace frontrow::store::postgres
