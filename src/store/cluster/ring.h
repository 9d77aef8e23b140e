#pragma once

#include "base/bits128.h"

#include <chrono>
#include <cstdint>
#include <map>

namespace frontrow::store::cluster {

/// Whose turn it is to append. Nodes that append all at once decide in vain, and a busy one wins
/// again and again. So those that wrote in the last second stand in a ring, in the order of their
/// ids: behind a batch the next one in the ring goes at once, the one behind it a slot later, and
/// the batch's own writer last. A node that has died costs the others one slot a round, for a
/// second.
///
/// For fairness and little work alone: a batch that comes out of turn is as good as any. Pure; one
/// thread. Times are since boot, by this node's own clock.
class Ring {
public:
    using Time = std::chrono::nanoseconds;

    /// How long a writer stays in the ring after a batch.
    static constexpr Time kMemory = std::chrono::seconds{1};
    /// A node that isn't in the ring waits so long at most, by chance.
    static constexpr Time kNewcomerMax = std::chrono::milliseconds{2};
    /// A writer that is alone in the ring lets a slot pass after so many batches: a node that has
    /// lost to it comes in then.
    static constexpr std::uint32_t kAloneMax = 4;

    Ring(Bits128 me, std::uint64_t chance) : me_{me}, chance_{chance} {}

    /// A batch of `writer` was learned of.
    void saw(Bits128 writer, Time now);

    struct Turn {
        Time at{};
        /// Others had turns before: look whether they wrote, before anything is decided in vain.
        bool looks_first = false;
    };
    /// When this node may append behind the last batch, if no other comes meanwhile. `has_lost`: it
    /// tried to, and the last batch came first. A node that isn't in the ring then tries again at
    /// once: it learned of that batch as early as its writer did, which doesn't know that another
    /// waits.
    Turn turn(Time slot, Time now, bool has_lost) const;

    /// How many wrote lately, this node or not.
    std::size_t writers(Time now) const;

private:
    bool is_member(Time seen, Time now) const { return seen + kMemory > now; }
    /// How many members come after the last writer until this node has its turn, itself among them;
    /// 0 if it isn't one.
    std::uint32_t place(Time now) const;

    Bits128 me_;
    /// Different for each node, new for each batch.
    std::uint64_t chance_;
    std::map<Bits128, Time> seen_;
    Bits128 last_writer_;
    Time last_seen_{};
    /// How many batches in a row are the last writer's.
    std::uint32_t run_ = 0;
};

}  // namespace frontrow::store::cluster
