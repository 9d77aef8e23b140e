#include "wire/seat_csv.h"

#include "base/check.h"
#include "base/hash_map.h"
#include "wire/accepted_text.h"
#include "wire/csv_table.h"
#include "wire/held_back.h"
#include "wire/requests.h"
#include "wire/spec_json.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace frontrow::wire {
namespace {

using domain::SeatSpec;

constexpr CsvColumn kColumns[] = {
    {.name = "seat_number", .is_required = true},
    {.name = "price", .type = CsvType::whole, .is_required = true},
    {.name = "section"},
    {.name = "row"},
    {.name = "x", .type = CsvType::number},
    {.name = "y", .type = CsvType::number},
    {.name = "label"},
    {.name = "accessible", .type = CsvType::flag},
    {.name = "companion", .type = CsvType::flag},
    {.name = "restricted_view", .type = CsvType::flag},
    {.name = "allocation"},
};

/// Puts section and row before every number, if any number occurs in more than one place. A
/// number repeated within one place doesn't count: it is the same seat twice.
void name_by_place(SeatTable& table, Complaints& complaints) {
    HashMap<std::string_view, const SeatSpec*> by_number;
    const bool comes_again = std::ranges::any_of(table.seats, [&](const SeatSpec& seat) {
        const auto* first = by_number.try_emplace(seat.number, &seat).first->second;
        return first->section != seat.section || first->row != seat.row;
    });
    if (!comes_again) return;
    for (std::size_t i = 0; i < table.seats.size(); ++i) {
        auto& seat = table.seats[i];
        std::string number;
        for (const auto& part : {seat.section, seat.row}) {
            if (!part.empty()) number += part + "-";
        }
        number += seat.number;
        std::string complaint;
        if (!accept_text(number, kSeatNumber, complaint))
            complaints.add(
                name_of_line(table.lines[i]) + ", seat_number",
                complaint + " together with its section and row"
            );
        seat.number = std::move(number);
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
    SeatTable table;
    HeldBackReader held_back;
    Complaints complaints;
    const CsvShape shape{.columns = kColumns, .records_max = kBulkSeatsMax, .what = "seats"};
    read_csv_table(text, shape, complaints, [&](ObjectReader& in, std::size_t line) {
        held_back.read(in, table.seats.size());
        table.seats.push_back(read_seat_spec(in));
        table.lines.push_back(line);
    });
    if (complaints.none()) name_by_place(table, complaints);
    if (!complaints.none()) return std::unexpected(complaints.take());
    table.held_back = held_back.take();
    return table;
}

}  // namespace frontrow::wire
