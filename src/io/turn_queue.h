#pragma once

#include "io/awaitable.h"
#include "io/stopwatch.h"

#include <chrono>
#include <functional>
#include <memory>

namespace frontrow::io {

/// A queue of coroutines that have used up their turn of the event loop and have more to do, or are
/// about to do something long.
///
/// Other due work runs first: sockets, timers, results from other threads. Then the waiting
/// coroutines share one time slice, first come, first served. So even a thousand of them delay
/// other work by only one slice.
///
/// After a slice comes a pause of twice the time that other work took before the slice, but at most
/// three times the slice. So while the thread is busy with other work, the waiting coroutines get a
/// quarter of its time, and the loop sleeps when nothing else is due: if it were always busy, other
/// threads would wait for its processor. While there is no other work, they use the whole thread.
///
/// Constructed, used and destroyed on the executor's thread. When it is destroyed, no coroutine may
/// wait.
class TurnQueue {
public:
    /// Returns the processor time that the executor's thread has used.
    using ProcessorTime = std::function<std::chrono::nanoseconds()>;

    /// Each slice resumes at least one coroutine, and others until `slice` is over.
    TurnQueue(
        Executor executor,
        std::chrono::microseconds slice,
        ProcessorTime processor_time = io::processor_time
    );
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
