#pragma once

#include "io/clock.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <utility>

namespace frontrow::sim {

using Time = std::chrono::nanoseconds;
using Action = std::move_only_function<void()>;

/// The clock of a simulated cluster, its future actions, and its only source of randomness. So the
/// seed alone determines a run.
class VirtualTime {
public:
    explicit VirtualTime(std::uint64_t seed) : engine_{seed} {}

    Time now() const { return now_; }
    /// Actions at the same moment run in the order of these calls.
    void at(Time when, Action action) {
        actions_.emplace(std::pair{std::max(when, now_), ++number_}, std::move(action));
    }
    void after(Time wait, Action action) { at(now_ + wait, std::move(action)); }
    void run_until(Time end) {
        while (!actions_.empty() && actions_.begin()->first.first <= end) {
            auto next = actions_.extract(actions_.begin());
            now_ = next.key().first;
            next.mapped()();
        }
        now_ = end;
    }

    std::uint64_t random() { return engine_(); }
    std::uint64_t below(std::uint64_t end) { return engine_() % end; }
    bool chance(unsigned percent) { return below(100) < percent; }
    Time between(Time from, Time to) {
        return from + Time{static_cast<Time::rep>(
                          below(static_cast<std::uint64_t>((to - from).count()) + 1)
                      )};
    }
    /// Mostly a short time, occasionally several times as long.
    Time around(Time mean) {
        return Time{static_cast<Time::rep>(-std::log(unit()) * static_cast<double>(mean.count()))};
    }

private:
    /// More than 0, at most 1.
    double unit() { return static_cast<double>((engine_() >> 11) + 1) * 0x1p-53; }

    Time now_{};
    std::uint64_t number_ = 0;
    std::map<std::pair<Time, std::uint64_t>, Action> actions_;
    std::mt19937_64 engine_;
};

/// One machine's clock. It may run fast or slow, or stand still.
class MachineClock final : public io::Clock {
public:
    MachineClock(const VirtualTime& time, Time offset) : time_{time}, then_{offset} {}

    io::ClockReading read() const override {
        const auto passed = static_cast<double>((time_.now() - since_).count()) * rate_;
        return {.wall = {}, .since_boot = then_ + Time{static_cast<Time::rep>(passed)}};
    }
    void set_rate(double rate) {
        then_ = read().since_boot;
        since_ = time_.now();
        rate_ = rate;
    }
    /// When the clock will show this, at its current rate. While it stands still: a moment at which
    /// to ask again.
    Time when(Time shown) const {
        if (rate_ == 0) return time_.now() + std::chrono::milliseconds{1};
        const auto left = static_cast<double>((shown - read().since_boot).count()) / rate_;
        return time_.now() + Time{static_cast<Time::rep>(left) + 1};
    }

private:
    const VirtualTime& time_;
    Time since_{};
    Time then_;
    double rate_ = 1;
};

}  // namespace frontrow::sim
