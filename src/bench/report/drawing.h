#pragma once

#include "bench/report/axis.h"

#include <string>
#include <vector>

namespace frontrow::bench::report {

// Elements of plots. A `series` is a class of plots.css, which sets the colour. Text must be
// escaped for markup before it is passed in.

/// The area between the axes.
constexpr double kWidth = 880;
constexpr double kHeight = 300;
constexpr double kLeft = 62;
constexpr double kRight = kWidth - 18;
constexpr double kTop = 14;
constexpr double kBottom = kHeight - 34;

struct Place {
    double x = 0;
    double y = 0;
};

/// A complete SVG plot for a page. Empty if there is no content.
std::string
svg(const std::string& name, const std::string& content, Place size = {kWidth, kHeight});
/// `anchor`: start, middle or end.
std::string text(
    double x,
    double y,
    const char* anchor,
    const std::string& words,
    const std::string& kind = {}
);
/// A straight line.
std::string rule(const std::string& kind, Place from, Place to);
/// The ticks of both axes, each with a grid line.
std::string grid(const Axis& x, const Axis& y);
std::string line(const std::vector<Place>& places, const std::string& series);
/// The area below the line.
std::string area(std::vector<Place> places, const std::string& series);
/// A dot that shows its value when the mouse is over it.
std::string dot(Place at, const std::string& series, const std::string& told, bool is_seen = true);
std::string bar(Place at, Place size, const std::string& series);
/// A bar in front of a track. The track shows how long the bar can get.
std::string bar_on_track(Place at, Place track, double length, const std::string& series);

}  // namespace frontrow::bench::report
