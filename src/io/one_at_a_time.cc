#include "io/one_at_a_time.h"

#include <boost/asio/post.hpp>

namespace frontrow::io {

OneAtATime::OneAtATime(Executor executor, std::size_t waiting_max)
    : executor_{std::move(executor)}, waiting_max_{waiting_max} {
}

Awaitable<std::optional<OneAtATime::Turn>> OneAtATime::enter() {
    if (waiting_.size() >= waiting_max_) co_return std::nullopt;
    co_await wait();
    co_return Turn{*this};
}

Awaitable<OneAtATime::Turn> OneAtATime::enter_last() {
    co_await wait();
    co_return Turn{*this};
}

Awaitable<void> OneAtATime::wait() {
    if (!std::exchange(is_taken_, true)) co_return;
    co_await boost::asio::async_initiate<decltype(use_awaitable)&, void()>(
        [this](auto handler) { waiting_.emplace_back(std::move(handler)); }, use_awaitable
    );
}

/// If a caller waits, `is_taken_` stays true: that caller owns the turn from now on, although it
/// resumes later.
void OneAtATime::pass_on() {
    if (waiting_.empty()) {
        is_taken_ = false;
        return;
    }
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    boost::asio::post(executor_, std::move(next));
}

}  // namespace frontrow::io
