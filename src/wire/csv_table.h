#pragma once

#include "wire/object_reader.h"
#include "wire/parse_error.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace frontrow::wire {

enum class CsvType : std::uint8_t { text, whole, number, flag };

struct CsvColumn {
    std::string_view name;
    CsvType type = CsvType::text;
    bool is_required = false;
};

struct CsvShape {
    std::span<const CsvColumn> columns;
    /// The most records after the header, and what they are: "seats".
    std::size_t records_max = 0;
    std::string_view what;
};

/// Called with the fields of each record, and its line.
using ReadRecord = std::function<void(ObjectReader& record, std::size_t line)>;

/// Reads a table in UTF-8: CSV (RFC 4180), also with semicolons or tabs instead of commas. The
/// first record names the columns, in any order; their names may have capitals, and blanks instead
/// of underscores. Other columns are ignored. A flag has true, yes, 1 or x, or false, no, 0 or
/// nothing, in any case. An empty field counts as absent. Adds a complaint for everything that is
/// wrong, with a field like "line 7, price".
void read_csv_table(
    std::string_view text,
    const CsvShape& shape,
    Complaints& complaints,
    const ReadRecord& read
);

/// `line 7`.
std::string name_of_line(std::size_t line);

}  // namespace frontrow::wire
