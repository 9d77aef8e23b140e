#pragma once

#include "base/result.h"
#include "domain/commands.h"
#include "domain/decide.h"
#include "domain/facts.h"
#include "domain/inventory.h"
#include "io/clock.h"
#include "io/fault.h"
#include "io/random.h"
#include "store/cluster/batch.h"
#include "store/cluster/cluster_time.h"
#include "store/cluster/recent_batches.h"
#include "store/cluster/ring.h"
#include "store/cluster/shared_journal.h"
#include "store/engine/batch_timing.h"
#include "store/engine/frame.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace frontrow::store::cluster {

/// One node's part in the cluster's protocol: it decides its own clients' commands on its own copy
/// of the state, and appends what came of them to the journal that all nodes share. The append is
/// an optimistic lock (docs/cluster.md): it succeeds only behind the batch that was decided on.
/// Where another node's batch came first, what was decided is taken back, the other batch is
/// evolved, and the commands are decided again.
///
/// A pure machine: no connection, no thread, no clock of its own. Its inputs are commands, answers
/// of the journal and wake(); all it does goes through the ports. So the simulation runs the same
/// code in virtual time. One thread.
///
/// Between inputs the state is at a boundary (what the journal holds, no more and no less), but
/// while an append is under way. When it is at one, and reaches at least as far as the journal did
/// after a reader came, the reader is told to read.
class Node {
public:
    using Time = std::chrono::nanoseconds;

    struct Settings {
        /// Commands waiting beyond which more are refused as overloaded.
        std::size_t waiting_max = 16'384;
        /// How long a command or a reader waits at most.
        Time patience = std::chrono::seconds{5};
    };

    /// What happens to a node that an operator should hear of.
    enum class News {
        /// A batch was decided by a time with which the database's clock doesn't agree.
        clock_corrected,
        /// contact_lost_by() says why.
        contact_lost,
        contact_made,
        /// For the first time it has read the journal to its end.
        caught_up,
    };

    /// All outlive the node. None is called from inside another's call.
    struct Ports {
        SharedJournal& journal;
        const io::Clock& clock;
        io::Random& random;
        /// Has wake() called once this time since boot has come. Earlier wishes stand.
        std::function<void(Time)> wake_at;
        /// Has turn() called in the next turn of the loop.
        std::function<void()> next_turn;
        /// The node decides nothing more and its process ends: its copy isn't what the journal
        /// says. A new start reads the journal anew.
        std::function<void(const io::Fault&)> on_failure;
        /// May be empty.
        std::function<void(News)> on_news = {};
        /// Told of each batch that has become the head, and its facts, in order: this node's and
        /// the others'. The state may be read. May be empty.
        std::function<void(const Batch&, std::vector<domain::Fact>)> on_batch = {};
        /// Told when everything up to the head may be told to whoever follows the journal: the
        /// journal has shown it in an answer, by which no fail-over to a synchronous standby takes
        /// it back. May be empty.
        std::function<void()> on_proof = {};
    };

    struct Counts {
        /// Appends that were sent, and those that were the next batch.
        std::uint64_t tries = 0;
        std::uint64_t wins = 0;
        /// Batches that another came before.
        std::uint64_t losses = 0;
        /// Places that the journal was asked to hold.
        std::uint64_t holds = 0;
        std::uint64_t looks = 0;
        std::uint64_t commands = 0;
        /// How often a command was decided.
        std::uint64_t decisions = 0;
        /// Of the facts that were decided, as lines.
        std::uint64_t decided_bytes = 0;
        /// Batches of others.
        std::uint64_t learned = 0;
        std::uint64_t losing_run_max = 0;
    };

    using Decided = std::move_only_function<void(Result<domain::Outcome, io::Fault>)>;
    using Readable = std::move_only_function<void(std::optional<io::Fault>)>;

    /// `state` keeps a digest and is what the journal comes to up to `head`.
    Node(Settings settings, Ports ports, domain::Inventory& state, const Head& head);
    /// Nobody waits any more, and the journal answers nothing more.
    ~Node() = default;
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    /// Begins to follow the journal. Once.
    void start();

    /// Tells `decided` later what the command came to, when that can't be taken back any more.
    /// While refusal() says nothing. Faults: unavailable (nothing was done), outcome_unknown.
    void execute(domain::Command command, TraceId trace, Decided decided);
    /// Calls `readable` later, when the state is at a boundary that reaches at least as far as the
    /// journal did when this was called. It reads at once. Faults: unavailable.
    void read(Readable readable);
    /// It's this time since boot now, or later, though the clock may not say so yet.
    void wake(Time now);
    void turn();
    /// Takes nothing new. `closed` is called later, when nothing is under way any more.
    void close(std::move_only_function<void()> closed);

    const io::Fault& contact_lost_by() const { return contact_lost_by_; }
    /// Why nothing is taken on just now; nothing if it is.
    std::optional<io::Fault> refusal() const;
    /// It has followed the journal to its head, and hears from it.
    bool is_ready() const;
    /// No savepoint is open: the state is what the journal says up to head().
    bool is_at_boundary() const { return !flight_; }
    const Head& head() const { return head_; }
    bool has_written(const Head& batch) const { return batch.writer == me_; }
    /// Cluster time, but never earlier than the head.
    Instant now();
    const Counts& counts() const { return counts_; }
    /// How many nodes take turns just now.
    std::size_t writers() const { return ring_.writers(time_now()); }

private:
    /// A command that waits for its turn, or for what comes of its batch.
    struct Asked {
        std::uint64_t number = 0;
        domain::Command command;
        TraceId trace;
        Time deadline{};
        /// Empty for the node's own, and once it was told.
        Decided decided;
        /// Without facts, and as true as that the head hasn't moved since.
        std::optional<domain::Outcome> outcome;
    };
    struct Reader {
        std::uint64_t number = 0;
        Time deadline{};
        Readable readable;
    };
    /// A batch that was decided and isn't known to be in the journal, nor not to be. The savepoint
    /// is open as long as there is one.
    struct Flight {
        Batch batch;
        std::vector<domain::Fact> facts;
        std::vector<Asked> commands;
        /// Of its facts, as lines.
        std::size_t bytes = 0;
        /// Who asked before it was sent.
        std::uint64_t covers = 0;
        Time sent_at{};
        Time clock_at_send{};
        /// The connection was lost: a look will tell, or the same bytes are sent again.
        bool is_in_doubt = false;
        /// One of the appends of these bytes may still come: it can't be taken back before another
        /// batch stands in its place.
        bool may_come_late = false;
    };
    /// What was asked of the journal, to tell how far its answer reaches.
    struct Look {
        std::uint64_t from = 0;
        std::uint64_t covers = 0;
        /// How often the head had moved.
        std::uint64_t heads = 0;
        Time sent_at{};
        /// By the clock alone, to learn the database's from.
        Time clock_at_send{};
        /// What the answer shows, no fail-over to a synchronous standby takes back.
        bool is_proof = true;
    };
    /// The head isn't in the journal any more: a fail-over lost it.
    struct Healing {
        /// How far behind the newest batch the next look begins.
        std::size_t back = 32;
        bool is_appending = false;
        Time clock_at_send{};
    };

    // What came in.

    void on_appended(Result<SharedJournal::Appended, io::Fault> answer);
    void on_held(Result<SharedJournal::Appended, io::Fault> answer);
    void on_looked(Result<SharedJournal::Following, io::Fault> answer);
    void tick(Time now);
    void tell_late(Time now);
    void sweep();

    // Deciding.

    /// Does all that can be done now, then tells those who have an answer.
    void step();
    void decide_if_due(Time now);
    void ask_hold(Time now);
    void decide_held(Time now);
    void decide_batch(Time now, SharedJournal::Mode mode);
    /// False if it doesn't fit into the batch any more.
    bool decide_next(Flight& flight);
    void raise_format(Flight& flight);
    void record(Flight& flight, std::vector<domain::NewFact> facts, TraceId trace);
    void send(Time now, SharedJournal::Mode mode);

    // What became of a batch.

    /// The journal as it was after the batch in flight was sent.
    void settle_flight(const SharedJournal::Following& following, Look asked);
    void not_taken();
    void won();
    void take_back();
    void ask_again(std::deque<Asked> commands);

    // Following the journal.

    /// Evolves what lies behind the head. The state is at a boundary.
    void follow(const SharedJournal::Following& following, Look asked);
    Result<void, io::Fault> evolve_batch(const Batch& batch);
    /// The state, which is at a boundary, isn't the one that the head led to on its own node.
    bool has_diverged() const {
        return state_.last_seq() != head_.last_seq || state_.digest() != head_.state;
    }
    /// Said so; the journal may be closed.
    bool is_closed() const { return is_closing_ && !closed_; }
    static io::Fault diverged_at(const Head& head);
    /// Nothing stood behind this node's head in it.
    bool is_head_of(const SharedJournal::Following& following) const {
        const auto& batches = following.batches;
        return following.is_all && !batches.empty() && batches.back().head == head_;
    }
    void head_moves(Batch batch, std::vector<domain::Fact> facts);
    void note_contact(const SharedJournal::Following& following, Time clock_at_send);
    void lose_contact(Time now, const io::Fault& why);
    /// The journal has refused an append, or a place for one.
    void pause_appends(Time now);
    /// What a question that is sent now will tell of.
    Look look_now(Time now) const;
    void look_if_needed(Time now);
    bool needs_look(Time now) const;
    /// Whoever asked for no more than the state reaches to.
    void tell_fresh();

    bool is_cut_off() const;
    // After a fail-over that lost batches.

    void note_timeline(std::uint32_t timeline);
    /// A lost batch has come back: there may be more.
    void stay_quiet() { quiet_until_ = std::max(quiet_until_, time_now() + kQuiet); }
    void begin_healing();
    std::uint64_t look_from() const;
    void heal(const SharedJournal::Following& following);
    void append_again(std::size_t place);
    void on_appended_again(Result<SharedJournal::Appended, io::Fault> answer);
    void fail_healing(const char* why);

    void ask_turn();
    void fail(const io::Fault& fault);
    void tell(Asked& asked, Result<domain::Outcome, io::Fault> answer);
    /// The node may have ended when it returns.
    void flush();
    Time clock_now() const { return ports_.clock.read().since_boot; }
    Time time_now() const { return std::max(clock_now(), woken_at_); }
    /// After a fail-over, for those who know of lost batches to append them again.
    static constexpr Time kQuiet = std::chrono::seconds{2};

    /// For one node's turn in the ring. As RFC 6298 waits for an answer: where processors are busy
    /// a batch may come as late as round trips spread.
    Time slot() const;

    Settings settings_;
    Ports ports_;
    domain::Inventory& state_;
    Bits128 me_;
    std::uint64_t n_ = 0;
    Head head_;
    RecentBatches recent_;
    Ring ring_;
    ClusterTime time_;
    engine::FrameWriter frames_;

    /// Commands and readers are numbered as they come.
    std::uint64_t asked_ = 0;
    /// The state reaches as far as the journal did after all up to this one had come.
    std::uint64_t fresh_until_ = 0;
    std::deque<Asked> waiting_;
    /// Decided without facts, and to be told once it's known that the head hadn't moved.
    std::deque<Asked> unproven_;
    std::deque<Reader> readers_;

    std::optional<Flight> flight_;
    std::optional<Look> look_;
    /// The journal was asked to hold the place behind the head.
    std::optional<Look> hold_;
    /// It does: the next batch is decided at once.
    bool has_place_ = false;
    std::optional<Healing> healing_;
    /// Of the database, as last heard; 0 before.
    std::uint32_t timeline_ = 0;
    /// Until then nothing new is appended: others may know of batches that a fail-over lost.
    Time quiet_until_{};
    /// Cluster time when that was noticed. Batches of before that still come are lost ones.
    Instant failed_over_at_{};
    /// How many batches in a row were taken back: the next is a small one.
    std::uint64_t losing_run_ = 0;
    bool has_asked_turn_ = false;
    engine::BatchTiming timing_;

    /// How long an answer takes, lately.
    Time trip_ = std::chrono::microseconds{300};
    /// How far from that one is, lately.
    Time trip_spread_{};
    bool wants_look_ = true;
    /// When the last look that was answered was sent.
    Time looked_at_{};
    /// How often the head has moved. No clock tells: it may stand still.
    std::uint64_t heads_ = 0;
    Time tick_at_{};
    Time woken_at_{};
    Time heard_at_{};
    bool has_contact_ = false;
    io::Fault contact_lost_by_;
    bool has_caught_up_ = false;
    Time look_again_at_{};
    Time look_pause_{};
    /// After the journal has refused an append outright.
    Time append_again_at_{};
    Time append_pause_{};

    bool has_failed_ = false;
    bool is_closing_ = false;
    std::move_only_function<void()> closed_;
    std::vector<std::move_only_function<void()>> answers_;
    Counts counts_;
    /// Answers of the journal that come when the node has gone do nothing.
    std::shared_ptr<Node*> self_;
};

}  // namespace frontrow::store::cluster
