#include "domain/seat_rows.h"

#include "base/check.h"
#include "base/hash_map.h"
#include "base/natural_order.h"

#include <algorithm>
#include <cmath>
#include <compare>
#include <limits>
#include <utility>

namespace frontrow::domain {
namespace {

constexpr double kRowDistance = 1.5;
/// Neighbours that are farther apart than this many times the usual distance have an aisle between
/// them. The fraction allows for rounded coordinates.
constexpr double kAisle = 2.000001;

struct Row {
    SectionIndex section = 0;
    std::string_view label;
    std::vector<SeatIndex> seats;
    /// The distance from each seat to the next, in the plan's unit; empty if unknown.
    std::vector<double> distances;
};

/// The lower median; 0 if there are no numbers.
double median(std::vector<double> numbers) {
    if (numbers.empty()) return 0;
    const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>((numbers.size() - 1) / 2);
    std::ranges::nth_element(numbers, middle);
    return *middle;
}

/// The smallest and the largest of some coordinates.
struct Extent {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();

    void include(double coordinate) {
        low = std::min(low, coordinate);
        high = std::max(high, coordinate);
    }
    double length() const { return high - low; }
};

}  // namespace

class SeatRows::Builder {
public:
    Builder(SeatRows& layout, std::span<const RowSeat> seats) : layout_{layout}, seats_{seats} {}

    void build() {
        group();
        for (auto& row : rows_)
            arrange(row);
        measure();
        layout_.places_.reserve(seats_.size());
        layout_.seats_.reserve(seats_.size());
        layout_.place_of_.resize(seats_.size());
        layout_.segment_at_.resize(seats_.size());
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            const bool is_new_section = i == 0 || rows_[i].section != rows_[i - 1].section;
            rank_ = is_new_section ? 0 : rank_ + 1;
            add(rows_[i]);
        }
        find_front();
        list_prices();
    }

private:
    /// Distributes the seats to rows, and puts the rows in order.
    void group() {
        HashMap<std::string_view, SectionIndex> sections;
        std::vector<HashMap<std::string_view, std::size_t>> rows_of;
        for (SeatIndex i = 0; i < seats_.size(); ++i) {
            const auto& seat = seats_[i];
            const auto next_section = static_cast<SectionIndex>(rows_of.size());
            const auto section = sections.try_emplace(seat.section, next_section).first->second;
            if (section == next_section) {
                rows_of.emplace_back();
                layout_.sections_.emplace_back(seat.section);
            }
            const auto row = rows_of[section].try_emplace(seat.row, rows_.size()).first->second;
            if (row == rows_.size())
                rows_.push_back(
                    {.section = section, .label = seat.row, .seats = {}, .distances = {}}
                );
            rows_[row].seats.push_back(i);
        }
        std::ranges::sort(rows_, [](const Row& a, const Row& b) {
            if (a.section != b.section) return a.section < b.section;
            return compare_naturally(a.label, b.label) < 0;
        });
    }

    std::optional<double> x_of(SeatIndex seat) const {
        const auto* position = seats_[seat].position;
        return position == nullptr ? std::nullopt : position->x;
    }
    std::optional<double> y_of(SeatIndex seat) const {
        const auto* position = seats_[seat].position;
        return position == nullptr ? std::nullopt : position->y;
    }

    /// Puts the seats of a row in order, and measures their distances.
    void arrange(Row& row) const {
        Extent x;
        Extent y;
        bool has_x = true;
        bool has_y = true;
        for (const auto seat : row.seats) {
            has_x = has_x && x_of(seat);
            has_y = has_y && y_of(seat);
            if (has_x) x.include(*x_of(seat));
            if (has_y) y.include(*y_of(seat));
        }
        const bool is_along_y = has_x && has_y && y.length() > x.length();
        const auto along = [&](SeatIndex seat) { return *(is_along_y ? y_of(seat) : x_of(seat)); };
        const auto is_before = [&](SeatIndex a, SeatIndex b) {
            if (has_x && along(a) != along(b)) return along(a) < along(b);
            return compare_naturally(seats_[a].number, seats_[b].number) < 0;
        };
        if (!row.label.empty()) std::ranges::sort(row.seats, is_before);
        if (!has_x) return;
        for (std::size_t i = 1; i < row.seats.size(); ++i) {
            const auto a = row.seats[i - 1];
            const auto b = row.seats[i];
            const double distance_y = has_y ? *y_of(a) - *y_of(b) : 0;
            row.distances.push_back(std::hypot(*x_of(a) - *x_of(b), distance_y));
        }
    }

    void measure() {
        const auto has_position = [](const RowSeat& seat) {
            return seat.position != nullptr && seat.position->x && seat.position->y;
        };
        layout_.has_positions_ = !seats_.empty() && std::ranges::all_of(seats_, has_position);
        if (!layout_.has_positions_) return;
        std::vector<double> distances;
        for (const auto& row : rows_) {
            for (const auto distance : row.distances)
                if (distance > 0) distances.push_back(distance);
        }
        if (!distances.empty()) layout_.width_ = median(std::move(distances));
    }

    void add(const Row& row) {
        const auto first = static_cast<PlaceIndex>(layout_.places_.size());
        if (rank_ == 0) layout_.section_starts_.push_back(layout_.segments_.size());
        for (std::size_t i = 0; i < row.seats.size(); ++i) {
            const auto& seat = seats_[row.seats[i]];
            const bool is_kept = seat.is_accessible || seat.is_companion;
            layout_.place_of_[row.seats[i]] = static_cast<PlaceIndex>(layout_.places_.size());
            layout_.seats_.push_back(row.seats[i]);
            layout_.places_.push_back(
                {.at = point_of(row, i),
                 .price = seat.price,
                 .section = row.section,
                 .pool = is_kept ? SeatPool::accessible : SeatPool::general,
                 .is_accessible = seat.is_accessible,
                 .has_restricted_view = seat.has_restricted_view}
            );
        }
        const auto usual = median(row.distances);
        auto begin = first;
        for (std::size_t i = 0; i < row.distances.size(); ++i) {
            if (usual == 0 || row.distances[i] <= kAisle * usual) continue;
            const auto end = first + static_cast<PlaceIndex>(i) + 1;
            divide(begin, end);
            begin = end;
        }
        divide(begin, static_cast<PlaceIndex>(layout_.places_.size()));
    }

    SeatPoint point_of(const Row& row, std::size_t i) const {
        const auto place = static_cast<double>(i);
        const auto last = static_cast<double>(row.seats.size() - 1);
        if (layout_.has_positions_) {
            const auto& position = *seats_[row.seats[i]].position;
            return {*position.x / layout_.width_, *position.y / layout_.width_};
        }
        return {row.label.empty() ? place : place - last / 2, kRowDistance * rank_};
    }

    /// Makes segments of a stretch of adjacent places.
    void divide(PlaceIndex begin, PlaceIndex end) {
        constexpr auto kHalf = kSegmentMax / 2;
        for (auto first = begin;; first += kHalf) {
            RowSegment segment{.first = first, .size = std::min(kSegmentMax, end - first)};
            const bool is_last = segment.end() == end;
            segment.before = static_cast<std::uint8_t>(std::min(2U, first - begin));
            segment.behind = static_cast<std::uint8_t>(std::min(2U, end - segment.end()));
            segment.own = is_last ? segment.size : kHalf;
            for (std::size_t pool = 0; pool < kPools; ++pool)
                segment.longest[pool] = longest_run(segment, static_cast<SeatPool>(pool));
            for (auto place = first; place < segment.end(); ++place)
                layout_.segment_at_[place] = static_cast<std::uint32_t>(layout_.segments_.size());
            layout_.segments_.push_back(segment);
            if (is_last) return;
        }
    }

    std::uint32_t longest_run(const RowSegment& segment, SeatPool pool) const {
        std::uint32_t longest = 0;
        std::uint32_t run = 0;
        for (const auto& place : layout_.places().subspan(segment.first, segment.size)) {
            run = place.pool == pool ? run + 1 : 0;
            longest = std::max(longest, run);
        }
        return longest;
    }

    void find_front() {
        if (!layout_.has_positions_) return;
        Extent y;
        double sum = 0;
        for (const auto& place : layout_.places_) {
            sum += place.at.x;
            y.include(place.at.y);
        }
        layout_.front_middle_ = {sum / static_cast<double>(layout_.places_.size()), y.low};
    }

    void list_prices() {
        auto& prices = layout_.prices_;
        for (const auto& place : layout_.places_)
            if (prices.empty() || prices.back() != place.price) prices.push_back(place.price);
        std::ranges::sort(prices);
        const auto repeated = std::ranges::unique(prices);
        prices.erase(repeated.begin(), repeated.end());
    }

    SeatRows& layout_;
    std::span<const RowSeat> seats_;
    std::vector<Row> rows_;
    /// How many rows of its section are in front of the row that is being added.
    int rank_ = 0;
};

SeatRows::SeatRows(std::span<const RowSeat> seats) {
    Builder{*this, seats}.build();
}

std::optional<SectionIndex> SeatRows::find_section(std::string_view name) const {
    const auto found = std::ranges::find(sections_, name);
    if (found == sections_.end()) return std::nullopt;
    return static_cast<SectionIndex>(found - sections_.begin());
}

SeatPoint SeatRows::point_at(const Position& position) const {
    auto point = front_middle_;
    if (has_positions_ && position.x) point.x = *position.x / width_;
    if (has_positions_ && position.y) point.y = *position.y / width_;
    return point;
}

SegmentRange SeatRows::segments_of(std::optional<SectionIndex> section) const {
    if (!section) return {.first = 0, .end = segments_.size()};
    CHECK(*section < section_starts_.size());
    const auto next = *section + 1;
    const bool is_last = next == section_starts_.size();
    return {
        .first = section_starts_[*section],
        .end = is_last ? segments_.size() : section_starts_[next],
    };
}

RowSeat row_seat_of(const SeatSpec& seat) {
    return {
        .section = seat.section,
        .row = seat.row,
        .number = seat.number,
        .price = seat.price,
        .position = seat.details ? &seat.details->position : nullptr,
        .is_accessible = has(seat.flags(), SeatFlags::accessible),
        .is_companion = has(seat.flags(), SeatFlags::companion),
        .has_restricted_view = has(seat.flags(), SeatFlags::restricted_view),
    };
}

SeatRows seat_rows_of(const EventRow& event) {
    std::vector<RowSeat> seats;
    seats.reserve(event.counts.get().total);
    for (const auto& block : event.blocks) {
        for (const auto& seat : block->seats)
            seats.push_back(row_seat_of(seat));
    }
    return SeatRows{seats};
}

}  // namespace frontrow::domain
