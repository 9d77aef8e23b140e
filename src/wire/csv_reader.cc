#include "wire/csv_reader.h"

#include "base/utf8.h"

#include <algorithm>

namespace frontrow::wire {

CsvReader::CsvReader(std::string_view text, char delimiter)
    : rest_{without_byte_order_mark(text)}, delimiter_{delimiter} {
}

bool CsvReader::next(std::vector<std::string>& fields) {
    fields.clear();
    while (!rest_.empty() && is_at_line_end())
        skip_line_end();
    line_ = next_line_;
    if (rest_.empty()) return false;
    for (;;) {
        if (fields.size() == kFieldsMax) {
            error_ = "no more than " + std::to_string(kFieldsMax) + " columns are allowed";
            return false;
        }
        fields.push_back(field());
        if (!error_.empty()) return false;
        if (rest_.empty()) return true;
        if (is_at_line_end()) {
            skip_line_end();
            return true;
        }
        rest_.remove_prefix(1);
    }
}

std::string CsvReader::field() {
    if (rest_.starts_with('"')) return quoted_field();
    const char ends[] = {delimiter_, '\n'};
    auto end = std::min(rest_.find_first_of({ends, sizeof ends}), rest_.size());
    if (end < rest_.size() && rest_[end] == '\n' && end > 0 && rest_[end - 1] == '\r') --end;
    std::string text{rest_.substr(0, end)};
    rest_.remove_prefix(end);
    if (text.contains('"')) error_ = "a field that contains a quote must be in quotes";
    return text;
}

std::string CsvReader::quoted_field() {
    std::string text;
    do {
        // Skip the opening quote, or the second of two doubled quotes.
        rest_.remove_prefix(1);
        const auto end = rest_.find('"');
        if (end == std::string_view::npos) {
            error_ = "a field's closing quote is missing";
            return text;
        }
        text += rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        if (rest_.starts_with('"')) text += '"';
    } while (rest_.starts_with('"'));
    next_line_ += static_cast<std::size_t>(std::ranges::count(text, '\n'));
    if (!rest_.empty() && !rest_.starts_with(delimiter_) && !is_at_line_end())
        error_ = "a field continues after its closing quote";
    return text;
}

bool CsvReader::is_at_line_end() const {
    return rest_.starts_with('\n') || rest_.starts_with("\r\n");
}

void CsvReader::skip_line_end() {
    rest_.remove_prefix(rest_.starts_with('\n') ? 1 : 2);
    ++next_line_;
}

}  // namespace frontrow::wire
