#include "io/ticker.h"

#include "io/timer.h"

#include <utility>

namespace frontrow::io {

struct Ticker::State {
    Timer timer;
    std::chrono::milliseconds period;
    std::function<void()> tick;
    bool stopped = false;
};

Ticker::Ticker(Executor executor, std::chrono::milliseconds period, std::function<void()> tick)
    : state_{std::make_shared<State>(Timer{executor}, period, std::move(tick))} {
    wait(state_);
}

Ticker::~Ticker() {
    state_->stopped = true;
    state_->timer.cancel();
}

void Ticker::wait(const std::shared_ptr<State>& state) {
    state->timer.expires_after(state->period);
    state->timer.async_wait([state](const boost::system::error_code&) {
        if (state->stopped) return;
        state->tick();
        if (!state->stopped) wait(state);
    });
}

}  // namespace frontrow::io
