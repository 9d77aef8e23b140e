#include "wire/csv_table.h"

#include "base/ascii.h"
#include "base/parse_number.h"
#include "base/utf8.h"
#include "wire/csv_reader.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace frontrow::wire {
namespace {

namespace json = boost::json;

/// The column that a header names, in lower case or capitals, with blanks or underscores. Null if
/// it is unknown.
const CsvColumn* find_column(std::span<const CsvColumn> columns, std::string_view header) {
    std::string name;
    bool follows_blank = false;
    for (const char c : header) {
        if (c != ' ') {
            if (follows_blank && !name.empty()) name += '_';
            name += lower_case(c);
        }
        follows_blank = c == ' ';
    }
    const auto known = std::ranges::find(columns, name, &CsvColumn::name);
    return known == columns.end() ? nullptr : &*known;
}

/// The first record as it reads with one delimiter.
struct Header {
    /// The reader, positioned after this record.
    CsvReader csv;
    std::vector<std::string> names;
    /// How many of the names are known.
    std::ptrdiff_t known = 0;
};

Header read_header(std::string_view text, const CsvShape& shape, char delimiter) {
    Header header{.csv = CsvReader{text, delimiter}, .names = {}};
    header.csv.next(header.names);
    header.known = std::ranges::count_if(header.names, [&](const auto& name) {
        return find_column(shape.columns, name) != nullptr;
    });
    return header;
}

/// Reads the header with each possible delimiter, and returns the reading that has the most known
/// columns. If two have equally many, the comma comes first, then the semicolon, then the tab.
Header find_header(std::string_view text, const CsvShape& shape) {
    auto best = read_header(text, shape, ',');
    for (const char delimiter : {';', '\t'}) {
        auto other = read_header(text, shape, delimiter);
        if (other.known > best.known) best = std::move(other);
    }
    return best;
}

/// A flag as spreadsheets write it; nothing if the text isn't one.
std::optional<bool> parse_flag(std::string_view text) {
    const auto is_text = [text](std::string_view lower) { return same_ignoring_case(text, lower); };
    constexpr std::string_view kTrue[] = {"true", "yes", "1", "x"};
    constexpr std::string_view kFalse[] = {"false", "no", "0"};
    if (std::ranges::any_of(kTrue, is_text)) return true;
    if (std::ranges::any_of(kFalse, is_text)) return false;
    return std::nullopt;
}

/// The value of a field. It stays a text if it isn't of the column's type; the reader of the field
/// then says what it should be.
json::value value_of(std::string_view text, CsvType type, const json::storage_ptr& memory) {
    if (type == CsvType::flag) {
        if (const auto flag = parse_flag(text)) return *flag;
    }
    if (type == CsvType::whole || type == CsvType::number) {
        if (const auto whole = parse_number<std::int64_t>(text)) return *whole;
    }
    if (type == CsvType::number) {
        if (const auto number = parse_number<double>(text)) return *number;
    }
    return json::value(json::string_view{text}, memory);
}

class TableReader {
public:
    TableReader(
        Header header,
        const CsvShape& shape,
        Complaints& complaints,
        const ReadRecord& read
    )
        : csv_{std::move(header.csv)},
          fields_{std::move(header.names)},
          shape_{shape},
          complaints_{complaints},
          read_{read} {}

    void read() {
        if (!map_header()) return;
        std::size_t records = 0;
        for (; csv_.next(fields_) && records <= shape_.records_max; ++records)
            read_record();
        if (!csv_.error().empty())
            complaints_.add(name_of_line(csv_.line()), std::string{csv_.error()});
        if (records == 0 || records > shape_.records_max)
            complaints_.add(
                "",
                "The table must hold 1 to " + std::to_string(shape_.records_max) + " " +
                    std::string{shape_.what} + "."
            );
    }

private:
    /// Maps the header's fields to columns, and complains of all errors in it.
    bool map_header() {
        const auto line = name_of_line(csv_.line());
        if (!csv_.error().empty()) {
            complaints_.add(line, std::string{csv_.error()});
            return false;
        }
        for (const auto& name : fields_) {
            const auto* column = find_column(shape_.columns, name);
            if (column != nullptr && std::ranges::find(columns_, column) != columns_.end())
                complaints_.add(
                    line + ", " + std::string{column->name}, "must name one column only"
                );
            columns_.push_back(column);
        }
        for (const auto& column : shape_.columns) {
            if (column.is_required && std::ranges::find(columns_, &column) == columns_.end())
                complaints_.add(
                    line + ", " + std::string{column.name}, "must be one of the columns"
                );
        }
        return complaints_.none();
    }

    void read_record() {
        const auto line = name_of_line(csv_.line());
        if (fields_.size() != columns_.size()) {
            complaints_.add(
                line,
                "must have " + std::to_string(columns_.size()) + " fields, as the first line does"
            );
        }
        std::array<unsigned char, 2048> buffer;
        json::monotonic_resource memory{buffer.data(), buffer.size()};
        json::object object{&memory};
        for (std::size_t i = 0; i < std::min(fields_.size(), columns_.size()); ++i) {
            if (columns_[i] == nullptr || fields_[i].empty()) continue;
            auto value = value_of(fields_[i], columns_[i]->type, &memory);
            object.insert_or_assign(columns_[i]->name, std::move(value));
        }
        const auto prefix = line + ", ";
        ObjectReader in{object, prefix, complaints_, Origin::request};
        read_(in, csv_.line());
    }

    CsvReader csv_;
    std::vector<std::string> fields_;
    const CsvShape& shape_;
    Complaints& complaints_;
    const ReadRecord& read_;
    std::vector<const CsvColumn*> columns_;
};

/// The first line that isn't UTF-8, if any.
std::optional<std::size_t> line_of_bad_bytes(std::string_view text) {
    if (is_utf8(text)) return std::nullopt;
    for (std::size_t line = 1;; ++line) {
        const auto end = std::min(text.find('\n'), text.size());
        if (!is_utf8(text.substr(0, end))) return line;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

std::string name_of_line(std::size_t line) {
    return "line " + std::to_string(line);
}

void read_csv_table(
    std::string_view text,
    const CsvShape& shape,
    Complaints& complaints,
    const ReadRecord& read
) {
    if (const auto line = line_of_bad_bytes(text)) {
        complaints.add(name_of_line(*line), "must be UTF-8");
        return;
    }
    TableReader{find_header(text, shape), shape, complaints, read}.read();
}

}  // namespace frontrow::wire
