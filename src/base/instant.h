#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow {

/// A moment in UTC, to the millisecond: the grain of the wire and of every fact, so that nothing is
/// rounded between memory and journal.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
using Millis = std::chrono::milliseconds;

// What the written form has room for.

inline constexpr Instant kFirstInstant{};
inline constexpr Instant kLastInstant =
    std::chrono::sys_days{std::chrono::year{10000} / 1 / 1} - Millis{1};

/// Reads RFC 3339 with any offset (`2026-11-21T10:00:00+09:00`); digits past the millisecond are
/// cut. Nothing for anything else, for a date that doesn't exist, or for a year outside 1970…9999.
std::optional<Instant> parse_rfc3339(std::string_view text);

/// Writes the 24 characters of `2026-11-21T01:00:00.000Z` and returns their end. The year is one of
/// 0…9999.
char* write_rfc3339(char* to, Instant at);
void append_rfc3339(std::string& out, Instant at);
std::string to_rfc3339(Instant at);

}  // namespace frontrow
