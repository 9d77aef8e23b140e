#pragma once

#include "bench/report/axis.h"

#include <string>
#include <vector>

namespace frontrow::bench::report {

// What plots are made of. A `series` is a class of plots.css, which has the colours. Words are safe
// in markup when they come here.

/// The inside of a plot that has axes, between their ends.
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

/// A whole plot, as a page shows it; nothing where there is no content.
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
/// The ticks of both axes, with a line each.
std::string grid(const Axis& x, const Axis& y);
std::string line(const std::vector<Place>& places, const std::string& series);
/// What lies below the line.
std::string area(std::vector<Place> places, const std::string& series);
/// A dot that tells its value to a mouse.
std::string dot(Place at, const std::string& series, const std::string& told, bool is_seen = true);
std::string bar(Place at, Place size, const std::string& series);
/// A bar lying on the track that it could fill.
std::string bar_on_track(Place at, Place track, double length, const std::string& series);

}  // namespace frontrow::bench::report
