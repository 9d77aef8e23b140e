#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow {

/// A moment in UTC with millisecond precision. Requests, answers and facts have the same precision,
/// so nothing is rounded between memory and journal.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
using Millis = std::chrono::milliseconds;

// The first and the last instant that parse_rfc3339() accepts.

inline constexpr Instant kFirstInstant{};
inline constexpr Instant kLastInstant =
    std::chrono::sys_days{std::chrono::year{10000} / 1 / 1} - Millis{1};

/// Parses RFC 3339 with any offset (`2026-11-21T10:00:00+09:00`). Digits past the millisecond are
/// cut off. Returns nothing for any other text, for a date that doesn't exist, or for a year
/// outside 1970…9999.
std::optional<Instant> parse_rfc3339(std::string_view text);

/// Writes the 24 characters of `2026-11-21T01:00:00.000Z` and returns a pointer past the last. The
/// year must be in 0…9999.
char* write_rfc3339(char* to, Instant at);
void append_rfc3339(std::string& out, Instant at);
std::string to_rfc3339(Instant at);

}  // namespace frontrow
