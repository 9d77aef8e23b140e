#pragma once

#include <chrono>
#include <ctime>

namespace frontrow::io {

/// Measures elapsed time, for metrics. Setting the clock doesn't affect it. Any thread.
class Stopwatch {
public:
    using Time = std::chrono::steady_clock::time_point;

    std::chrono::nanoseconds elapsed() const { return std::chrono::steady_clock::now() - start_; }
    double seconds() const { return std::chrono::duration<double>(elapsed()).count(); }
    /// The moment at which `elapsed` will have passed, for a Timer.
    Time at(std::chrono::nanoseconds elapsed) const { return start_ + elapsed; }

private:
    Time start_ = std::chrono::steady_clock::now();
};

/// The processor time that this thread has used.
inline std::chrono::nanoseconds processor_time() {
    timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

}  // namespace frontrow::io
