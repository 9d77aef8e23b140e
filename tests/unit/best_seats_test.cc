#include "domain/best_seats.h"

#include "drawn_hall.h"
#include "support/seed.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::domain {
namespace {

constexpr auto kUnplanned = DrawnHall::Plan::without_positions;

std::string
choose(std::string_view drawing, const SeatWish& wish, const SeatScoring& scoring = {}) {
    return DrawnHall{drawing}.choose(wish, scoring);
}
std::string choose_unplanned(std::string_view drawing, const SeatWish& wish) {
    return DrawnHall{drawing, kUnplanned}.choose(wish);
}
/// Takes a choice's seats.
void take(DrawnHall& hall, BestSeats& best, const SeatChoice& choice) {
    for (const auto seat : choice) {
        ASSERT_TRUE(hall.is_free(seat));
        hall.set_free(seat, false);
        best.note_taken(seat);
    }
}

/// A section of seats without rows.
class Unrowed {
public:
    explicit Unrowed(std::size_t seats)
        : best_{SeatRows{std::vector<RowSeat>(seats)}}, is_free_(seats, true) {}
    /// The first seat of the choice, whose seats are adjacent.
    Result<SeatIndex, NoSeats> sell(std::uint32_t quantity) {
        const auto choice = best_.choose({.quantity = quantity}, {}, [&](SeatIndex seat) {
            return static_cast<bool>(is_free_[seat]);
        });
        if (!choice) return std::unexpected{choice.error()};
        for (std::uint32_t i = 0; i < quantity; ++i) {
            EXPECT_EQ((*choice)[i], choice->front() + i);
            EXPECT_TRUE(is_free_[(*choice)[i]]);
            is_free_[(*choice)[i]] = false;
            best_.note_taken((*choice)[i]);
        }
        return choice->front();
    }
    void give_back(SeatIndex first, std::uint32_t quantity) {
        for (auto seat = first; seat < first + quantity; ++seat) {
            is_free_[seat] = true;
            best_.raise(seat);
        }
    }

private:
    BestSeats best_;
    std::vector<bool> is_free_;
};

TEST(BestSeats, are_adjacent_and_nearest_to_the_middle_of_the_front) {
    EXPECT_EQ(choose("...../.....", {.quantity = 1}), "..*../.....");
    EXPECT_EQ(choose("......../........", {.quantity = 2}), "..**..../........");
    EXPECT_EQ(choose("........../..........", {.quantity = 6}), "..******../..........");
    EXPECT_EQ(choose(".##.##./#....##", {.quantity = 3}), ".##.##./#.***##");
}

TEST(BestSeats, leave_no_single_seat_if_another_choice_is_nearly_as_good) {
    EXPECT_EQ(choose(".....", {.quantity = 2}), "**...");
    EXPECT_EQ(choose(".....", {.quantity = 2}, {.spares_singles = false}), ".**..");
    EXPECT_EQ(choose("#...#", {.quantity = 2}), "#**.#");
    // The aisle counts as taken, although the seat beyond it is free.
    EXPECT_EQ(choose("...  .####", {.quantity = 2}), ".**  .####");
    // The second row would leave no single, but it is too far away.
    EXPECT_EQ(choose("#...#/#####/#####/##..#", {.quantity = 2}), "#**.#/#####/#####/##..#");
}

TEST(BestSeats, leave_room_for_as_many_groups_of_their_size_as_fit) {
    EXPECT_EQ(choose("........", {.quantity = 4}), "****....");
    EXPECT_EQ(choose(".........", {.quantity = 4}), "****.....");
    EXPECT_EQ(choose("...........", {.quantity = 4}), "...****....");
    EXPECT_EQ(choose("......", {.quantity = 2}), "..**..");
}

TEST(BestSeats, are_never_separated_by_an_aisle) {
    EXPECT_EQ(choose("...  ...", {.quantity = 3}), "***  ...");
    EXPECT_EQ(choose("...  ...", {.quantity = 4}), "not together");
    // A gap of one seat isn't an aisle.
    EXPECT_EQ(choose("... ...", {.quantity = 6}), "*** ***");
}

TEST(BestSeats, are_ranked_by_the_preference_of_the_event) {
    constexpr auto kFar = ".########/#########/####.####";
    constexpr auto kFarInFront = "*########/#########/####.####";
    constexpr auto kMiddleBehind = ".########/#########/####*####";
    EXPECT_EQ(choose(kFar, {}, {.preference = SeatPreference::balanced}), kMiddleBehind);
    EXPECT_EQ(choose(kFar, {}, {.preference = SeatPreference::front}), kFarInFront);
    EXPECT_EQ(choose(kFar, {}, {.preference = SeatPreference::middle}), kMiddleBehind);
    constexpr auto kNear = "##.######/#########/####.####";
    EXPECT_EQ(choose(kNear, {}), "##*######/#########/####.####");
    EXPECT_EQ(
        choose(kNear, {}, {.preference = SeatPreference::middle}), "##.######/#########/####*####"
    );
}

TEST(BestSeats, are_nearest_to_the_focal_point_of_the_event) {
    constexpr auto kHall = "...../...../.....";
    EXPECT_EQ(choose(kHall, {}, {.focus = {580, 100}}), "...../....*/.....");
    EXPECT_EQ(choose(kHall, {}, {.focus = {500, {}}}), "*..../...../.....");
    EXPECT_EQ(choose(kHall, {}, {.focus = {{}, 1'000}}), "...../...../..*..");
}

TEST(BestSeats, are_near_the_wanted_seat) {
    const DrawnHall hall{"........./........./.......#."};
    const auto near = hall.seat_at(2, 7);
    EXPECT_EQ(hall.choose({.quantity = 2, .near = near}), "........./........./.....**#.");
    EXPECT_EQ(
        hall.choose({.quantity = 1, .near = hall.seat_at(0, 0)}), "*......../........./.......#."
    );
    // The neighbourhood counts, not the preference.
    EXPECT_EQ(
        hall.choose({.quantity = 1, .near = near}, {.preference = SeatPreference::middle}),
        "........./........./......*#."
    );
}

TEST(BestSeats, have_a_clear_view_if_such_seats_are_within_10_seat_widths) {
    EXPECT_EQ(choose("rrrr/..../....", {.quantity = 2}), "rrrr/**../....");
    EXPECT_EQ(choose("rrrr/####/####", {.quantity = 2}), "**rr/####/####");
}

TEST(BestSeats, are_in_the_wanted_section_and_cost_at_most_the_wanted_price) {
    constexpr auto kHall = "A:..../B:.$$./C:..$$";
    EXPECT_EQ(choose(kHall, {.quantity = 2, .section = 1}), "A:..../B:**$./C:..$$");
    EXPECT_EQ(choose(kHall, {.quantity = 2, .section = 1, .price_max = 199}), "not together");
    EXPECT_EQ(
        choose(kHall, {.quantity = 2, .section = 2, .price_max = 100}), "A:..../B:.$$./C:**$$"
    );
    EXPECT_EQ(choose(kHall, {.quantity = 2, .price_max = 99}), "sold out");
    EXPECT_EQ(choose("A:####/B:....", {.quantity = 1, .section = 0}), "sold out");
    EXPECT_EQ(choose("A:#.##/B:....", {.quantity = 2, .section = 0}), "sold out");
}

TEST(BestSeats, are_accessible_only_for_those_who_ask_for_it) {
    EXPECT_EQ(choose("wc..wc", {.quantity = 2}), "wc**wc");
    EXPECT_EQ(choose("wc..wc", {.quantity = 3}), "sold out");
    EXPECT_EQ(choose("..wc..", {.quantity = 2, .accessible = true}), "..**..");
    EXPECT_EQ(choose("..cwc..", {.quantity = 2, .accessible = true}), "..**c..");
    EXPECT_EQ(choose("..c.w..", {.quantity = 1, .accessible = true}), "..c.*..");
    EXPECT_EQ(choose("cc.w...", {.quantity = 2, .accessible = true}), "not together");
    EXPECT_EQ(choose("cc.#...", {.quantity = 2, .accessible = true}), "sold out");
    // The first group has the accessible seat, although another would be larger.
    EXPECT_EQ(
        choose("ccc.w.c", {.quantity = 4, .accessible = true, .allow_split = true}), "***.*.c"
    );
}

TEST(BestSeats, are_refused_as_sold_out_or_as_not_together) {
    EXPECT_EQ(choose("#..#..#", {.quantity = 3}), "not together");
    EXPECT_EQ(choose("#..#..#", {.quantity = 4}), "not together");
    EXPECT_EQ(choose("#..#..#", {.quantity = 5}), "sold out");
    EXPECT_EQ(choose("#..#..#", {.quantity = 5, .allow_split = true}), "sold out");
    EXPECT_EQ(choose("###", {.quantity = 1}), "sold out");
    EXPECT_EQ(
        BestSeats{DrawnHall{""}.layout()}.choose({}, {}, [](SeatIndex) { return true; }).error(),
        NoSeats::sold_out
    );
}

TEST(BestSeats, are_split_into_few_groups_near_each_other_if_that_is_allowed) {
    const SeatWish four{.quantity = 4, .allow_split = true};
    EXPECT_EQ(choose("..#...#..", four), ".*#***#..");
    EXPECT_EQ(choose("..#....#.", four), "..#****#.");
    EXPECT_EQ(
        choose("...#../.##..#/......", {.quantity = 7, .allow_split = true}), "..*#../.##..#/******"
    );
}

TEST(BestSeats, are_chosen_again_without_those_of_earlier_choices) {
    const DrawnHall hall{"......../........"};
    BestSeats best{hall.layout()};
    SeatChoice earlier;
    std::vector<std::string> choices;
    for (int i = 0; i < 3; ++i) {
        const auto choice = best.choose({.quantity = 4, .without = earlier}, {}, hall.free_seats());
        choices.push_back(hall.tell(choice));
        earlier.insert(earlier.end(), choice->begin(), choice->end());
    }
    EXPECT_EQ(choices[0], "****..../........");
    EXPECT_EQ(choices[1], "....****/........");
    EXPECT_EQ(choices[2], "......../****....");
    // They weren't taken.
    EXPECT_EQ(hall.tell(best.choose({.quantity = 4}, {}, hall.free_seats())), choices[0]);
    best.verify(hall.free_seats());
}

TEST(BestSeats, of_a_hall_without_positions_are_in_the_first_rows_of_the_sections) {
    EXPECT_EQ(choose_unplanned("......../........", {.quantity = 4}), "****..../........");
    EXPECT_EQ(choose_unplanned("A:../B:..", {.quantity = 2}), "A:**/B:..");
    EXPECT_EQ(choose_unplanned("A:##/A:../B:..", {.quantity = 2}), "A:##/A:../B:**");
    const DrawnHall hall{"A:##/A:../B:..", kUnplanned};
    EXPECT_EQ(hall.choose({.quantity = 2, .near = hall.seat_at(0, 0)}), "A:##/A:**/B:..");
}

TEST(BestSeats, without_rows_are_the_first_in_the_order_of_creation) {
    Unrowed section{10'000};
    for (SeatIndex seat = 0; seat < 10'000; seat += 4)
        ASSERT_EQ(section.sell(4), seat);
    EXPECT_EQ(section.sell(1), std::unexpected{NoSeats::sold_out});
}

TEST(BestSeats, are_found_anywhere_in_a_long_row) {
    Unrowed section{600};
    while (section.sell(1)) {
    }
    for (const SeatIndex first : {0, 1, 100, 127, 128, 130, 200, 255, 256, 300, 383, 384, 500}) {
        section.give_back(first, 100);
        EXPECT_EQ(section.sell(101), std::unexpected{NoSeats::sold_out});
        EXPECT_EQ(section.sell(100), first);
        section.give_back(first, 2);
        section.give_back(first + 97, 3);
        EXPECT_EQ(section.sell(4), std::unexpected{NoSeats::not_together});
        EXPECT_EQ(section.sell(3), first + 97);
        EXPECT_EQ(section.sell(2), first);
        EXPECT_EQ(section.sell(1), std::unexpected{NoSeats::sold_out});
    }
}

TEST(BestSeats, are_found_again_when_they_become_free_and_that_is_reported) {
    DrawnHall hall{"...../....."};
    BestSeats best{hall.layout()};
    const auto whole_row = best.choose({.quantity = 5}, {}, hall.free_seats());
    take(hall, best, *whole_row);
    take(hall, best, *best.choose({.quantity = 5}, {}, hall.free_seats()));
    EXPECT_EQ(hall.tell(best.choose({.quantity = 1}, {}, hall.free_seats())), "sold out");
    for (const auto seat : *whole_row) {
        hall.set_free(seat, true);
        best.raise(seat);
    }
    EXPECT_EQ(hall.tell(best.choose({.quantity = 5}, {}, hall.free_seats())), "*****/.....");
    best.verify(hall.free_seats());
}

TEST(BestSeats, are_found_again_when_a_sale_is_rolled_back) {
    DrawnHall hall{"..../####"};
    BestSeats best{hall.layout()};
    const auto is_sold_out = [&] { return !best.choose({}, {}, hall.free_seats()); };
    EXPECT_FALSE(is_sold_out());
    best.open_savepoint();
    for (SeatIndex seat = 0; seat < 4; ++seat) {
        hall.set_free(seat, false);
        best.note_taken(seat);
        best.choose({.quantity = 4}, {}, hall.free_seats());
    }
    EXPECT_TRUE(is_sold_out());
    for (SeatIndex seat = 0; seat < 4; ++seat)
        hall.set_free(seat, true);
    best.roll_back();
    best.verify(hall.free_seats());
    EXPECT_EQ(hall.tell(best.choose({.quantity = 4}, {}, hall.free_seats())), "****/####");

    best.open_savepoint();
    hall.set_free(0, false);
    best.note_taken(0);
    best.choose({.quantity = 4}, {}, hall.free_seats());
    best.commit();
    best.verify(hall.free_seats());
}

TEST(BestSeats, that_are_free_for_one_choice_only_are_not_chosen_in_the_next) {
    DrawnHall hall{"##..#"};
    BestSeats best{hall.layout()};
    EXPECT_EQ(hall.tell(best.choose({.quantity = 1}, {}, hall.free_seats())), "##*.#");
    for (const SeatIndex seat : {0U, 1U}) {
        hall.set_free(seat, true);
        best.raise_once(seat);
    }
    EXPECT_EQ(best.choose({.quantity = 4}, {}, hall.free_seats())->front(), 0U);
    hall.set_free(0, false);
    hall.set_free(1, false);
    best.verify(hall.free_seats());
    EXPECT_EQ(hall.tell(best.choose({.quantity = 4}, {}, hall.free_seats())), "sold out");
    EXPECT_EQ(hall.tell(best.choose({.quantity = 2}, {}, hall.free_seats())), "##**#");
    best.verify(hall.free_seats());
}

TEST(BestSeats, of_long_rows_do_not_depend_on_what_was_learned) {
    const auto row = std::string(300, '.');
    DrawnHall hall{row + "/" + row};
    BestSeats best{hall.layout()};
    std::mt19937_64 random{test::seed_of_this_run()};
    for (int step = 0; step < 3'000; ++step) {
        const auto seat = static_cast<SeatIndex>(random() % hall.size());
        hall.set_free(seat, !hall.is_free(seat));
        hall.is_free(seat) ? best.raise(seat) : best.note_taken(seat);
        const SeatWish wish{.quantity = 1 + static_cast<std::uint32_t>(random() % 4)};
        const auto choice = best.choose(wish, {}, hall.free_seats());
        ASSERT_EQ(choice, BestSeats{hall.layout()}.choose(wish, {}, hall.free_seats())) << step;
        if (choice) take(hall, best, *choice);
        best.verify(hall.free_seats());
    }
}

TEST(BestSeats, notice_that_a_seat_was_taken_without_a_report) {
    DrawnHall hall{"...../....."};
    BestSeats best{hall.layout()};
    const SeatWish two{.quantity = 2};
    EXPECT_EQ(hall.tell(best.choose(two, {}, hall.free_seats())), "**.../.....");
    hall.set_free(0, false);
    EXPECT_DEATH(best.verify(hall.free_seats()), "a relation that must hold|is_exact");
    EXPECT_DEATH((void)best.choose(two, {}, hall.free_seats()), "are_free");
    best.note_taken(0);
    best.verify(hall.free_seats());
    EXPECT_EQ(hall.tell(best.choose(two, {}, hall.free_seats())), ".**../.....");
}

TEST(BestSeats, notice_that_a_seat_became_free_without_a_report) {
    DrawnHall hall{"###"};
    BestSeats best{hall.layout()};
    EXPECT_FALSE(best.choose({}, {}, hall.free_seats()));
    hall.set_free(1, true);
    EXPECT_DEATH(best.verify(hall.free_seats()), "a relation that must hold");
    best.raise_all();
    best.verify(hall.free_seats());
    EXPECT_TRUE(best.choose({}, {}, hall.free_seats()));
}

/// Group 0 holds back the first row, and group 1 the second.
class GroupsBesideAll : public testing::Test {
protected:
    std::string choose_for(std::uint32_t group) {
        const auto visit = [&](std::uint32_t of, auto take) {
            ++visits;
            for (SeatIndex seat = 4 * of; seat < 4 * of + 4; ++seat)
                take(seat);
        };
        const auto is_free = [&](SeatIndex seat) {
            return hall.is_free(seat) || seat / 4 == group;
        };
        return hall.tell(best.choose_for(group, visit, {.quantity = 2}, {}, is_free));
    }
    std::string choose_for_all() {
        const auto is_free = [&](SeatIndex seat) {
            ++reads;
            return hall.is_free(seat);
        };
        return hall.tell(best.choose({.quantity = 2}, {}, is_free));
    }

    DrawnHall hall{"####/####/...."};
    BestSeats best{hall.layout()};
    int visits = 0;
    int reads = 0;
};

TEST_F(GroupsBesideAll, get_seats_that_are_held_back_for_them) {
    EXPECT_EQ(choose_for_all(), "####/####/**..");
    EXPECT_EQ(choose_for(0), "**##/####/....");
    EXPECT_EQ(choose_for(1), "####/**##/....");
    EXPECT_EQ(choose_for(0), "**##/####/....");
    EXPECT_EQ(choose_for_all(), "####/####/**..");
}

TEST_F(GroupsBesideAll, have_the_seats_of_both_visited_when_another_group_was_before) {
    for (const auto group : {0U, 0U, 1U, 1U, 0U, 0U})
        choose_for(group);
    EXPECT_EQ(visits, 4);
    best.open_savepoint();
    EXPECT_EQ(choose_for(1), "####/**##/....");
    EXPECT_EQ(visits, 6);
    best.roll_back();
    EXPECT_EQ(choose_for(0), "**##/####/....");
    EXPECT_EQ(choose_for(0), "**##/####/....");
    EXPECT_EQ(visits, 6);
    EXPECT_EQ(choose_for(1), "####/**##/....");
}

TEST_F(GroupsBesideAll, know_from_their_first_choice_on_what_was_free_for_it_only) {
    hall.set_free(4, true);
    hall.set_free(5, true);
    best.raise_once(4);
    best.raise_once(5);
    EXPECT_EQ(choose_for(2), "####/**##/....");
    hall.set_free(4, false);
    hall.set_free(5, false);
    best.verify_for_group([&](std::uint32_t, SeatIndex seat) { return hall.is_free(seat); });
    EXPECT_EQ(choose_for(2), "####/####/**..");
}

TEST_F(GroupsBesideAll, make_no_choice_for_all_read_more) {
    choose_for_all();
    reads = 0;
    choose_for_all();
    const auto before = std::exchange(reads, 0);
    choose_for(0);
    choose_for(1);
    choose_for_all();
    EXPECT_EQ(reads, before);
}

}  // namespace
}  // namespace frontrow::domain
