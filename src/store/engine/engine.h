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

/// Events of the wall clock that an operator should know about.
enum class ClockNews { long_after_newest_fact, disagrees, agrees_again };

/// The single owner of the state. It holds the whole state in memory and decides every command on
/// arrival, on the thread of `owner`, without locks. The new facts form a batch. The commands are
/// answered when the journal has made their batch durable.
///
/// After any fault of the journal nothing more is decided. Waiting commands are answered
/// outcome_unknown, and `on_failure` is called once so that the process can end; the restart
/// recovers from the journal.
///
/// While the journal is stalled (a batch has been under way for two seconds) the engine isn't
/// ready, and commands that claim or add something are refused as overloaded. Commands that end or
/// free a hold are still decided on arrival and wait: a buyer who came in time keeps the seats.
class Engine : public StateStore {
public:
    struct Settings {
        /// Bound on commands that wait for the journal; further ones are refused as overloaded.
        std::size_t waiting_max;
        /// Bound on the size of one batch: its facts as lines of JSON, estimated generously. A
        /// command that would exceed it is refused as overloaded.
        std::size_t batch_bytes_max;
    };

    /// All must outlive the engine. `on_failure` is called on the owner's thread.
    struct Ports {
        io::Executor owner;
        const io::Clock& clock;
        std::function<void(const io::Fault&)> on_failure;
        /// Called with a clock event and how far the wall clock is ahead of the engine's time. May
        /// be empty.
        std::function<void(ClockNews, Millis)> on_clock_news = {};
        /// Called once when the journal's disk space becomes low, and once when it no longer is.
        /// May be empty.
        std::function<void(const Journal::Health&)> on_room_news = {};
        /// Called when older facts couldn't be read for a reader of the feed. May be empty.
        std::function<void(const io::Fault&)> on_unread_facts = {};
    };

    /// `state` is the state after all facts of the journal, all of which must be durable. `time`
    /// continues from the last of them.
    Engine(
        Settings settings,
        Ports ports,
        std::unique_ptr<domain::Inventory> state,
        io::CarriedTime time
    );
    /// Destroy it on the owner's thread, when no caller waits any more.
    ~Engine() override;

    /// The callback through which the journal reports its batches.
    Journal::Done done();
    /// Starts deciding. The journal must end where the state does, at `end`. Call it once. A fault
    /// comes from the journal, which is unusable then.
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
    /// Refuses only commands that claim or add something.
    std::optional<io::Fault> refuse_more() const;
    bool is_stalled() const;
    std::uint64_t record(std::vector<domain::NewFact> facts, Instant at, TraceId trace);
    /// Call before an event is deleted: keeps its seat blocks in memory and deallocates them over
    /// several turns of the loop.
    void free_seats_gradually(EventId event);
    /// Records the expiry of a bounded number of holds. Each written batch triggers the next sweep.
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
    /// Returns nothing once everything up to `seq` is durable.
    Awaitable<std::optional<io::Fault>> until_tellable(std::uint64_t seq) override;
    bool is_forming(std::uint64_t seq) const override { return commit_.is_forming(seq); }
    bool lapse_some(Instant now) override;

    // Work done ten times a second.

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
    /// The batch being written.
    SharedFacts writing_;
    BatchTiming timing_;
    bool write_is_posted_ = false;
    /// Ticks since the batch being written was handed to the journal.
    int ticks_of_batch_ = 0;
    bool failed_ = false;
    bool is_closing_ = false;
    Journal::Health health_;

    /// Posted work holds a weak reference, so work that is still queued when the engine is
    /// destroyed does nothing.
    std::shared_ptr<Engine*> self_;
    std::unique_ptr<Journal> journal_;
    std::unique_ptr<io::Ticker> ticker_;
};

}  // namespace frontrow::store::engine
