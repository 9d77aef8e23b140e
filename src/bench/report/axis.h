#pragma once

#include <string>
#include <vector>

namespace frontrow::bench::report {

/// Where a value lies between two edges of a plot, and which values are written beside it.
class Axis {
public:
    struct Tick {
        double value = 0;
        std::string label;
    };

    /// From zero to somewhat above `most`.
    static Axis of_rates(double most, double from, double to);
    /// Seconds, from zero to `most`.
    static Axis of_time(double most, double from, double to);
    /// Durations in nanoseconds, each power of ten as long as the next.
    static Axis of_latencies(double least, double most, double from, double to);
    /// Shares of all requests: each further nine as long as the one before, up to the last of
    /// `count`.
    static Axis of_shares(double count, double from, double to);

    double at(double value) const;
    /// The value that lies at this part (0 … 1) of the way.
    double value_at(double part) const;
    const std::vector<Tick>& ticks() const { return ticks_; }

private:
    enum class Kind { linear, logarithmic, nines };

    Axis(Kind kind, double least, double most, double from, double to);
    double stretched(double value) const;

    Kind kind_;
    /// The ends, as stretched.
    double least_ = 0;
    double most_ = 1;
    double from_;
    double to_;
    std::vector<Tick> ticks_;
};

}  // namespace frontrow::bench::report
