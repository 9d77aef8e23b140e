#pragma once

#include "base/instant.h"
#include "base/result.h"
#include "io/fault.h"
#include "store/cluster/batch.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace frontrow::store::cluster {

/// A journal to which many nodes append. One thread. Answers come later, never from inside the call
/// that they answer, and each comes once.
class SharedJournal {
public:
    /// How many batches an answer has at most, and from how many bytes of theirs on it has no
    /// further one, so that it doesn't take longer than it is waited for.
    static constexpr std::size_t kBatchesMax = 64;
    static constexpr std::size_t kBytesMax = 4 << 20;

    /// The journal from one place on, as it was at a moment after the question was asked. What is
    /// in it, no fail-over to a synchronous standby takes back.
    struct Following {
        /// The batch at the place that was asked for, without its facts, and those behind it, each
        /// with its facts unless it was appended by the same call. Empty if none is there.
        std::vector<Batch> batches;
        /// They reach to the journal's head.
        bool is_all = false;
        /// The database's clock.
        Instant clock{};
        /// Of the database's history: it rises with each fail-over.
        std::uint32_t timeline = 0;
    };

    /// What came of an append, and the journal from the place on which it was to follow, as it was
    /// afterwards.
    struct Appended {
        bool is_in = false;
        Following following;
    };

    enum class Mode {
        first,
        /// The same bytes once more, because nobody knows what came of them: however long ago they
        /// were decided.
        again,
        /// A batch that was in the journal once more, because a fail-over lost it: whatever its
        /// time is.
        lost,
        /// Into the place that hold() took.
        held,
    };

    using AppendDone = std::move_only_function<void(Result<Appended, io::Fault>)>;
    using LookDone = std::move_only_function<void(Result<Following, io::Fault>)>;

    virtual ~SharedJournal() = default;

    /// Appends `batch` if `on`, by place, hash and state, is the journal's head, and
    /// `batch.head.at` agrees with the database's clock: at most 250 ms ahead of it, or else of
    /// `on.at`, and at most a second behind, as far as the mode asks for it. At most one append is
    /// under way.
    ///
    /// After a fail-over an append is refused (unavailable) until a look was answered: the database
    /// that takes it may lack batches that are to be appended again first.
    ///
    /// Faults: unavailable (it surely wasn't done and never will be), outcome_unknown (it may have
    /// been done, or be done yet).
    virtual void append(const Batch& batch, const Head& on, Mode mode, AppendDone done) = 0;

    /// Takes the place behind the head, whichever that is, for `writer`'s append that comes next
    /// (Mode::held): until that is answered, or release() is called, other appends to that place
    /// wait. For a node whose batches come too late: it takes longer to decide, or is further away,
    /// than others need to come first. As an append it counts as the one under way. `is_in` says
    /// whether the place was taken; `following` is the journal from `first_seq` on, up to there.
    ///
    /// A node that stands still with a place in its hand stops all others: after a second of that
    /// the journal gives it to others, and the append is refused.
    ///
    /// Faults: unavailable.
    virtual void hold(std::uint64_t first_seq, Bits128 writer, AppendDone done) = 0;
    /// Gives back the place that hold() took. Nothing is answered.
    virtual void release() = 0;

    /// Reads the journal from `first_seq` on. At most one look is under way. Faults: unavailable.
    virtual void look(std::uint64_t first_seq, LookDone done) = 0;
};

}  // namespace frontrow::store::cluster
