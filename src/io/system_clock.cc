#include "io/clock.h"

#include <chrono>
#include <ctime>

namespace frontrow::io {

ClockReading SystemClock::read() const {
    // CLOCK_MONOTONIC (std::chrono's steady clock) stops while the machine is suspended.
    timespec since_boot{};
    clock_gettime(CLOCK_BOOTTIME, &since_boot);
    return {
        .wall = std::chrono::floor<Millis>(std::chrono::system_clock::now()),
        .since_boot =
            std::chrono::seconds{since_boot.tv_sec} + std::chrono::nanoseconds{since_boot.tv_nsec},
    };
}

}  // namespace frontrow::io
