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

/// A shared journal that is reached over connections of its own.
class RemoteJournal : public SharedJournal {
public:
    /// Before the first use; again after a fault. Faults: unavailable.
    virtual io::Awaitable<Result<void, io::Fault>> open() = 0;
    /// Reads it beside all of this.
    virtual engine::FactReader& facts() = 0;
    /// Ends what is under way, reads of facts too. Nothing is answered any more.
    virtual io::Awaitable<void> close() = 0;
};

/// The store of one of many equal nodes: the whole state in memory, decided on by the cluster's
/// protocol (node.h). This is the loop, the timer and the waiting around that machine.
///
/// It connects in its own time, and reads the journal from a snapshot on that stands in it, or from
/// its beginning: is_ready() tells when it has. Without the database everything waits, and is a
/// fault (unavailable) once it has waited too long.
class ClusterStore final : public engine::StateStore {
public:
    /// All outlive the store.
    struct Ports {
        io::Executor owner;
        const io::Clock& clock;
        io::Random& random;
        /// Told of what went wrong on the way, for the log.
        std::function<void(const io::Fault&)> on_trouble;
        /// Told each time that the database wasn't reached, and when it answers.
        std::function<void(const Result<void, io::Fault>&)> on_contact;
        /// The same of the gate.
        std::function<void(const Result<void, io::Fault>&)> on_gate = {};
        /// Told once that this process can't go on; a restart takes things as they are now.
        std::function<void(const io::Fault&)> on_failure;
        /// Told when a snapshot couldn't be used or taken: a start takes longer, nothing else. May
        /// be empty where there is no cache.
        std::function<void(const io::Fault&)> on_snapshot_trouble = {};
        /// Told when the journal has been read to its end, with the number of its last fact and of
        /// the first one that wasn't in a snapshot. May be empty.
        std::function<void(std::uint64_t, std::uint64_t)> on_read = {};
    };

    struct Cache {
        std::filesystem::path folder;
        engine::SnapshotTaker::Settings snapshots = {};
    };

    struct Settings {
        Node::Settings node = {};
        /// A gate before the engine; none if absent.
        std::optional<SeatClaims::Settings> gate = std::nullopt;
        /// A folder of this node's own for snapshots, which is there, and what takes them; none if
        /// absent. The command's journal is this one.
        std::optional<Cache> cache = std::nullopt;
    };

    ClusterStore(Settings settings, Ports ports, std::unique_ptr<RemoteJournal> journal);
    /// After close().
    ~ClusterStore() override;

    Awaitable<void> close() override;
    Awaitable<Result<domain::Outcome, io::Fault>> execute(domain::Command command, TraceId trace)
        override;
    void measure(telemetry::Figures& figures) override;
    bool is_ready() const override;
    Instant now() override;
    /// Nothing before it has begun.
    const Node* node() const { return node_.get(); }

private:
    bool is_always_readable() const override { return false; }
    Awaitable<std::optional<io::Fault>> until_readable() override;
    Awaitable<std::optional<io::Fault>> until_tellable(std::uint64_t seq) override;
    bool is_forming(std::uint64_t) const override { return false; }
    bool lapse_some(Instant now) override;

    using Outcome = Result<domain::Outcome, io::Fault>;

    Awaitable<Outcome> decide(domain::Command command, TraceId trace);
    /// A reservation that nothing stands against but who else wants its seats.
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
    /// In the snapshot that it began with, and in the batches since.
    std::uint64_t journal_bytes_ = 0;
    /// Of that snapshot.
    unsigned generation_ = 0;
    /// The first fact that wasn't in it.
    std::uint64_t read_from_ = 1;
    std::unique_ptr<io::Ticker> ticker_;
    /// When the node wants to be woken; the timer is set for the first of these.
    std::set<Node::Time> wakes_;
    io::Timer timer_;
    io::TaskGroup tasks_;
    bool is_closing_ = false;
    /// Posted work holds a weak reference, so that what was queued when the store goes does
    /// nothing.
    std::shared_ptr<ClusterStore*> self_;
};

}  // namespace frontrow::store::cluster
