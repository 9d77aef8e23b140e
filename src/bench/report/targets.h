#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace frontrow::bench::report {

/// The results of scripts/bench.sh against their targets.
struct TargetsDrawing {
    /// A self-contained page, which loads nothing.
    std::string page;
    /// An SVG for other pages, with a bar for each figure that has a target.
    std::string picture;
};

/// `report` is the report.json of scripts/bench.sh. The error says what is missing in it.
Result<TargetsDrawing, std::string> draw_targets(std::string_view report);

}  // namespace frontrow::bench::report
