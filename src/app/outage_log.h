#pragma once

#include "base/result.h"
#include "io/clock.h"
#include "io/fault.h"
#include "telemetry/log.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace frontrow::app {

/// Logs the outages of an external service, however often it is tried: one line with the reason
/// when an outage begins, one when the reason changes, one a minute with the count of failures, and
/// one when the service is back. One thread.
class OutageLog {
public:
    struct Words {
        const char* is_away;
        const char* is_still_away;
        const char* is_back;
    };

    /// `log` and `clock` outlive it.
    OutageLog(const telemetry::Log& log, const io::Clock& clock, Words words)
        : log_{log}, clock_{clock}, words_{words} {}

    /// Takes the result of an attempt or a check.
    void note(const Result<void, io::Fault>& contact);

private:
    using Time = std::chrono::nanoseconds;

    struct Outage {
        Time since{};
        Time told{};
        std::string why;
        std::uint64_t failures = 0;
    };

    void begin_or_go_on(const std::string& why);
    void end();

    const telemetry::Log& log_;
    const io::Clock& clock_;
    Words words_;
    std::optional<Outage> outage_;
};

}  // namespace frontrow::app
