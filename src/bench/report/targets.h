#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace frontrow::bench::report {

/// What scripts/bench.sh found, against its targets.
struct TargetsDrawing {
    /// In one file that asks for nothing from anywhere.
    std::string page;
    /// An SVG with a bar for each figure that has a target, for the pages of others.
    std::string picture;
};

/// `report` is the report.json of scripts/bench.sh. The error says what it lacks.
Result<TargetsDrawing, std::string> draw_targets(std::string_view report);

}  // namespace frontrow::bench::report
