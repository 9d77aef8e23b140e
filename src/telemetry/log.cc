#include "telemetry/log.h"

#include "io/line_writer.h"

#include <boost/json.hpp>

#include <array>
#include <ctime>
#include <mutex>
#include <spdlog/pattern_formatter.h>
#include <spdlog/spdlog.h>
#include <unistd.h>
#include <utility>

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

std::string json_tail(std::string_view message, std::span<const LogField> fields) {
    std::string line = "\"message\":" + as_json(message);
    for (const auto& field : fields)
        line += "," + as_json(field.name) + ":" +
                (field.is_number ? field.value : as_json(field.value));
    return line;
}

std::string readable_tail(std::string_view message, std::span<const LogField> fields) {
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

/// Formats messages as lines. Any thread.
class LineMaker {
public:
    explicit LineMaker(bool is_terminal)
        : is_terminal_{is_terminal},
          formatter_{
              is_terminal ? spdlog::pattern_time_type::local : spdlog::pattern_time_type::utc
          } {
        formatter_.add_flag<LevelWord>('*').set_pattern(
            is_terminal ? "%H:%M:%S.%e %^%-5*%$ %v"
                        : R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%*",%v})"
        );
    }

    std::string
    line_of(LogLevel level, std::string_view message, std::span<const LogField> fields) {
        const auto tail =
            is_terminal_ ? readable_tail(message, fields) : json_tail(message, fields);
        spdlog::details::log_msg record{
            "frontrow", to_spdlog(level), spdlog::string_view_t{tail.data(), tail.size()}
        };
        spdlog::memory_buf_t text;
        const std::lock_guard lock{mutex_};
        formatter_.format(record, text);
        std::string line{text.data(), text.size()};
        if (is_terminal_) {
            line.insert(record.color_range_end, kPlain);
            line.insert(record.color_range_start, color_of(level));
        }
        return line;
    }

private:
    static constexpr const char* kPlain = "\033[m";

    static const char* color_of(LogLevel level) {
        switch (level) {
            case LogLevel::debug:
                return "\033[36m";
            case LogLevel::info:
                return "\033[32m";
            case LogLevel::warn:
                return "\033[33m\033[1m";
            case LogLevel::error:
                return "\033[31m\033[1m";
        }
    }

    bool is_terminal_;
    std::mutex mutex_;
    spdlog::pattern_formatter formatter_;
};

}  // namespace

class Log::Sink {
public:
    explicit Sink(bool is_terminal)
        : maker_{std::make_shared<LineMaker>(is_terminal)},
          writer_{STDERR_FILENO, [maker = maker_](std::uint64_t lines) {
                      const std::array fields{LogField{"lines", std::to_string(lines), true}};
                      return maker->line_of(
                          LogLevel::warn,
                          "lines of this log were dropped: nobody read them in time",
                          fields
                      );
                  }} {}

    void write(LogLevel level, std::string_view message, std::span<const LogField> fields) {
        writer_.write(maker_->line_of(level, message, fields));
    }
    std::uint64_t dropped() const { return writer_.dropped(); }

private:
    std::shared_ptr<LineMaker> maker_;
    io::LineWriter writer_;
};

std::optional<LogLevel> parse_log_level(std::string_view name) {
    if (name == "debug") return LogLevel::debug;
    if (name == "info") return LogLevel::info;
    if (name == "warn") return LogLevel::warn;
    if (name == "error") return LogLevel::error;
    return std::nullopt;
}

Log::Log(LogLevel level)
    : level_{level}, sink_{std::make_unique<Sink>(isatty(STDERR_FILENO) == 1)} {
}

Log::~Log() = default;

void Log::info(std::string_view message, std::initializer_list<LogField> fields) const {
    write_from(LogLevel::info, message, fields);
}
void Log::warn(std::string_view message, std::initializer_list<LogField> fields) const {
    write_from(LogLevel::warn, message, fields);
}
void Log::error(std::string_view message, std::initializer_list<LogField> fields) const {
    write_from(LogLevel::error, message, fields);
}

void Log::write_from(
    LogLevel level,
    std::string_view message,
    std::initializer_list<LogField> fields
) const {
    if (level >= level_) sink_->write(level, message, {fields.begin(), fields.size()});
}

void Log::always(std::string_view message, std::span<const LogField> fields) const {
    sink_->write(LogLevel::info, message, fields);
}

std::uint64_t Log::dropped_lines() const {
    return sink_->dropped();
}

}  // namespace frontrow::telemetry
