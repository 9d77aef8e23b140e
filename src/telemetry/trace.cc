#include "telemetry/trace.h"

#include <algorithm>

namespace frontrow::telemetry {
namespace {

bool is_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

bool is_zero(std::string_view hex) {
    return hex.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

// The header is `version-trace_id-parent_id-flags`. A later version may append another `-` and
// more.
std::optional<TraceId> parse_traceparent(std::string_view header) {
    if (header.size() < 55 || header[2] != '-' || header[35] != '-' || header[52] != '-')
        return std::nullopt;
    const auto version = header.substr(0, 2);
    const auto trace = header.substr(3, 32);
    const auto parent = header.substr(36, 16);
    if (!is_hex(version) || !is_hex(trace) || !is_hex(parent) || !is_hex(header.substr(53, 2)))
        return std::nullopt;
    if (version == "ff" || is_zero(trace) || is_zero(parent)) return std::nullopt;
    if (header.size() > 55 && (version == "00" || header[55] != '-')) return std::nullopt;
    return TraceId{*parse_hex128(trace)};
}

}  // namespace frontrow::telemetry
