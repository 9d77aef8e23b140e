#pragma once

#include <boost/asio/io_context.hpp>

namespace frontrow::io {

/// Runs the loop on this thread until the loop is stopped or has nothing left to wait for, like
/// io_context::run(). Unlike run(), it polls for a while after work before the thread sleeps.
///
/// A processor takes tens of microseconds to wake, fifty in a virtual machine, and a server that
/// waits for its disk would sleep and wake a thousand times a second. The loop polls for a quarter
/// of the time that it has worked, at most 300 µs, so that it never uses much more processor time
/// than it needs. When it polled for 300 µs after every request, it used the whole processor at
/// half the load, and other threads on that processor had to wait.
void run_event_loop(boost::asio::io_context& loop);

}  // namespace frontrow::io
