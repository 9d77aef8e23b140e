#pragma once

#include <cstddef>

namespace frontrow::store::engine {

/// When the batch that is forming is handed to the journal. Not at once: the requests that are
/// ready share it. A commit takes the same time however few they are, and those who come a moment
/// too late wait for two. Pure; time is counted in turns of the owner's loop.
class BatchTiming {
public:
    /// A batch of so many facts waits for no more.
    static constexpr std::size_t kEnough = 128;

    /// A batch of `facts` begins to wait.
    void begin(std::size_t facts) { *this = BatchTiming{facts}; }

    /// Whether it's to be written after another turn, with as many `facts` as it has now.
    bool is_time(std::size_t facts) {
        quiet_turns_ = facts > facts_ ? 0 : quiet_turns_ + 1;
        facts_ = facts;
        ++turns_;
        return facts_ >= kEnough || quiet_turns_ >= kQuietTurns || turns_ >= kTurnsMax;
    }

    BatchTiming() = default;

private:
    /// After how many turns without a new fact: in one of them Asio finds what has become ready, in
    /// the next it tells.
    static constexpr int kQuietTurns = 2;
    /// After how many whatever comes: among many readers a buyer in every turn would keep those
    /// before him waiting.
    static constexpr int kTurnsMax = 8;

    explicit BatchTiming(std::size_t facts) : facts_{facts} {}

    std::size_t facts_ = 0;
    int quiet_turns_ = 0;
    int turns_ = 0;
};

}  // namespace frontrow::store::engine
