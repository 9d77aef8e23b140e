#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace frontrow::telemetry {

enum class LogLevel : std::uint8_t { debug, info, warn, error };

std::optional<LogLevel> parse_log_level(std::string_view name);

struct LogField {
    std::string_view name;
    std::string value;
    /// `value` is a number and is written without quotes.
    bool is_number = false;
};

/// Writes log lines to standard error: JSON, or, on a terminal, a form for people to read. Never
/// blocks: if nothing reads the lines, they are dropped and counted (io::LineWriter). Any thread.
class Log {
public:
    explicit Log(LogLevel level);
    ~Log();

    void info(std::string_view message, std::initializer_list<LogField> fields = {}) const;
    void warn(std::string_view message, std::initializer_list<LogField> fields = {}) const;
    void error(std::string_view message, std::initializer_list<LogField> fields = {}) const;
    /// Writes a line of level info, whatever the log's level is.
    void always(std::string_view message, std::span<const LogField> fields) const;

    /// The number of lines dropped so far.
    std::uint64_t dropped_lines() const;

private:
    class Sink;
    void write_from(
        LogLevel level,
        std::string_view message,
        std::initializer_list<LogField> fields
    ) const;

    LogLevel level_;
    std::unique_ptr<Sink> sink_;
};

}  // namespace frontrow::telemetry
