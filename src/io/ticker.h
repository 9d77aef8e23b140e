#pragma once

#include "io/awaitable.h"

#include <chrono>
#include <functional>
#include <memory>

namespace frontrow::io {

/// Calls a function periodically on an executor, from construction to destruction. Constructed and
/// destroyed on that executor's thread. If a call is queued when the ticker is destroyed, it does
/// nothing.
class Ticker {
public:
    Ticker(Executor executor, std::chrono::milliseconds period, std::function<void()> tick);
    ~Ticker();
    Ticker(const Ticker&) = delete;
    Ticker& operator=(const Ticker&) = delete;

private:
    struct State;
    static void wait(const std::shared_ptr<State>& state);

    std::shared_ptr<State> state_;
};

}  // namespace frontrow::io
