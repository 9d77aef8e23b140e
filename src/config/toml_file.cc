#include "config/toml_file.h"

#define TOML_EXCEPTIONS 0
#include <optional>
#include <string>
#include <toml++/toml.h>

namespace frontrow::config {
namespace {

int line_of(const toml::source_region& source) {
    return static_cast<int>(source.begin.line);
}

std::optional<std::string> text_of(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
    return std::nullopt;
}

/// Returns the first line that isn't a setting, if there is one.
std::optional<BadLine>
take(const toml::table& table, const std::string& prefix, std::vector<FileValue>& values) {
    for (const auto& [key, node] : table) {
        const int line = line_of(key.source());
        if (const auto* section = node.as_table(); section != nullptr && prefix.empty()) {
            if (auto bad = take(*section, std::string{key.str()} + ".", values)) return bad;
            continue;
        }
        auto text = text_of(node);
        if (!text)
            return BadLine{line, "a setting is a text in quotes, a whole number, true or false"};
        values.push_back({prefix + std::string{key.str()}, std::move(*text), line});
    }
    return std::nullopt;
}

}  // namespace

Result<std::vector<FileValue>, BadLine> parse_toml(std::string_view text) {
    const auto parsed = toml::parse(text);
    // The parser's own message may repeat part of the line, which may hold a secret.
    if (!parsed) {
        return std::unexpected(
            BadLine{line_of(parsed.error().source()), "it isn't TOML; a text needs its quotes"}
        );
    }
    std::vector<FileValue> values;
    if (auto bad = take(parsed.table(), "", values)) return std::unexpected(std::move(*bad));
    return values;
}

}  // namespace frontrow::config
