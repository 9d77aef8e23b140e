#include "domain/seat_rows.h"

#include "base/natural_order.h"
#include "box_office.h"
#include "drawn_hall.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kNoPositions = DrawnHall::Plan::without_positions;

/// A seat as a test describes it. Without coordinates, it has no position.
struct Told {
    std::string_view section;
    std::string_view row;
    std::string_view number;
    std::optional<double> x = {};
    std::optional<double> y = {};
};

/// The layout of some seats, and what it says of them.
class Layout {
public:
    explicit Layout(std::vector<Told> seats) : seats_{std::move(seats)} {
        for (const auto& seat : seats_)
            positions_.push_back({seat.x, seat.y});
        std::vector<RowSeat> row_seats;
        for (std::size_t i = 0; i < seats_.size(); ++i) {
            const auto& seat = seats_[i];
            const bool has_position = seat.x || seat.y;
            row_seats.push_back(
                {.section = seat.section,
                 .row = seat.row,
                 .number = seat.number,
                 .price = 100,
                 .position = has_position ? &positions_[i] : nullptr}
            );
        }
        rows_.emplace(row_seats);
    }

    const SeatRows& rows() const { return *rows_; }
    /// The numbers of adjacent seats, a text a segment.
    std::vector<std::string> segments() const {
        std::vector<std::string> texts;
        for (const auto& segment : rows_->segments()) {
            auto& text = texts.emplace_back();
            for (const auto seat : rows_->seats().subspan(segment.first, segment.size))
                text += (text.empty() ? "" : " ") + std::string{seats_[seat].number};
        }
        return texts;
    }

private:
    std::vector<Told> seats_;
    std::vector<Position> positions_;
    std::optional<SeatRows> rows_;
};

/// A row "A" with seats at these places.
Layout row_at(const std::vector<double>& places) {
    static const std::vector<std::string> numbers{"1", "2", "3", "4", "5", "6", "7", "8"};
    std::vector<Told> seats;
    for (std::size_t i = 0; i < places.size(); ++i)
        seats.push_back({"", "A", numbers[i], places[i], 0});
    return Layout{std::move(seats)};
}

TEST(NaturalOrder, compares_numbers_by_value_and_the_rest_byte_by_byte) {
    const std::vector<std::string_view> in_order{
        "",
        "-1",
        "01",
        "1",
        "1a",
        "2",
        "10",
        "10-2",
        "10-10",
        "99999999999999999999998",
        "99999999999999999999999",
        "A",
        "A-",
        "A-2",
        "A-10",
        "A02",
        "A2",
        "AA",
        "B",
        "a"
    };
    for (std::size_t a = 0; a < in_order.size(); ++a) {
        for (std::size_t b = 0; b < in_order.size(); ++b)
            EXPECT_EQ(compare_naturally(in_order[a], in_order[b]), a <=> b)
                << in_order[a] << " and " << in_order[b];
    }
}

TEST(SeatRows, puts_rows_and_their_seats_in_natural_order_and_sections_in_the_order_of_creation) {
    const Layout layout{{
        {"South", "B10", "B-10"},
        {"North", "A", "1"},
        {"South", "B2", "B-4"},
        {"South", "B10", "B-9"},
        {"South", "B2", "B-3"},
        {"North", "A", "02"},
    }};
    EXPECT_THAT(layout.segments(), ElementsAre("B-3 B-4", "B-9 B-10", "1 02"));
    EXPECT_EQ(layout.rows().find_section("South"), 0U);
    EXPECT_EQ(layout.rows().find_section("North"), 1U);
    EXPECT_EQ(layout.rows().find_section("West"), std::nullopt);
}

TEST(SeatRows, puts_a_row_in_the_order_of_x_if_all_its_seats_have_one) {
    const Layout layout{{
        {"", "A", "1", 3, 0},
        {"", "A", "2", 1, 0},
        {"", "A", "3", 2, 0},
        {"", "B", "4", 3},
        {"", "B", "5", 1},
        {"", "B", "6", 2},
        {"", "C", "9", 1},
        {"", "C", "7", 2},
        {"", "C", "8", {}, 1},
    }};
    EXPECT_THAT(layout.segments(), ElementsAre("2 3 1", "5 6 4", "7 8 9"));
}

TEST(SeatRows, puts_a_row_that_runs_from_the_front_to_the_back_in_the_order_of_y) {
    // A bent row: x grows and shrinks again.
    const Layout layout{{
        {"", "A", "1", 10, 3},
        {"", "A", "2", 11, 2},
        {"", "A", "3", 10, 1},
        {"", "A", "4", 9, 0},
    }};
    EXPECT_THAT(layout.segments(), ElementsAre("4 3 2 1"));
}

TEST(SeatRows, makes_one_row_of_a_sections_seats_without_a_row_in_the_order_of_creation) {
    const Layout layout{{{"A", "", "9"}, {"B", "", "5"}, {"A", "", "1"}, {"A", "", "2"}}};
    EXPECT_THAT(layout.segments(), ElementsAre("9 1 2", "5"));
}

TEST(SeatRows, sees_an_aisle_where_neighbours_are_more_than_twice_as_far_apart_as_usual) {
    EXPECT_THAT(row_at({0, 1, 2, 3}).segments(), ElementsAre("1 2 3 4"));
    // One seat was left out.
    EXPECT_THAT(row_at({0, 1, 3, 4, 5}).segments(), ElementsAre("1 2 3 4 5"));
    EXPECT_THAT(row_at({0, 1, 3.1, 4.1, 5.1}).segments(), ElementsAre("1 2", "3 4 5"));
    EXPECT_THAT(row_at({0, 10, 50, 60, 100, 110}).segments(), ElementsAre("1 2", "3 4", "5 6"));
    EXPECT_THAT(row_at({0.1, 0.2, 0.4, 0.5}).segments(), ElementsAre("1 2 3 4"));
    EXPECT_THAT(row_at({0, 1, 9}).segments(), ElementsAre("1 2", "3"));
    EXPECT_THAT(row_at({0, 100}).segments(), ElementsAre("1 2"));
    // Coordinates that say nothing.
    EXPECT_THAT(row_at({0, 0, 0, 5}).segments(), ElementsAre("1 2 3 4"));
}

TEST(SeatRows, measures_in_seat_widths_if_all_seats_have_a_position) {
    const DrawnHall hall{"..../...."};
    const auto layout = hall.layout();
    ASSERT_TRUE(layout.has_positions());
    const auto& places = layout.places();
    EXPECT_DOUBLE_EQ(places[1].at.x - places[0].at.x, 1);
    EXPECT_DOUBLE_EQ(places[4].at.y - places[0].at.y, 1.5);
    const auto front = layout.point_at({});
    EXPECT_DOUBLE_EQ(front.x, places[0].at.x + 1.5);
    EXPECT_DOUBLE_EQ(front.y, places[0].at.y);
    const auto point = layout.point_at({.x = 40, .y = {}});
    EXPECT_DOUBLE_EQ(point.x, 2);
    EXPECT_DOUBLE_EQ(point.y, front.y);
}

TEST(SeatRows, takes_each_section_for_a_hall_of_its_own_if_a_position_is_missing) {
    const Layout layout{{
        {"A", "1", "a", 70, 70},
        {"A", "1", "b", 71, 70},
        {"A", "2", "c"},
        {"B", "7", "d"},
        {"C", "", "e"},
        {"C", "", "f"},
    }};
    ASSERT_FALSE(layout.rows().has_positions());
    const std::vector<std::pair<double, double>> expected{
        {-0.5, 0}, {0.5, 0}, {0, 1.5}, {0, 0}, {0, 0}, {1, 0}
    };
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const auto& place = layout.rows().places()[i];
        EXPECT_EQ(layout.rows().seats()[i], i);
        EXPECT_EQ(std::pair(place.at.x, place.at.y), expected[i]) << i;
    }
    const auto front = layout.rows().point_at({.x = 70, .y = 70});
    EXPECT_EQ(std::pair(front.x, front.y), std::pair(0.0, 0.0));
}

TEST(SeatRows, knows_where_each_seat_is_and_which_wishes_it_fulfils) {
    const DrawnHall hall{"..wcr"};
    const auto layout = hall.layout();
    const auto& segment = layout.segments().front();
    EXPECT_THAT(segment.longest, ElementsAre(2, 2));
    for (SeatIndex seat = 0; seat < hall.size(); ++seat)
        EXPECT_EQ(layout.seats()[layout.place_of(seat)], seat);
    std::string kinds;
    for (const auto& place : layout.places()) {
        const bool is_kept = place.pool == SeatPool::accessible;
        const char kept = place.is_accessible ? 'w' : 'c';
        kinds += is_kept ? kept : place.has_restricted_view ? 'r' : '.';
    }
    EXPECT_EQ(kinds, "..wcr");
}

TEST(SeatRows, divides_a_long_row_so_that_any_group_of_128_is_in_one_segment) {
    for (const std::size_t length : {1, 256, 257, 384, 385, 1'000}) {
        const auto layout = DrawnHall{std::string(length, '.'), kNoPositions}.layout();
        const auto segments = layout.segments();
        std::vector<PlaceIndex> owned;
        for (const auto& segment : segments) {
            EXPECT_LE(segment.size, kSegmentMax);
            for (std::uint32_t i = 0; i < segment.own; ++i)
                owned.push_back(segment.first + i);
            EXPECT_EQ(segment.before, std::min(segment.first, 2U));
            EXPECT_EQ(segment.behind, std::min<std::size_t>(length - segment.end(), 2));
        }
        std::vector<PlaceIndex> all(length);
        std::iota(all.begin(), all.end(), 0);
        EXPECT_EQ(owned, all);
        for (PlaceIndex first = 0; first + 128 <= length; ++first) {
            EXPECT_TRUE(std::ranges::any_of(segments, [&](const RowSegment& segment) {
                return segment.first <= first && first + 128 <= segment.end();
            })) << first;
        }
    }
}

TEST(SeatRows, finds_the_segments_that_contain_a_place_or_border_on_it) {
    const auto row = std::string(600, '.');
    const auto layout = DrawnHall{row + "/.../" + row, kNoPositions}.layout();
    for (PlaceIndex place = 0; place < layout.places().size(); ++place) {
        std::vector<std::size_t> found;
        layout.visit_segments_at(place, [&](std::size_t segment) { found.push_back(segment); });
        std::vector<std::size_t> expected;
        for (std::size_t i = 0; i < layout.segments().size(); ++i) {
            const auto& segment = layout.segments()[i];
            const bool is_behind_start = segment.first - segment.before <= place;
            if (is_behind_start && place < segment.end() + segment.behind) expected.push_back(i);
        }
        EXPECT_EQ(found, expected) << place;
    }
}

TEST(SeatRows, of_an_event_have_its_seats_of_all_requests) {
    BoxOffice office;
    const auto event = office.create();
    const auto add = [&](std::uint64_t id, std::vector<SeatSpec> seats) {
        auto block = std::make_shared<SeatBlock>();
        block->first_id = SeatId{Bits128{50, id}};
        block->seats = std::move(seats);
        ASSERT_TRUE(office.act(AddSeats{event, BoxOffice::owner(), block}));
    };
    const auto spec = [](std::string number, std::string row, double x) {
        return SeatSpec{
            .number = std::move(number),
            .section = "Stalls",
            .row = std::move(row),
            .price = 700,
            .details = std::make_shared<const SeatDetails>(SeatDetails{
                .position = {x, 0},
                .flags = SeatFlags::companion | SeatFlags::restricted_view,
            })
        };
    };
    const auto layout_now = [&] { return seat_rows_of(*office.inventory().plans().find(event)); };
    EXPECT_THAT(layout_now().segments(), IsEmpty());
    add(100, {spec("1", "A", 20), spec("2", "B", 10)});
    add(200, {spec("3", "A", 10)});
    const auto layout = layout_now();
    EXPECT_THAT(layout.seats(), ElementsAre(2, 0, 1));
    EXPECT_EQ(layout.places()[0].price, 700);
    EXPECT_EQ(layout.places()[0].pool, SeatPool::accessible);
    EXPECT_FALSE(layout.places()[0].is_accessible);
    EXPECT_TRUE(layout.places()[0].has_restricted_view);
    EXPECT_TRUE(layout.has_positions());
    EXPECT_EQ(layout.find_section("Stalls"), 0U);
}

}  // namespace
}  // namespace frontrow::domain
