#pragma once

#include "http/limits.h"
#include "io/stopwatch.h"

namespace frontrow::http {

/// How much a connection has done since others had their turn of the loop. Who has waited for each
/// request, as clients of good will do, is never asked for the time.
class Turn {
public:
    explicit Turn(const Limits& limits) : limits_{limits} {}

    /// Others have had their turn.
    void begin() { steps_ = 0; }
    /// Whether others come first; asked before each step that would be taken without a pause.
    bool is_over() {
        if (steps_++ == 0) stopwatch_ = {};
        return steps_ > limits_.turn_steps || stopwatch_.elapsed() >= limits_.turn_time;
    }

private:
    const Limits& limits_;
    unsigned steps_ = 0;
    io::Stopwatch stopwatch_;
};

}  // namespace frontrow::http
