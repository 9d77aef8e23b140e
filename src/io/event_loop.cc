#include "io/event_loop.h"

#include "io/stopwatch.h"

#include <algorithm>

namespace frontrow::io {
namespace {

using std::chrono::nanoseconds;

constexpr std::chrono::microseconds kLookMax{300};
constexpr int kPartOfWork = 4;

}  // namespace

void run_event_loop(boost::asio::io_context& loop) {
    nanoseconds left_to_look{0};
    const auto worked = [&](nanoseconds time) {
        left_to_look = std::min<nanoseconds>(kLookMax, left_to_look + time / kPartOfWork);
    };
    while (!loop.stopped()) {
        const Stopwatch look;
        if (loop.poll() > 0) {
            worked(look.elapsed());
            continue;
        }
        left_to_look -= look.elapsed();
        if (left_to_look > nanoseconds{0}) continue;
        // run_one() may sleep before it works, so only its processor time counts as work.
        const auto before = processor_time();
        loop.run_one();
        left_to_look = nanoseconds{0};
        worked(processor_time() - before);
    }
}

}  // namespace frontrow::io
