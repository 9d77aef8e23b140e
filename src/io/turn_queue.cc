#include "io/turn_queue.h"

#include "io/stopwatch.h"

#include <boost/asio/post.hpp>

#include <deque>
#include <utility>

namespace frontrow::io {

struct TurnQueue::State {
    /// Resumes waiting coroutines for one slice. Those that begin to wait meanwhile resume in a
    /// later turn of the loop.
    void run() {
        const Stopwatch stopwatch;
        for (auto left = waiting.size(); left > 0; --left) {
            auto resume = std::move(waiting.front());
            waiting.pop_front();
            resume();
            if (stopwatch.elapsed() >= slice) break;
        }
    }

    Executor executor;
    std::chrono::microseconds slice;
    std::deque<std::move_only_function<void()>> waiting = {};
    /// run() is queued or running.
    bool is_posted = false;
};

TurnQueue::TurnQueue(Executor executor, std::chrono::microseconds slice)
    : state_{std::make_shared<State>(std::move(executor), slice)} {
}

Awaitable<void> TurnQueue::wait() {
    return boost::asio::async_initiate<decltype(use_awaitable)&, void()>(
        [this](auto handler) { add(std::move(handler)); }, use_awaitable
    );
}

void TurnQueue::add(std::move_only_function<void()> resume) {
    state_->waiting.push_back(std::move(resume));
    if (!std::exchange(state_->is_posted, true)) post(state_);
}

/// The last coroutine that resumes may destroy the queue, so the state is shared.
void TurnQueue::post(const std::shared_ptr<State>& state) {
    boost::asio::post(state->executor, [state] {
        state->run();
        state->is_posted = !state->waiting.empty();
        if (state->is_posted) post(state);
    });
}

}  // namespace frontrow::io
