#pragma once

#include "http/limits.h"
#include "io/stopwatch.h"

namespace frontrow::http {

/// Measures what a connection has done in its turn of the event loop. While a client waits for each
/// answer before its next request, as most do, is_over() isn't called and the clock isn't read.
class Turn {
public:
    explicit Turn(const Limits& limits) : limits_{limits} {}

    /// Starts a new turn, after others had theirs.
    void begin() {
        steps_ = 0;
        is_waited_for_ = false;
    }
    /// The same after a wait in io::TurnQueue, whose time slice the turn uses.
    void begin_after_wait() {
        steps_ = 0;
        is_waited_for_ = true;
    }
    bool is_waited_for() const { return is_waited_for_; }
    /// Whether the turn is over, so that others come first. Call it before each step that would be
    /// taken without suspending.
    bool is_over() {
        if (steps_++ == 0) stopwatch_ = {};
        return steps_ > limits_.turn_steps || stopwatch_.elapsed() >= limits_.turn_time;
    }

private:
    const Limits& limits_;
    unsigned steps_ = 0;
    bool is_waited_for_ = false;
    io::Stopwatch stopwatch_;
};

}  // namespace frontrow::http
