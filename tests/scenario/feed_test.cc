#include "scenario/store_world.h"
#include "store/engine/polled_feed.h"
#include "support/one_machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

// The feed, for every kind of journal: a store's own feed, and one of another process that reads
// the journal beside it.

namespace frontrow::test {
namespace {

using namespace std::chrono_literals;
using store::Feed;
using store::FeedPage;
using store::FeedPosition;
using store::FeedRefusal;
using testing::IsEmpty;

struct FeedKind {
    std::string name;
    std::string store;
    bool is_beside = false;

    friend void PrintTo(const FeedKind& kind, std::ostream* out) { *out << kind.name; }
};

/// A fact, and the position after it.
struct Told {
    domain::Fact fact;
    FeedPosition place;

    friend bool operator==(const Told&, const Told&) = default;
};

std::vector<std::uint64_t> seqs_of(const std::vector<Told>& all) {
    std::vector<std::uint64_t> seqs;
    for (const auto& one : all)
        seqs.push_back(one.fact.seq);
    return seqs;
}

class Feeds : public testing::TestWithParam<FeedKind> {
protected:
    void SetUp() override {
        const auto kind = store_kind(GetParam().store);
        if (const auto reason = kind.why_not()) GTEST_SKIP() << *reason;
        world_ = kind.make();
        if (!GetParam().is_beside) return;
        reader_ = world_->reader_beside();
        beside_.emplace(world_->io().get_executor(), *reader_);
    }

    Feed& feed() { return beside_ ? static_cast<Feed&>(*beside_) : world_->store().feed(); }
    FeedPosition head() { return run(world_->io(), feed().head()).value(); }
    FeedPage page(FeedPosition position, std::size_t at_most = 1'000) {
        return run(world_->io(), feed().after(position, at_most)).value();
    }
    bool is_of_another_past(FeedPosition position) {
        const auto found = page(position);
        return !found && found.error() == FeedRefusal::another_past;
    }
    /// All facts that a reader gets from `position` on, if it asks for at most `at_most` at a time.
    std::vector<Told> read_from(FeedPosition position, std::size_t at_most = 1'000) {
        std::vector<Told> all;
        for (;;) {
            const auto batches = page(position, at_most).value();
            if (batches.empty()) return all;
            std::uint64_t facts = 0;
            for (const auto& batch : batches) {
                EXPECT_LT(facts, at_most) << "a batch more than was wanted";
                for (const auto& fact : batch.behind(position.seq)) {
                    position = batch.at(fact);
                    all.push_back({fact, position});
                    ++facts;
                }
            }
            EXPECT_GT(facts, 0U);
        }
    }

    Result<domain::Outcome, io::Fault> execute(domain::Command command) {
        return world_->execute(std::move(command));
    }
    /// Creates an event with this many seats; ann holds the first.
    void sell(std::size_t seats) {
        auto create = world_->sale().create_event();
        const auto event = create.event;
        auto add = world_->sale().add_seats(event, "A", seats);
        const auto first = add.block->first_id;
        ASSERT_TRUE(execute(std::move(create)).value());
        ASSERT_TRUE(execute(std::move(add)).value());
        ASSERT_TRUE(execute(world_->sale().reserve(event, "ann", {first})).value());
    }

    std::unique_ptr<StoreWorld> world_;
    std::unique_ptr<store::engine::FactReader> reader_;
    std::optional<store::engine::PolledFeed> beside_;
};

INSTANTIATE_TEST_SUITE_P(
    Journals,
    Feeds,
    testing::Values(
        FeedKind{.name = "embedded", .store = "embedded"},
        FeedKind{.name = "beside_embedded", .store = "embedded", .is_beside = true},
        FeedKind{.name = "postgres", .store = "postgres"},
        FeedKind{.name = "beside_postgres", .store = "postgres", .is_beside = true}
    ),
    [](const auto& info) { return info.param.name; }
);

TEST_P(Feeds, of_an_empty_journal_have_nothing) {
    EXPECT_EQ(head(), FeedPosition{});
    EXPECT_THAT(read_from({}), IsEmpty());
}

TEST_P(Feeds, tell_a_fact_as_soon_as_anybody_was_told_of_it) {
    for (int round = 0; round < 5; ++round) {
        const auto before = head();
        sell(3);
        const auto all = read_from(before);
        ASSERT_GE(all.size(), 3U);
        EXPECT_TRUE(std::holds_alternative<domain::ReservationHeld>(all.back().fact.body));
        EXPECT_EQ(head(), all.back().place);
    }
}

TEST_P(Feeds, tell_every_fact_once_and_in_order_however_they_are_read) {
    for (int round = 0; round < 4; ++round)
        sell(2);
    const auto all = read_from({});
    ASSERT_EQ(all.size(), head().seq);
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(all[i].fact.seq, i + 1);
        EXPECT_EQ(all[i].place.seq, i + 1);
        EXPECT_TRUE(all[i].place.hash8);
        if (i > 0) EXPECT_GE(all[i].fact.at, all[i - 1].fact.at);
    }
    for (const auto at_most : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}})
        EXPECT_EQ(read_from({}, at_most), all) << at_most;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::vector<Told> rest{all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end()};
        EXPECT_EQ(read_from(all[i].place), rest) << i;
        EXPECT_EQ(read_from({.seq = i + 1}), rest) << i;
    }
}

TEST_P(Feeds, tell_the_same_of_the_same_places_after_a_restart) {
    sell(2);
    const auto before = read_from({});
    world_->restart();
    EXPECT_EQ(head(), before.back().place);
    EXPECT_EQ(read_from({}), before);
    sell(2);
    const auto after = read_from({});
    ASSERT_GT(after.size(), before.size());
    EXPECT_TRUE(std::ranges::equal(before, std::span{after}.first(before.size())));
    EXPECT_EQ(
        seqs_of(read_from(before.back().place)),
        seqs_of({after.begin() + std::ssize(before), after.end()})
    );
}

TEST_P(Feeds, tell_a_reader_far_behind_all_that_memory_has_let_go) {
    sell(2);
    std::vector<Told> told = read_from({});
    auto create = world_->sale().create_event();
    const auto event = create.event;
    ASSERT_TRUE(execute(std::move(create)).value());
    // Some 20 MB of text: more than stays in memory.
    for (int block = 0; block < 12; ++block) {
        auto add = world_->sale().add_seats(event, "block " + std::to_string(block), 10'000);
        ASSERT_TRUE(execute(std::move(add)).value());
        const auto more = read_from(told.back().place);
        told.insert(told.end(), more.begin(), more.end());
    }
    EXPECT_EQ(told.size(), head().seq);
    EXPECT_EQ(read_from({}), told);
    EXPECT_EQ(read_from({}, 1), told);
    for (const std::size_t place : {std::size_t{0}, std::size_t{2}, told.size() / 2})
        EXPECT_EQ(read_from(told[place].place).size(), told.size() - place - 1);
}

TEST_P(Feeds, know_a_place_of_another_past) {
    sell(2);
    const auto expect_known = [&](const std::vector<Told>& all) {
        for (const auto& one : all) {
            EXPECT_FALSE(is_of_another_past(one.place)) << one.place.seq;
            EXPECT_FALSE(is_of_another_past({.seq = one.place.seq})) << one.place.seq;
            EXPECT_TRUE(is_of_another_past({one.place.seq, *one.place.hash8 ^ 1})) << one.place.seq;
        }
        const auto end = all.back().place;
        EXPECT_TRUE(is_of_another_past({end.seq + 1, end.hash8}));
        EXPECT_TRUE(is_of_another_past({end.seq + 1'000'000, end.hash8}));
        EXPECT_THAT(page({.seq = end.seq + 1}).value(), IsEmpty()) << "it may come yet";
    };
    expect_known(read_from({}));
    world_->restart();
    expect_known(read_from({}));
}

TEST_P(Feeds, wake_who_waits_for_more) {
    sell(2);
    const auto end = head();
    auto waiting = start(world_->io(), feed().until_beyond(end.seq, 60s));
    run_ready(world_->io());
    EXPECT_FALSE(waiting.is_done());
    sell(2);
    EXPECT_TRUE(waiting.get());
    EXPECT_FALSE(page(end).value().empty());
    // A later fact is there already.
    EXPECT_TRUE(run(world_->io(), feed().until_beyond(end.seq, 60s)));
}

TEST_P(Feeds, let_nobody_wait_longer_than_was_asked) {
    sell(2);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(run(world_->io(), feed().until_beyond(head().seq, 20ms)));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
    EXPECT_THAT(page(head()).value(), IsEmpty());
}

TEST_P(Feeds, share_a_batch_among_all_who_follow) {
    if (GetParam().is_beside) GTEST_SKIP() << "each process has memory of its own";
    sell(2);
    const auto from = head();
    sell(2);
    const auto one = page(from).value();
    const auto another = page(from).value();
    ASSERT_EQ(one.size(), another.size());
    for (std::size_t i = 0; i < one.size(); ++i)
        EXPECT_EQ(one[i].facts, another[i].facts);
}

/// The disk hangs before a sale is durable: no reader may be told yet.
TEST(EmbeddedFeed, tells_nothing_before_it_is_durable) {
    OneMachine machine;
    machine.start();
    const auto event = machine.open_sale(3);
    auto& feed = machine.store().feed();
    const auto before = run(machine.io, feed.head()).value();
    machine.vfs.hold_syncs();
    auto sale = machine.start_command(machine.sale.reserve(event, "ann", {machine.seat(0)}));
    auto waiting = start(machine.io, feed.until_beyond(before.seq, 60s));
    run_ready(machine.io);
    machine.vfs.wait_for_held_sync();
    run_ready(machine.io);
    EXPECT_EQ(run(machine.io, feed.head()).value(), before);
    EXPECT_THAT(run(machine.io, feed.after(before, 9)).value().value(), IsEmpty());
    EXPECT_FALSE(waiting.is_done());
    machine.vfs.release_syncs();
    EXPECT_TRUE(waiting.get());
    EXPECT_EQ(run(machine.io, feed.head()).value().seq, before.seq + 1);
    EXPECT_TRUE(sale.get().value());
}

/// Closing a store ends the waits of its readers.
TEST(EmbeddedFeed, ends_with_its_store) {
    OneMachine machine;
    machine.start();
    machine.open_sale(3);
    auto& feed = machine.store().feed();
    const auto end = run(machine.io, feed.head()).value();
    auto waiting = start(machine.io, feed.until_beyond(end.seq, 60s));
    run_ready(machine.io);
    run(machine.io, [](store::Store& store) -> io::Awaitable<bool> {
        co_await store.close();
        co_return true;
    }(machine.store()));
    const auto ended = waiting.get();
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().kind, io::FaultKind::unavailable);
}

}  // namespace
}  // namespace frontrow::test
