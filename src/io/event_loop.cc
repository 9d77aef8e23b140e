#include "io/event_loop.h"

#include "io/stopwatch.h"

#include <thread>

namespace frontrow::io {
namespace {

/// Does what has come, until for so long nothing has.
void poll(boost::asio::io_context& loop, std::chrono::microseconds idle_poll) {
    Stopwatch idle;
    while (!loop.stopped() && idle.elapsed() < idle_poll) {
        if (loop.poll() > 0) {
            idle = Stopwatch{};
        } else {
            std::this_thread::yield();
        }
    }
}

}  // namespace

void run_event_loop(boost::asio::io_context& loop, std::chrono::microseconds idle_poll) {
    while (!loop.stopped()) {
        poll(loop, idle_poll);
        loop.run_one();
    }
}

}  // namespace frontrow::io
