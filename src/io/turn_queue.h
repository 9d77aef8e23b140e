#pragma once

#include "io/awaitable.h"

#include <chrono>
#include <functional>
#include <memory>

namespace frontrow::io {

/// Where a coroutine waits that has used up its turn of the loop and has more to do.
///
/// Whatever else is due goes first: sockets, timers, answers from other threads. Then those who
/// wait here share one slice of time in each turn of the loop, first come first served, however
/// many they are; so a thousand of them delay the rest by no more than one. While nothing else is
/// due they have the whole thread.
///
/// Made, used and destroyed on the executor's thread; destroyed when nobody waits.
class TurnQueue {
public:
    /// In each turn of the loop at least one goes on, and no further one once `slice` is over.
    TurnQueue(Executor executor, std::chrono::microseconds slice);
    TurnQueue(const TurnQueue&) = delete;
    TurnQueue& operator=(const TurnQueue&) = delete;

    /// Returns in a later turn of the loop.
    Awaitable<void> wait();
    /// Calls `resume` in a later turn of the loop, behind all who wait.
    void add(std::move_only_function<void()> resume);

private:
    struct State;
    static void post(const std::shared_ptr<State>& state);

    std::shared_ptr<State> state_;
};

}  // namespace frontrow::io
