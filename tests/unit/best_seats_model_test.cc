#include "drawn_hall.h"
#include "support/seed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace frontrow::domain {
namespace {

using Plan = DrawnHall::Plan;
using Random = std::mt19937_64;

/// The rules of the best seats once more, as plainly as possible: every group of a hall is looked
/// at. The hall is the drawing, not its layout.
class NaiveChooser {
public:
    NaiveChooser(const DrawnHall& hall, const SeatWish& wish, const SeatScoring& scoring)
        : hall_{hall}, wish_{wish}, spares_singles_{scoring.spares_singles} {
        taken_.assign(wish.without.begin(), wish.without.end());
        if (wish.near) {
            look_from(find(*wish.near));
        } else {
            if (scoring.preference == SeatPreference::front) weight_y_ = 4;
            if (scoring.preference == SeatPreference::middle) weight_x_ = 4;
            look_from_the_front(scoring.focus);
        }
    }

    /// Checks the answer to the wish.
    void check(const Result<SeatChoice, NoSeats>& choice) {
        if (!is_enough_free()) {
            ASSERT_FALSE(choice);
            ASSERT_EQ(choice.error(), NoSeats::sold_out);
            return;
        }
        const bool is_together = has_room(wish_.quantity);
        if (!is_together && !wish_.allow_split) {
            ASSERT_FALSE(choice);
            ASSERT_EQ(choice.error(), NoSeats::not_together);
            return;
        }
        ASSERT_TRUE(choice);
        ASSERT_EQ(choice->size(), wish_.quantity);
        for (std::size_t chosen = 0; chosen < choice->size();) {
            auto size = choice->size() - chosen;
            while (!has_room(size))
                --size;
            const auto first = choice->begin() + static_cast<long>(chosen);
            check_group({first, first + static_cast<long>(size)});
            if (testing::Test::HasFatalFailure()) return;
            if (chosen == 0) look_from(find((*choice)[size / 2]));
            taken_.insert(taken_.end(), first, first + static_cast<long>(size));
            is_first_group_ = false;
            chosen += size;
        }
    }

private:
    using Row = DrawnHall::Row;
    using Seat = DrawnHall::Seat;

    const Seat& find(SeatIndex index) const {
        for (const auto& row : hall_.rows()) {
            for (const auto& seat : row.seats)
                if (seat.index == index) return seat;
        }
        std::abort();
    }
    const Row& row_of(const Seat& seat) const { return hall_.rows()[seat.row]; }

    double x_of(const Seat& seat) const {
        if (hall_.plan() == Plan::with_positions) return static_cast<double>(seat.column);
        const auto seats = static_cast<double>(row_of(seat).seats.size());
        return static_cast<double>(seat.nth) - (seats - 1) / 2;
    }
    double y_of(const Seat& seat) const {
        const bool is_planned = hall_.plan() == Plan::with_positions;
        return 1.5 * static_cast<double>(is_planned ? seat.row : row_of(seat).rank);
    }
    void look_from(const Seat& seat) {
        x_ = x_of(seat);
        y_ = y_of(seat);
        weight_x_ = weight_y_ = 1;
        if (hall_.plan() == Plan::without_positions) own_section_ = row_of(seat).section_number;
    }
    void look_from_the_front(const Position& focus) {
        if (hall_.plan() == Plan::without_positions) return;
        for (const auto& row : hall_.rows()) {
            for (const auto& seat : row.seats)
                x_ += x_of(seat) / static_cast<double>(hall_.size());
        }
        if (focus.x) x_ = (*focus.x - 500) / 20;
        if (focus.y) y_ = (*focus.y - 70) / 20;
    }
    double cost_of(const Seat& seat) const {
        const auto way = std::hypot(weight_x_ * (x_of(seat) - x_), weight_y_ * (y_of(seat) - y_));
        const auto section = static_cast<double>(row_of(seat).section_number);
        const auto away =
            own_section_ ? std::abs(section - static_cast<double>(*own_section_)) : 0.0;
        return way + 1'000 * away + (seat.kind == 'r' ? 10 : 0);
    }

    bool is_free(const Seat& seat) const {
        return hall_.is_free(seat.index) && std::ranges::count(taken_, seat.index) == 0;
    }
    bool is_wanted(const Seat& seat) const {
        return is_free(seat) && seat.is_kept() == wish_.accessible &&
               (!wish_.section || *wish_.section == row_of(seat).section_number) &&
               (!wish_.price_max || seat.price() <= *wish_.price_max);
    }
    /// Whether seat `i` of the row is adjacent to the one before it.
    bool is_adjacent(const Row& row, std::size_t i) const {
        return hall_.plan() == Plan::without_positions ||
               row.seats[i].column - row.seats[i - 1].column <= 2;
    }
    /// How many seats in a row, from `i` on and away from the group, `is_good`.
    template <class IsGood>
    std::size_t count_before(const Row& row, std::size_t i, IsGood is_good) const {
        std::size_t count = 0;
        while (i > count && is_adjacent(row, i - count) && is_good(row.seats[i - count - 1]))
            ++count;
        return count;
    }
    template <class IsGood>
    std::size_t count_behind(const Row& row, std::size_t end, IsGood is_good) const {
        std::size_t count = 0;
        while (end + count < row.seats.size() && is_adjacent(row, end + count) &&
               is_good(row.seats[end + count]))
            ++count;
        return count;
    }

    bool is_group(const Row& row, std::size_t first, std::size_t size) const {
        bool has_accessible = false;
        for (auto i = first; i < first + size; ++i) {
            if (!is_wanted(row.seats[i]) || (i > first && !is_adjacent(row, i))) return false;
            has_accessible = has_accessible || row.seats[i].kind == 'w';
        }
        return has_accessible || !wish_.accessible || !is_first_group_;
    }
    bool leaves_room(const Row& row, std::size_t first, std::size_t size) const {
        const auto wanted = [&](const Seat& seat) { return is_wanted(seat); };
        const auto before = count_before(row, first, wanted);
        const auto behind = count_behind(row, first + size, wanted);
        return before / size + behind / size == (before + behind) / size;
    }
    double score_of(const Row& row, std::size_t first, std::size_t size) const {
        double score = 0;
        for (auto i = first; i < first + size; ++i)
            score += cost_of(row.seats[i]);
        const auto free = [&](const Seat& seat) { return is_free(seat); };
        if (!spares_singles_) return score;
        for (const auto gap :
             {count_before(row, first, free), count_behind(row, first + size, free)})
            if (gap == 1) score += 2.0 * static_cast<double>(size);
        return score;
    }
    template <class Take>
    void visit_groups(std::size_t size, Take take) const {
        for (const auto& row : hall_.rows()) {
            for (std::size_t first = 0; first + size <= row.seats.size(); ++first)
                if (is_group(row, first, size)) take(row, first);
        }
    }

    bool has_room(std::size_t size) const {
        bool has = false;
        visit_groups(size, [&](const Row&, std::size_t) { has = true; });
        return has;
    }
    bool is_enough_free() const {
        std::size_t wanted = 0;
        bool has_accessible = false;
        for (const auto& row : hall_.rows()) {
            for (const auto& seat : row.seats) {
                if (!is_wanted(seat)) continue;
                ++wanted;
                has_accessible = has_accessible || seat.kind == 'w';
            }
        }
        return wanted >= wish_.quantity && (has_accessible || !wish_.accessible);
    }
    void check_group(const std::vector<SeatIndex>& group) const {
        double best = INFINITY;
        double chosen = INFINITY;
        const auto size = group.size();
        visit_groups(size, [&](const Row& row, std::size_t first) {
            if (!leaves_room(row, first, size)) return;
            const auto score = score_of(row, first, size);
            best = std::min(best, score);
            bool is_it = true;
            for (std::size_t i = 0; i < size; ++i)
                is_it = is_it && row.seats[first + i].index == group[i];
            if (is_it) chosen = score;
        });
        // The costs are rounded to a thousandth.
        ASSERT_NEAR(chosen, best, 0.001 * static_cast<double>(size));
    }

    const DrawnHall& hall_;
    const SeatWish& wish_;
    bool spares_singles_;
    std::vector<SeatIndex> taken_;
    bool is_first_group_ = true;
    double x_ = 0;
    double y_ = 0;
    double weight_x_ = 1;
    double weight_y_ = 1;
    std::optional<std::size_t> own_section_;
};

std::string any_drawing(Random& random) {
    constexpr std::string_view kKinds = "...................wwccrrr$$$$";
    std::string drawing;
    const auto sections = 1 + random() % 3;
    for (std::size_t section = 0; section < sections; ++section) {
        for (auto rows = 1 + random() % 4; rows > 0; --rows) {
            if (!drawing.empty()) drawing += '/';
            drawing += std::string{static_cast<char>('A' + section)} + ':';
            drawing += std::string(random() % 4, ' ');
            const auto seats = 6 + random() % 9;
            const auto aisle = random() % 20;
            const auto gap = random() % 20;
            for (std::size_t i = 0; i < seats; ++i) {
                if (i > 0 && i == aisle) drawing += "  ";
                if (i > 0 && i == gap && i != aisle) drawing += ' ';
                drawing += kKinds[random() % kKinds.size()];
            }
        }
    }
    return drawing;
}

SeatWish any_wish(Random& random, const DrawnHall& hall, std::vector<SeatIndex>& without) {
    const auto one_in = [&](std::uint64_t n) { return random() % n == 0; };
    SeatWish wish{.quantity = 1 + static_cast<std::uint32_t>(random() % 7)};
    if (one_in(4)) wish.section = random() % (hall.rows().back().section_number + 1);
    if (one_in(4)) wish.price_max = one_in(5) ? 99 : 100;
    if (one_in(4)) wish.near = random() % hall.size();
    wish.accessible = one_in(5);
    wish.allow_split = one_in(3);
    without.clear();
    while (one_in(4))
        without.push_back(random() % hall.size());
    wish.without = without;
    return wish;
}
SeatScoring any_scoring(Random& random) {
    SeatScoring scoring{.preference = choices(SeatPreference{})[random() % 3]};
    if (random() % 4 == 0) scoring.focus.x = 450 + static_cast<double>(random() % 500);
    if (random() % 4 == 0) scoring.focus.y = static_cast<double>(random() % 500);
    scoring.spares_singles = random() % 5 != 0;
    return scoring;
}

/// A hall in which seats are taken and become free at random.
class RandomSale {
public:
    RandomSale(Random& random, Plan plan)
        : random_{random}, hall_{any_drawing(random), plan, &random}, best_{hall_.layout()} {}

    void step() {
        if (random_() % 10 == 0) move_savepoint();
        switch (random_() % 8) {
            case 0:
            case 1:
                take(random_() % hall_.size());
                break;
            case 2:
                free_one(random_() % hall_.size());
                break;
            case 3:
                if (random_() % 4 == 0) free_many();
                break;
            default:
                choose();
        }
        best_.verify(hall_.free_seats());
    }

private:
    void move_savepoint() {
        if (!rolls_back_to_) {
            rolls_back_to_ = hall_.free();
            best_.open_savepoint();
            return;
        }
        if (random_() % 2 == 0) {
            best_.commit();
        } else {
            hall_.set_free(*rolls_back_to_);
            best_.roll_back();
        }
        rolls_back_to_.reset();
    }
    void take(SeatIndex seat) {
        hall_.set_free(seat, false);
        best_.note_taken(seat);
    }
    void free_one(SeatIndex seat) {
        hall_.set_free(seat, true);
        best_.raise(seat);
    }
    void free_many() {
        for (SeatIndex seat = 0; seat < hall_.size(); ++seat)
            if (random_() % 3 == 0) hall_.set_free(seat, true);
        best_.raise_all();
    }
    void choose() {
        std::vector<SeatIndex> without;
        const auto wish = any_wish(random_, hall_, without);
        const auto scoring = any_scoring(random_);
        const auto choice = best_.choose(wish, scoring, hall_.free_seats());
        NaiveChooser{hall_, wish, scoring}.check(choice);
        // What earlier searches learned makes no difference.
        BestSeats unlearned{hall_.layout()};
        ASSERT_EQ(choice, unlearned.choose(wish, scoring, hall_.free_seats()));
        if (!choice || random_() % 3 == 0) return;
        for (const auto seat : *choice)
            take(seat);
    }

    Random& random_;
    DrawnHall hall_;
    BestSeats best_;
    /// The free seats when the open savepoint was opened.
    std::optional<std::vector<bool>> rolls_back_to_;
};

void sell_at_random(Plan plan) {
    Random random{test::seed_of_this_run()};
    const int halls = test::is_soak() ? 5'000 : 300;
    for (int hall = 0; hall < halls; ++hall) {
        RandomSale sale{random, plan};
        for (int step = 0; step < 60; ++step) {
            sale.step();
            ASSERT_FALSE(testing::Test::HasFailure()) << "hall " << hall << ", step " << step;
        }
    }
}

TEST(BestSeatsModel, no_group_of_a_small_hall_is_better_than_the_chosen_one) {
    sell_at_random(Plan::with_positions);
}

TEST(BestSeatsModel, no_group_of_a_hall_without_positions_is_better_than_the_chosen_one) {
    sell_at_random(Plan::without_positions);
}

/// Rows of these lengths from the front to the back, centered.
std::string drawing_of(const std::vector<std::size_t>& lengths) {
    const auto longest = std::ranges::max(lengths);
    std::string drawing;
    for (const auto length : lengths) {
        if (!drawing.empty()) drawing += '/';
        drawing += std::string((longest - length) / 2, ' ') + std::string(length, '.');
    }
    return drawing;
}

/// A sale of a hall's best seats.
class Sale {
public:
    Sale(const std::vector<std::size_t>& lengths, Plan plan)
        : hall_{drawing_of(lengths), plan}, best_{hall_.layout()} {}

    Result<SeatChoice, NoSeats> sell(std::uint32_t quantity, const SeatScoring& scoring = {}) {
        auto choice = best_.choose({.quantity = quantity}, scoring, hall_.free_seats());
        for (const auto seat : choice ? *choice : SeatChoice{}) {
            EXPECT_TRUE(hall_.is_free(seat));
            hall_.set_free(seat, false);
            best_.note_taken(seat);
            ++sold_;
        }
        return choice;
    }
    void give_back(const SeatChoice& seats) {
        for (const auto seat : seats) {
            hall_.set_free(seat, true);
            best_.raise(seat);
            --sold_;
        }
    }
    std::size_t sold() const { return sold_; }
    std::size_t size() const { return hall_.size(); }
    /// How many single seats are free between taken ones.
    int count_singles() const {
        int singles = 0;
        for (const auto& row : hall_.rows()) {
            const auto is_free = [&](std::size_t i) {
                return i < row.seats.size() && hall_.is_free(row.seats[i].index);
            };
            for (std::size_t i = 0; i < row.seats.size(); ++i)
                singles += is_free(i) && !is_free(i - 1) && !is_free(i + 1) ? 1 : 0;
        }
        return singles;
    }

private:
    DrawnHall hall_;
    BestSeats best_;
    std::size_t sold_ = 0;
};

void fill_with_groups_of_four(Plan plan, const SeatScoring& scoring) {
    std::vector<std::size_t> lengths;
    for (int i = 0; i < 25; ++i)
        lengths.insert(lengths.end(), {60, 100, 40, 120});
    Sale sale{lengths, plan};
    ASSERT_EQ(sale.size(), 8'000U);
    std::vector<SeatChoice> groups;
    for (int buyer = 0; buyer < 2'000; ++buyer) {
        auto group = sale.sell(4, scoring);
        ASSERT_TRUE(group) << "buyer " << buyer;
        groups.push_back(*std::move(group));
    }
    EXPECT_EQ(sale.sold(), 8'000U);
    EXPECT_EQ(sale.sell(1, scoring).error(), NoSeats::sold_out);
    // 160 groups change their minds, and 160 others come.
    Random random{test::seed_of_this_run()};
    std::ranges::shuffle(groups, random);
    for (int i = 0; i < 160; ++i)
        sale.give_back(groups[static_cast<std::size_t>(i)]);
    for (int i = 0; i < 160; ++i)
        ASSERT_TRUE(sale.sell(4, scoring)) << i;
    EXPECT_EQ(sale.sold(), 8'000U);
}

TEST(BestSeatsModel, groups_of_four_fill_a_hall_of_8000_seats_whose_rows_are_multiples_of_four) {
    for (const auto preference : choices(SeatPreference{}))
        fill_with_groups_of_four(Plan::with_positions, {.preference = preference});
    fill_with_groups_of_four(Plan::without_positions, {});
}

/// The single seats that are left when nine tenths of a hall are sold to groups of one to five.
int count_singles_left(std::uint64_t seed, bool spares_singles) {
    Random random{seed};
    constexpr std::array kSizes{1, 2, 2, 2, 2, 2, 3, 3, 4, 4, 4, 5};
    Sale sale{std::vector<std::size_t>(50, 40), Plan::with_positions};
    while (sale.sold() < sale.size() * 9 / 10) {
        const auto size = static_cast<std::uint32_t>(kSizes[random() % kSizes.size()]);
        EXPECT_TRUE(sale.sell(size, {.spares_singles = spares_singles}));
    }
    return sale.count_singles();
}

TEST(BestSeatsModel, fewer_single_seats_are_left_with_the_rule_than_without) {
    int with = 0;
    int without = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        with += count_singles_left(seed, true);
        without += count_singles_left(seed, false);
    }
    std::cout << "single seats left in five halls of 2,000 seats: " << with << " with the rule, "
              << without << " without\n";
    EXPECT_LT(with, without / 2);
}

}  // namespace
}  // namespace frontrow::domain
