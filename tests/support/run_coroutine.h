#pragma once

#include "io/awaitable.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace frontrow::test {

/// A coroutine that runs whenever its io_context runs.
template <class T>
class Started {
public:
    Started(boost::asio::io_context& io, io::Awaitable<T> coroutine)
        : io_{&io}, end_{std::make_shared<End>()} {
        boost::asio::co_spawn(
            io,
            std::move(coroutine),
            [end = end_](const std::exception_ptr& error, T value) {
                end->error = error;
                end->value = std::move(value);
            }
        );
    }

    bool is_done() const { return end_->value.has_value(); }

    /// Runs the io_context until the coroutine has ended. Returns its result or throws its
    /// exception. Also throws after a minute, because a test that only hangs shows no reason.
    T get() {
        const auto work = boost::asio::make_work_guard(*io_);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
        while (!is_done()) {
            io_->restart();
            if (io_->run_one_until(deadline) == 0)
                throw std::runtime_error("the coroutine didn't end");
        }
        if (end_->error) std::rethrow_exception(end_->error);
        return std::move(*end_->value);
    }

private:
    struct End {
        std::exception_ptr error;
        std::optional<T> value;
    };

    boost::asio::io_context* io_;
    std::shared_ptr<End> end_;
};

template <class T>
Started<T> start(boost::asio::io_context& io, io::Awaitable<T> coroutine) {
    return Started<T>{io, std::move(coroutine)};
}

/// Starts a coroutine and runs the io_context until it has ended.
template <class T>
T run(boost::asio::io_context& io, io::Awaitable<T> coroutine) {
    return start(io, std::move(coroutine)).get();
}

/// Runs everything that is ready. Returns when the remaining work waits for something else.
inline void run_ready(boost::asio::io_context& io) {
    io.restart();
    io.poll();
}

/// Runs the io_context until the condition holds. Returns whether it held within a minute.
template <class Condition>
bool run_until(boost::asio::io_context& io, Condition& condition) {
    const auto work = boost::asio::make_work_guard(io);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
    while (!condition()) {
        io.restart();
        if (io.run_one_until(deadline) == 0) return false;
    }
    return true;
}

}  // namespace frontrow::test
