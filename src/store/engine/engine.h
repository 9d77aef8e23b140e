#pragma once

#include "domain/inventory.h"
#include "io/awaitable.h"
#include "io/carried_time.h"
#include "io/clock.h"
#include "io/ticker.h"
#include "store/engine/batch_timing.h"
#include "store/engine/group_commit.h"
#include "store/engine/journal.h"
#include "store/engine/state_store.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::store::engine {

/// What is to be said of the wall clock.
enum class ClockNews { long_after_newest_fact, disagrees, agrees_again };

/// The one owner of everything that is true. The thread of `owner` holds the whole state and
/// decides every command the moment it arrives; the batch of facts that formed meanwhile is made
/// durable by the journal, and only then are its answers released. Nothing is locked.
///
/// On any fault of the journal nothing more is decided: what waits is answered outcome_unknown and
/// `on_failure` is called once, so that the process can end; the restart takes the journal as the
/// truth.
///
/// While the journal is stalled (a batch has been under way for two seconds) the engine isn't
/// ready, and what would take on more is refused as overloaded. What ends or frees a hold is
/// decided when it arrives, as ever, and waits: a buyer who came in time keeps the seats.
class Engine : public StateStore {
public:
    struct Settings {
        /// Commands waiting for the journal beyond which more are refused as overloaded.
        std::size_t waiting_max;
        /// What the facts of one batch may take as lines, by a generous estimate; a command that
        /// would make it more is refused as overloaded.
        std::size_t batch_bytes_max;
    };

    /// All outlive the engine. `on_failure` is called on the owner's thread.
    struct Ports {
        io::Executor owner;
        const io::Clock& clock;
        std::function<void(const io::Fault&)> on_failure;
        /// With how far the wall clock is ahead of the engine's time. May be empty.
        std::function<void(ClockNews, Millis)> on_clock_news = {};
        /// Told once when the journal's room has become low, and once when it is no longer. May be
        /// empty.
        std::function<void(const Journal::Health&)> on_room_news = {};
        /// Told when a reader of the feed couldn't be given older facts. May be empty.
        std::function<void(const io::Fault&)> on_unread_facts = {};
    };

    /// `state`: what the journal's facts come to, all of them durable. `time` goes on from there.
    Engine(
        Settings settings,
        Ports ports,
        std::unique_ptr<domain::Inventory> state,
        io::CarriedTime time
    );
    /// On the owner's thread, when nobody waits any more.
    ~Engine() override;

    /// What the journal tells what came of its batches.
    Journal::Done done();
    /// From now on it decides. The journal ends where the state does, at `end`. Once. A fault is
    /// the journal's, which is in no good order.
    Result<void, io::Fault> start(std::unique_ptr<Journal> journal, const JournalEnd& end);

    Awaitable<void> close() override;
    Awaitable<Result<domain::Outcome, io::Fault>> execute(domain::Command command, TraceId trace)
        override;
    void measure(telemetry::Figures& figures) override;
    bool is_ready() const override { return !failed_ && !is_stalled(); }
    Instant now() override { return time_.at(ports_.clock.read()); }

private:
    // Commands.

    std::optional<io::Fault> refuse_work() const;
    /// Refuses new claims only.
    std::optional<io::Fault> refuse_more() const;
    bool is_stalled() const;
    std::uint64_t record(std::vector<domain::NewFact> facts, Instant at, TraceId trace);
    /// Before the event is deleted, so that nobody waits while its seats are freed.
    void let_seats_go(EventId event);
    /// Makes facts of holds that have run out, a bounded number; each batch that was written brings
    /// the next.
    void sweep();

    // Batches.

    void schedule_write();
    void wait_a_turn();
    void on_turn();
    void write_next_batch();
    void on_written(Result<Journal::Written, io::Fault> written);
    void fail(const io::Fault& fault);
    Awaitable<bool> durable(std::uint64_t seq, GroupCommit::Asker asker);

    // Reads.

    bool is_always_readable() const override { return true; }
    Awaitable<std::optional<io::Fault>> until_readable() override;
    /// Nothing once everything up to `seq` may be told.
    Awaitable<std::optional<io::Fault>> until_tellable(std::uint64_t seq) override;
    bool is_forming(std::uint64_t seq) const override { return commit_.is_forming(seq); }
    bool lapse_some(Instant now) override;

    // What comes by ten times a second.

    void tick();
    void look_after(const Journal::Health& health);
    void watch_clock();

    Settings settings_;
    Ports ports_;
    io::CarriedTime time_;
    bool is_clock_alarmed_ = false;
    std::uint64_t commands_ = 0;
    std::uint64_t batches_ = 0;

    GroupCommit commit_;
    /// The batch that is being written.
    SharedFacts writing_;
    BatchTiming timing_;
    bool write_is_posted_ = false;
    /// Ticks since the batch that is being written was handed over.
    int ticks_of_batch_ = 0;
    bool failed_ = false;
    bool is_closing_ = false;
    Journal::Health health_;

    /// Posted work holds a weak reference, so that what was queued when the engine goes does
    /// nothing.
    std::shared_ptr<Engine*> self_;
    std::unique_ptr<Journal> journal_;
    std::unique_ptr<io::Ticker> ticker_;
};

}  // namespace frontrow::store::engine
