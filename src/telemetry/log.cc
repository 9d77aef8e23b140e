#include "telemetry/log.h"

#include <boost/json.hpp>

#include <ctime>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace frontrow::telemetry {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warn:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
}

std::string as_json(std::string_view text) {
    return boost::json::serialize(boost::json::string_view{text.data(), text.size()});
}

std::string json_tail(std::string_view message, std::initializer_list<LogField> fields) {
    std::string line = "\"message\":" + as_json(message);
    for (const auto& field : fields)
        line += "," + as_json(field.name) + ":" + as_json(field.value);
    return line;
}

std::string readable_tail(std::string_view message, std::initializer_list<LogField> fields) {
    std::string line{message};
    for (const auto& field : fields)
        line += "  " + std::string{field.name} + "=" + field.value;
    return line;
}

/// Uses the level names of --log-level; spdlog's own names differ.
class LevelWord final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& line)
        override {
        const auto word = word_of(message.level);
        line.append(word.data(), word.data() + word.size());
        for (auto size = word.size(); size < padinfo_.width_; ++size)
            line.push_back(' ');
    }
    std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<LevelWord>();
    }

private:
    static std::string_view word_of(spdlog::level::level_enum level) {
        if (level == spdlog::level::debug) return "debug";
        if (level == spdlog::level::info) return "info";
        return level == spdlog::level::warn ? "warn" : "error";
    }
};

std::unique_ptr<spdlog::formatter> formatter_for(bool is_terminal) {
    auto formatter = std::make_unique<spdlog::pattern_formatter>(
        is_terminal ? spdlog::pattern_time_type::local : spdlog::pattern_time_type::utc
    );
    formatter->add_flag<LevelWord>('*').set_pattern(
        is_terminal ? "%H:%M:%S.%e %^%-5*%$ %v"
                    : R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%*",%v})"
    );
    return formatter;
}

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view name) {
    if (name == "debug") return LogLevel::debug;
    if (name == "info") return LogLevel::info;
    if (name == "warn") return LogLevel::warn;
    if (name == "error") return LogLevel::error;
    return std::nullopt;
}

Log::Log(LogLevel level)
    : is_terminal_{isatty(STDERR_FILENO) == 1},
      logger_{std::make_unique<spdlog::logger>(
          "frontrow",
          std::make_shared<spdlog::sinks::stderr_color_sink_mt>()
      )} {
    logger_->set_level(to_spdlog(level));
    logger_->set_formatter(formatter_for(is_terminal_));
}

Log::~Log() = default;

bool Log::has_debug() const {
    return logger_->should_log(spdlog::level::debug);
}

void Log::debug(std::string_view message, std::initializer_list<LogField> fields) const {
    write(LogLevel::debug, message, fields);
}
void Log::info(std::string_view message, std::initializer_list<LogField> fields) const {
    write(LogLevel::info, message, fields);
}
void Log::warn(std::string_view message, std::initializer_list<LogField> fields) const {
    write(LogLevel::warn, message, fields);
}
void Log::error(std::string_view message, std::initializer_list<LogField> fields) const {
    write(LogLevel::error, message, fields);
}

void Log::write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields)
    const {
    if (!logger_->should_log(to_spdlog(level))) return;
    const auto line = is_terminal_ ? readable_tail(message, fields) : json_tail(message, fields);
    logger_->log(to_spdlog(level), spdlog::string_view_t{line.data(), line.size()});
}

}  // namespace frontrow::telemetry
