#pragma once

#include "base/id.h"

#include <optional>
#include <string_view>

namespace frontrow::telemetry {

/// Returns the trace id of a W3C `traceparent` header, or nothing if the header isn't well-formed
/// (https://www.w3.org/TR/trace-context/#traceparent-header).
std::optional<TraceId> parse_traceparent(std::string_view header);

}  // namespace frontrow::telemetry
