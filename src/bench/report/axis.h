#pragma once

#include <string>
#include <vector>

namespace frontrow::bench::report {

/// Maps values to positions between two edges of a plot, and chooses the labelled ticks.
class Axis {
public:
    struct Tick {
        double value = 0;
        std::string label;
    };

    /// From zero to slightly above `most`.
    static Axis of_rates(double most, double from, double to);
    /// Seconds, from zero to `most`.
    static Axis of_time(double most, double from, double to);
    /// Durations in nanoseconds, on a logarithmic scale.
    static Axis of_latencies(double least, double most, double from, double to);
    /// Shares of all requests, on a scale where each further nine (90 %, 99 %, …) takes the same
    /// length. It ends at the last nine that `count` requests can resolve.
    static Axis of_shares(double count, double from, double to);

    double at(double value) const;
    /// The value at this part (0 … 1) of the axis.
    double value_at(double part) const;
    const std::vector<Tick>& ticks() const { return ticks_; }

private:
    enum class Kind { linear, logarithmic, nines };

    Axis(Kind kind, double least, double most, double from, double to);
    double stretched(double value) const;

    Kind kind_;
    /// The results of stretched() for the values at the two ends of the axis.
    double least_ = 0;
    double most_ = 1;
    double from_;
    double to_;
    std::vector<Tick> ticks_;
};

}  // namespace frontrow::bench::report
