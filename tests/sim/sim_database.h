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

/// The journal's table as PostgreSQL keeps it, READ COMMITTED: each statement sees what was
/// committed when it began, and an insert waits for the row that another has inserted and not
/// committed yet in the same place.
class SimDatabase {
public:
    /// Nothing if the session was lost: what was asked for may have been done.
    using AppendDone = std::move_only_function<void(std::optional<SharedJournal::Appended>)>;
    using LookDone = std::move_only_function<void(std::optional<SharedJournal::Following>)>;

    explicit SimDatabase(VirtualTime& time);

    /// A session has received it. Both statements of it, and their commit.
    void append(Batch batch, const Head& on, SharedJournal::Mode mode, AppendDone done);
    /// As an append, but not committed before another append of this writer fills the place.
    /// In the place behind whatever is committed when it comes.
    void hold(std::uint64_t first_seq, Bits128 writer, AppendDone done);
    /// The session of this writer has ended.
    void release(Bits128 writer);
    void look(std::uint64_t first_seq, LookDone done);

    bool is_up() const { return time_.now() >= down_until_; }
    Instant clock() const;
    /// Rises with each fail-over.
    std::uint32_t timeline() const { return timeline_; }
    /// What is committed, the journal's first row in front.
    const std::vector<Batch>& journal() const { return journal_; }

    // Faults.

    /// All sessions are lost, and what wasn't committed, but for a commit that was on its way.
    void restart(Time down);
    /// The same facts in a journal with another past, as `migrate fork` makes one.
    void fork();
    /// The same, and the standby that takes over hasn't got these last batches.
    void fail_over(std::size_t lost, Time down);
    void set_clock(Millis ahead) { clock_offset_ = ahead; }
    /// The next append stands for so long with its row in place, and not committed.
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
        /// Of a hold: from where on the journal is to be told.
        std::uint64_t from = 0;
    };
    using Appending = std::shared_ptr<Append>;

    /// Runs it unless its session has been lost by then.
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
    /// Has its row in the place behind the head.
    Appending uncommitted_;
    /// For that one's end.
    std::vector<Appending> waiting_;
    std::list<Appending> appending_;
    std::list<std::shared_ptr<LookDone>> looking_;
};

}  // namespace frontrow::sim
