#pragma once

#include "base/result.h"
#include "domain/seat.h"
#include "wire/parse_error.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace frontrow::wire {

/// An event's seats as a table says them.
struct SeatTable {
    std::vector<domain::SeatSpec> seats;
    /// By seat: its line in the text.
    std::vector<std::size_t> lines;
};

/// The last line that has the seat of this number, which is one of them.
std::size_t line_of(
    std::string_view number,
    const std::vector<domain::SeatSpec>& seats,
    const std::vector<std::size_t>& lines
);

/// Reads CSV (RFC 4180, UTF-8) whose first record names the columns, in any order: seat_number and
/// price, and if wanted section, row, x and y, with the bounds they have in JSON; others are
/// ignored. An empty field is as good as none. Where a seat_number comes again in another section
/// or row, all numbers of the table get those in front, because a number is the seat's name in its
/// event: "A-12-7". An error's field is "line 7, price".
Result<SeatTable, ParseError> parse_seat_csv(std::string_view text);

}  // namespace frontrow::wire
