#pragma once

#include "bench/report/figures.h"

#include <string>

namespace frontrow::bench::report {

/// A few lines for the terminal.
std::string as_summary(const Figures& figures);
/// One JSON object; latencies in milliseconds.
std::string as_json(const Figures& figures);
/// A self-contained page, which loads nothing.
std::string as_page(const Figures& figures);

}  // namespace frontrow::bench::report
