#pragma once

#include "io/awaitable.h"

#include <boost/asio/basic_waitable_timer.hpp>

#include <chrono>

namespace frontrow::io {

using Timer = boost::asio::basic_waitable_timer<
    std::chrono::steady_clock,
    boost::asio::wait_traits<std::chrono::steady_clock>,
    Executor>;

}  // namespace frontrow::io
