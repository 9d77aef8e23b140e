#include "scenario/side_world.h"
#include "store/feed_cursor.h"
#include "support/eventually.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

// The promises of side records and task leases of both kinds.

namespace frontrow::test {
namespace {

using namespace std::chrono_literals;
using store::FeedCursor;
using store::FeedPosition;
using store::SideChange;
using store::SideOutcome;
using store::SideRecord;
using store::SideRecords;
using store::SideRefusal;
using store::TaskLease;
using testing::ElementsAre;

class SideRecordsContract : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        if (GetParam() == std::string_view{"SQLite"}) {
            world = std::make_unique<SqliteSideWorld>();
        } else if (const auto reason = PostgresServer::why_not()) {
            GTEST_SKIP() << *reason;
        } else {
            world = std::make_unique<PostgresSideWorld>();
        }
    }

    std::optional<SideRecord> find(std::string name) {
        return run(world->io, world->records().find(std::move(name))).value();
    }
    SideOutcome change(SideChange change) {
        return run(world->io, world->records().change(std::move(change))).value();
    }
    std::uint64_t put(std::string name, std::string value, std::uint64_t expected = 0) {
        return change({.name = std::move(name),
                       .value = std::move(value),
                       .expected_version = expected})
            .value();
    }
    SideOutcome erase(std::string name, std::uint64_t expected) {
        return change({.name = std::move(name), .value = {}, .expected_version = expected});
    }
    std::vector<SideRecord> list(std::string prefix, std::string after = {}) {
        return run(world->io, world->records().list(std::move(prefix), std::move(after))).value();
    }
    /// The names of all pages.
    std::vector<std::string> names(const std::string& prefix) {
        std::vector<std::string> found;
        for (auto page = list(prefix); !page.empty(); page = list(prefix, found.back())) {
            for (const auto& one : page)
                found.push_back(one.name);
            if (page.size() < SideRecords::kPage) break;
        }
        return found;
    }
    /// Returns the lease when this process has it.
    TaskLease lease_of(const std::string& task) {
        world->leases().stand_for(task);
        EXPECT_TRUE(eventually([&] {
            world->io.restart();
            world->io.poll();
            return world->leases().held(task).has_value();
        }));
        return world->leases().held(task).value();
    }

    std::unique_ptr<SideWorld> world;
};

INSTANTIATE_TEST_SUITE_P(
    Adapters,
    SideRecordsContract,
    testing::Values("SQLite", "PostgreSQL"),
    [](const auto& with) { return std::string{with.param}; }
);

TEST_P(SideRecordsContract, gives_back_what_was_written) {
    std::string any_bytes;
    for (int byte = 0; byte < 256; ++byte)
        any_bytes += static_cast<char>(byte);
    for (const auto& value :
         {std::string{}, any_bytes, std::string(SideRecords::kValueBytesMax, 'x')}) {
        const auto name = "a record of " + std::to_string(value.size()) + " bytes, 日本";
        const auto version = put(name, value);
        EXPECT_EQ(find(name), (SideRecord{name, value, version}));
    }
    const std::string long_name(SideRecords::kNameCharactersMax, 'n');
    put(long_name, "x");
    EXPECT_TRUE(find(long_name));
    EXPECT_FALSE(find("another"));
    EXPECT_FALSE(find("a record")) << "a name that others begin with";
}

TEST_P(SideRecordsContract, is_written_only_over_the_version_that_was_seen) {
    const auto first = put("cursor", "1");
    const auto second = put("cursor", "2", first);
    EXPECT_GT(second, first);
    for (const auto stale : {std::uint64_t{0}, first, second + 1}) {
        const auto refused = change({.name = "cursor", .value = "3", .expected_version = stale});
        ASSERT_FALSE(refused) << stale;
        EXPECT_EQ(refused.error(), SideRefusal::version_differs);
    }
    EXPECT_EQ(find("cursor"), (SideRecord{"cursor", "2", second}));
    EXPECT_EQ(
        change({.name = "nowhere", .value = "1", .expected_version = second}),
        SideOutcome{std::unexpected(SideRefusal::version_differs)}
    );
    EXPECT_FALSE(find("nowhere"));
}

TEST_P(SideRecordsContract, is_erased_only_in_the_version_that_was_seen) {
    const auto first = put("personal/alice", "Alice");
    const auto second = put("personal/alice", "Alice B.", first);
    EXPECT_FALSE(erase("personal/alice", first));
    EXPECT_TRUE(find("personal/alice"));
    EXPECT_TRUE(erase("personal/alice", second));
    EXPECT_FALSE(find("personal/alice"));
    EXPECT_FALSE(erase("personal/alice", second)) << "it isn't there";
}

TEST_P(SideRecordsContract, never_has_a_version_again) {
    std::vector<std::uint64_t> versions{put("cursor", "0")};
    for (int round = 0; round < 10; ++round) {
        versions.push_back(put("cursor", std::to_string(round), versions.back()));
        const auto erased = erase("cursor", versions.back());
        ASSERT_TRUE(erased);
        if (round % 3 == 0) world->restart();
        versions.push_back(put("cursor", "0"));
    }
    EXPECT_EQ(std::ranges::adjacent_find(versions, std::greater_equal{}), versions.end());
}

TEST_P(SideRecordsContract, is_changed_by_one_of_two_that_come_at_once) {
    std::uint64_t version = 0;
    for (int round = 0; round < 60; ++round) {
        // The record is created, overwritten and erased again and again.
        std::optional<std::string> value;
        if (round % 3 != 2) value = std::to_string(round);
        const SideChange wanted{.name = "raced", .value = value, .expected_version = version};
        auto mine = start(world->io, world->records().change(wanted));
        auto theirs = start(world->io, world->others().change(wanted));
        const auto one = mine.get().value();
        const auto other = theirs.get().value();
        ASSERT_NE(one.has_value(), other.has_value());
        EXPECT_EQ((one ? other : one).error(), SideRefusal::version_differs);
        version = value ? (one ? *one : *other) : 0;
        const auto found = find("raced");
        ASSERT_EQ(found.has_value(), value.has_value());
        if (found) EXPECT_EQ(found->version, version);
    }
}

TEST_P(SideRecordsContract, is_listed_by_prefix_in_pages_in_the_order_of_bytes) {
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < SideRecords::kPage + 50; ++i) {
        expected.push_back("personal/" + std::to_string(i));
        put(expected.back(), "x");
    }
    for (const auto* name : {"personal", "personal0", "persona", "zz", "personal/日本"})
        put(name, "x");
    expected.emplace_back("personal/日本");
    std::ranges::sort(expected);
    EXPECT_EQ(list("personal/").size(), SideRecords::kPage);
    EXPECT_EQ(names("personal/"), expected);
    EXPECT_EQ(names("").size(), expected.size() + 4);
    EXPECT_THAT(names("personal0"), ElementsAre("personal0"));
    EXPECT_TRUE(names("q").empty());
    EXPECT_TRUE(list("personal/", "personal/日本").empty());
}

TEST_P(SideRecordsContract, is_there_after_a_restart) {
    const auto kept = put("kept", "value");
    const auto gone = put("gone", "value");
    ASSERT_TRUE(erase("gone", gone));
    world->restart();
    EXPECT_EQ(find("kept"), (SideRecord{"kept", "value", kept}));
    EXPECT_FALSE(find("gone"));
}

TEST_P(SideRecordsContract, is_changed_by_a_task_only_while_its_lease_is_the_newest) {
    const auto lease = lease_of("relay");
    const auto by = [&](std::uint64_t number, std::optional<std::string> value, std::uint64_t on) {
        return change(
            {.name = "cursor",
             .value = std::move(value),
             .expected_version = on,
             .lease = TaskLease{"relay", number}}
        );
    };
    auto version = by(lease.number, "1", 0).value();
    version = by(lease.number, "2", version).value();
    const SideOutcome refused = std::unexpected(SideRefusal::lease_is_over);
    for (const auto other : {lease.number - 1, lease.number + 1}) {
        EXPECT_EQ(by(other, "3", version), refused);
        EXPECT_EQ(by(other, {}, version), refused);
        EXPECT_EQ(by(other, "3", 0), refused) << "whatever was expected";
    }
    const auto another =
        change({.name = "new", .value = "1", .lease = TaskLease{"another task", lease.number}});
    EXPECT_EQ(another, refused);
    EXPECT_FALSE(find("new"));
    EXPECT_EQ(find("cursor"), (SideRecord{"cursor", "2", version}));
    EXPECT_EQ(by(lease.number, "3", 1'000'000), std::unexpected(SideRefusal::version_differs));

    world->restart();
    const auto taken = lease_of("relay");
    EXPECT_GT(taken.number, lease.number);
    EXPECT_EQ(by(lease.number, "4", version), refused);
    EXPECT_TRUE(by(taken.number, "4", version));
}

TEST_P(SideRecordsContract, refuses_more_than_can_wait) {
    std::vector<Started<Result<std::optional<SideRecord>, io::Fault>>> asked;
    for (int i = 0; i < 400; ++i)
        asked.push_back(start(world->io, world->records().find("cursor")));
    int overloaded = 0;
    for (auto& one : asked) {
        const auto answer = one.get();
        if (answer) continue;
        EXPECT_EQ(answer.error().kind, io::FaultKind::overloaded);
        ++overloaded;
    }
    EXPECT_GT(overloaded, 100);
    EXPECT_LT(overloaded, 200);
    EXPECT_FALSE(find("cursor"));
}

TEST_P(SideRecordsContract, answers_what_waits_when_it_is_closed_and_takes_nothing_new) {
    std::vector<Started<Result<SideOutcome, io::Fault>>> asked;
    for (int i = 0; i < 20; ++i) {
        const auto name = "record " + std::to_string(i);
        asked.push_back(start(world->io, world->records().change({.name = name, .value = "x"})));
    }
    run_ready(world->io);
    close_in(world->io, world->records());
    for (std::size_t i = 0; i < asked.size(); ++i) {
        ASSERT_TRUE(asked[i].is_done());
        const auto answer = asked[i].get();
        if (!answer) EXPECT_NE(answer.error().kind, io::FaultKind::overloaded);
    }
    const auto late = run(world->io, world->records().find("record 0"));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().kind, io::FaultKind::unavailable);
}

TEST_P(SideRecordsContract, has_leases_whose_numbers_rise_with_each_process) {
    std::uint64_t before = 0;
    for (int round = 0; round < 3; ++round) {
        const auto lease = lease_of("relay");
        EXPECT_GT(lease.number, before);
        EXPECT_EQ(lease.task, "relay");
        EXPECT_FALSE(world->leases().held("draw")) << "it doesn't stand for that";
        before = lease.number;
        world->restart();
        EXPECT_FALSE(world->leases().held("relay"));
    }
    EXPECT_EQ(lease_of("draw").number, 1U);
}

TEST_P(SideRecordsContract, holds_no_lease_once_it_is_closed) {
    lease_of("relay");
    lease_of("draw");
    close_in(world->io, world->leases());
    EXPECT_FALSE(world->leases().held("relay"));
    EXPECT_FALSE(world->leases().held("draw"));
}

TEST_P(SideRecordsContract, keep_how_far_a_reader_of_the_feed_has_come) {
    FeedCursor cursor{world->records(), "kafka"};
    EXPECT_EQ(run(world->io, cursor.read()).value(), FeedPosition{});
    const FeedPosition place{.seq = 42, .hash8 = 0x5F0C2B7A};
    for (const auto& to : {FeedPosition{.seq = 7, .hash8 = 1}, place})
        EXPECT_TRUE(run(world->io, cursor.move(to)).value());
    EXPECT_EQ(find("cursor/kafka").value().value, "42-5f0c2b7a");
    world->restart();
    FeedCursor again{world->records(), "kafka"};
    EXPECT_EQ(run(world->io, again.read()).value(), place);
    EXPECT_TRUE(run(world->io, again.move({.seq = 43, .hash8 = 2})).value());
}

TEST_P(SideRecordsContract, let_one_reader_alone_move_a_cursor) {
    FeedCursor one{world->records(), "kafka"};
    FeedCursor other{world->records(), "kafka"};
    for (auto* const cursor : {&one, &other})
        EXPECT_EQ(run(world->io, cursor->read()).value(), FeedPosition{});
    EXPECT_TRUE(run(world->io, one.move({.seq = 1, .hash8 = 1})).value());
    const auto refused = run(world->io, other.move({.seq = 2, .hash8 = 2})).value();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), SideRefusal::version_differs);
    EXPECT_EQ(find("cursor/kafka").value().value, "1-00000001");
    EXPECT_TRUE(run(world->io, one.move({.seq = 3, .hash8 = 3})).value());
}

TEST_P(SideRecordsContract, make_no_place_in_the_feed_of_anything_else) {
    put("cursor/kafka", "the third");
    FeedCursor cursor{world->records(), "kafka"};
    const auto read = run(world->io, cursor.read());
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, io::FaultKind::corrupt);
}

}  // namespace
}  // namespace frontrow::test
