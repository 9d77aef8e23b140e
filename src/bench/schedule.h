#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>

namespace frontrow::bench {

/// Decides which request is next and when it should start. Any thread.
///
/// Open loop: request n starts at n / rate, whatever happened to earlier requests. A request's
/// latency counts from its intended start, not from when a connection was free. So a stall of the
/// server is charged for all requests that were due during it. Closed loop: each connection sends
/// its next request as soon as it has an answer. So a stall holds back the requests that would have
/// measured it ("coordinated omission").
class Schedule {
public:
    struct Turn {
        std::uint64_t number = 0;
        /// Since the load began. Absent: now.
        std::optional<std::chrono::nanoseconds> due;
    };

    Schedule(
        std::chrono::nanoseconds duration,
        std::optional<double> rate,
        std::optional<std::uint64_t> requests_max
    )
        : duration_{duration},
          rate_{rate},
          requests_max_{requests_max.value_or(std::numeric_limits<std::uint64_t>::max())} {}

    /// Returns nothing once there are no more requests.
    std::optional<Turn> next(std::chrono::nanoseconds now) {
        if (stopped_ || (!rate_ && now >= duration_)) return std::nullopt;
        const auto number = next_.fetch_add(1, std::memory_order_relaxed);
        if (number >= requests_max_) return std::nullopt;
        if (!rate_) return Turn{number, std::nullopt};
        const auto due = due_of(number);
        return due < duration_ ? std::optional{Turn{number, due}} : std::nullopt;
    }
    /// Ends the schedule.
    void stop() { stopped_ = true; }
    bool is_stopped() const { return stopped_; }

    bool is_open_loop() const { return rate_.has_value(); }
    std::chrono::nanoseconds duration() const { return duration_; }
    /// The number of requests that an open loop should send in all.
    std::uint64_t intended() const {
        const auto seconds = std::chrono::duration<double>(duration_).count();
        auto count = static_cast<std::uint64_t>(rate_.value_or(0) * seconds);
        while (due_of(count) < duration_)
            ++count;
        return std::min(count, requests_max_);
    }

private:
    std::chrono::nanoseconds due_of(std::uint64_t number) const {
        return std::chrono::nanoseconds{
            static_cast<std::int64_t>(static_cast<double>(number) * 1e9 / *rate_)
        };
    }

    std::chrono::nanoseconds duration_;
    std::optional<double> rate_;
    std::uint64_t requests_max_;
    std::atomic<std::uint64_t> next_ = 0;
    std::atomic<bool> stopped_ = false;
};

}  // namespace frontrow::bench
