#pragma once

#include "http/limits.h"
#include "io/stopwatch.h"

#include <chrono>

namespace frontrow::http {

/// Finds out whether a connection's requests each use up a turn of the event loop, so that the
/// session lets others go first before the next one.
///
/// A request that is answered late may just have waited for the journal. So lateness is only a
/// reason to measure the processor time of the requests that follow; reading it costs too much to
/// do so for all.
class Cost {
public:
    explicit Cost(const Limits& limits) : limits_{limits} {}

    /// Call it before a request is handled.
    void begin() {
        if (to_measure_ > 0) began_ = io::processor_time();
    }
    /// Call it after `elapsed`, when the request is answered and no other has begun meanwhile.
    void end(std::chrono::nanoseconds elapsed) {
        if (to_measure_ > 0) {
            --to_measure_;
            is_high_ = io::processor_time() - began_ > limits_.turn_time;
        }
        if (elapsed > limits_.turn_time) to_measure_ = kMeasured;
    }
    /// Whether the last request alone used up a turn.
    bool is_high() const { return is_high_; }
    /// Others have gone first for the last request.
    void settle() { is_high_ = false; }

private:
    /// How many requests are measured after a late one.
    static constexpr unsigned kMeasured = 16;

    const Limits& limits_;
    unsigned to_measure_ = 0;
    std::chrono::nanoseconds began_{0};
    bool is_high_ = false;
};

}  // namespace frontrow::http
