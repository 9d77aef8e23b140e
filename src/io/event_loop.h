#pragma once

#include <boost/asio/io_context.hpp>

namespace frontrow::io {

/// Runs the loop on this thread, as its run() does, until it is stopped or nothing is left to wait
/// for; but after work it looks for a while whether more has come before the thread sleeps.
///
/// A processor takes tens of microseconds to wake, in a virtual machine fifty, and a server that
/// waits for its disk would sleep and wake a thousand times a second. It looks for a quarter of the
/// time that it has worked, 300 µs at most, so that it never takes much more of the processor than
/// it needs: who looked for 300 µs after every request took all of it at half of the load, and
/// those who shared it waited.
void run_event_loop(boost::asio::io_context& loop);

}  // namespace frontrow::io
