#pragma once

#include "base/check.h"
#include "io/awaitable.h"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace frontrow::io {

/// Runs the coroutine, and any other work of the loop, until nothing is left to do. Returns what
/// the coroutine returned or throws what it threw. Blocks the thread, so it is for command-line
/// tools and for worker threads. May be called again with the same loop.
template <class T>
T run_to_end(boost::asio::io_context& loop, Awaitable<T> coroutine) {
    std::exception_ptr thrown;
    std::optional<T> returned;
    loop.restart();
    boost::asio::co_spawn(
        loop,
        std::move(coroutine),
        [&](const std::exception_ptr& error, T value) {
            thrown = error;
            returned = std::move(value);
        }
    );
    loop.run();
    if (thrown) std::rethrow_exception(thrown);
    CHECK(returned.has_value());
    return std::move(*returned);
}

}  // namespace frontrow::io
