#pragma once

#include "base/result.h"
#include "domain/commands.h"
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
    std::vector<domain::HeldBackSeats> held_back{};
};

/// The lines of the seats with this number: the first two, or the only one. At least one seat must
/// have it.
std::vector<std::size_t> lines_of(
    std::string_view number,
    const std::vector<domain::SeatSpec>& seats,
    const std::vector<std::size_t>& lines
);

/// Reads seats from a table (csv_table.h). Its columns are seat_number and price, and optionally
/// section, row, x, y, label, the flags accessible, companion and restricted_view, and allocation.
/// Fields have the same bounds as in JSON.
///
/// Each seat number must be unique in its event. So if a seat_number occurs in more than one
/// section or row, all numbers of the table get section and row as a prefix: "A-12-7". Seats that
/// still have the same number are refused only when they are added.
Result<SeatTable, ParseError> parse_seat_csv(std::string_view text);

}  // namespace frontrow::wire
