#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace spdlog {
class logger;
}

namespace frontrow::telemetry {

enum class LogLevel : std::uint8_t { debug, info, warn, error };

std::optional<LogLevel> parse_log_level(std::string_view name);

struct LogField {
    std::string_view name;
    std::string value;
};

/// Writes to standard error: one line of JSON per message, or, on a terminal, a line for people to
/// read. Any thread.
class Log {
public:
    explicit Log(LogLevel level);
    ~Log();

    bool has_debug() const;
    void debug(std::string_view message, std::initializer_list<LogField> fields = {}) const;
    void info(std::string_view message, std::initializer_list<LogField> fields = {}) const;
    void warn(std::string_view message, std::initializer_list<LogField> fields = {}) const;
    void error(std::string_view message, std::initializer_list<LogField> fields = {}) const;

private:
    void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields)
        const;

    bool is_terminal_;
    std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace frontrow::telemetry
