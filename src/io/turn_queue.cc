#include "io/turn_queue.h"

#include "io/timer.h"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <deque>
#include <utility>

namespace frontrow::io {
namespace {

using std::chrono::nanoseconds;

constexpr int kPausePerOtherWork = 2;
constexpr int kPausePerSliceMax = 3;
/// A shorter pause would cost more than it gives to others.
constexpr std::chrono::microseconds kPauseMin{20};

}  // namespace

struct TurnQueue::State {
    /// Resumes waiting coroutines for one slice. Those that begin to wait meanwhile resume in a
    /// later turn of the loop.
    void run() {
        const auto began = processor_time();
        const auto other_work = began - slice_ended;
        const Stopwatch stopwatch;
        for (auto left = waiting.size(); left > 0; --left) {
            auto resume = std::move(waiting.front());
            waiting.pop_front();
            resume();
            if (stopwatch.elapsed() >= slice) break;
        }
        slice_ended = processor_time();
        pause.expires_after(std::min<nanoseconds>(
            kPausePerOtherWork * other_work, kPausePerSliceMax * (slice_ended - began)
        ));
    }

    bool is_in_pause() const { return pause.expiry() - Timer::clock_type::now() >= kPauseMin; }

    Executor executor;
    std::chrono::microseconds slice;
    ProcessorTime processor_time;
    /// The processor time at the end of the last slice.
    nanoseconds slice_ended = processor_time();
    /// Ends when the next slice may begin.
    Timer pause{executor};
    std::deque<std::move_only_function<void()>> waiting = {};
    /// run() is queued, waits for the end of the pause, or is running.
    bool is_posted = false;
};

TurnQueue::TurnQueue(
    Executor executor,
    std::chrono::microseconds slice,
    ProcessorTime processor_time
)
    : state_{std::make_shared<State>(std::move(executor), slice, std::move(processor_time))} {
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
    auto run = [state] {
        state->run();
        state->is_posted = !state->waiting.empty();
        if (state->is_posted) post(state);
    };
    if (state->is_in_pause()) {
        state->pause.async_wait([run = std::move(run)](const auto&) { run(); });
    } else {
        boost::asio::post(state->executor, std::move(run));
    }
}

}  // namespace frontrow::io
