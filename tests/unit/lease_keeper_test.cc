#include "store/cluster/lease_keeper.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

namespace frontrow::test {
namespace {

using namespace std::chrono_literals;
using store::cluster::LeaseKeeper;
using Time = LeaseKeeper::Time;
using Ask = LeaseKeeper::Ask;

/// The row in the database, changed as the adapter's statements change it.
class LeaseTable {
public:
    LeaseKeeper::Answer carry_out(const LeaseKeeper::Question& question, Bits128 me) {
        const bool is_done = change(question, me);
        return {.is_done = is_done, .row = row};
    }

    std::optional<LeaseKeeper::Row> row;

private:
    bool change(const LeaseKeeper::Question& question, Bits128 me) {
        const bool is_mine =
            row && row->holder == me && question.on && row->number == question.on->number;
        switch (question.ask) {
            case Ask::look:
                return false;
            case Ask::take:
                if (row != question.on) return false;
                row = LeaseKeeper::Row{row ? row->number + 1 : 1, me, row ? row->beat + 1 : 0};
                return true;
            case Ask::renew:
            case Ask::release:
                if (!is_mine) return false;
                ++row->beat;
                if (question.ask == Ask::release) row->holder.reset();
                return true;
        }
        return false;
    }
};

/// A process whose clock and connection the test controls.
class LeaseProcess {
public:
    LeaseProcess(LeaseTable& table, std::uint64_t id, Time clock)
        : table_{table}, me_{7, id}, clock_{clock}, keeper_{me_} {}

    /// Moves its clock and lets it do its work.
    void step(Time by) {
        clock_ += by;
        if (is_frozen) return;
        while (const auto question = keeper_.next(clock_)) {
            asked.push_back(question->ask);
            keeper_.answer(*question, ask(*question), clock_);
        }
    }
    /// Moves only its clock.
    void pass(Time by) { clock_ += by; }
    std::optional<std::uint64_t> held() const { return keeper_.held(clock_); }
    void release() { keeper_.release(clock_); }
    bool is_over() const { return keeper_.is_over(); }

    bool is_frozen = false;
    bool is_cut_off = false;
    /// These questions are carried out, but their answers are lost.
    std::vector<Ask> loses_answers_of;
    std::vector<Ask> asked;

private:
    Result<LeaseKeeper::Answer, io::Fault> ask(const LeaseKeeper::Question& question) {
        if (is_cut_off) return std::unexpected(io::Fault{io::FaultKind::unavailable, "cut off"});
        auto answer = table_.carry_out(question, me_);
        if (std::ranges::find(loses_answers_of, question.ask) != loses_answers_of.end())
            return std::unexpected(io::Fault{io::FaultKind::outcome_unknown, "lost"});
        return answer;
    }

    LeaseTable& table_;
    Bits128 me_;
    Time clock_;
    LeaseKeeper keeper_;
};

class TaskLeaseOfTwo : public testing::Test {
protected:
    /// Moves both clocks in steps; the two processes must never hold the lease at the same time.
    void run(Time time) {
        for (Time passed{}; passed < time; passed += kStep) {
            one.step(kStep);
            EXPECT_FALSE(one.held() && two.held());
            two.step(kStep);
            EXPECT_FALSE(one.held() && two.held());
        }
    }

    static constexpr Time kStep = 10ms;
    LeaseTable table;
    // The clocks differ: a process must never compare its clock with another's.
    LeaseProcess one{table, 1, 5h};
    LeaseProcess two{table, 2, 9min};
};

TEST_F(TaskLeaseOfTwo, is_held_by_the_first_for_as_long_as_it_renews_it) {
    run(20ms);
    EXPECT_EQ(one.held(), 1U);
    for (int i = 0; i < 600; ++i) {
        run(100ms);
        ASSERT_EQ(one.held(), 1U);
        ASSERT_FALSE(two.held());
    }
    EXPECT_EQ(table.row->number, 1U);
}

TEST_F(TaskLeaseOfTwo, is_asked_about_twice_a_second) {
    run(60s);
    EXPECT_NEAR(static_cast<double>(one.asked.size()), 120, 3);
    EXPECT_NEAR(static_cast<double>(two.asked.size()), 120, 3);
}

TEST_F(TaskLeaseOfTwo, is_taken_from_a_frozen_holder_under_the_next_number) {
    run(1s);
    one.is_frozen = true;
    run(1'400ms);
    EXPECT_FALSE(two.held()) << "it was seen to be renewed less than two seconds ago";
    run(1'700ms);
    EXPECT_EQ(two.held(), 2U);
    EXPECT_FALSE(one.held()) << "whatever it did, its clock went on";
    one.is_frozen = false;
    run(5s);
    EXPECT_FALSE(one.held());
    EXPECT_EQ(two.held(), 2U);
}

TEST_F(TaskLeaseOfTwo, is_given_up_by_a_holder_without_the_database_before_another_may_take_it) {
    run(1s);
    one.is_cut_off = true;
    run(1'600ms);
    EXPECT_FALSE(one.held());
    run(1'500ms);
    EXPECT_EQ(two.held(), 2U);
    one.is_cut_off = false;
    run(5s);
    EXPECT_EQ(two.held(), 2U);
}

TEST_F(TaskLeaseOfTwo, outlasts_a_short_outage) {
    run(1s);
    one.is_cut_off = two.is_cut_off = true;
    run(700ms);
    one.is_cut_off = two.is_cut_off = false;
    run(5s);
    EXPECT_EQ(one.held(), 1U);
}

TEST_F(TaskLeaseOfTwo, that_was_given_back_is_taken_at_the_next_look) {
    run(1s);
    one.release();
    EXPECT_FALSE(one.held());
    run(600ms);
    EXPECT_TRUE(one.is_over());
    EXPECT_EQ(two.held(), 2U);
}

TEST_F(TaskLeaseOfTwo, is_not_given_back_by_who_has_lost_it) {
    run(1s);
    one.is_frozen = true;
    run(4s);
    ASSERT_EQ(two.held(), 2U);
    one.release();
    one.is_frozen = false;
    run(1s);
    EXPECT_TRUE(one.is_over());
    EXPECT_EQ(two.held(), 2U);
}

TEST_F(TaskLeaseOfTwo, is_over_at_once_for_who_never_had_it) {
    run(1s);
    two.release();
    EXPECT_TRUE(two.is_over());
    EXPECT_EQ(one.held(), 1U);
}

TEST_F(TaskLeaseOfTwo, is_not_held_by_renewals_whose_answers_are_lost) {
    run(1s);
    one.loses_answers_of = {Ask::renew};
    run(2s);
    EXPECT_FALSE(one.held());
    EXPECT_FALSE(two.held()) << "it is renewed all the same";
    one.loses_answers_of.clear();
    run(600ms);
    EXPECT_EQ(one.held(), 1U);
}

TEST_F(TaskLeaseOfTwo, that_was_taken_in_doubt_is_looked_at_and_renewed_at_once) {
    run(1s);
    one.is_frozen = true;
    two.loses_answers_of = {Ask::take};
    run(2'600ms);
    ASSERT_EQ(table.row->number, 2U) << "it was taken once";
    ASSERT_EQ(std::ranges::count(two.asked, Ask::take), 1);
    run(100ms);
    const auto after = std::ranges::find(two.asked, Ask::take) + 1;
    EXPECT_EQ((std::vector(after, after + 2)), (std::vector{Ask::look, Ask::renew}));
    EXPECT_EQ(two.held(), 2U);
}

TEST_F(TaskLeaseOfTwo, is_not_taken_by_a_clock_that_jumps_from_a_holder_that_renews_it) {
    run(1s);
    for (int i = 0; i < 20; ++i) {
        two.pass(1h);
        run(300ms);
        ASSERT_EQ(one.held(), 1U);
    }
    // The holder's own clock jumps: it may give up, and then finds that the lease is still its own.
    one.pass(1h);
    EXPECT_FALSE(one.held());
    run(kStep);
    EXPECT_EQ(one.held(), 1U);
}

TEST_F(TaskLeaseOfTwo, is_not_held_by_a_renewal_that_took_too_long) {
    LeaseKeeper keeper{Bits128{7, 1}};
    const auto take_its_time = [&](Time sent, Time came) {
        const auto question = keeper.next(sent);
        keeper.answer(*question, table.carry_out(*question, Bits128{7, 1}), came);
    };
    take_its_time(1s, 1s);
    take_its_time(1'500ms, 3'100ms);
    EXPECT_EQ(table.row->holder, (Bits128{7, 1}));
    EXPECT_FALSE(keeper.held(3'100ms)) << "another may have seen it since 1.5 s";
    take_its_time(3'200ms, 3'210ms);
    EXPECT_EQ(keeper.held(3'210ms), 1U);
    EXPECT_EQ(keeper.held(4'699ms), 1U);
    EXPECT_FALSE(keeper.held(4'700ms));
}

TEST_F(TaskLeaseOfTwo, is_given_back_also_when_its_taking_is_answered_after_the_release) {
    LeaseKeeper keeper{Bits128{7, 1}};
    const auto look = keeper.next(1s);
    keeper.answer(*look, table.carry_out(*look, Bits128{7, 1}), 1s);
    const auto take = keeper.next(2s);
    ASSERT_EQ(take->ask, Ask::take);
    keeper.release(2s);
    EXPECT_FALSE(keeper.is_over());
    keeper.answer(*take, table.carry_out(*take, Bits128{7, 1}), 2'010ms);
    EXPECT_FALSE(keeper.held(2'010ms));
    const auto release = keeper.next(2'010ms);
    ASSERT_EQ(release->ask, Ask::release);
    keeper.answer(*release, table.carry_out(*release, Bits128{7, 1}), 2'020ms);
    EXPECT_TRUE(keeper.is_over());
    EXPECT_FALSE(table.row->holder);
}

}  // namespace
}  // namespace frontrow::test
