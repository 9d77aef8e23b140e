#pragma once

#include "base/instant.h"
#include "bench/bench.h"
#include "config/bench_settings.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::bench::report {

/// An interval in a plot, in seconds since the first round began. The time between rounds is left
/// out.
struct Point {
    double begin = 0;
    double end = 0;
    double requests_per_second = 0;
    Histogram latency;
};

/// One server's figures over all rounds.
struct Side {
    std::string name;
    /// Median of the rounds.
    double requests_per_second = 0;
    std::vector<double> round_rates;
    Tally total;
    std::vector<Point> points;
    /// Maximum of the rounds.
    double generator_cores = 0;
};

/// The data that every format of the report shows.
struct Figures {
    config::BenchSettings settings;
    Instant taken;
    Side frontrow;
    std::optional<Side> nginx;
    /// Frontrow's rate divided by nginx's, for each round, and the median.
    std::vector<double> ratios;
    std::optional<double> ratio;
    /// Seats or units.
    std::uint64_t seats_sold = 0;
    std::uint64_t sold_again = 0;
    std::vector<std::string> failures;
    std::vector<std::string> notes;
    std::vector<std::pair<std::string, std::string>> machine;

    bool is_open_loop() const { return settings.rate.has_value(); }
    Scenario scenario() const { return parse_scenario(settings.scenario).value(); }
};

Figures figures_of(const config::BenchSettings& settings, BenchResult result, Instant now);

/// `64 connections, closed loop, 10 s`.
std::string load_in_words(const Figures& figures);
/// Says whether a latency counts from a request's intended start or from its sending, and what
/// effect that has on the figures.
std::string loop_in_words(const Figures& figures);
/// The percentiles that are reported, with their names.
inline constexpr std::pair<double, const char*> kPercentiles[] =
    {{0.5, "p50"}, {0.9, "p90"}, {0.99, "p99"}, {0.999, "p99.9"}, {1.0, "max"}};
/// The percentile of orders that has a target, with its name.
inline constexpr std::pair<double, const char*> kOrderPercentile{0.95, "p95"};

}  // namespace frontrow::bench::report
