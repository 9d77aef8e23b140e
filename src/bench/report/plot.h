#pragma once

#include "bench/report/figures.h"

#include <string>

namespace frontrow::bench::report {

// Each draws one plot as an SVG with the page's colours. Empty if there is nothing to draw.

/// Latency by percentile.
std::string percentiles_plot(const Figures& figures);
/// Requests a second over time.
std::string rate_plot(const Figures& figures);
/// The p50 and p99 latency over time.
std::string latency_plot(const Figures& figures);
/// The number of answers by status.
std::string answers_plot(const Figures& figures);

}  // namespace frontrow::bench::report
