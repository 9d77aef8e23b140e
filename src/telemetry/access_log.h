#pragma once

#include "base/id.h"
#include "base/money.h"
#include "telemetry/log.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace frontrow::telemetry {

/// Which requests are told: none, those that somebody may ask about, or all.
enum class AccessLogMode : std::uint8_t { off, errors, all };

std::optional<AccessLogMode> parse_access_log_mode(std::string_view name);

/// What a request was about, as far as it came to light.
struct Subject {
    std::optional<EventId> event;
    std::optional<ReservationId> reservation;
    std::optional<Amount> amount;
};

/// A request and what became of it.
struct Access {
    std::string_view method;
    /// The route's pattern, never the path that was asked for.
    std::string_view route;
    unsigned status = 0;
    double seconds = 0;
    TraceId trace;
    Subject subject;
};

/// One line of the log for a request, with neither what it was sent with nor who asked. Not subject
/// to the log's level.
class AccessLog {
public:
    /// From here on a request is slow.
    static constexpr double kSlowSeconds = 1;

    AccessLog(const Log& log, AccessLogMode mode) : log_{log}, mode_{mode} {}

    /// Asked of every request, most of which are neither.
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
