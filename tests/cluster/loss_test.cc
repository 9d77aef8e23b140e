#include "cluster/cluster_loss.h"
#include "end_to_end/load.h"
#include "end_to_end/reckoning.h"
#include "support/eventually.h"
#include "support/seed.h"
#include "support/sql_session.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace frontrow::test {
namespace {

using testing::IsEmpty;
using Way = CuttingProxy::Way;

INSTANTIATE_TEST_SUITE_P(Nodes, ClusterLoss, testing::Bool(), name_of_gate);

TEST_P(ClusterLoss, of_a_node_loses_nothing_that_was_acknowledged_and_stops_nobody_else) {
    Cluster cluster{{.has_gate = has_gate()}};
    for (int round = 0; round < rounds() && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        sell_and_lose(cluster, round, [&] {
            const auto index = random() % cluster.size();
            expect_unnoticed(cluster, others_than(cluster, index), [&] {
                cluster.kill_node(index);
                cluster.start_node(index);
            });
        });
    }
}

/// The node dies at a known point: after an append that the database never received, or after one
/// that was carried out.
TEST_P(ClusterLoss, of_a_node_before_and_after_its_commit_loses_nothing_that_was_acknowledged) {
    struct LastWords {
        std::string words;
        bool are_heard;
    };
    const std::vector<LastWords> all{{"journal_append", false}, {"journal_append", true}};
    Cluster cluster{{.proxied = 1, .has_gate = has_gate()}};
    for (int round = 0; round < rounds() && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        const auto& last = all[static_cast<std::size_t>(round) % all.size()];
        sell_and_lose(cluster, round, [&] {
            cluster.proxy().fall_silent_at(last.words, last.are_heard);
            EXPECT_TRUE(eventually([&] { return cluster.proxy().has_fallen_silent(); }));
            cluster.kill_node(0);
            cluster.proxy().cut_all();
            cluster.proxy().behave();
            cluster.start_node(0);
        });
    }
}

/// Stops all nodes one after the other, as for an upgrade.
TEST_P(ClusterLoss, of_each_node_that_is_told_to_end_leaves_nobody_in_doubt) {
    Cluster cluster{{.has_gate = has_gate()}};
    sell_and_lose(cluster, 0, [&] {
        for (std::size_t index = 0; index < cluster.size() && !HasFailure(); ++index) {
            SCOPED_TRACE("node " + std::to_string(index));
            const auto others = others_than(cluster, index);
            auto client = cluster.client(others[0]);
            const auto hall = make_hall(client, 200);
            const auto name = "leaving" + std::to_string(index);
            Load leaving{
                hall, {.ports = {cluster.port(index)}, .name = name, .seed = random(), .buyers = 4}
            };
            leaving.wait_for_answers(100);
            expect_unnoticed(cluster, others, [&] {
                EXPECT_EQ(cluster.stop_node(index), 0);
                cluster.start_node(index);
                cluster.wait_until_ready();
            });
            leaving.wait_for_end();
            EXPECT_THAT(leaving.surprises(), IsEmpty());
            EXPECT_EQ(leaving.unknown_outcomes(), 0U);
            // Requests without an answer never reached the node.
            Reckoning{client, hall}.settle_without_doubt(leaving.buyers());
        }
    });
}

TEST_P(ClusterLoss, of_a_quick_way_to_the_database_stops_nobody) {
    constexpr int kSales = 3;
    Cluster cluster{{.proxied = 1, .has_gate = has_gate()}};
    sell_and_lose(cluster, 0, [&] {
        for (const auto way : {Way::to_server, Way::to_client})
            cluster.proxy().delay(way, std::chrono::milliseconds{10});
        auto client = cluster.client(1);
        const auto hall = make_hall(client, 1'000);
        std::size_t next = 0;
        for (const auto port : cluster.ports()) {
            std::chrono::milliseconds longest{0};
            for (int sale = 0; sale < kSales; ++sale)
                longest = std::max(longest, time_until_sold(port, hall, next, "patient"));
            std::cout << (port == cluster.port(0) ? "the far node" : "a near node")
                      << " sells within " << longest.count() << " ms\n";
            EXPECT_LE(longest, kBackWithin);
        }
        cluster.proxy().behave();
    });
}

TEST_P(ClusterLoss, of_the_database_in_mid_air_loses_nothing_that_was_acknowledged) {
    Cluster cluster{{.has_gate = has_gate()}};
    for (int round = 0; round < rounds() && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        sell_and_lose(cluster, round, [&] {
            cluster.postgres().stop_immediately();
            cluster.postgres().start();
        });
    }
}

/// A frozen database carries out the received statements when it continues, although no client
/// waits for them.
TEST_P(ClusterLoss, of_a_database_that_stands_still_loses_nothing_that_was_acknowledged) {
    using std::chrono::milliseconds;
    std::vector pauses{milliseconds{1'000}, milliseconds{3'000}};
    if (is_soak()) pauses.insert(pauses.end(), {milliseconds{6'000}, milliseconds{20'000}});
    Cluster cluster{{.has_gate = has_gate()}};
    for (std::size_t i = 0; i < pauses.size() && !HasFailure(); ++i) {
        SCOPED_TRACE("frozen for " + std::to_string(pauses[i].count()) + " ms");
        sell_and_lose(cluster, static_cast<int>(i), [&] {
            cluster.postgres().freeze();
            std::this_thread::sleep_for(pauses[i]);
            cluster.postgres().thaw();
        });
    }
}

/// After a random byte of an append, nothing that the node sends arrives any more.
TEST_P(ClusterLoss, of_a_way_in_the_middle_of_an_append_stops_nobody_else) {
    Cluster cluster{{.proxied = 1, .has_gate = has_gate()}};
    for (int round = 0; round < rounds() / 2 && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        sell_and_lose(cluster, round, [&] {
            expect_unnoticed(cluster, {1, 2}, [&] {
                cluster.proxy().swallow_after(Way::to_server, random() % 4'000);
                EXPECT_TRUE(eventually([&] { return status_of(cluster.port(0), "/readyz") != 200; })
                );
                cluster.proxy().behave();
                cluster.proxy().cut_all();
            });
        });
    }
}

TEST_P(ClusterLoss, of_connections_in_the_middle_of_a_commit_leaves_no_seat_twice_and_none_lost) {
    Cluster cluster{{.proxied = 3, .has_gate = has_gate()}};
    for (int round = 0; round < rounds() && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        sell_and_lose(cluster, round, [&] {
            // An append is a request of some kilobytes, so this cuts at any point in one.
            for (int cut = 0; cut < 30; ++cut) {
                const auto before = cluster.proxy().connections();
                const auto way = random() % 3 == 0 ? Way::to_server : Way::to_client;
                cluster.proxy().cut_after(way, 1 + random() % 6'000);
                // The connection is cut, and some node has connected again.
                const auto deadline = std::chrono::steady_clock::now() + kBackWithin;
                while (cluster.proxy().connections() == before &&
                       std::chrono::steady_clock::now() < deadline)
                    std::this_thread::yield();
                cluster.proxy().behave();
            }
        });
    }
}

/// Ends sessions, as an operator or a database that is short of memory may do.
void end_sessions(const PostgresServer& server, std::uint64_t chance) {
    SqlSession operating{server};
    for (int end = 0; end < 10; ++end, chance >>= 1) {
        const auto* const how = chance % 2 == 0 ? "pg_terminate_backend" : "pg_cancel_backend";
        operating.run(
            std::string{"SELECT "} + how +
            "(pid) FROM pg_stat_activity WHERE state = 'active' AND query ~ 'journal'"
            " AND pid <> pg_backend_pid()"
        );
    }
}

TEST_P(ClusterLoss, of_sessions_that_the_database_ends_leaves_no_seat_twice_and_none_lost) {
    Cluster cluster{{.has_gate = has_gate()}};
    for (int round = 0; round < rounds() && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        sell_and_lose(cluster, round, [&] { end_sessions(cluster.postgres(), random()); });
    }
}

TEST_P(ClusterLoss, of_sessions_behind_a_pooler_leaves_no_seat_twice_and_none_lost) {
    if (const auto reason = PgBouncer::why_not()) GTEST_SKIP() << *reason;
    Cluster cluster{{.is_pooled = true, .has_gate = has_gate()}};
    for (int round = 0; round < rounds() && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        sell_and_lose(cluster, round, [&] {
            end_sessions(cluster.postgres(), random());
            cluster.kill_node(1);
            cluster.start_node(1);
        });
    }
}

/// Keeps a transaction open all the time, as pg_dump does while it reads a large table.
TEST_P(ClusterLoss, of_nothing_while_a_reader_holds_a_snapshot) {
    Cluster cluster{{.has_gate = has_gate()}};
    SqlSession dumping{cluster.postgres()};
    dumping.run("BEGIN ISOLATION LEVEL REPEATABLE READ");
    const auto count = "SELECT count(*) FROM journal";
    const auto before = dumping.run(count);
    sell_and_lose(cluster, 0, [&] {
        expect_unnoticed(cluster, {0, 1, 2}, [&] { EXPECT_EQ(dumping.run(count), before); });
    });
    EXPECT_EQ(dumping.run(count), before);
    EXPECT_NE(SqlSession{cluster.postgres()}.run(count), before);
    EXPECT_EQ(doubts(), 0U);
}

TEST_P(ClusterLoss, of_answers_that_never_come_is_a_doubt_and_no_second_sale) {
    Cluster cluster{{.proxied = 3, .has_gate = has_gate()}};
    for (int round = 0; round < rounds() && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        sell_and_lose(cluster, round, [&] {
            // The database carries out the statements, and for a while its answers are lost.
            cluster.proxy().swallow_after(Way::to_client, random() % 6'000);
            std::this_thread::sleep_for(std::chrono::milliseconds{200});
            cluster.proxy().behave();
            cluster.proxy().cut_all();
        });
    }
}

class ClusterLossOfGate : public ClusterLoss {};

INSTANTIATE_TEST_SUITE_P(Nodes, ClusterLossOfGate, testing::Values(true), name_of_gate);

TEST_P(ClusterLossOfGate, costs_nobody_an_answer) {
    Cluster cluster{{.has_gate = true}};
    for (int round = 0; round < rounds() && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        sell_and_lose(cluster, round, [&] {
            cluster.redis().flush();
            cluster.redis().freeze();
            std::this_thread::sleep_for(std::chrono::milliseconds{200});
            cluster.redis().thaw();
            cluster.redis().stop();
            std::this_thread::sleep_for(std::chrono::milliseconds{200});
            cluster.redis().start();
        });
    }
    EXPECT_EQ(doubts(), 0U);
}

}  // namespace
}  // namespace frontrow::test
