#include "io/ticker.h"

#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace frontrow::io {

struct Ticker::State {
    boost::asio::steady_timer timer;
    std::chrono::milliseconds period;
    std::function<void()> tick;
    bool stopped = false;
};

Ticker::Ticker(
    boost::asio::any_io_executor executor,
    std::chrono::milliseconds period,
    std::function<void()> tick
)
    : state_{std::make_shared<State>(
          boost::asio::steady_timer{std::move(executor)},
          period,
          std::move(tick)
      )} {
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
