#pragma once

#include "io/awaitable.h"
#include "io/clock.h"
#include "io/fault.h"
#include "io/random.h"
#include "io/task_group.h"
#include "io/ticker.h"
#include "io/timer.h"
#include "store/cluster/node.h"
#include "store/cluster/seat_claims.h"
#include "store/cluster/shared_journal.h"
#include "store/engine/fact_reader.h"
#include "store/engine/snapshot_taker.h"
#include "store/engine/state_store.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace frontrow::store::cluster {

/// A shared journal on a server, reached over its own connections.
class RemoteJournal : public SharedJournal {
public:
    /// Connects. Call it before the first use, and again after a fault. Faults: unavailable.
    virtual io::Awaitable<Result<void, io::Fault>> open() = 0;
    /// Reads facts independently of all other calls.
    virtual engine::FactReader& facts() = 0;
    /// Aborts everything under way, including reads of facts. Nothing is answered after that.
    virtual io::Awaitable<void> close() = 0;
};

/// The store of one of many equal nodes. It keeps the whole state in memory. Node (node.h) is the
/// state machine of the cluster's protocol and decides commands. This class runs it: event loop,
/// timer, waiting callers.
///
/// The constructor starts to connect in the background, and to read the journal from a snapshot
/// that matches it, or from the beginning; is_ready() tells when that is done. While the database
/// can't be reached, calls wait. After too long they end in a fault (unavailable).
class ClusterStore final : public engine::StateStore {
public:
    /// All must outlive the store.
    struct Ports {
        io::Executor owner;
        const io::Clock& clock;
        io::Random& random;
        /// Called with non-fatal faults, for the log.
        std::function<void(const io::Fault&)> on_trouble;
        /// Called each time the database couldn't be reached, and when it answers again.
        std::function<void(const Result<void, io::Fault>&)> on_contact;
        /// The same for the seat gate.
        std::function<void(const Result<void, io::Fault>&)> on_gate = {};
        /// Called once when this process can't continue; a restart recovers from the journal.
        std::function<void(const io::Fault&)> on_failure;
        /// Called when a snapshot couldn't be used or taken. The only effect is a longer start. May
        /// be empty if there is no cache.
        std::function<void(const io::Fault&)> on_snapshot_trouble = {};
        /// Called when the journal has been read to its end, with the numbers of its last fact and
        /// of the first fact that wasn't in a snapshot. May be empty.
        std::function<void(std::uint64_t, std::uint64_t)> on_read = {};
    };

    struct Cache {
        std::filesystem::path folder;
        engine::SnapshotTaker::Settings snapshots = {};
    };

    struct Settings {
        Node::Settings node = {};
        /// A seat gate before the engine; none if absent.
        std::optional<SeatClaims::Settings> gate = std::nullopt;
        /// An existing folder for the snapshots of this node alone, and how they are taken. If
        /// absent, there are no snapshots. The snapshot command must read this store's journal.
        std::optional<Cache> cache = std::nullopt;
    };

    ClusterStore(Settings settings, Ports ports, std::unique_ptr<RemoteJournal> journal);
    /// Call close() before.
    ~ClusterStore() override;

    Awaitable<void> close() override;
    Awaitable<Result<domain::Outcome, io::Fault>> execute(domain::Command command, TraceId trace)
        override;
    void measure(telemetry::Figures& figures) override;
    bool is_ready() const override;
    Instant now() override;
    /// Null until the start has found the batch to start from.
    const Node* node() const { return node_.get(); }

private:
    bool is_always_readable() const override { return false; }
    Awaitable<std::optional<io::Fault>> until_readable() override;
    Awaitable<std::optional<io::Fault>> until_tellable(std::uint64_t seq) override;
    bool is_forming(std::uint64_t) const override { return false; }
    bool lapse_some(Instant now) override;

    using Outcome = Result<domain::Outcome, io::Fault>;

    Awaitable<Outcome> decide(domain::Command command, TraceId trace);
    /// True if the outcome of this reservation depends only on other buyers who want its seats.
    bool depends_on_rivals(const domain::Command& command);
    Awaitable<Outcome> decide_behind_gate(domain::ReserveSeats command, TraceId trace);
    Awaitable<void> start();
    Awaitable<Result<Head, io::Fault>> find_beginning();
    Awaitable<Result<std::optional<Head>, io::Fault>> begin_with_snapshot(
        const std::filesystem::path& file
    );
    Awaitable<Result<Head, io::Fault>> find_batch(std::uint64_t first_seq);
    void begin(const Head& head);
    void take(const Batch& batch, std::vector<domain::Fact> facts);
    void give_back_claim(ReservationId given_up, Instant at);
    void measure_node(telemetry::Figures& figures);
    void wake_at(Node::Time at);
    void set_timer();
    void tell(Node::News news);

    Settings settings_;
    Ports ports_;
    std::unique_ptr<RemoteJournal> journal_;
    std::unique_ptr<Node> node_;
    std::optional<SeatClaims> claims_;
    std::optional<engine::SnapshotTaker> snapshots_;
    /// Bytes of the snapshot that this store started from, and of all later batches.
    std::uint64_t journal_bytes_ = 0;
    /// The generation of that snapshot.
    unsigned generation_ = 0;
    /// The first fact that wasn't in the snapshot.
    std::uint64_t read_from_ = 1;
    std::unique_ptr<io::Ticker> ticker_;
    /// The times at which the node wants wake(); the timer is set for the first.
    std::set<Node::Time> wakes_;
    io::Timer timer_;
    io::TaskGroup tasks_;
    bool is_closing_ = false;
    /// Posted work holds a weak reference, so work that is still queued when the store is destroyed
    /// does nothing.
    std::shared_ptr<ClusterStore*> self_;
};

}  // namespace frontrow::store::cluster
