#pragma once

#include "sim/virtual_time.h"
#include "store/cluster/shared_journal.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <vector>

namespace frontrow::sim {

using store::cluster::Batch;
using store::cluster::Head;
using store::cluster::SharedJournal;

/// The journal's table with PostgreSQL's READ COMMITTED semantics. Each statement sees what was
/// committed when it began. An insert waits while another transaction has an uncommitted row in the
/// same place.
class SimDatabase {
public:
    /// Nothing if the session was lost: the request may have been carried out.
    using AppendDone = std::move_only_function<void(std::optional<SharedJournal::Appended>)>;
    using LookDone = std::move_only_function<void(std::optional<SharedJournal::Following>)>;

    explicit SimDatabase(VirtualTime& time);

    /// Call this when a session has received the request. Runs both statements and commits them.
    void append(Batch batch, const Head& on, SharedJournal::Mode mode, AppendDone done);
    /// Like append(), but does not commit until another append of this writer fills the place. The
    /// place is the one after the head that is committed when the request arrives.
    void hold(std::uint64_t first_seq, Bits128 writer, AppendDone done);
    /// The writer's session has ended.
    void release(Bits128 writer);
    void look(std::uint64_t first_seq, LookDone done);

    bool is_up() const { return time_.now() >= down_until_; }
    Instant clock() const;
    /// Increases with each fail-over.
    std::uint32_t timeline() const { return timeline_; }
    /// The committed rows, starting with the journal's first row.
    const std::vector<Batch>& journal() const { return journal_; }

    // Failures.

    /// Ends all sessions and drops uncommitted rows, except a commit that was under way.
    void restart(Time down);
    /// Keeps the facts but gives the journal another history, as `migrate fork` does.
    void fork();
    /// Restarts, and the standby that takes over lacks this many of the last batches.
    void fail_over(std::size_t lost, Time down);
    void set_clock(Millis ahead) { clock_offset_ = ahead; }
    /// The next append inserts its row and then waits this long before it commits.
    void hold_up_next_commit(Time by) { held_up_ = by; }

private:
    struct Append {
        Batch batch;
        Head on;
        SharedJournal::Mode mode;
        AppendDone done;
        SharedJournal::Following behind;
        bool is_committing = false;
        bool is_hold = false;
        /// For hold(): the answer has the journal from this fact on.
        std::uint64_t from = 0;
    };
    using Appending = std::shared_ptr<Append>;

    /// Runs the action after the wait, unless its session has been lost.
    void in_session_after(Time wait, Action action);
    void begin(const Appending& append);
    bool may_follow(const Append& append) const;
    bool agrees_with_clock(const Append& append) const;
    void insert(const Appending& append);
    void fill(const Appending& append);
    void take_back();
    void commit(const Appending& append);
    void answer(const Appending& append, bool is_in);
    SharedJournal::Following following(std::uint64_t first_seq) const;

    VirtualTime& time_;
    std::vector<Batch> journal_;
    std::uint64_t sessions_ = 0;
    std::uint32_t timeline_ = 1;
    Time down_until_{};
    Millis clock_offset_{};
    Time held_up_{};
    /// The append that has inserted its row after the head and not committed it yet.
    Appending uncommitted_;
    /// Appends that wait for that transaction's end.
    std::vector<Appending> waiting_;
    std::list<Appending> appending_;
    std::list<std::shared_ptr<LookDone>> looking_;
};

}  // namespace frontrow::sim
