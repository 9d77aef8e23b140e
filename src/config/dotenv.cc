#include "config/dotenv.h"

#include "base/utf8.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace frontrow::config {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kExport = "export ";

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_name(std::string_view text) {
    const auto is_letter = [](char c) {
        return c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    };
    return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9');
    });
}

bool is_blank_or_comment(std::string_view text) {
    const auto rest = trim(text);
    return rest.empty() || rest.front() == '#';
}

std::optional<std::string> read_single_quoted(std::string_view text) {
    const auto end = text.find('\'', 1);
    if (end == std::string_view::npos || !is_blank_or_comment(text.substr(end + 1)))
        return std::nullopt;
    return std::string{text.substr(1, end - 1)};
}

std::optional<std::string> read_double_quoted(std::string_view text) {
    std::string value;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            if (!is_blank_or_comment(text.substr(i + 1))) return std::nullopt;
            return value;
        }
        if (text[i] == '\\' && i + 1 < text.size()) {
            const char escaped = text[++i];
            if (escaped == 'n') {
                value += '\n';
            } else if (escaped == 't') {
                value += '\t';
            } else {
                value += escaped;
            }
            continue;
        }
        value += text[i];
    }
    return std::nullopt;
}

std::string read_bare(std::string_view text) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        const bool begins_comment = text[i] == '#' && kBlanks.contains(text[i - 1]);
        if (begins_comment) return std::string{trim(text.substr(0, i))};
    }
    return std::string{trim(text)};
}

/// `text` is everything after the equals sign.
std::optional<std::string> read_value(std::string_view text) {
    const auto quoted = trim(text);
    if (quoted.starts_with('\'')) return read_single_quoted(quoted);
    if (quoted.starts_with('"')) return read_double_quoted(quoted);
    return read_bare(text);
}

}  // namespace

Result<std::vector<FileValue>, BadLine> parse_dotenv(std::string_view text) {
    std::vector<FileValue> values;
    text = without_byte_order_mark(text);
    for (int number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (is_blank_or_comment(line)) continue;
        if (line.starts_with(kExport)) line = trim(line.substr(kExport.size()));
        const auto equals = line.find('=');
        const auto name = trim(line.substr(0, std::min(equals, line.size())));
        if (equals == std::string_view::npos || !is_name(name))
            return std::unexpected(BadLine{number, "it isn't NAME=value"});
        auto value = read_value(line.substr(equals + 1));
        if (!value)
            return std::unexpected(BadLine{number, "its quotes don't end where the value does"});
        values.push_back({std::string{name}, std::move(*value), number});
    }
    return values;
}

}  // namespace frontrow::config
