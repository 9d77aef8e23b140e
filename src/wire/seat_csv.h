#pragma once

#include "base/result.h"
#include "domain/seat.h"
#include "wire/parse_error.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace frontrow::wire {

/// Seats read from a table.
struct SeatTable {
    std::vector<domain::SeatSpec> seats;
    /// The line of each seat in the text.
    std::vector<std::size_t> lines;
};

/// The lines of the seats with this number: the first two, or the only one. At least one seat must
/// have it.
std::vector<std::size_t> lines_of(
    std::string_view number,
    const std::vector<domain::SeatSpec>& seats,
    const std::vector<std::size_t>& lines
);

/// Reads seats from a table in UTF-8: CSV (RFC 4180), also with semicolons or tabs instead of
/// commas. The first record names the columns, in any order: seat_number and price, and optionally
/// section, row, x, y, label, accessible, companion and restricted_view. The last three have true,
/// yes, 1 or x, or false, no, 0 or nothing, in any case. Other columns are ignored. Column names
/// may have capitals, and blanks instead of underscores. Fields have the same bounds as in JSON; an
/// empty field counts as absent. An error's field is like "line 7, price".
///
/// Each seat number must be unique in its event. So if a seat_number occurs in more than one
/// section or row, all numbers of the table get section and row as a prefix: "A-12-7". Seats that
/// still have the same number are refused only when they are added.
Result<SeatTable, ParseError> parse_seat_csv(std::string_view text);

}  // namespace frontrow::wire
