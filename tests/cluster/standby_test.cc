#include "cluster/cluster_loss.h"
#include "support/eventually.h"
#include "support/seed.h"
#include "support/sql_session.h"

#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace frontrow::test {
namespace {

using Standby = Cluster::Standby;
using Way = CuttingProxy::Way;
using std::chrono::milliseconds;
using testing::HasSubstr;

/// A database with a standby that takes over or lags behind.
class ClusterStandby : public ClusterLoss {
protected:
    /// The standby stays connected but receives nothing.
    static void hold_up_standby(Cluster& cluster) {
        cluster.standby_proxy().swallow_after(Way::to_client, 0);
    }
    static void let_standby_catch_up(Cluster& cluster) {
        cluster.standby_proxy().behave();
        cluster.standby_proxy().cut_all();
    }

    static int count_batches(const PostgresServer& server) {
        return std::stoi(SqlSession{server}.run("SELECT count(*) FROM journal"));
    }
    /// The hash as an SQL literal.
    static std::string newest_hash(const PostgresServer& server) {
        return SqlSession{server}.run(
            "SELECT quote_literal(hash) FROM journal ORDER BY first_seq DESC LIMIT 1"
        );
    }

    /// Repeats sell_and_lose() with a new cluster each time, because a standby can take over only
    /// once.
    void sell_and_lose_each_time(
        const Cluster::Options& options,
        const std::function<void(Cluster&)>& lose
    ) {
        for (int time = 0; time < (is_soak() ? 50 : 1) && !HasFailure(); ++time) {
            SCOPED_TRACE("time " + std::to_string(time));
            Cluster cluster{options};
            sell_and_lose(cluster, 0, [&] { lose(cluster); });
        }
    }

    /// The number of sessions whose commit waits for the standby.
    static int count_waiting(SqlSession& operating) {
        return std::stoi(
            operating.run("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        );
    }

    /// Buys and reads on each node, and expects every node to answer in time that it can't serve.
    static void expect_all_turned_away(const Cluster& cluster, const Hall& hall) {
        constexpr milliseconds kDeadline{5'000 + 2'000};
        std::vector<Errand> errands;
        for (std::size_t i = 0; i < cluster.size(); ++i) {
            const auto user = "buyer" + std::to_string(i);
            errands.push_back(
                {cluster.port(i), reservation_of(hall.event, {hall.seats[i]}, user, "k")}
            );
            errands.push_back(
                {cluster.port(i),
                 {.target = "/api/v1/events/" + hall.event + "/seats/available/count"}}
            );
            errands.push_back({cluster.port(i), {.target = "/api/v1/facts"}});
        }
        const auto begin = std::chrono::steady_clock::now();
        const auto answers = at_once(errands);
        EXPECT_LE(std::chrono::steady_clock::now() - begin, kDeadline);
        for (const auto& answer : answers) {
            EXPECT_EQ(answer.status, 503U) << answer.body;
            EXPECT_NE(answer.header("retry-after"), "");
        }
    }
};

// The gate makes no difference to these tests, so they run only with it.
INSTANTIATE_TEST_SUITE_P(Nodes, ClusterStandby, testing::Values(true), name_of_gate);

TEST_P(ClusterStandby, that_is_synchronous_takes_over_without_a_loss) {
    sell_and_lose_each_time(
        {.standby = Standby::synchronous, .has_gate = has_gate()},
        [](Cluster& cluster) { cluster.fail_over(); }
    );
}

/// The first host in the URL accepts connections but doesn't answer.
TEST_P(ClusterStandby, that_the_url_names_is_found_when_it_takes_over) {
    sell_and_lose_each_time(
        {.standby = Standby::synchronous, .url_names_standby = true, .has_gate = has_gate()},
        [](Cluster& cluster) { cluster.fail_over(Cluster::Ending::silent); }
    );
}

/// The nodes know the lost commits, and append the same bytes again in the same places.
TEST_P(ClusterStandby, that_lacks_the_last_commits_is_given_them_by_the_nodes) {
    sell_and_lose_each_time(
        {.standby = Standby::asynchronous, .has_gate = has_gate()},
        [&](Cluster& cluster) {
            hold_up_standby(cluster);
            expect_unnoticed(cluster, {0, 1, 2}, [] {});
            const auto committed = count_batches(cluster.postgres());
            const auto last = newest_hash(cluster.postgres());
            const auto arrived = count_batches(cluster.standby());
            std::cout << "the standby lacked " << committed - arrived << " of " << committed
                      << " batches\n";
            EXPECT_LT(arrived, committed);
            cluster.fail_over();
            SqlSession operating{cluster.postgres()};
            EXPECT_TRUE(eventually([&] {
                return operating.run("SELECT 1 FROM journal WHERE hash = " + last) == "1";
            }));
        }
    );
}

/// The other node can't wait for the frozen one, so the lost commits of the frozen node have no
/// place in the journal any more.
TEST_P(ClusterStandby, that_lacks_what_only_a_frozen_node_knew_ends_that_node) {
    Cluster cluster{{.nodes = 2, .standby = Standby::asynchronous, .has_gate = has_gate()}};
    auto client = cluster.client(0);
    const auto hall = make_hall(client, 10);
    EXPECT_TRUE(eventually([&] {
        return count_batches(cluster.standby()) == count_batches(cluster.postgres());
    }));
    hold_up_standby(cluster);
    const auto lost =
        client.send(reservation_of(hall.event, {hall.seats[0], hall.seats[1]}, "alice", "key"));
    ASSERT_EQ(lost.value().status, 201U) << lost->body;
    auto& frozen = cluster.node(0).process();
    frozen.signal(SIGSTOP);
    cluster.kill_node(1);
    cluster.fail_over();
    cluster.start_node(1);
    EXPECT_TRUE(eventually([&] { return status_of(cluster.port(1), "/readyz") == 200; }));
    auto other = cluster.client(1);
    const auto sold = other.send(reservation_of(hall.event, {hall.seats[0]}, "bob", "key"));
    EXPECT_EQ(sold.value().status, 201U) << sold->body;

    auto buyer = cluster.client(0);
    buyer.write(Client::text_of(reservation_of(hall.event, {hall.seats[5]}, "carol", "key")));
    frozen.signal(SIGCONT);
    const auto told = buyer.read();
    EXPECT_TRUE(!told || told->status == 503) << told->body;
    EXPECT_EQ(frozen.wait(), 1);
    EXPECT_THAT(frozen.err(), HasSubstr("a fail-over lost it"));

    cluster.kill_node(0);
    cluster.start_node(0);
    cluster.wait_until_ready();
    auto reader = cluster.client(0);
    EXPECT_EQ(count_free(reader, hall), 9U);
    const auto verified = cluster.verify();
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
}

TEST_P(ClusterStandby, that_is_synchronous_and_stuck_makes_all_wait_until_it_goes_on) {
    sell_and_lose_each_time(
        {.standby = Standby::synchronous, .has_gate = has_gate()},
        [&](Cluster& cluster) {
            auto client = cluster.client(0);
            const auto hall = make_hall(client, 10);
            hold_up_standby(cluster);
            SqlSession operating{cluster.postgres()};
            for (int time = 0; time < 2; ++time) {
                expect_all_turned_away(cluster, hall);
                // For each node at most a look, an append and the renewal of its lease wait,
                // however long the standby is away.
                EXPECT_LE(count_waiting(operating), 3 * 3);
            }
            let_standby_catch_up(cluster);
        }
    );
}

/// If the wait for the standby is cut off, the row is in the database but can still be lost. No
/// client is told of it before the standby has it.
TEST_P(ClusterStandby, whose_wait_is_cut_off_takes_nothing_back_that_was_told) {
    sell_and_lose_each_time(
        {.standby = Standby::synchronous, .has_gate = has_gate()},
        [&](Cluster& cluster) {
            auto client = cluster.client(0);
            const auto hall = make_hall(client, 10);
            hold_up_standby(cluster);
            SqlSession operating{cluster.postgres()};
            for (const auto* const how : {"pg_cancel_backend", "pg_terminate_backend"}) {
                EXPECT_TRUE(eventually([&] { return count_waiting(operating) > 0; }));
                operating.run(
                    std::string{"SELECT "} + how +
                    "(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
                );
            }
            expect_all_turned_away(cluster, hall);
            cluster.fail_over();
        }
    );
}

}  // namespace
}  // namespace frontrow::test
