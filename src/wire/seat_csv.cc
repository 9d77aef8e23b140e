#include "wire/seat_csv.h"

#include "base/check.h"
#include "base/hash_map.h"
#include "base/utf8.h"
#include "wire/csv_reader.h"
#include "wire/requests.h"
#include "wire/spec_json.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace frontrow::wire {
namespace {

namespace json = boost::json;
using domain::SeatSpec;

struct Column {
    std::string_view name;
    bool is_number = false;
    bool is_required = false;
};

constexpr Column kColumns[] = {
    {.name = "seat_number", .is_required = true},
    {.name = "price", .is_number = true, .is_required = true},
    {.name = "section"},
    {.name = "row"},
    {.name = "x", .is_number = true},
    {.name = "y", .is_number = true},
};

std::string name_of_line(std::size_t line) {
    return "line " + std::to_string(line);
}

/// As it is where it isn't a number: who reads the field says what it should be.
json::value number_or_text(json::string_view text, const json::storage_ptr& memory) {
    const auto* const end = text.data() + text.size();
    std::int64_t whole = 0;
    if (const auto read = std::from_chars(text.data(), end, whole);
        read.ec == std::errc{} && read.ptr == end)
        return whole;
    double number = 0;
    if (const auto read = std::from_chars(text.data(), end, number);
        read.ec == std::errc{} && read.ptr == end)
        return number;
    return json::value(text, memory);
}

class TableReader {
public:
    explicit TableReader(std::string_view text) : csv_{text} {}

    Result<SeatTable, ParseError> read() {
        if (!read_header()) return std::unexpected(complaints_.take());
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
    /// Finds out which column is what; all that is wrong with the header is told.
    bool read_header() {
        csv_.next(fields_);
        const auto line = name_of_line(csv_.line());
        if (!csv_.error().empty()) {
            complaints_.add(line, std::string{csv_.error()});
            return false;
        }
        for (const auto& name : fields_) {
            const auto* known = std::ranges::find(kColumns, name, &Column::name);
            const auto* column = known == std::end(kColumns) ? nullptr : known;
            if (column != nullptr && std::ranges::find(columns_, column) != columns_.end())
                complaints_.add(line + ", " + name, "must name one column only");
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
            const json::string_view text{fields_[i]};
            auto value =
                columns_[i]->is_number ? number_or_text(text, &memory) : json::value(text, &memory);
            object.insert_or_assign(columns_[i]->name, std::move(value));
        }
        const auto prefix = line + ", ";
        ObjectReader in{object, prefix, complaints_, Origin::request};
        table_.seats.push_back(read_seat_spec(in));
        table_.lines.push_back(csv_.line());
    }

    /// A number that comes again in the same place stays as it is: that's the same seat twice.
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
            if (!check_text(number, kSeatNumber, complaint))
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

/// The first line that isn't UTF-8, if there is one.
std::optional<std::size_t> line_of_bad_bytes(std::string_view text) {
    if (is_utf8(text)) return std::nullopt;
    for (std::size_t line = 1;; ++line) {
        const auto end = std::min(text.find('\n'), text.size());
        if (!is_utf8(text.substr(0, end))) return line;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

std::size_t line_of(
    std::string_view number,
    const std::vector<SeatSpec>& seats,
    const std::vector<std::size_t>& lines
) {
    const auto last = std::ranges::find(seats.rbegin(), seats.rend(), number, &SeatSpec::number);
    CHECK(last != seats.rend());
    return lines[static_cast<std::size_t>(seats.rend() - last) - 1];
}

Result<SeatTable, ParseError> parse_seat_csv(std::string_view text) {
    if (const auto line = line_of_bad_bytes(text))
        return std::unexpected(ParseError{{{name_of_line(*line), "must be UTF-8"}}});
    return TableReader{text}.read();
}

}  // namespace frontrow::wire
