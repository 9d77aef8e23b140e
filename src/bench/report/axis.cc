#include "bench/report/axis.h"

#include "bench/words.h"

#include <algorithm>
#include <cmath>

namespace frontrow::bench::report {
namespace {

constexpr int kTicks = 5;
/// Labels with more nines are hard to read.
constexpr double kNinesMax = 5;

/// Returns 1, 2 or 5 times a power of ten, so that about kTicks steps make `range`.
double step_of(double range) {
    const double rough = std::max(range, 1e-9) / kTicks;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= rough) return factor * power;
    }
    return 10 * power;
}

std::string rate_label(double rate) {
    return rate >= 10'000 ? fmt::format("{:g}k", rate / 1'000)
                          : in_words(static_cast<std::uint64_t>(rate));
}

std::string duration_label(double nanoseconds) {
    if (nanoseconds < 1e6) return fmt::format("{:g} µs", nanoseconds / 1e3);
    return nanoseconds < 1e9 ? fmt::format("{:g} ms", nanoseconds / 1e6)
                             : fmt::format("{:g} s", nanoseconds / 1e9);
}

}  // namespace

Axis::Axis(Kind kind, double least, double most, double from, double to)
    : kind_{kind}, from_{from}, to_{to} {
    least_ = stretched(least);
    most_ = std::max(stretched(most), least_ + 1e-9);
}

double Axis::stretched(double value) const {
    switch (kind_) {
        case Kind::linear:
            return value;
        case Kind::logarithmic:
            return std::log10(std::max(value, 1.0));
        case Kind::nines:
            break;
    }
    return -std::log10(std::max(1 - value, 1e-12));
}

double Axis::at(double value) const {
    const double part = (stretched(value) - least_) / (most_ - least_);
    return from_ + std::clamp(part, 0.0, 1.0) * (to_ - from_);
}

double Axis::value_at(double part) const {
    const double value = least_ + part * (most_ - least_);
    switch (kind_) {
        case Kind::linear:
            return value;
        case Kind::logarithmic:
            return std::pow(10, value);
        case Kind::nines:
            break;
    }
    return 1 - std::pow(10, -value);
}

Axis Axis::of_rates(double most, double from, double to) {
    const double step = step_of(most * 1.05);
    Axis axis{Kind::linear, 0, std::ceil(most * 1.05 / step) * step, from, to};
    for (double value = 0; value <= axis.most_ + step / 2; value += step)
        axis.ticks_.push_back({value, rate_label(value)});
    return axis;
}

Axis Axis::of_time(double most, double from, double to) {
    const double step = step_of(most);
    Axis axis{Kind::linear, 0, most, from, to};
    for (double value = 0; value <= most * 1.001; value += step)
        axis.ticks_.push_back({value, fmt::format("{:g} s", value)});
    return axis;
}

Axis Axis::of_latencies(double least, double most, double from, double to) {
    const double low = std::pow(10, std::floor(std::log10(std::max(least, 1'000.0))));
    const double high =
        std::max(std::pow(10, std::ceil(std::log10(std::max(most, 1'000.0)))), 10 * low);
    Axis axis{Kind::logarithmic, low, high, from, to};
    for (double value = low; value <= high * 1.001; value *= 10)
        axis.ticks_.push_back({value, duration_label(value)});
    return axis;
}

Axis Axis::of_shares(double count, double from, double to) {
    const double nines = std::clamp(std::log10(std::max(count, 10.0)), 1.0, kNinesMax);
    Axis axis{Kind::nines, 0, 1 - std::pow(10, -nines), from, to};
    axis.ticks_.push_back({0, "0 %"});
    axis.ticks_.push_back({0.5, "50 %"});
    std::string label = "90";
    for (int n = 1; n <= static_cast<int>(nines); ++n) {
        if (n == 2) label = "99";
        if (n > 2) label += n == 3 ? ".9" : "9";
        axis.ticks_.push_back({1 - std::pow(10, -n), label + " %"});
    }
    return axis;
}

}  // namespace frontrow::bench::report
