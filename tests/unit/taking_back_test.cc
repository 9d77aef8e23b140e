#include "small_state.h"
#include "support/seed.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace frontrow::test {
namespace {

using Digests = StateLog::Digests;

/// Two states that do the same steps. One of them also does many steps that it rolls back.
class Twins {
public:
    explicit Twins(std::uint64_t seed) : random_{seed} {}

    /// Runs a batch on both; the bold one may use a savepoint.
    void do_batch(std::size_t most) {
        const bool in_savepoint = random_() % 2 == 0;
        if (in_savepoint) bold_.log.open();
        for (auto left = random_() % most; left > 0; --left)
            do_step();
        if (in_savepoint) bold_.log.commit();
        if (random_() % 4 == 0) forget();
    }

    void speculate(std::size_t most) {
        const auto before = bold_.contents();
        const auto digest = bold_.log.digest_anew();
        bold_.log.open();
        for (auto left = random_() % most; left > 0; --left) {
            bold_.apply(random_step(random_));
            // The digest must be right even inside of a savepoint, because it is written to the
            // journal before the savepoint ends.
            if (random_() % 64 == 0) ASSERT_EQ(bold_.log.digest(), bold_.log.digest_anew());
        }
        bold_.log.roll_back();
        ASSERT_EQ(bold_.contents(), before);
        ASSERT_EQ(bold_.log.digest(), digest);
        ASSERT_EQ(bold_.log.digest_anew(), digest);
    }

    void do_step() {
        const auto step = random_step(random_);
        ASSERT_EQ(bold_.apply(step), calm_.apply(step));
    }

    void expect_same() {
        forget();
        ASSERT_EQ(bold_.contents(), calm_.contents());
        ASSERT_EQ(bold_.log.digest(), calm_.log.digest_anew());
        ASSERT_EQ(bold_.log.digest_anew(), calm_.log.digest_anew());
    }

private:
    void forget() {
        const auto until = static_cast<std::uint32_t>(calm_.steps.get());
        ASSERT_EQ(bold_.forget(until), calm_.forget(until));
    }

    std::mt19937_64 random_;
    SmallState bold_{Digests::on};
    SmallState calm_{Digests::off};
};

TEST(TakingBack, leaves_a_state_that_goes_on_like_one_that_never_speculated) {
    std::mt19937_64 seeds{seed_of_this_run()};
    const int histories = is_soak() ? 1'000 : 20;
    for (int history = 0; history < histories && !testing::Test::HasFailure(); ++history) {
        Twins twins{seeds()};
        for (int round = 0; round < 12 && !testing::Test::HasFailure(); ++round) {
            twins.do_batch(400);
            twins.speculate(round % 4 == 0 ? 3'000 : 200);
            twins.expect_same();
        }
        for (int step = 0; step < 1'000 && !testing::Test::HasFailure(); ++step)
            twins.do_step();
        twins.expect_same();
    }
}

TEST(TakingBack, restores_the_contents_without_a_digest) {
    std::mt19937_64 random{seed_of_this_run()};
    SmallState state{Digests::off};
    for (int round = 0; round < 30; ++round) {
        for (int step = 0; step < 100; ++step)
            state.apply(random_step(random));
        const auto before = state.contents();
        state.log.open();
        for (int step = 0; step < 500; ++step)
            state.apply(random_step(random));
        state.log.roll_back();
        ASSERT_EQ(state.contents(), before);
    }
    EXPECT_EQ(state.log.digest(), Bits128{});
}

/// Adds a hall, then names and holders of its seats. The newest change is rolled back first.
TEST(TakingBack, takes_back_a_row_after_what_grew_in_it) {
    SmallState state{Digests::on};
    for (int round = 0; round < 3; ++round) {
        state.log.open();
        const auto number = state.halls.add(state.log, state.halls.end());
        ASSERT_EQ(number, 0);
        auto& hall = state.halls.parts_of(number);
        for (std::uint32_t seat = 0; seat < 10'000; ++seat) {
            hall.names.push_back(std::string(30, 'x') + std::to_string(seat));
            hall.by_name.insert(std::string_view{hall.names.back()}, seat);
        }
        hall.holders.grow(10'000, 7);
        hall.holders.set(9'999, 8);
        ++state.halls.change(number, &Hall::held);
        ASSERT_EQ(state.log.digest(), state.log.digest_anew());
        hall.by_name.clear();
        hall.names.clear();
        state.log.roll_back();
        ASSERT_EQ(state.halls.size(), 0);
        ASSERT_EQ(state.log.digest(), Bits128{});
    }
}

TEST(TakingBack, gives_a_number_anew_and_no_end_of_the_old_row_comes_due) {
    SmallState state{Digests::on};
    state.log.open();
    state.ends.add({10, state.accounts.add(Bits128{1, 1}, "first")});
    state.log.roll_back();
    EXPECT_EQ(state.accounts.add(Bits128{2, 2}, "second"), 0);
    EXPECT_EQ(state.ends.size(), 0);
}

TEST(TakingBack, keeps_the_ends_of_a_savepoint_beside_the_heap_until_it_is_committed) {
    StateLog log{Digests::off};
    StateHeap<Due> ends{log};
    const auto lowest = [&] {
        std::vector<std::uint32_t> accounts;
        ends.visit_lowest(
            [](const Due& due) { return due.at <= 9; },
            [&](const Due& due) {
                accounts.push_back(due.account);
                return true;
            }
        );
        return accounts;
    };
    ends.add({5, 5});
    ends.add({3, 3});
    log.open();
    ends.add({4, 4});
    ends.add({12, 12});
    ends.add({2, 2});
    EXPECT_EQ(lowest(), (std::vector<std::uint32_t>{2, 3, 4, 5}));
    ends.drop_dead([](const Due&) { return false; });
    EXPECT_EQ(ends.size(), 5);
    log.commit();
    EXPECT_EQ(ends.take_lowest(), (Due{2, 2}));
    EXPECT_EQ(lowest(), (std::vector<std::uint32_t>{3, 4, 5}));
}

TEST(TakingBack, runs_steps_newest_first_over_many_blocks_and_destroys_each_once) {
    const auto owned = std::make_shared<int>(0);
    UndoSteps steps;
    std::vector<int> seen;
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 20'000; ++i)
            if (i % 3 == 0)
                steps.push([&seen, i, owned] { seen.push_back(i); });
            else
                steps.push([&seen, i] { seen.push_back(i); });
        if (round == 0) steps.drop();
    }
    steps.run();
    ASSERT_EQ(seen.size(), 20'000);
    for (int i = 0; i < 20'000; ++i)
        ASSERT_EQ(seen[static_cast<std::size_t>(i)], 19'999 - i);
    EXPECT_EQ(owned.use_count(), 1);
}

TEST(TakingBack, stops_where_something_would_be_forgotten_inside_a_savepoint) {
    SmallState state{Digests::on};
    state.accounts.add(Bits128{1, 1}, "one");
    state.ends.add({1, 0});
    state.log.open();
    EXPECT_DEATH(state.accounts.erase(0), "a relation that must hold");
    EXPECT_DEATH(state.ends.take_lowest(), "a relation that must hold");
    EXPECT_DEATH(state.log.open(), "a relation that must hold");
    state.log.commit();
}

/// The log knows the field's old value, but the row's other field was changed without the log.
TEST(TakingBack, stops_where_a_row_is_not_again_as_it_was) {
    SmallState state{Digests::on};
    state.halls.add(state.log, 0U);
    state.log.open();
    state.halls.change(0, &Hall::held) = 2;
    state.halls.parts_of(0).number = 1;
    EXPECT_DEATH(state.log.roll_back(), "a relation that must hold");
    state.log.commit();
}

TEST(StateTable, frees_pages_and_keeps_numbers_when_rows_are_erased) {
    StateLog log{Digests::on};
    StateTable<std::uint32_t> rows{log, "rows"};
    for (std::uint32_t i = 0; i < 1'000; ++i)
        rows.add(i);
    for (std::uint32_t i = 0; i < 999; ++i)
        rows.erase(i);
    EXPECT_EQ(rows.first(), 999);
    EXPECT_EQ(rows.add(7U), 1'000);
    StateLog fresh_log{Digests::on};
    StateTable<std::uint32_t> fresh{fresh_log, "rows"};
    fresh.skip_to(999);
    fresh.add(999U);
    EXPECT_EQ(fresh.add(7U), 1'000);
    EXPECT_EQ(fresh_log.digest(), log.digest());
    EXPECT_EQ(fresh.first(), rows.first());
}

/// Compares rows that are added and removed in any order, partly rolled back, with a map.
TEST(StateTable, is_right_whatever_pages_have_gone) {
    std::mt19937_64 random{seed_of_this_run()};
    StateLog log{Digests::on};
    StateTable<std::uint64_t> rows{log, "rows"};
    std::map<std::uint32_t, std::uint64_t> expected;
    for (int turn = 0; turn < 3'000; ++turn) {
        const bool stays = random() % 3 != 0;
        log.open();
        for (auto more = random() % 40; more > 0; --more) {
            const auto number = rows.add(random());
            if (stays) expected[number] = rows[number];
        }
        if (stays)
            log.commit();
        else
            log.roll_back();
        log.forget([&] {
            // Mostly removes the oldest, so that pages become empty; now and then others from the
            // middle.
            while (expected.size() > 500) {
                const auto oldest = std::next(expected.begin(), random() % 8 == 0 ? 100 : 0);
                rows.erase(oldest->first);
                expected.erase(oldest);
            }
        });
        ASSERT_EQ(rows.size(), expected.size());
        ASSERT_EQ(rows.first(), expected.empty() ? rows.end() : expected.begin()->first);
        ASSERT_FALSE(rows.has(rows.end()) || (rows.first() > 0 && rows.has(rows.first() - 1)));
        ASSERT_EQ(log.digest(), log.digest_anew());
    }
    std::map<std::uint32_t, std::uint64_t> found;
    rows.visit([&](std::uint32_t number, std::uint64_t row) { found[number] = row; });
    EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace frontrow::test
