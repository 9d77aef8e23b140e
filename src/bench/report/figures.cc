#include "bench/report/figures.h"

#include "bench/machine.h"
#include "bench/words.h"

#include <algorithm>

namespace frontrow::bench::report {
namespace {

/// A plot with more points is noise.
constexpr double kPointsMax = 60;
/// Above this share of its threads' time, the load generator is considered the limit.
constexpr double kBusy = 0.9;

double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

double middle(std::vector<double> values) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    const auto half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

std::string rate_in_words(double rate) {
    return rate < 1'000 ? fmt::format("{:g}", rate) : in_words(static_cast<std::uint64_t>(rate));
}

/// Adds a round's slices to the points; a point may cover several slices.
void append_points(const LoadResult& load, std::vector<Point>& points) {
    const double begin = points.empty() ? 0 : points.back().end;
    const double width = seconds(load.took) / kPointsMax;
    Point next{.begin = begin, .end = begin, .requests_per_second = 0, .latency = {}};
    for (const auto& slice : load.slices) {
        next.latency.add(slice.tally.latency());
        next.end = begin + seconds(slice.end);
        const bool is_last = &slice == &load.slices.back();
        if (!is_last && next.end - next.begin < width) continue;
        // The last slice may be too short for a meaningful rate.
        if (next.end - next.begin < width / 2 && !points.empty()) break;
        next.requests_per_second =
            static_cast<double>(next.latency.count()) / std::max(1e-9, next.end - next.begin);
        const double end = next.end;
        points.push_back(std::move(next));
        next = Point{.begin = end, .end = end, .requests_per_second = 0, .latency = {}};
    }
}

void append_round(const LoadResult& load, Side& side) {
    side.round_rates.push_back(
        static_cast<double>(load.total.answered()) / std::max(1e-9, seconds(load.took))
    );
    side.requests_per_second = middle(side.round_rates);
    side.total.add(load.total);
    side.generator_cores = std::max(side.generator_cores, load.own_cores);
    append_points(load, side.points);
}

}  // namespace

Figures figures_of(const config::BenchSettings& settings, BenchResult result, Instant now) {
    Figures figures{
        .settings = settings,
        .taken = now,
        .frontrow = {.name = "frontrow"},
        .failures = std::move(result.failures),
        .notes = std::move(result.notes),
        .machine = describe_machine(),
    };
    for (const auto& round : result.rounds) {
        append_round(round.sale, figures.frontrow);
        figures.seats_sold += round.seats_sold;
        figures.sold_again += round.sold_again;
        if (!round.yardstick) continue;
        if (!figures.nginx) figures.nginx.emplace(Side{.name = "nginx"});
        append_round(*round.yardstick, *figures.nginx);
        figures.ratios.push_back(
            figures.frontrow.round_rates.back() / std::max(1e-9, figures.nginx->round_rates.back())
        );
    }
    if (!figures.ratios.empty()) figures.ratio = middle(figures.ratios);
    if (figures.frontrow.generator_cores > kBusy * settings.threads) {
        figures.notes.emplace_back(
            "the load generator was busy all the time and may have been the limit: more --threads"
        );
    }
    return figures;
}

std::string load_in_words(const Figures& figures) {
    const auto& settings = figures.settings;
    const auto rounds = settings.rounds == 1 ? "" : fmt::format(", {} rounds", settings.rounds);
    const auto loop = settings.rate
                          ? fmt::format("open loop of {} requests/s", rate_in_words(*settings.rate))
                          : "closed loop";
    return fmt::format(
        "{}, {} connections, {} s{}",
        loop,
        in_words(std::uint64_t{settings.connections}),
        settings.seconds,
        rounds
    );
}

std::string loop_in_words(const Figures& figures) {
    if (figures.is_open_loop()) {
        return "Open loop: a latency counts from the moment at which its request was meant to "
               "start, so a stall is "
               "charged for everybody who would have come during it.";
    }
    return "Closed loop: a latency counts from when its request was sent, and a connection asks "
           "again only once it has "
           "its answer, so those who would have come during a stall are left out (coordinated "
           "omission). For what buyers feel, "
           "use --rate.";
}

}  // namespace frontrow::bench::report
