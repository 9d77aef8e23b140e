#include "store/engine/group_commit.h"

#include "store/engine/batch_timing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace frontrow::store::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Facts of one kind, in order, and the callers that wait for them.
class Commit : public testing::Test {
protected:
    void add(std::uint64_t facts) {
        for (; facts > 0; --facts) {
            const auto& fact =
                commit.add(++seq, Instant{}, TraceId{}, EventId{}, domain::FactBody{});
            EXPECT_EQ(fact.seq, seq);
        }
    }
    void wait(
        std::uint64_t for_seq,
        const std::string& who,
        GroupCommit::Asker asker = GroupCommit::Asker::command
    ) {
        commit.wait(for_seq, asker, [this, who](bool is_kept) {
            told.push_back(who + (is_kept ? "+" : "?"));
        });
    }
    /// Starts to write a batch and returns its facts' numbers.
    std::vector<std::uint64_t> seal() {
        std::vector<std::uint64_t> seqs;
        for (const auto& fact : commit.seal())
            seqs.push_back(fact.seq);
        commit.make_room();
        return seqs;
    }
    void release(std::vector<GroupCommit::Waiter> waiters) {
        for (auto& waiter : waiters)
            waiter(true);
    }

    std::uint64_t seq = 10;
    GroupCommit commit{10};
    std::vector<std::string> told;
};

TEST_F(Commit, has_nothing_under_way_at_first) {
    EXPECT_FALSE(commit.is_writing());
    EXPECT_TRUE(commit.is_durable(10));
    EXPECT_FALSE(commit.is_durable(11));
    EXPECT_FALSE(commit.is_forming(10));
    EXPECT_TRUE(commit.is_forming(11));
}

TEST_F(Commit, releases_who_waits_for_a_batch_once_that_one_is_durable) {
    add(2);
    wait(11, "a");
    wait(12, "b");
    EXPECT_EQ(commit.facts(), 2);
    EXPECT_THAT(seal(), ElementsAre(11, 12));
    EXPECT_EQ(commit.facts(), 0);
    EXPECT_TRUE(commit.is_writing());
    EXPECT_FALSE(commit.is_forming(12));
    add(1);
    wait(13, "of the next");
    wait(12, "late for this one");
    EXPECT_FALSE(commit.is_durable(11));
    release(commit.written());
    EXPECT_THAT(told, ElementsAre("a+", "b+", "late for this one+"));
    EXPECT_TRUE(commit.is_durable(12));
    EXPECT_FALSE(commit.is_durable(13));
    EXPECT_FALSE(commit.is_writing());
    EXPECT_THAT(seal(), ElementsAre(13));
    release(commit.written());
    EXPECT_EQ(told.back(), "of the next+");
}

TEST_F(Commit, counts_the_bytes_of_the_batch_that_is_forming) {
    add(1);
    commit.add_bytes(100);
    commit.add_bytes(20);
    EXPECT_EQ(commit.bytes(), 120);
    seal();
    EXPECT_EQ(commit.bytes(), 0);
}

TEST_F(Commit, counts_the_commands_that_wait_and_no_readers) {
    add(1);
    wait(11, "a command");
    wait(11, "a reader", GroupCommit::Asker::reader);
    EXPECT_EQ(commit.commands_waiting(), 1);
    seal();
    add(1);
    wait(12, "another command");
    EXPECT_EQ(commit.commands_waiting(), 2);
    release(commit.written());
    EXPECT_EQ(commit.commands_waiting(), 1);
    commit.give_up();
    EXPECT_EQ(commit.commands_waiting(), 0);
}

TEST_F(Commit, that_is_given_up_leaves_nobody_waiting) {
    add(1);
    wait(11, "of this");
    seal();
    add(1);
    wait(12, "of the next");
    for (auto& waiter : commit.give_up())
        waiter(false);
    EXPECT_THAT(told, ElementsAre("of this?", "of the next?"));
    EXPECT_THAT(commit.give_up(), IsEmpty());
}

/// The number of turns for which a batch waits if it has `facts[i]` facts in its turn i, counted
/// from 0. In later turns it has as many facts as in the last one listed.
int turns_until_time(std::size_t begun_with, std::vector<std::size_t> facts) {
    BatchTiming timing;
    timing.begin(begun_with);
    for (int turns = 1;; ++turns) {
        const auto at = std::min<std::size_t>(static_cast<std::size_t>(turns), facts.size()) - 1;
        if (timing.is_time(facts[at])) return turns;
    }
}

TEST(BatchTiming, waits_while_others_join_and_no_longer) {
    EXPECT_EQ(turns_until_time(1, {1}), 2);
    EXPECT_EQ(turns_until_time(1, {2, 2}), 3);
    EXPECT_EQ(turns_until_time(1, {2, 2, 3, 3}), 5);
}

TEST(BatchTiming, has_an_end_though_somebody_joins_in_every_turn) {
    EXPECT_EQ(turns_until_time(1, {2, 3, 4, 5, 6, 7, 8, 9, 10, 11}), 8);
}

TEST(BatchTiming, begins_anew_for_every_batch) {
    BatchTiming timing;
    timing.begin(1);
    for (std::size_t facts = 2; !timing.is_time(facts); ++facts) {
    }
    timing.begin(1);
    EXPECT_FALSE(timing.is_time(1));
    EXPECT_TRUE(timing.is_time(1));
}

TEST(BatchTiming, waits_for_no_more_once_there_is_enough) {
    EXPECT_EQ(turns_until_time(1, {BatchTiming::kEnough}), 1);
}

}  // namespace
}  // namespace frontrow::store::engine
