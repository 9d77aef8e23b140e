#include "scenario/side_world.h"
#include "scenario/with_postgres.h"
#include "support/cutting_proxy.h"
#include "support/eventually.h"
#include "support/pgbouncer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

// Side records and task leases when a real PostgreSQL, or a connection to it, fails.

namespace frontrow::test {
namespace {

using store::SideChange;
using store::SideOutcome;
using store::SideRefusal;
using store::TaskLease;
using store::TaskLeases;

class SideDatabase : public testing::Test {
protected:
    void SetUp() override {
        if (const auto reason = PostgresServer::why_not()) GTEST_SKIP() << *reason;
        world = std::make_unique<PostgresSideWorld>(server_options());
    }
    virtual PostgresServer::Options server_options() const { return {}; }

    std::unique_ptr<PgConnection> connect() {
        auto made =
            run(world->io,
                PgConnection::connect(world->io.get_executor(), {.url = world->server().url()}));
        return std::move(made.value());
    }
    void tell(PgConnection& connection, const std::string& sql) {
        ASSERT_TRUE(run(world->io, connection.run_script(sql, 10s)));
    }
    std::int64_t number_told(PgConnection& connection, const char* sql) {
        const std::vector<PgQuery> queries{query(sql)};
        return run(world->io, connection.run(queries)).value().front().int8(0, 0);
    }
    bool comes_true(const std::function<bool()>& condition) {
        return eventually([&] {
            run_ready(world->io);
            return condition();
        });
    }
    /// Counts statements that wait for another's lock.
    std::int64_t count_waiting(PgConnection& watching) {
        return number_told(
            watching, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        );
    }
    void run_for(std::chrono::milliseconds time) {
        const auto until = std::chrono::steady_clock::now() + time;
        while (std::chrono::steady_clock::now() < until) {
            world->io.restart();
            world->io.run_one_until(until);
        }
    }
    std::uint64_t hold(TaskLeases& leases, const std::string& task) {
        leases.stand_for(task);
        EXPECT_TRUE(comes_true([&] { return leases.held(task).has_value(); }));
        return leases.held(task).value().number;
    }
    Result<SideOutcome, io::Fault> change(SideChange change) {
        return run(world->io, world->records().change(std::move(change)));
    }

    std::unique_ptr<PostgresSideWorld> world;
};

TEST_F(SideDatabase, leaves_a_change_in_doubt_whose_answer_was_lost) {
    for (const bool is_heard : {false, true}) {
        CuttingProxy proxy{world->server().port()};
        const auto cut = world->more_records(proxy.port());
        ASSERT_TRUE(run(world->io, cut->find("cursor")));
        proxy.fall_silent_at("side_insert", is_heard);
        const auto name = is_heard ? "heard" : "unheard";
        auto lost = start(world->io, cut->change({.name = name, .value = "x"}));
        EXPECT_TRUE(comes_true([&] { return proxy.has_fallen_silent(); }));
        if (is_heard) {
            EXPECT_TRUE(comes_true([&] {
                return run(world->io, world->records().find(name)).value().has_value();
            }));
        }
        proxy.cut_all();
        const auto answer = lost.get();
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().kind, io::FaultKind::outcome_unknown);
        // A repeat of the change shows whether the first was carried out.
        const auto again = change({.name = name, .value = "x"});
        EXPECT_EQ(again->has_value(), !is_heard);
        close_in(world->io, *cut);
    }
}

TEST_F(SideDatabase, does_nothing_while_it_is_away_and_goes_on_when_it_is_back) {
    ASSERT_TRUE(change({.name = "cursor", .value = "1"}));
    const auto number = hold(world->leases(), "relay");
    world->server().stop();
    const auto away = change({.name = "other", .value = "1"});
    ASSERT_FALSE(away);
    EXPECT_EQ(away.error().kind, io::FaultKind::unavailable);
    const auto unread = run(world->io, world->records().find("cursor"));
    ASSERT_FALSE(unread);
    EXPECT_EQ(unread.error().kind, io::FaultKind::unavailable);
    EXPECT_TRUE(comes_true([&] { return !world->leases().held("relay"); }));
    world->server().start();
    EXPECT_TRUE(run(world->io, world->records().find("cursor")).value());
    EXPECT_FALSE(run(world->io, world->records().find("other")).value());
    EXPECT_TRUE(comes_true([&] { return world->leases().held("relay").has_value(); }));
    EXPECT_EQ(world->leases().held("relay")->number, number) << "nobody took it meanwhile";
}

TEST_F(SideDatabase, waits_for_another_change_of_the_same_record) {
    const auto version = change({.name = "cursor", .value = "1"}).value().value();
    for (const bool commits : {false, true}) {
        const auto session = connect();
        const auto watching = connect();
        tell(*session, "BEGIN; UPDATE side_records SET version = nextval('side_versions')");
        auto waiting = start(
            world->io,
            world->records().change({.name = "cursor", .value = "2", .expected_version = version})
        );
        EXPECT_TRUE(comes_true([&] { return count_waiting(*watching) == 1; }));
        tell(*session, commits ? "COMMIT" : "ROLLBACK");
        const auto outcome = waiting.get().value();
        EXPECT_EQ(outcome.has_value(), !commits);
        if (outcome) {
            tell(
                *session,
                "UPDATE side_records SET version = " + std::to_string(version) +
                    " WHERE name = 'cursor'"
            );
        }
    }
}

TEST_F(SideDatabase, lets_no_task_be_taken_between_a_change_and_its_commit) {
    const auto number = hold(world->leases(), "relay");
    const auto version = change({.name = "cursor", .value = "1"}).value().value();
    const auto blocking = connect();
    const auto taking = connect();
    const auto watching = connect();
    // The change has locked the lease and waits for the record.
    tell(*blocking, "BEGIN; SELECT FROM side_records FOR UPDATE");
    auto changing = start(
        world->io,
        world->records().change(
            {.name = "cursor",
             .value = "2",
             .expected_version = version,
             .lease = TaskLease{"relay", number}}
        )
    );
    EXPECT_TRUE(comes_true([&] { return count_waiting(*watching) >= 1; }));
    auto taken =
        start(world->io, taking->run_script("UPDATE task_leases SET number = number + 1", 10s));
    EXPECT_TRUE(comes_true([&] { return count_waiting(*watching) >= 2; }));
    EXPECT_FALSE(taken.is_done());
    tell(*blocking, "COMMIT");
    EXPECT_TRUE(changing.get().value().has_value());
    EXPECT_TRUE(taken.get());
}

TEST_F(SideDatabase, refuses_a_change_that_waited_while_the_task_was_taken) {
    const auto number = hold(world->leases(), "relay");
    const auto taking = connect();
    tell(*taking, "BEGIN; UPDATE task_leases SET number = number + 1");
    auto changing = start(
        world->io,
        world->records().change(
            {.name = "cursor", .value = "2", .lease = TaskLease{"relay", number}}
        )
    );
    const auto watching = connect();
    EXPECT_TRUE(comes_true([&] { return count_waiting(*watching) >= 1; }));
    tell(*taking, "COMMIT");
    EXPECT_EQ(changing.get().value(), std::unexpected(SideRefusal::lease_is_over));
    EXPECT_FALSE(run(world->io, world->records().find("cursor")).value());
}

TEST_F(SideDatabase, has_a_task_done_by_one_and_by_another_once_that_is_closed) {
    const auto other = world->more_leases();
    const auto number = hold(world->leases(), "relay");
    other->stand_for("relay");
    run_for(4s);
    EXPECT_FALSE(other->held("relay"));
    EXPECT_EQ(world->leases().held("relay")->number, number);
    const auto closed_at = std::chrono::steady_clock::now();
    close_in(world->io, world->leases());
    EXPECT_TRUE(comes_true([&] { return other->held("relay").has_value(); }));
    EXPECT_LT(std::chrono::steady_clock::now() - closed_at, 1'500ms) << "it was given back";
    EXPECT_EQ(other->held("relay")->number, number + 1);
    close_in(world->io, *other);
}

TEST_F(SideDatabase, has_a_task_taken_by_one_of_many_that_come_at_once) {
    for (std::uint64_t round = 1; round <= 10; ++round) {
        std::vector<std::unique_ptr<store::postgres::PostgresTaskLeases>> all;
        for (int i = 0; i < 5; ++i)
            all.push_back(world->more_leases());
        for (const auto& one : all)
            one->stand_for("relay");
        const auto holders = [&] {
            return std::ranges::count_if(all, [](const auto& one) {
                return one->held("relay").has_value();
            });
        };
        EXPECT_TRUE(comes_true([&] { return holders() > 0; }));
        run_for(100ms);
        EXPECT_EQ(holders(), 1);
        for (const auto& one : all)
            if (const auto lease = one->held("relay")) EXPECT_EQ(lease->number, round);
        // Ends the processes without the lease first, so that none of them takes it in between.
        for (const bool is_holder : {false, true})
            for (const auto& one : all)
                if (one->held("relay").has_value() == is_holder) close_in(world->io, *one);
    }
}

TEST_F(SideDatabase, has_a_task_taken_from_a_process_that_it_does_not_hear_of) {
    CuttingProxy proxy{world->server().port()};
    const auto cut = world->more_leases(proxy.port());
    const auto number = hold(*cut, "relay");
    world->leases().stand_for("relay");
    EXPECT_TRUE(comes_true([&] { return proxy.passed(CuttingProxy::Way::to_client) > 0; }));
    proxy.swallow_after(CuttingProxy::Way::to_server, 0);
    const auto silent_since = std::chrono::steady_clock::now();
    EXPECT_TRUE(comes_true([&] {
        EXPECT_FALSE(cut->held("relay") && world->leases().held("relay"));
        return world->leases().held("relay").has_value();
    }));
    EXPECT_GE(std::chrono::steady_clock::now() - silent_since, 1'400ms);
    EXPECT_EQ(world->leases().held("relay")->number, number + 1);
    proxy.behave();
    proxy.cut_all();
    run_for(2s);
    EXPECT_FALSE(cut->held("relay")) << "what was lost isn't renewed";
    close_in(world->io, *cut);
    EXPECT_EQ(world->leases().held("relay")->number, number + 1) << "nor given back";
}

TEST_F(SideDatabase, is_reached_through_a_pooler) {
    if (const auto reason = PgBouncer::why_not()) GTEST_SKIP() << *reason;
    const PgBouncer pooler{world->server()};
    const auto one = world->more_records(pooler.port());
    const auto two = world->more_records(pooler.port());
    const auto leases = world->more_leases(pooler.port());
    const auto number = hold(*leases, "relay");
    std::uint64_t version = 0;
    for (int round = 0; round < 20; ++round) {
        auto& records = round % 2 == 0 ? *one : *two;
        const auto changed =
            run(world->io,
                records.change(
                    {.name = "cursor",
                     .value = std::to_string(round),
                     .expected_version = version,
                     .lease = TaskLease{"relay", number}}
                ));
        ASSERT_TRUE(changed) << changed.error().what;
        version = changed->value();
    }
    for (auto* const records : {one.get(), two.get()})
        close_in(world->io, *records);
    close_in(world->io, *leases);
}

class SerializableSideDatabase : public SideDatabase {
    PostgresServer::Options server_options() const override {
        return {.settings = {"default_transaction_isolation=serializable"}};
    }
};

TEST_F(SerializableSideDatabase, lets_one_of_two_that_come_at_once_change_a_record) {
    const auto number = hold(world->leases(), "relay");
    std::uint64_t version = 0;
    for (int round = 0; round < 40; ++round) {
        const SideChange wanted{
            .name = "raced",
            .value = "x",
            .expected_version = version,
            .lease = TaskLease{"relay", number}
        };
        auto mine = start(world->io, world->records().change(wanted));
        auto theirs = start(world->io, world->others().change(wanted));
        const auto one = mine.get().value();
        const auto other = theirs.get().value();
        ASSERT_NE(one.has_value(), other.has_value());
        version = one ? *one : *other;
    }
}

TEST_F(SerializableSideDatabase, judges_a_change_anew_that_is_to_be_serialised_after_another) {
    const auto version = change({.name = "cursor", .value = "1"}).value().value();
    const auto session = connect();
    const auto watching = connect();
    tell(*session, "BEGIN; UPDATE side_records SET version = nextval('side_versions')");
    auto waiting = start(
        world->io,
        world->records().change({.name = "cursor", .value = "2", .expected_version = version})
    );
    EXPECT_TRUE(comes_true([&] { return count_waiting(*watching) == 1; }));
    tell(*session, "COMMIT");
    const auto outcome = waiting.get();
    ASSERT_TRUE(outcome) << outcome.error().what;
    EXPECT_EQ(*outcome, std::unexpected(SideRefusal::version_differs));
}

}  // namespace
}  // namespace frontrow::test
