#pragma once

#include "io/awaitable.h"

#include <chrono>
#include <functional>
#include <memory>

namespace frontrow::io {

/// A queue of coroutines that have used up their turn of the event loop and have more to do.
///
/// Other due work runs first: sockets, timers, results from other threads. Then the waiting
/// coroutines share one time slice per turn of the loop, first come, first served. So even a
/// thousand of them delay other work by only one slice. While no other work is due, they use the
/// whole thread.
///
/// Constructed, used and destroyed on the executor's thread. When it is destroyed, no coroutine may
/// wait.
class TurnQueue {
public:
    /// Each turn of the loop resumes at least one coroutine, and others until `slice` is over.
    TurnQueue(Executor executor, std::chrono::microseconds slice);
    TurnQueue(const TurnQueue&) = delete;
    TurnQueue& operator=(const TurnQueue&) = delete;

    /// Returns in a later turn of the loop.
    Awaitable<void> wait();
    /// Calls `resume` in a later turn of the loop, after those already waiting.
    void add(std::move_only_function<void()> resume);

private:
    struct State;
    static void post(const std::shared_ptr<State>& state);

    std::shared_ptr<State> state_;
};

}  // namespace frontrow::io
