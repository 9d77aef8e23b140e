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

/// One node's part in the cluster's protocol. It decides its own clients' commands on its own copy
/// of the state, and appends the facts to the journal that all nodes share. The append is an
/// optimistic lock (docs/cluster.md): it succeeds only if the batch directly follows the one on
/// which the decisions were based. If another node's batch came first, this node rolls back its own
/// batch, applies the other one, and decides the commands again.
///
/// A pure state machine: no connection, no thread, no clock of its own. Its inputs are commands,
/// the journal's answers and wake(); all effects go through the ports. So the simulation runs the
/// same code in virtual time. One thread.
///
/// Between inputs, unless an append is under way, the state is at a boundary: exactly what the
/// journal contains up to head(). The node calls a reader only at a boundary, and only once the
/// state contains everything that the journal contained when the reader asked.
class Node {
public:
    using Time = std::chrono::nanoseconds;

    struct Settings {
        /// Bound on waiting commands; further ones are refused as overloaded.
        std::size_t waiting_max = 16'384;
        /// How long a command or a reader waits at most.
        Time patience = std::chrono::seconds{5};
    };

    /// Events that an operator should know about.
    enum class News {
        /// A batch was decided at a time that the database's clock rejected.
        clock_corrected,
        /// contact_lost_by() gives the reason.
        contact_lost,
        contact_made,
        /// The node has read the journal to its end for the first time.
        caught_up,
    };

    /// All must outlive the node. None is called from inside a call of another.
    struct Ports {
        SharedJournal& journal;
        const io::Clock& clock;
        io::Random& random;
        /// Requests a call of wake() at this time since boot. Earlier requests stay valid.
        std::function<void(Time)> wake_at;
        /// Requests a call of turn() in the next turn of the loop.
        std::function<void()> next_turn;
        /// Called when the node stops deciding, because its copy of the state differs from the
        /// journal. The process must end; a new start reads the journal again.
        std::function<void(const io::Fault&)> on_failure;
        /// May be empty.
        std::function<void(News)> on_news = {};
        /// Called with each batch that becomes the head, this node's or another's, in order, and
        /// with its facts. The state may be read. May be empty.
        std::function<void(const Batch&, std::vector<domain::Fact>)> on_batch = {};
        /// Called when everything up to the head may be delivered to readers of the feed: an answer
        /// of the journal has shown the head, so no fail-over to a synchronous standby can lose it.
        /// May be empty.
        std::function<void()> on_proof = {};
    };

    struct Counts {
        /// Appends sent, and appends that became the next batch.
        std::uint64_t tries = 0;
        std::uint64_t wins = 0;
        /// Batches that lost against another node's batch.
        std::uint64_t losses = 0;
        /// How often the journal was asked to hold the next place.
        std::uint64_t holds = 0;
        std::uint64_t looks = 0;
        std::uint64_t commands = 0;
        /// How often a command was decided; a command may be decided several times.
        std::uint64_t decisions = 0;
        /// Bytes of the decided facts, as lines.
        std::uint64_t decided_bytes = 0;
        /// Batches of other nodes.
        std::uint64_t learned = 0;
        std::uint64_t losing_run_max = 0;
    };

    using Decided = std::move_only_function<void(Result<domain::Outcome, io::Fault>)>;
    using Readable = std::move_only_function<void(std::optional<io::Fault>)>;

    /// `state` must keep a digest, and be the journal's state at `head`.
    Node(Settings settings, Ports ports, domain::Inventory& state, const Head& head);
    /// No caller may be waiting, and the journal must answer nothing more.
    ~Node() = default;
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    /// Starts to follow the journal. Call it once.
    void start();

    /// Passes the command's outcome to `decided` later, once it can't be undone. Call it only while
    /// refusal() returns nothing. Faults: unavailable (nothing was done), outcome_unknown.
    void execute(domain::Command command, TraceId trace, Decided decided);
    /// Calls `readable` later, when the state is at a boundary that reaches at least as far as the
    /// journal did at this call. The callback must read at once. Faults: unavailable.
    void read(Readable readable);
    /// Tells the node that this time since boot has come, even if the clock doesn't say so yet.
    void wake(Time now);
    void turn();
    /// Accepts nothing new. Calls `closed` later, when nothing is under way any more.
    void close(std::move_only_function<void()> closed);

    const io::Fault& contact_lost_by() const { return contact_lost_by_; }
    /// Why commands are refused at present; nothing if they are accepted.
    std::optional<io::Fault> refusal() const;
    /// True if the node has followed the journal to its head and still hears from it.
    bool is_ready() const;
    /// True if no savepoint is open: the state is the journal's state at head().
    bool is_at_boundary() const { return !flight_; }
    const Head& head() const { return head_; }
    bool has_written(const Head& batch) const { return batch.writer == me_; }
    /// Cluster time, but never earlier than the head's.
    Instant now();
    const Counts& counts() const { return counts_; }
    /// How many nodes take turns at present.
    std::size_t writers() const { return ring_.writers(time_now()); }

private:
    /// A command that waits for its turn, or for the result of its batch.
    struct Asked {
        std::uint64_t number = 0;
        domain::Command command;
        TraceId trace;
        Time deadline{};
        /// Empty for the node's own commands, and after the answer was given.
        Decided decided;
        /// Set when the command has been decided. Valid only while the head is the one on which it
        /// was decided.
        std::optional<domain::Outcome> outcome;
    };
    struct Reader {
        std::uint64_t number = 0;
        Time deadline{};
        Readable readable;
    };
    /// A decided batch that may or may not be in the journal. While there is one, the state has an
    /// open savepoint, to which it returns if the batch is rolled back.
    struct Flight {
        Batch batch;
        std::vector<domain::Fact> facts;
        std::vector<Asked> commands;
        /// Bytes of its facts, as lines.
        std::size_t bytes = 0;
        /// Callers with numbers up to this one came before the batch was sent.
        std::uint64_t covers = 0;
        Time sent_at{};
        Time clock_at_send{};
        /// It isn't known whether the batch was appended, so the node reads the journal (a look) to
        /// find out. If the batch isn't there but may still arrive, the node sends the same bytes
        /// again, unless another batch has its place.
        bool is_in_doubt = false;
        /// An append of these bytes may still arrive, so the batch can't be rolled back before
        /// another batch has its place.
        bool may_come_late = false;
    };
    /// A question to the journal. Its fields tell how far the answer reaches.
    struct Look {
        std::uint64_t from = 0;
        std::uint64_t covers = 0;
        /// How often the head had moved when the question was sent.
        std::uint64_t heads = 0;
        Time sent_at{};
        /// Like `sent_at`, but by the clock alone, for learning the database's time.
        Time clock_at_send{};
        /// True if no fail-over to a synchronous standby can lose what the answer shows.
        bool is_proof = true;
    };
    /// The state of a recovery after a fail-over that lost this node's head from the journal.
    struct Healing {
        /// The next look starts this many batches before the newest one that this node knows.
        std::size_t back = 32;
        bool is_appending = false;
        Time clock_at_send{};
    };

    // Inputs.

    void on_appended(Result<SharedJournal::Appended, io::Fault> answer);
    void on_held(Result<SharedJournal::Appended, io::Fault> answer);
    void on_looked(Result<SharedJournal::Following, io::Fault> answer);
    void tick(Time now);
    void fail_overdue(Time now);
    void sweep();

    // Deciding.

    /// Does everything that can be done now, then gives callers their answers.
    void step();
    void decide_if_due(Time now);
    void ask_hold(Time now);
    void decide_held(Time now);
    void decide_batch(Time now, SharedJournal::Mode mode);
    /// Returns false if the next command doesn't fit into the batch any more.
    bool decide_next(Flight& flight);
    void raise_format(Flight& flight);
    void record(Flight& flight, std::vector<domain::NewFact> facts, TraceId trace);
    void send(Time now, SharedJournal::Mode mode);

    // The fate of a batch.

    /// `following` is what the append's answer shows of the journal, or, while the batch is in
    /// doubt, the answer to a look.
    void settle_flight(const SharedJournal::Following& following, Look asked);
    void on_not_appended();
    void won();
    void roll_back_flight();
    void ask_again(std::deque<Asked> commands);

    // Following the journal.

    /// Applies the batches after the head. The state must be at a boundary.
    void follow(const SharedJournal::Following& following, Look asked);
    Result<void, io::Fault> evolve_batch(const Batch& batch);
    /// True if the state differs from the state that the head's writer had after the batch. Call it
    /// at a boundary.
    bool has_diverged() const {
        return state_.last_seq() != head_.last_seq || state_.digest() != head_.state;
    }
    /// True once close() is complete: the node empties `closed_` when it calls that callback. From
    /// then on the journal may be closed already, so the node must not use it.
    bool is_closed() const { return is_closing_ && !closed_; }
    static io::Fault diverged_at(const Head& head);
    /// True if the answer shows this node's head as the journal's head.
    bool is_head_of(const SharedJournal::Following& following) const {
        const auto& batches = following.batches;
        return following.is_all && !batches.empty() && batches.back().head == head_;
    }
    void head_moves(Batch batch, std::vector<domain::Fact> facts);
    void note_contact(const SharedJournal::Following& following, Time clock_at_send);
    void lose_contact(Time now, const io::Fault& why);
    /// Pauses after an append, or a request to hold a place, has failed.
    void pause_appends(Time now);
    /// The question to send now. Its fields tell how far the answer will reach.
    Look look_now(Time now) const;
    void look_if_needed(Time now);
    bool needs_look(Time now) const;
    /// Answers the readers, and the commands without facts, for which the state is now fresh
    /// enough.
    void tell_fresh();

    bool is_cut_off() const;
    // After a fail-over that lost batches.

    void note_timeline(std::uint32_t timeline);
    /// A lost batch has come back, so more may follow: appends nothing new for a while.
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
    /// Delivers the pending answers. One of them may destroy the node.
    void flush();
    Time clock_now() const { return ports_.clock.read().since_boot; }
    Time time_now() const { return std::max(clock_now(), woken_at_); }
    /// How long nothing new is appended after a fail-over, so that nodes that know of lost batches
    /// can append them again.
    static constexpr Time kQuiet = std::chrono::seconds{2};

    /// The length of one node's turn in the ring. Computed like the timeout of RFC 6298, because on
    /// busy processors a batch may be late by the spread of round trips.
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
    /// The state reaches at least as far as the journal did when the caller with this number came.
    std::uint64_t fresh_until_ = 0;
    std::deque<Asked> waiting_;
    /// Decided commands that made no facts. They are answered once the journal has shown that the
    /// head on which they were decided was its newest batch.
    std::deque<Asked> unproven_;
    std::deque<Reader> readers_;

    std::optional<Flight> flight_;
    std::optional<Look> look_;
    /// Set while the journal is asked to hold the place after the head.
    std::optional<Look> hold_;
    /// True if the journal holds that place; the next batch is then decided at once.
    bool has_place_ = false;
    std::optional<Healing> healing_;
    /// The database's timeline as last heard; 0 before.
    std::uint32_t timeline_ = 0;
    /// Nothing new is appended before this time: other nodes may know of batches that a fail-over
    /// lost.
    Time quiet_until_{};
    /// Cluster time at which a fail-over was noticed. An older batch that appears afterwards is one
    /// that the fail-over had lost, and that another node appended again.
    Instant failed_over_at_{};
    /// How many of this node's batches in a row were rolled back because another node's batch took
    /// their place. While this isn't 0, the next batch is a small one.
    std::uint64_t losing_run_ = 0;
    bool has_asked_turn_ = false;
    engine::BatchTiming timing_;

    /// Moving average of an append's round trip.
    Time trip_ = std::chrono::microseconds{300};
    /// Moving average of the round trips' deviation from `trip_`.
    Time trip_spread_{};
    bool wants_look_ = true;
    /// When the last answered look was sent.
    Time looked_at_{};
    /// How often the head has moved. A counter, because the clock may stand still.
    std::uint64_t heads_ = 0;
    Time tick_at_{};
    Time woken_at_{};
    Time heard_at_{};
    bool has_contact_ = false;
    io::Fault contact_lost_by_;
    bool has_caught_up_ = false;
    Time look_again_at_{};
    Time look_pause_{};
    /// After a failed append, the next append waits until this time.
    Time append_again_at_{};
    Time append_pause_{};

    bool has_failed_ = false;
    bool is_closing_ = false;
    std::move_only_function<void()> closed_;
    std::vector<std::move_only_function<void()>> answers_;
    Counts counts_;
    /// The journal's callbacks hold a weak reference, so answers that arrive after the node is
    /// destroyed do nothing.
    std::shared_ptr<Node*> self_;
};

}  // namespace frontrow::store::cluster
