#include "telemetry/trace.h"

namespace frontrow::telemetry {

std::optional<TraceId> parse_traceparent(std::string_view header) {
    // version "-" trace-id "-" parent-id "-" flags
    const bool has_form = header.size() >= 55 && header[2] == '-' && header[35] == '-' &&
                          header[52] == '-' && (header.size() == 55 || header[55] == '-') &&
                          header.substr(0, 2) != "ff";
    if (!has_form) return std::nullopt;
    const auto bits = parse_hex128(header.substr(3, 32));
    if (!bits || *bits == Bits128{}) return std::nullopt;
    return TraceId{*bits};
}

}  // namespace frontrow::telemetry
