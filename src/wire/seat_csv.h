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

/// The first lines that have the seat of this number, which is one of them: two of them, or the
/// only one.
std::vector<std::size_t> lines_of(
    std::string_view number,
    const std::vector<domain::SeatSpec>& seats,
    const std::vector<std::size_t>& lines
);

/// Reads a table in UTF-8 (CSV by RFC 4180, or with semicolons or tabs for commas) whose first
/// record names the columns, in any order: seat_number and price, and if wanted section, row, x and
/// y, with the bounds they have in JSON; others are ignored. A name may have capitals, and blanks
/// for underscores. An empty field is as good as none. Where a seat_number comes again in another
/// section or row, all numbers of the table get those in front, because a number is the seat's name
/// in its event: "A-12-7". Seats that come to the same number are left to who adds them. An error's
/// field is "line 7, price".
Result<SeatTable, ParseError> parse_seat_csv(std::string_view text);

}  // namespace frontrow::wire
