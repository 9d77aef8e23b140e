#include "io/clock.h"

#include <chrono>

namespace frontrow::io {

Instant SystemClock::now() const {
    return std::chrono::floor<Millis>(std::chrono::system_clock::now());
}

}  // namespace frontrow::io
