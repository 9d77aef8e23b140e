#include "store/engine/recent_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Positions in the feed, and the newest batches, which are kept for its readers.

namespace frontrow::store::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

TEST(FeedPosition, is_written_as_it_is_read) {
    for (const auto* text :
         {"0", "1", "42", "999999999999999999", "1-00000000", "42-5f0c2b7a", "7-ffffffff"}) {
        const auto position = FeedPosition::parse(text);
        ASSERT_TRUE(position) << text;
        EXPECT_EQ(position->to_string(), text);
    }
    EXPECT_EQ(FeedPosition::parse("42-5f0c2b7a"), (FeedPosition{42, 0x5F0C2B7A}));
    EXPECT_EQ(FeedPosition::parse("42"), (FeedPosition{42, std::nullopt}));
}

TEST(FeedPosition, is_nothing_else) {
    for (const auto* text :
         {"",
          "-",
          "-1",
          "+1",
          " 1",
          "1 ",
          "01",
          "00",
          "1.0",
          "1e3",
          "x",
          "1000000000000000000",
          "0-5f0c2b7a",
          "42-",
          "-5f0c2b7a",
          "42-5f0c2b7",
          "42-5f0c2b7a0",
          "42-5F0C2B7A",
          "42-5f0c2b7g",
          "42-5f0c2b7a-",
          "42--5f0c2b7"})
        EXPECT_EQ(FeedPosition::parse(text), std::nullopt) << text;
}

SharedFacts facts(std::uint64_t first, std::uint64_t count) {
    std::vector<domain::Fact> all(count);
    for (auto& fact : all)
        fact.seq = first++;
    return std::make_shared<const std::vector<domain::Fact>>(std::move(all));
}

TEST(FeedBatch, tells_the_facts_behind_a_place) {
    const FeedBatch batch{.facts = facts(11, 3), .hash8 = 0xAB};
    EXPECT_EQ(batch.last_seq(), 13);
    EXPECT_EQ(batch.behind(0).size(), 3);
    EXPECT_EQ(batch.behind(10).size(), 3);
    ASSERT_EQ(batch.behind(12).size(), 1);
    EXPECT_EQ(batch.behind(12).front().seq, 13);
    EXPECT_THAT(batch.behind(13), IsEmpty());
    EXPECT_THAT(batch.behind(99), IsEmpty());
    EXPECT_EQ(batch.at(batch.behind(11).front()), (FeedPosition{12, 0xAB}));
}

/// Batches of ten facts each; the n-th batch's hash begins with n. The journal already had one
/// batch when this process started.
class Recent : public testing::Test {
protected:
    static constexpr std::size_t kBatchBytes = 10 * sizeof(domain::Fact) + 100;

    static JournalEnd end_of(std::uint32_t batch) {
        JournalEnd end{.batch = batch, .last_seq = std::uint64_t{10} * batch, .hash = {}};
        end.hash[3] = static_cast<std::uint8_t>(batch);
        return end;
    }
    void add(std::uint32_t batches) {
        for (; batches > 0; --batches) {
            const auto end = end_of(++last_);
            recent.add(facts(end.last_seq - 9, 10), end, 100);
        }
    }
    /// The last facts of the batches that a reader gets; nothing if it must read the journal.
    std::optional<std::vector<std::uint64_t>>
    after(FeedPosition position, std::size_t at_most = 1'000) const {
        const auto page = recent.after(position, at_most);
        if (!page) return std::nullopt;
        EXPECT_TRUE(*page) << "of another past";
        std::vector<std::uint64_t> ends;
        for (const auto& batch : **page) {
            ends.push_back(batch.last_seq());
            EXPECT_EQ(batch.hash8, batch.last_seq() / 10);
        }
        return ends;
    }
    bool is_of_another_past(FeedPosition position) const {
        const auto page = recent.after(position, 1'000);
        return page && !*page && page->error() == FeedRefusal::another_past;
    }

    RecentFacts recent{end_of(1), 4 * kBatchBytes};

private:
    std::uint32_t last_ = 1;
};

TEST_F(Recent, begins_where_the_journal_ends) {
    EXPECT_EQ(recent.told(), end_of(1));
    EXPECT_THAT(after({10}), Optional(IsEmpty()));
    EXPECT_EQ(after({9}), std::nullopt) << "that fact is in the journal alone";
    EXPECT_EQ(after({0}), std::nullopt);
}

TEST_F(Recent, tells_nothing_before_it_may) {
    add(2);
    EXPECT_EQ(recent.told(), end_of(1));
    EXPECT_THAT(after({10}), Optional(IsEmpty()));
    recent.tell();
    EXPECT_EQ(recent.told(), end_of(3));
    EXPECT_THAT(after({10}), Optional(ElementsAre(20, 30)));
    add(1);
    EXPECT_THAT(after({10}), Optional(ElementsAre(20, 30)));
    EXPECT_THAT(after({30}), Optional(IsEmpty()));
}

TEST_F(Recent, tells_whole_batches_from_the_one_on_that_goes_on_behind_the_place) {
    add(3);
    recent.tell();
    EXPECT_THAT(after({11}), Optional(ElementsAre(20, 30, 40)));
    EXPECT_THAT(after({19}), Optional(ElementsAre(20, 30, 40)));
    EXPECT_THAT(after({20}), Optional(ElementsAre(30, 40)));
    EXPECT_THAT(after({39}), Optional(ElementsAre(40)));
    EXPECT_THAT(after({40}), Optional(IsEmpty()));
}

TEST_F(Recent, tells_as_many_as_are_wanted_and_the_rest_of_their_batch) {
    add(3);
    recent.tell();
    EXPECT_THAT(after({10}, 1), Optional(ElementsAre(20)));
    EXPECT_THAT(after({10}, 10), Optional(ElementsAre(20)));
    EXPECT_THAT(after({10}, 11), Optional(ElementsAre(20, 30)));
    EXPECT_THAT(after({19}, 1), Optional(ElementsAre(20)));
    EXPECT_THAT(after({19}, 2), Optional(ElementsAre(20, 30)));
}

TEST_F(Recent, shares_the_facts_with_all_who_read_them) {
    const auto shared = facts(11, 10);
    recent.add(shared, end_of(2), 100);
    recent.tell();
    EXPECT_EQ(recent.after({10}, 1).value().value().front().facts, shared);
    EXPECT_EQ(recent.after({15}, 1).value().value().front().facts, shared);
}

TEST_F(Recent, lets_go_of_the_oldest_and_of_no_more_than_it_must) {
    add(4);
    recent.tell();
    EXPECT_THAT(after({10}), Optional(ElementsAre(20, 30, 40, 50)));
    add(1);
    recent.tell();
    EXPECT_EQ(after({10}), std::nullopt);
    EXPECT_EQ(after({19}), std::nullopt);
    EXPECT_THAT(after({20}), Optional(ElementsAre(30, 40, 50, 60)));
}

TEST_F(Recent, keeps_the_newest_batch_however_large_it_is) {
    add(2);
    recent.add(facts(31, 10), end_of(4), 100 * kBatchBytes);
    recent.tell();
    EXPECT_EQ(after({29}), std::nullopt);
    EXPECT_THAT(after({30}), Optional(ElementsAre(40)));
}

TEST_F(Recent, knows_places_of_another_past_by_the_hash_of_their_batch) {
    add(2);
    recent.tell();
    EXPECT_FALSE(is_of_another_past({10, 1}));
    EXPECT_FALSE(is_of_another_past({11, 2}));
    EXPECT_FALSE(is_of_another_past({20, 2}));
    EXPECT_FALSE(is_of_another_past({30, 3}));
    EXPECT_FALSE(is_of_another_past({30})) << "a mere number is of any past";
    EXPECT_TRUE(is_of_another_past({10, 2}));
    EXPECT_TRUE(is_of_another_past({11, 1}));
    EXPECT_TRUE(is_of_another_past({20, 3}));
    EXPECT_TRUE(is_of_another_past({30, 2}));
    EXPECT_THAT(after({20, 2}), Optional(ElementsAre(30)));
}

}  // namespace
}  // namespace frontrow::store::engine
