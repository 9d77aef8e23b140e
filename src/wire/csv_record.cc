#include "wire/csv_record.h"

#include <utility>

namespace frontrow::wire {

void append_csv_record(std::string& out, std::span<const std::string_view> fields) {
    bool is_first = true;
    for (const auto field : fields) {
        if (!std::exchange(is_first, false)) out += ',';
        append_csv_field(out, field);
    }
    out += "\r\n";
}

void append_csv_field(std::string& out, std::string_view text) {
    constexpr std::string_view kFormulaStarts = "=+-@\t\r";
    constexpr std::string_view kNeedQuotes = ",\"\r\n";
    const bool is_formula = !text.empty() && kFormulaStarts.contains(text.front());
    const bool is_quoted = text.find_first_of(kNeedQuotes) != std::string_view::npos;
    if (is_quoted) out += '"';
    if (is_formula) out += '\'';
    for (const char c : text) {
        if (c == '"') out += c;
        out += c;
    }
    if (is_quoted) out += '"';
}

}  // namespace frontrow::wire
