#include "store/engine/journal_feed.h"

#include "support/run_coroutine.h"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Where a store's feed reads its facts, and which readers wait.

namespace frontrow::store::engine {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

SharedFacts one_fact(std::uint64_t seq) {
    std::vector<domain::Fact> facts(1);
    facts.front().seq = seq;
    return std::make_shared<const std::vector<domain::Fact>>(std::move(facts));
}

JournalEnd end_at(std::uint64_t seq) {
    JournalEnd end{.batch = seq, .last_seq = seq, .hash = {}};
    end.hash[3] = static_cast<std::uint8_t>(seq);
    return end;
}

/// Returns the batch after each position, and notes the positions.
class NotingReader final : public FactReader {
public:
    io::Awaitable<Result<FeedPage, io::Fault>>
    read(FeedPosition position, JournalEnd until, std::size_t) override {
        asked.emplace_back(position.seq, until.last_seq);
        if (fault) co_return std::unexpected(*fault);
        FeedPage page;
        page->push_back({.facts = one_fact(position.seq + 1), .hash8 = 0});
        co_return page;
    }
    io::Awaitable<Result<JournalEnd, io::Fault>> find_end() override { co_return end_at(0); }
    io::Awaitable<void> close() override { co_return; }

    std::vector<std::pair<std::uint64_t, std::uint64_t>> asked;
    std::optional<io::Fault> fault;
};

class FeedOfAStore : public testing::Test {
protected:
    FeedOfAStore() { feed.begin(end_at(10), reader); }

    void add(std::uint64_t seq) { feed.add(one_fact(seq), end_at(seq), 0); }
    std::vector<std::uint64_t> after(FeedPosition position) {
        const auto page = test::run(io, feed.after(position, 100)).value();
        std::vector<std::uint64_t> ends;
        for (const auto& batch : page.value())
            ends.push_back(batch.last_seq());
        return ends;
    }
    io::Awaitable<std::optional<io::Fault>> look() {
        ++looks;
        if (told_by_look) feed.tell();
        co_return fault;
    }

    boost::asio::io_context io;
    NotingReader reader;
    int looks = 0;
    /// The fault that a look returns.
    std::optional<io::Fault> fault;
    bool told_by_look = false;
    /// The reported faults of reads.
    std::vector<std::string> unread;
    JournalFeed feed{{
        .owner = io.get_executor(),
        .until_fresh = [this] { return look(); },
        .on_unread = [this](const io::Fault& told) { unread.push_back(told.what); },
    }};
};

TEST_F(FeedOfAStore, has_what_is_new_from_memory_and_the_rest_from_the_journal) {
    add(11);
    feed.tell();
    EXPECT_THAT(after({10}), ElementsAre(11));
    EXPECT_THAT(reader.asked, IsEmpty());
    EXPECT_THAT(after({4}), ElementsAre(5));
    EXPECT_THAT(reader.asked, ElementsAre(std::pair{4, 11})) << "up to what is told";
    EXPECT_EQ(looks, 0) << "nobody need look for what is known";
}

TEST_F(FeedOfAStore, says_why_older_facts_could_not_be_read) {
    reader.fault = io::Fault{io::FaultKind::corrupt, "a broken row"};
    EXPECT_EQ(test::run(io, feed.after({4}, 1)).error().what, "a broken row");
    // An overloaded feed concerns only that reader, so it isn't reported.
    reader.fault = io::Fault{io::FaultKind::overloaded, "too many"};
    EXPECT_EQ(test::run(io, feed.after({4}, 1)).error().kind, io::FaultKind::overloaded);
    EXPECT_THAT(unread, ElementsAre("a broken row"));
}

TEST_F(FeedOfAStore, looks_before_it_says_where_the_facts_end) {
    add(11);
    EXPECT_EQ(test::run(io, feed.head()).value(), (FeedPosition{10, 10}));
    told_by_look = true;
    EXPECT_EQ(test::run(io, feed.head()).value(), (FeedPosition{11, 11}));
    EXPECT_EQ(looks, 2);
    fault = io::Fault{io::FaultKind::unavailable, "no word"};
    EXPECT_EQ(test::run(io, feed.head()).error().what, "no word");
}

TEST_F(FeedOfAStore, looks_before_it_judges_a_place_behind_all_that_it_knows) {
    add(11);
    told_by_look = true;
    EXPECT_THAT(after({11, 11}), IsEmpty()) << "another node has told of it";
    EXPECT_EQ(looks, 1);
    EXPECT_EQ(test::run(io, feed.after({12, 12}, 1)).value().error(), FeedRefusal::another_past);
    EXPECT_THAT(after({12}), IsEmpty());
    fault = io::Fault{io::FaultKind::unavailable, "no word"};
    EXPECT_EQ(test::run(io, feed.after({12, 12}, 1)).error().what, "no word");
}

TEST_F(FeedOfAStore, wakes_who_waits_when_there_is_more_to_tell_and_not_before) {
    auto waiting = test::start(io, feed.until_beyond(10, 60s));
    auto other = test::start(io, feed.until_beyond(10, 60s));
    add(11);
    test::run_ready(io);
    EXPECT_FALSE(waiting.is_done() || other.is_done());
    feed.tell();
    test::run_ready(io);
    EXPECT_TRUE(waiting.is_done() && other.is_done());
    EXPECT_TRUE(waiting.get());
}

TEST_F(FeedOfAStore, ends_who_waits_when_it_is_closed_and_reads_the_journal_no_more) {
    add(11);
    feed.tell();
    auto waiting = test::start(io, feed.until_beyond(11, 60s));
    test::run_ready(io);
    feed.close();
    test::run_ready(io);
    ASSERT_TRUE(waiting.is_done());
    EXPECT_FALSE(waiting.get());
    EXPECT_FALSE(test::run(io, feed.until_beyond(11, 60s)));
    EXPECT_THAT(after({10}), ElementsAre(11));
    EXPECT_FALSE(test::run(io, feed.after({4}, 1)));
    EXPECT_THAT(reader.asked, IsEmpty());
}

TEST(FeedOfAnUnbegunStore, has_nothing_to_tell) {
    boost::asio::io_context io;
    JournalFeed feed{{
        .owner = io.get_executor(),
        .until_fresh = []() -> io::Awaitable<std::optional<io::Fault>> {
            co_return io::Fault{io::FaultKind::unavailable, "not yet"};
        },
    }};
    EXPECT_EQ(test::run(io, feed.head()).error().what, "not yet");
    EXPECT_EQ(test::run(io, feed.after({}, 1)).error().what, "not yet");
    EXPECT_TRUE(test::run(io, feed.until_beyond(0, 1ms)));
}

}  // namespace
}  // namespace frontrow::store::engine
