#pragma once

#include "io/awaitable.h"

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <utility>

namespace frontrow::io {

/// Serialises access to a resource that can have only one user at a time, first come, first served.
/// Constructed, used and destroyed on the executor's thread. When it is destroyed, no turn may be
/// held or waited for.
class OneAtATime {
public:
    /// Gives its holder exclusive use until the Turn is destroyed.
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

    /// At most `waiting_max` callers may wait.
    OneAtATime(Executor executor, std::size_t waiting_max);
    OneAtATime(const OneAtATime&) = delete;
    OneAtATime& operator=(const OneAtATime&) = delete;

    /// Waits for a turn. If too many callers wait already, returns nothing at once.
    Awaitable<std::optional<Turn>> enter();
    /// Waits for a turn, however many callers wait already.
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
