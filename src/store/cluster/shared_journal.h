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

/// A journal to which many nodes append. One thread. Each call is answered exactly once and later,
/// never from inside the call.
class SharedJournal {
public:
    /// Bounds on an answer, so that it arrives before its caller gives up: at most this many
    /// batches, and no further batch once it has this many bytes.
    static constexpr std::size_t kBatchesMax = 64;
    static constexpr std::size_t kBytesMax = 4 << 20;

    /// The journal from one position on, as of a moment after the question. No fail-over to a
    /// synchronous standby can lose what it contains.
    struct Following {
        /// The batch at the requested position, without its facts, and the batches after it, each
        /// with its facts unless the same call appended it. Empty if there is no batch at that
        /// position.
        std::vector<Batch> batches;
        /// True if the batches reach to the journal's head.
        bool is_all = false;
        /// The database's clock.
        Instant clock{};
        /// The database's timeline, which rises with each fail-over.
        std::uint32_t timeline = 0;
    };

    /// The result of an append, and the journal afterwards, starting with the batch that the append
    /// should have followed.
    struct Appended {
        bool is_in = false;
        Following following;
    };

    enum class Mode {
        first,
        /// Sends the same bytes again, because the outcome is unknown. They are accepted however
        /// long ago they were decided.
        again,
        /// Appends again a batch that was in the journal and was lost in a fail-over. It is
        /// accepted whatever its time.
        lost,
        /// Appends at the place that hold() reserved.
        held,
    };

    using AppendDone = std::move_only_function<void(Result<Appended, io::Fault>)>;
    using LookDone = std::move_only_function<void(Result<Following, io::Fault>)>;

    virtual ~SharedJournal() = default;

    /// Appends `batch` if the journal's head is `on`, by position, hash and state, and
    /// `batch.head.at` agrees with the database's clock: at most 250 ms ahead of it (or no later
    /// than `on.at`), and at most a second behind it. The mode may lift these bounds. At most one
    /// append may be under way.
    ///
    /// After a fail-over an append is refused (unavailable) until a look has been answered: the new
    /// primary may lack batches that must be appended again first.
    ///
    /// Faults: unavailable (certainly not done, now or later), outcome_unknown (it may have been
    /// done, or may still be done).
    virtual void append(const Batch& batch, const Head& on, Mode mode, AppendDone done) = 0;

    /// Reserves the place after the journal's head, whichever batch that is, for the next append of
    /// `writer` (Mode::held). Until that append is answered or release() is called, other appends
    /// to that place wait. This is for a node whose batches come too late, because it decides more
    /// slowly or is farther away than others. The call counts as the append under way. `is_in`
    /// tells whether the place is reserved; `following` is the journal from `first_seq` up to that
    /// place.
    ///
    /// If a node hangs while it holds a place, all other nodes wait. After a second the journal
    /// releases the place, and the node's append is refused.
    ///
    /// Faults: unavailable.
    virtual void hold(std::uint64_t first_seq, Bits128 writer, AppendDone done) = 0;
    /// Releases the place that hold() reserved. Nothing is called back.
    virtual void release() = 0;

    /// Reads the journal from `first_seq` on. At most one look may be under way. Faults:
    /// unavailable.
    virtual void look(std::uint64_t first_seq, LookDone done) = 0;
};

}  // namespace frontrow::store::cluster
