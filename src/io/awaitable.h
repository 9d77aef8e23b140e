#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace frontrow::io {

/// The executor of all our coroutines: an io_context with one thread. This is the concrete type
/// instead of the type-erased `any_io_executor`, because every step of every coroutine uses the
/// executor.
using Executor = boost::asio::io_context::executor_type;

template <class T>
using Awaitable = boost::asio::awaitable<T, Executor>;

inline constexpr boost::asio::use_awaitable_t<Executor> use_awaitable;

}  // namespace frontrow::io
