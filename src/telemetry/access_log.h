#pragma once

#include "base/id.h"
#include "base/money.h"
#include "telemetry/log.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace frontrow::telemetry {

/// Which requests are logged: none, only slow ones and those answered with 5xx (`errors`), or all.
enum class AccessLogMode : std::uint8_t { off, errors, all };

std::optional<AccessLogMode> parse_access_log_mode(std::string_view name);

/// What a request was about, as far as the server found out.
struct Subject {
    std::optional<EventId> event;
    std::optional<ReservationId> reservation;
    std::optional<Amount> amount;
};

/// An answered request, as the access log shows it.
struct Access {
    std::string_view method;
    /// The route's pattern, never the path of the request.
    std::string_view route;
    unsigned status = 0;
    double seconds = 0;
    TraceId trace;
    Subject subject;
};

/// Writes one log line per request, whatever the log's level is. A line contains neither the caller
/// nor anything that the request sent.
class AccessLog {
public:
    /// A request that takes at least this long is slow.
    static constexpr double kSlowSeconds = 1;

    AccessLog(const Log& log, AccessLogMode mode) : log_{log}, mode_{mode} {}

    /// True if the request must be logged. Inline, because it is called for every request, and in
    /// mode `errors` few requests are logged.
    bool wants(unsigned status, double seconds) const {
        if (mode_ == AccessLogMode::errors) return status >= 500 || seconds >= kSlowSeconds;
        return mode_ == AccessLogMode::all;
    }
    void write(const Access& access) const;

private:
    const Log& log_;
    AccessLogMode mode_;
};

}  // namespace frontrow::telemetry
