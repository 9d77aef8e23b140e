#include "bench/report/drawing.h"

#include <fmt/format.h>

namespace frontrow::bench::report {
namespace {

std::string path_of(const std::vector<Place>& places) {
    std::string path;
    for (const auto& place : places)
        path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", place.x, place.y);
    return path;
}

}  // namespace

std::string svg(const std::string& name, const std::string& content, Place size) {
    if (content.empty()) return {};
    return fmt::format(
        "<svg viewBox=\"0 0 {:g} {:g}\" role=\"img\" aria-label=\"{}\">{}</svg>",
        size.x,
        size.y,
        name,
        content
    );
}

std::string
text(double x, double y, const char* anchor, const std::string& words, const std::string& kind) {
    return fmt::format(
        "<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>",
        kind,
        x,
        y,
        anchor,
        words
    );
}

std::string rule(const std::string& kind, Place from, Place to) {
    return fmt::format(
        "<line class=\"{}\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>",
        kind,
        from.x,
        to.x,
        from.y,
        to.y
    );
}

std::string grid(const Axis& x, const Axis& y) {
    std::string lines;
    for (const auto& tick : y.ticks()) {
        const double at = y.at(tick.value);
        lines += rule("grid", {kLeft, at}, {kRight, at});
        lines += text(kLeft - 8, at + 4, "end", tick.label);
    }
    for (const auto& tick : x.ticks()) {
        const double at = x.at(tick.value);
        lines += rule("grid faint", {at, kTop}, {at, kBottom});
        lines += text(at, kBottom + 22, "middle", tick.label);
    }
    return lines;
}

std::string line(const std::vector<Place>& places, const std::string& series) {
    return fmt::format("<path class=\"line {}\" d=\"{}\"/>", series, path_of(places));
}

std::string area(std::vector<Place> places, const std::string& series) {
    if (places.empty()) return {};
    places.push_back({places.back().x, kBottom});
    places.push_back({places.front().x, kBottom});
    return fmt::format("<path class=\"area {}\" d=\"{}Z\"/>", series, path_of(places));
}

std::string dot(Place at, const std::string& series, const std::string& told, bool is_seen) {
    return fmt::format(
        "<circle class=\"dot {}{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" "
        "r=\"{}\"><title>{}</title></circle>",
        series,
        is_seen ? "" : " unseen",
        at.x,
        at.y,
        is_seen ? "3.5" : "7",
        told
    );
}

std::string bar(Place at, Place size, const std::string& series) {
    return fmt::format(
        "<rect class=\"bar {}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
        "rx=\"3\"/>",
        series,
        at.x,
        at.y,
        size.x,
        size.y
    );
}

std::string bar_on_track(Place at, Place track, double length, const std::string& series) {
    return bar(at, track, "track") + bar(at, {length, track.y}, series);
}

}  // namespace frontrow::bench::report
