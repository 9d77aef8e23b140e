#pragma once

#include "bench/report/figures.h"

#include <string>

namespace frontrow::bench::report {

// Each draws one plot as an SVG that takes its colours from the page. Empty where there is nothing
// to draw.

/// How long requests took, by the share of all that were no slower.
std::string percentiles_plot(const Figures& figures);
/// Requests a second as the time went on.
std::string rate_plot(const Figures& figures);
/// The middle latency and that of the slowest hundredth as the time went on.
std::string latency_plot(const Figures& figures);
/// How many answers had which status.
std::string answers_plot(const Figures& figures);

}  // namespace frontrow::bench::report
