#include "bench/report/targets.h"

#include "bench/report/figures.h"
#include "bench/report/markup.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <limits>

namespace frontrow::bench::report {
namespace {

namespace json = boost::json;

constexpr const char* kTitle = "Frontrow against its targets";
/// Classes of plots.css, one for each series in a plot.
constexpr std::array kSeries{"nginx", "frontrow", "slow", "reads"};

std::string series_at(std::size_t place) {
    return kSeries.at(place % kSeries.size());
}

std::string words_of(const json::value& of, std::string_view field) {
    return safe(of.at(field).as_string());
}

std::string colour_of(const json::value& result) {
    const auto& verdict = result.at("verdict").as_string();
    if (verdict == "ok") return "good";
    if (verdict == "short") return "warn";
    return verdict == "FAILED" ? "bad" : "";
}

std::string legend_of_names(const json::object& series) {
    Pairs names;
    for (const auto& one : series)
        names.emplace_back(series_at(names.size()), safe(one.key()));
    return legend_of(names);
}

std::string table_of(const json::array& results) {
    std::string rows =
        "<tr><th>name</th><th>what</th><th>measured</th><th>target</th><th></th><th></th></tr>";
    for (const auto& result : results) {
        rows += fmt::format(
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"{}\">{}</td><td>{}</td>"
            "</tr>",
            words_of(result, "name"),
            words_of(result, "what"),
            words_of(result, "measured_told"),
            words_of(result, "target_told"),
            colour_of(result),
            words_of(result, "verdict"),
            words_of(result, result.at("failure").is_null() ? "detail" : "failure")
        );
    }
    return "<div class=\"scroll\"><table class=\"figures\">" + rows + "</table></div>";
}

struct Drawn {
    std::string content;
    Place size;
};

/// Draws a bar for each figure that was measured and has a target. Its length is measured / target,
/// or target / measured if less is better. The scale ends at 2, twice as good as the target.
Drawn shares_of(const json::array& results) {
    constexpr double row = 30;
    constexpr double top = 44;
    constexpr double left = 580;
    constexpr Place track{300, row - 10};
    constexpr double target = left + track.x / 2;
    double y = top;
    std::string content;
    for (const auto& result : results) {
        if (result.at("share").is_null() || !result.at("failure").is_null()) continue;
        const auto share = result.at("share").to_number<double>();
        const auto told =
            words_of(result, "measured_told") + " (" + words_of(result, "target_told") + ")";
        content +=
            text(8, y + 15, "start", words_of(result, "name")) +
            text(112, y + 15, "start", words_of(result, "what"), "ink") +
            bar_on_track({left, y}, track, track.x * std::min(share / 2, 1.0), colour_of(result)) +
            text(left + track.x - 6, y + 15, "end", fmt::format("{:.2f}", share), "ink") +
            text(left + track.x + 12, y + 15, "start", told, "ink");
        y += row;
    }
    if (content.empty()) return {};
    content += text(target, top - 22, "middle", "target", "ink") +
               text(target + 40, top - 22, "start", "better →") +
               rule("mark", {target, top - 14}, {target, y});
    return {content, {left + track.x + 160, y}};
}

std::string short_number(double value) {
    if (value >= 1'000) return fmt::format("{:.1f}k", value / 1'000);
    return value >= 10 ? fmt::format("{:.1f}", value) : fmt::format("{:.3f}", value);
}

/// Draws a group of bars for each round, with a colour for each series.
std::string rounds_plot(const std::string& name, const json::object& series) {
    double most = 0;
    std::size_t rounds = 0;
    for (const auto& one : series) {
        rounds = std::max(rounds, one.value().as_array().size());
        for (const auto& value : one.value().as_array())
            most = std::max(most, value.to_number<double>());
    }
    if (most <= 0) return {};
    const double group = kWidth / static_cast<double>(rounds);
    const double count = static_cast<double>(series.size());
    const double width = std::min(70.0, group * 0.8 / count);
    std::string content;
    for (std::size_t round = 0; round < rounds; ++round) {
        const double middle = group * (static_cast<double>(round) + 0.5);
        content += text(middle, kBottom + 22, "middle", std::to_string(round + 1));
        double x = middle - width * count / 2;
        for (std::size_t i = 0; i < series.size(); ++i, x += width) {
            const auto& values = (series.begin() + i)->value().as_array();
            if (round >= values.size()) continue;
            const auto value = values[round].to_number<double>();
            const double height = (kBottom - kTop - 16) * value / most;
            content += bar({x, kBottom - height}, {width * 0.95, height}, series_at(i));
            // Labels of narrower bars would overlap.
            if (width >= 36)
                content += text(x + width / 2, kBottom - height - 5, "middle", short_number(value));
        }
    }
    return svg(name, content);
}

/// Draws a line for each side over its percentiles, which are in milliseconds.
std::string side_latencies_plot(const std::string& name, const json::object& sides) {
    constexpr double requests = 10'000;
    constexpr double in_ns = 1e6;
    double least = std::numeric_limits<double>::max();
    double most = 0;
    for (const auto& side : sides) {
        for (const auto& percentile : side.value().as_object()) {
            least = std::min(least, percentile.value().to_number<double>());
            most = std::max(most, percentile.value().to_number<double>());
        }
    }
    const auto x = Axis::of_shares(requests, kLeft, kRight);
    const auto y = Axis::of_latencies(least * in_ns, most * in_ns, kBottom, kTop);
    auto content = grid(x, y);
    for (std::size_t i = 0; i < sides.size(); ++i) {
        std::vector<Place> places;
        std::string dots;
        for (const auto& [share, percentile] : kPercentiles) {
            const auto* ms = (sides.begin() + i)->value().as_object().if_contains(percentile);
            if (ms == nullptr) continue;
            const auto value = ms->to_number<double>();
            const auto told = short_number(value);
            places.push_back({x.at(share), y.at(value * in_ns)});
            dots += dot(places.back(), series_at(i), fmt::format("{}: {} ms", percentile, told)) +
                    text(places.back().x, places.back().y - 8, "middle", told);
        }
        content += line(places, series_at(i)) + dots;
    }
    return svg(name, content);
}

std::string plots_of_rounds(const json::array& results) {
    std::string plots;
    std::vector<const json::object*> drawn;
    for (const auto& result : results) {
        const auto& series = result.at("series").as_object();
        // Figures that were measured together share a series, which is drawn once.
        if (std::ranges::any_of(drawn, [&](const auto* other) { return *other == series; }))
            continue;
        drawn.push_back(&series);
        const auto name = words_of(result, "name");
        plots += figure(
            name,
            words_of(result, "what") + " (" + words_of(result, "series_unit") + "), by round",
            legend_of_names(series),
            rounds_plot(name + " by round", series)
        );
    }
    return plots;
}

std::string plots_of_latencies(const json::object& figures) {
    std::string plots;
    for (const auto& one : figures) {
        const auto name = safe(one.key()) + ": latency by percentile";
        plots += figure(
            name,
            "In milliseconds, median of the rounds; the longest at the right end.",
            legend_of_names(one.value().as_object()),
            side_latencies_plot(name, one.value().as_object())
        );
    }
    return plots;
}

TargetsDrawing drawing_of(const json::value& report) {
    const auto& results = report.at("results").as_array();
    const auto& about = report.at("about").as_object();
    Pairs facts;
    for (const auto& fact : about)
        facts.emplace_back(fact.key(), fact.value().as_string());
    const std::string date{about.at("date").as_string()};
    const auto shares = shares_of(results);
    TargetsDrawing drawing;
    drawing.page = page(
        "scripts/bench.sh",
        kTitle,
        safe(date),
        card("Figures", table_of(results)) +
            figure(
                "Each figure as a share of its target",
                "Right of the line is good.",
                "",
                svg("Shares of the targets", shares.content, shares.size)
            ) +
            plots_of_rounds(results) + plots_of_latencies(report.at("latencies").as_object()) +
            facts_card(facts)
    );
    const auto footer = "Bars: measured against the target, taken " + safe(date.substr(0, 10)) +
                        " by scripts/bench.sh. Orange: short of it.";
    drawing.picture = picture(
        kTitle,
        shares.content + text(8, shares.size.y + 24, "start", footer),
        {shares.size.x, shares.size.y + 40}
    );
    return drawing;
}

}  // namespace

Result<TargetsDrawing, std::string> draw_targets(std::string_view report) {
    try {
        return drawing_of(json::parse(json::string_view{report.data(), report.size()}));
    } catch (const std::exception& error) {
        return std::unexpected(std::string{"no report.json of scripts/bench.sh: "} + error.what());
    }
}

}  // namespace frontrow::bench::report
