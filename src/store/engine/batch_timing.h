#pragma once

#include <cstddef>

namespace frontrow::store::engine {

/// Decides when to hand the forming batch to the journal. Waits a little, so that all ready
/// requests share the batch: a commit takes the same time for one request or many, and a request
/// that just misses a commit waits for two. Pure; counts time in turns of the owner's loop.
class BatchTiming {
public:
    /// A batch with this many facts is written at once.
    static constexpr std::size_t kEnough = 128;

    /// Call when a batch of `facts` starts to wait.
    void begin(std::size_t facts) { *this = BatchTiming{facts}; }

    /// Call after each turn with the present number of facts: returns true if the batch should be
    /// written.
    bool is_time(std::size_t facts) {
        quiet_turns_ = facts > facts_ ? 0 : quiet_turns_ + 1;
        facts_ = facts;
        ++turns_;
        return facts_ >= kEnough || quiet_turns_ >= kQuietTurns || turns_ >= kTurnsMax;
    }

    BatchTiming() = default;

private:
    /// The batch is written after this many turns without a new fact: Asio finds ready sockets in
    /// one turn and calls their handlers in the next.
    static constexpr int kQuietTurns = 2;
    /// The batch is written after this many turns in any case. Without this bound, while many
    /// requests are reads, one new buyer per turn would keep the earlier buyers waiting.
    static constexpr int kTurnsMax = 8;

    explicit BatchTiming(std::size_t facts) : facts_{facts} {}

    std::size_t facts_ = 0;
    int quiet_turns_ = 0;
    int turns_ = 0;
};

}  // namespace frontrow::store::engine
