#include "wire/seat_csv.h"

#include "base/ascii.h"
#include "base/check.h"
#include "base/hash_map.h"
#include "base/parse_number.h"
#include "base/utf8.h"
#include "wire/accepted_text.h"
#include "wire/csv_reader.h"
#include "wire/requests.h"
#include "wire/spec_json.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace frontrow::wire {
namespace {

namespace json = boost::json;
using domain::SeatSpec;

enum class ColumnType : std::uint8_t { text, whole, number, flag };

struct Column {
    std::string_view name;
    ColumnType type = ColumnType::text;
    bool is_required = false;
};

constexpr Column kColumns[] = {
    {.name = "seat_number", .is_required = true},
    {.name = "price", .type = ColumnType::whole, .is_required = true},
    {.name = "section"},
    {.name = "row"},
    {.name = "x", .type = ColumnType::number},
    {.name = "y", .type = ColumnType::number},
    {.name = "label"},
    {.name = "accessible", .type = ColumnType::flag},
    {.name = "companion", .type = ColumnType::flag},
    {.name = "restricted_view", .type = ColumnType::flag},
};

/// The column that a header names, in lower case or capitals, with blanks or underscores. Null if
/// it is unknown.
const Column* find_column(std::string_view header) {
    std::string name;
    bool follows_blank = false;
    for (const char c : header) {
        if (c != ' ') {
            if (follows_blank && !name.empty()) name += '_';
            name += lower_case(c);
        }
        follows_blank = c == ' ';
    }
    const auto* known = std::ranges::find(kColumns, name, &Column::name);
    return known == std::end(kColumns) ? nullptr : known;
}

/// The first record as it reads with one delimiter.
struct Header {
    /// The reader, positioned after this record.
    CsvReader csv;
    std::vector<std::string> names;
    /// How many of the names are known.
    std::ptrdiff_t known = 0;
};

Header read_header(std::string_view text, char delimiter) {
    Header header{.csv = CsvReader{text, delimiter}, .names = {}};
    header.csv.next(header.names);
    header.known = std::ranges::count_if(header.names, [](const auto& name) {
        return find_column(name) != nullptr;
    });
    return header;
}

/// Reads the header with each possible delimiter, and returns the reading that has the most known
/// columns. If two have equally many, the comma comes first, then the semicolon, then the tab.
Header find_header(std::string_view text) {
    auto best = read_header(text, ',');
    for (const char delimiter : {';', '\t'}) {
        auto other = read_header(text, delimiter);
        if (other.known > best.known) best = std::move(other);
    }
    return best;
}

std::string name_of_line(std::size_t line) {
    return "line " + std::to_string(line);
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
json::value value_of(std::string_view text, ColumnType type, const json::storage_ptr& memory) {
    if (type == ColumnType::flag) {
        if (const auto flag = parse_flag(text)) return *flag;
    }
    if (type == ColumnType::whole || type == ColumnType::number) {
        if (const auto whole = parse_number<std::int64_t>(text)) return *whole;
    }
    if (type == ColumnType::number) {
        if (const auto number = parse_number<double>(text)) return *number;
    }
    return json::value(json::string_view{text}, memory);
}

class TableReader {
public:
    explicit TableReader(Header header)
        : csv_{std::move(header.csv)}, fields_{std::move(header.names)} {}

    Result<SeatTable, ParseError> read() {
        if (!map_header()) return std::unexpected(complaints_.take());
        while (csv_.next(fields_) && table_.seats.size() <= kBulkSeatsMax)
            read_seat();
        if (!csv_.error().empty())
            complaints_.add(name_of_line(csv_.line()), std::string{csv_.error()});
        if (table_.seats.empty() || table_.seats.size() > kBulkSeatsMax)
            complaints_.add(
                "", "The table must hold 1 to " + std::to_string(kBulkSeatsMax) + " seats."
            );
        if (complaints_.none()) name_by_place();
        if (!complaints_.none()) return std::unexpected(complaints_.take());
        return std::move(table_);
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
            const auto* column = find_column(name);
            if (column != nullptr && std::ranges::find(columns_, column) != columns_.end())
                complaints_.add(
                    line + ", " + std::string{column->name}, "must name one column only"
                );
            columns_.push_back(column);
        }
        for (const auto& column : kColumns) {
            if (column.is_required && std::ranges::find(columns_, &column) == columns_.end())
                complaints_.add(
                    line + ", " + std::string{column.name}, "must be one of the columns"
                );
        }
        return complaints_.none();
    }

    void read_seat() {
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
        table_.seats.push_back(read_seat_spec(in));
        table_.lines.push_back(csv_.line());
    }

    /// Puts section and row before every number, if any number occurs in more than one place. A
    /// number repeated within one place doesn't count: it is the same seat twice.
    void name_by_place() {
        HashMap<std::string_view, const SeatSpec*> by_number;
        const bool comes_again = std::ranges::any_of(table_.seats, [&](const SeatSpec& seat) {
            const auto* first = by_number.try_emplace(seat.number, &seat).first->second;
            return first->section != seat.section || first->row != seat.row;
        });
        if (!comes_again) return;
        for (std::size_t i = 0; i < table_.seats.size(); ++i) {
            auto& seat = table_.seats[i];
            std::string number;
            for (const auto& part : {seat.section, seat.row}) {
                if (!part.empty()) number += part + "-";
            }
            number += seat.number;
            std::string complaint;
            if (!accept_text(number, kSeatNumber, complaint))
                complaints_.add(
                    name_of_line(table_.lines[i]) + ", seat_number",
                    complaint + " together with its section and row"
                );
            seat.number = std::move(number);
        }
    }

    CsvReader csv_;
    Complaints complaints_;
    std::vector<const Column*> columns_;
    std::vector<std::string> fields_;
    SeatTable table_;
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

std::vector<std::size_t> lines_of(
    std::string_view number,
    const std::vector<SeatSpec>& seats,
    const std::vector<std::size_t>& lines
) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < seats.size() && found.size() < 2; ++i) {
        if (seats[i].number == number) found.push_back(lines[i]);
    }
    CHECK(!found.empty());
    return found;
}

Result<SeatTable, ParseError> parse_seat_csv(std::string_view text) {
    if (const auto line = line_of_bad_bytes(text))
        return std::unexpected(ParseError{{{name_of_line(*line), "must be UTF-8"}}});
    return TableReader{find_header(text)}.read();
}

}  // namespace frontrow::wire
