#include "telemetry/access_log.h"

#include <array>
#include <cstdio>
#include <string>
#include <vector>

namespace frontrow::telemetry {
namespace {

/// Three decimals: microseconds.
std::string milliseconds(double seconds) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3f", seconds * 1e3);
    return text.data();
}

}  // namespace

std::optional<AccessLogMode> parse_access_log_mode(std::string_view name) {
    if (name == "off") return AccessLogMode::off;
    if (name == "errors") return AccessLogMode::errors;
    if (name == "all") return AccessLogMode::all;
    return std::nullopt;
}

void AccessLog::write(const Access& access) const {
    const auto& [event, reservation, amount] = access.subject;
    std::vector<LogField> fields{
        {"method", std::string{access.method}},
        {"route", std::string{access.route}},
        {"status", std::to_string(access.status), true},
    };
    if (event) fields.push_back({"event", event->to_string()});
    if (reservation) fields.push_back({"reservation", reservation->to_string()});
    if (amount) fields.push_back({"amount", std::to_string(*amount), true});
    std::string trace;
    append_hex128(trace, access.trace.bits);
    fields.push_back({"milliseconds", milliseconds(access.seconds), true});
    fields.push_back({"trace", std::move(trace)});
    log_.always("request", fields);
}

}  // namespace frontrow::telemetry
