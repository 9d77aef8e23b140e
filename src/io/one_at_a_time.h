#pragma once

#include "io/awaitable.h"

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <utility>

namespace frontrow::io {

/// Lets callers use a thing that has one user at a time, in the order in which they came. Made,
/// used and destroyed on the executor's thread; destroyed when nobody has a turn or waits.
class OneAtATime {
public:
    /// The thing is its owner's until it is destroyed.
    class Turn {
    public:
        explicit Turn(OneAtATime& turns) : turns_{&turns} {}
        Turn(Turn&& other) noexcept : turns_{std::exchange(other.turns_, nullptr)} {}
        Turn& operator=(Turn&&) = delete;
        ~Turn() {
            if (turns_ != nullptr) turns_->pass_on();
        }

    private:
        OneAtATime* turns_;
    };

    /// More than `waiting_max` aren't let in.
    OneAtATime(Executor executor, std::size_t waiting_max);
    OneAtATime(const OneAtATime&) = delete;
    OneAtATime& operator=(const OneAtATime&) = delete;

    /// Nothing, at once, where too many wait.
    Awaitable<std::optional<Turn>> enter();
    /// However many wait.
    Awaitable<Turn> enter_last();

private:
    Awaitable<void> wait();
    void pass_on();

    Executor executor_;
    std::size_t waiting_max_;
    bool is_taken_ = false;
    std::deque<std::move_only_function<void()>> waiting_;
};

}  // namespace frontrow::io
