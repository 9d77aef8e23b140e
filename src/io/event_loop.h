#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>

namespace frontrow::io {

/// Runs the loop on this thread, as its run() does, until it is stopped or nothing is left to wait
/// for; but before the thread sleeps it looks for `idle_poll` whether something has come.
///
/// A processor takes tens of microseconds to wake, in a virtual machine fifty, and a server that
/// waits for its disk would sleep and wake a thousand times a second. Whoever else is to run here
/// goes first: the thread yields between two looks. Seastar's idle polling is the model.
void run_event_loop(boost::asio::io_context& loop, std::chrono::microseconds idle_poll);

}  // namespace frontrow::io
