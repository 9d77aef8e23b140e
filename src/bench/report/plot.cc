#include "bench/report/plot.h"

#include "bench/report/axis.h"
#include "bench/report/drawing.h"
#include "bench/words.h"

#include <algorithm>
#include <functional>

namespace frontrow::bench::report {
namespace {

constexpr int kCurveSteps = 200;

std::string percentile_curve(
    const Histogram& latency,
    const Axis& x,
    const Axis& y,
    const std::string& series
) {
    if (latency.count() == 0) return {};
    std::vector<Place> places;
    for (int step = 0; step <= kCurveSteps; ++step) {
        const double share = x.value_at(static_cast<double>(step) / kCurveSteps);
        // If the share is so close to 1 that no request is above it, percentile() returns the
        // latency of the slowest request.
        const auto value = latency.percentile(share);
        places.push_back({x.at(share), y.at(static_cast<double>(value.count()))});
    }
    auto curve = line(places, series);
    for (const auto& [share, name] : kPercentiles) {
        const auto value = latency.percentile(share);
        const Place at{x.at(share), y.at(static_cast<double>(value.count()))};
        curve += dot(at, series, fmt::format("{}: {}", name, in_words(value)));
    }
    return curve;
}

using Value = std::function<double(const Point&)>;

std::vector<Place> places_of(const Side& side, const Axis& x, const Axis& y, const Value& value) {
    std::vector<Place> places;
    places.reserve(side.points.size());
    for (const auto& point : side.points)
        places.push_back({x.at((point.begin + point.end) / 2), y.at(value(point))});
    return places;
}

std::string dots_of(
    const Side& side,
    const std::vector<Place>& places,
    const std::string& series,
    const std::function<std::string(const Point&)>& tell
) {
    std::string dots;
    for (std::size_t i = 0; i < places.size(); ++i)
        dots +=
            dot(places[i],
                series,
                fmt::format("{:.1f} s: {}", side.points[i].end, tell(side.points[i])),
                false);
    return dots;
}

double rate_of(const Point& point) {
    return point.requests_per_second;
}

double p50_of(const Point& point) {
    return static_cast<double>(point.latency.percentile(0.5).count());
}

double p99_of(const Point& point) {
    return static_cast<double>(point.latency.percentile(0.99).count());
}

std::vector<const Side*> sides_of(const Figures& figures) {
    std::vector<const Side*> sides;
    if (figures.nginx) sides.push_back(&*figures.nginx);
    sides.push_back(&figures.frontrow);
    return sides;
}

/// The colour of a status: success, a refusal because another buyer was faster, or anything else.
std::string series_of(std::size_t status) {
    if (status < 300) return "good";
    return status == 409 ? "warn" : "bad";
}

std::string meaning_of(std::size_t status) {
    switch (status) {
        case 200:
            return "read";
        case 201:
            return "reserved";
        case 409:
            return "another buyer has it";
        case 429:
            return "too many from one caller";
        case 503:
            return "turned away";
        default:
            return "unexpected";
    }
}

}  // namespace

std::string percentiles_plot(const Figures& figures) {
    const auto all = figures.frontrow.total.latency();
    if (all.count() == 0) return {};
    double least = static_cast<double>(all.percentile(0).count());
    double most = static_cast<double>(all.max().count());
    if (figures.nginx) {
        const auto yardstick = figures.nginx->total.latency();
        least = std::min(least, static_cast<double>(yardstick.percentile(0).count()));
        most = std::max(most, static_cast<double>(yardstick.max().count()));
    }
    const auto x = Axis::of_shares(static_cast<double>(all.count()), kLeft, kRight);
    const auto y = Axis::of_latencies(least, most, kBottom, kTop);
    auto content = grid(x, y);
    if (figures.nginx) content += percentile_curve(figures.nginx->total.latency(), x, y, "nginx");
    content += percentile_curve(figures.frontrow.total.reads, x, y, "reads");
    content += percentile_curve(figures.frontrow.total.reservations, x, y, "frontrow");
    return svg("Latency by percentile", content);
}

std::string rate_plot(const Figures& figures) {
    double longest = 0;
    double most = 1;
    for (const auto* side : sides_of(figures)) {
        for (const auto& point : side->points) {
            longest = std::max(longest, point.end);
            most = std::max(most, point.requests_per_second);
        }
    }
    if (longest == 0) return {};
    const auto x = Axis::of_time(longest, kLeft, kRight);
    const auto y = Axis::of_rates(most, kBottom, kTop);
    auto content = grid(x, y);
    for (const auto* side : sides_of(figures)) {
        const auto places = places_of(*side, x, y, rate_of);
        if (side == &figures.frontrow) content += area(places, side->name);
        content +=
            line(places, side->name) + dots_of(*side, places, side->name, [](const Point& point) {
                return in_words(static_cast<std::uint64_t>(point.requests_per_second)) +
                       " requests/s";
            });
    }
    return svg("Requests a second over time", content);
}

std::string latency_plot(const Figures& figures) {
    const auto& side = figures.frontrow;
    if (side.points.empty()) return {};
    double least = p50_of(side.points.front());
    double most = 0;
    for (const auto& point : side.points) {
        if (point.latency.count() > 0) least = std::min(least, p50_of(point));
        most = std::max(most, p99_of(point));
    }
    const auto x = Axis::of_time(side.points.back().end, kLeft, kRight);
    const auto y = Axis::of_latencies(least, most, kBottom, kTop);
    const auto slow = places_of(side, x, y, p99_of);
    const auto middle = places_of(side, x, y, p50_of);
    return svg(
        "Latency over time",
        grid(x, y) + line(slow, "slow") + line(middle, "frontrow") +
            dots_of(
                side,
                slow,
                "slow",
                [](const Point& point) { return "p99 " + in_words(point.latency.percentile(0.99)); }
            ) +
            dots_of(
                side,
                middle,
                "frontrow",
                [](const Point& point) { return "p50 " + in_words(point.latency.percentile(0.5)); }
            )
    );
}

std::string answers_plot(const Figures& figures) {
    constexpr double row = 40;
    constexpr double left = 215;
    constexpr Place track{kWidth - 150 - left, 22};
    const auto& answers = figures.frontrow.total.answers;
    const double all = std::max(1.0, static_cast<double>(figures.frontrow.total.answered()));
    std::string content;
    double y = 0;
    for (std::size_t status = 0; status < answers.size(); ++status) {
        if (answers[status] == 0) continue;
        const double share = static_cast<double>(answers[status]) / all;
        content += text(0, y + 25, "start", std::to_string(status), "strong");
        content += text(46, y + 25, "start", meaning_of(status));
        content +=
            bar_on_track({left, y + 9}, track, std::max(3.0, share * track.x), series_of(status));
        content += text(
            kWidth,
            y + 25,
            "end",
            fmt::format("{} · {:.1f} %", in_words(answers[status]), share * 100)
        );
        y += row;
    }
    return svg("Answers by status", content, {kWidth, y});
}

}  // namespace frontrow::bench::report
