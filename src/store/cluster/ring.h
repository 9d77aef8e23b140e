#pragma once

#include "base/bits128.h"

#include <chrono>
#include <cstdint>
#include <map>

namespace frontrow::store::cluster {

/// Decides whose turn it is to append. If all nodes append at once, most decisions are wasted and a
/// busy node wins again and again. So the nodes that wrote in the last second form a ring, ordered
/// by id. After a batch, the next node in the ring may append at once, the one after it a slot
/// later, and the batch's own writer last. A dead node costs the others one slot per round, for a
/// second.
///
/// The ring serves fairness and efficiency only: a batch out of turn is as valid as any. Pure; one
/// thread. Times are since boot, by this node's own clock.
class Ring {
public:
    using Time = std::chrono::nanoseconds;

    /// How long a writer stays in the ring after a batch.
    static constexpr Time kMemory = std::chrono::seconds{1};
    /// The longest random wait of a node that isn't in the ring.
    static constexpr Time kNewcomerMax = std::chrono::milliseconds{2};
    /// A writer that is alone in the ring skips a slot after this many batches, so that a node that
    /// lost to this writer gets in.
    static constexpr std::uint32_t kAloneMax = 4;

    Ring(Bits128 me, std::uint64_t chance) : me_{me}, chance_{chance} {}

    /// Records that a batch of `writer` was seen.
    void saw(Bits128 writer, Time now);

    struct Turn {
        Time at{};
        /// True if other nodes had turns before this one: look for their batches first, so that no
        /// decision is wasted.
        bool looks_first = false;
    };
    /// When this node may append after the last batch, if no other batch comes meanwhile.
    /// `has_lost`: this node's batch has just lost to the last one. If such a node isn't in the
    /// ring, it may try again at once: it learned of the last batch as early as that batch's
    /// writer, and the writer doesn't know that another node waits.
    Turn turn(Time slot, Time now, bool has_lost) const;

    /// How many nodes wrote recently, this one included if it did.
    std::size_t writers(Time now) const;

private:
    bool is_member(Time seen, Time now) const { return seen + kMemory > now; }
    /// This node's place in the ring, counted from the last writer: 1 for the member directly after
    /// it; 0 if this node isn't a member.
    std::uint32_t place(Time now) const;

    Bits128 me_;
    /// A pseudo-random number, different for each node and renewed with each batch.
    std::uint64_t chance_;
    std::map<Bits128, Time> seen_;
    Bits128 last_writer_;
    Time last_seen_{};
    /// How many of the latest batches in a row are the last writer's.
    std::uint32_t run_ = 0;
};

}  // namespace frontrow::store::cluster
