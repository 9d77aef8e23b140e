#pragma once

#include "domain/best_seats.h"
#include "domain/seat_rows.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::domain {

/// A hall drawn as text: rows from the front to the back, separated by '/', a character a seat.
/// A row may begin with the name of its section and a colon.
///
///   .  free           w  accessible      $  a free seat that costs 200 and not 100
///   #  taken          c  for a companion
///      no seat        r  with a restricted view
class DrawnHall {
public:
    enum class Plan { with_positions, without_positions };

    struct Seat {
        std::size_t row = 0;
        std::size_t column = 0;
        /// How many seats of the row are before it.
        std::size_t nth = 0;
        SeatIndex index = 0;
        char kind = '.';
        Amount price() const { return kind == '$' ? 200 : 100; }
        bool is_kept() const { return kind == 'w' || kind == 'c'; }
    };
    struct Row {
        std::string section;
        std::size_t section_number = 0;
        /// How many rows of its section are in front of it.
        std::size_t rank = 0;
        std::vector<Seat> seats;
    };

    explicit DrawnHall(
        std::string_view drawing,
        Plan plan = Plan::with_positions,
        std::mt19937_64* shuffle = nullptr
    )
        : plan_{plan} {
        std::istringstream lines{std::string{drawing}};
        for (std::string line; std::getline(lines, line, '/');)
            draw(line);
        create(shuffle);
    }

    const std::vector<Row>& rows() const { return rows_; }
    const std::vector<RowSeat>& created() const { return created_; }
    SeatRows layout() const { return SeatRows{created_}; }
    Plan plan() const { return plan_; }
    bool is_free(SeatIndex seat) const { return is_free_[seat]; }
    void set_free(SeatIndex seat, bool is_free) { is_free_[seat] = is_free; }
    const std::vector<bool>& free() const { return is_free_; }
    void set_free(std::vector<bool> free) { is_free_ = std::move(free); }
    std::size_t size() const { return is_free_.size(); }
    auto free_seats() const {
        return [this](SeatIndex seat) { return static_cast<bool>(is_free_[seat]); };
    }

    SeatIndex seat_at(std::size_t row, std::size_t column) const {
        return std::ranges::find(rows_[row].seats, column, &Seat::column)->index;
    }

    /// The drawing, with '*' for the chosen seats; the reason if there are none.
    std::string choose(const SeatWish& wish, const SeatScoring& scoring = {}) const {
        BestSeats best{layout()};
        return tell(best.choose(wish, scoring, free_seats()));
    }
    std::string tell(const Result<SeatChoice, NoSeats>& choice) const {
        if (!choice) return choice.error() == NoSeats::sold_out ? "sold out" : "not together";
        std::string drawing;
        for (const auto& row : rows_) {
            if (!drawing.empty()) drawing += '/';
            if (row.section != kUnnamed) drawing += row.section + ':';
            std::string cells;
            for (const auto& seat : row.seats) {
                cells.resize(seat.column, ' ');
                const bool is_chosen = std::ranges::count(*choice, seat.index) > 0;
                cells += is_chosen ? '*' : seat.kind;
            }
            drawing += cells;
        }
        return drawing;
    }

private:
    static constexpr std::string_view kUnnamed = "hall";

    void draw(std::string_view line) {
        Row row{.section = std::string{kUnnamed}, .section_number = 0, .rank = 0, .seats = {}};
        if (const auto colon = line.find(':'); colon != std::string_view::npos) {
            row.section = line.substr(0, colon);
            line.remove_prefix(colon + 1);
        }
        if (!rows_.empty()) {
            const auto& last = rows_.back();
            const bool is_same = last.section == row.section;
            row.section_number = last.section_number + (is_same ? 0 : 1);
            row.rank = is_same ? last.rank + 1 : 0;
        }
        for (std::size_t column = 0; column < line.size(); ++column) {
            if (line[column] == ' ') continue;
            row.seats.push_back(
                {.row = rows_.size(),
                 .column = column,
                 .nth = row.seats.size(),
                 .index = 0,
                 .kind = line[column]}
            );
        }
        rows_.push_back(std::move(row));
    }

    /// Creates the seats in the order of the drawing, or those of each section in any order.
    void create(std::mt19937_64* shuffle) {
        std::vector<Seat*> seats;
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            const bool is_new = i == 0 || rows_[i].section_number != rows_[i - 1].section_number;
            const auto first = is_new ? seats.size() : section_first_;
            section_first_ = first;
            for (auto& seat : rows_[i].seats)
                seats.push_back(&seat);
            if (shuffle != nullptr)
                std::shuffle(seats.begin() + static_cast<long>(first), seats.end(), *shuffle);
        }
        for (auto* seat : seats) {
            const auto& row = rows_[seat->row];
            seat->index = static_cast<SeatIndex>(created_.size());
            const auto& position = positions_.emplace_back(Position{
                500 + 20.0 * static_cast<double>(seat->column),
                70 + 30.0 * static_cast<double>(seat->row)
            });
            created_.push_back(
                {.section = row.section,
                 .row = texts_.emplace_back("R" + std::to_string(seat->row + 1)),
                 .number = texts_.emplace_back(
                     std::to_string(seat->row + 1) + "-" + std::to_string(seat->column + 1)
                 ),
                 .price = seat->price(),
                 .position = plan_ == Plan::with_positions ? &position : nullptr,
                 .is_accessible = seat->kind == 'w',
                 .is_companion = seat->kind == 'c',
                 .has_restricted_view = seat->kind == 'r'}
            );
            is_free_.push_back(seat->kind != '#');
        }
    }

    Plan plan_;
    std::vector<Row> rows_;
    std::size_t section_first_ = 0;
    std::deque<std::string> texts_;
    std::deque<Position> positions_;
    std::vector<RowSeat> created_;
    std::vector<bool> is_free_;
};

}  // namespace frontrow::domain
