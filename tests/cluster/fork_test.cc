#include "cluster/copies.h"
#include "end_to_end/load.h"
#include "support/http_answer.h"
#include "support/seed.h"

#include <gmock/gmock.h>

#include <csignal>
#include <string>

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto kOtherPast = "the journal no longer has it: its history differs";

class ClusterFork : public WithCluster {
protected:
    static void expect_forked(const Cluster& cluster) {
        const auto forked = cluster.run("migrate", {"fork", "--yes"});
        EXPECT_EQ(forked.exit_code, 0) << forked.err;
        EXPECT_THAT(forked.out, HasSubstr("the journal has a past of its own"));
    }
    /// The node logs the reason and exits; its supervisor starts it again.
    static void expect_ended(Cluster& cluster, std::size_t index) {
        auto& node = cluster.node(index).process();
        EXPECT_EQ(node.wait(), 1);
        EXPECT_THAT(node.err(), HasSubstr(kOtherPast));
        EXPECT_THAT(node.err(), HasSubstr("this node ends, to be started again"));
        cluster.kill_node(index);
        cluster.start_node(index);
    }
    static std::string hashes(Cluster& cluster) {
        return told_by_sql(
            cluster, "SELECT string_agg(hash::text, ' ' ORDER BY first_seq) FROM journal"
        );
    }
};

TEST_F(ClusterFork, ends_the_nodes_that_know_the_other_past_and_serves_those_that_start) {
    Cluster cluster{{.nodes = 2}};
    auto client = cluster.client(0);
    const auto hall = make_hall(client, 10);
    const auto sold = client.send(reservation_of(hall.event, {hall.seats[3]}, "alice", "key"));
    ASSERT_EQ(sold.value().status, 201U);
    client.close();
    const auto before =
        told_by_sql(cluster, "SELECT string_agg(encode(hash, 'hex'), '|') FROM journal");
    expect_forked(cluster);
    // Every row has a new hash.
    EXPECT_EQ(
        told_by_sql(
            cluster,
            "SELECT count(*)::text FROM journal WHERE position(encode(hash, 'hex') IN '" + before +
                "') > 0"
        ),
        "0"
    );
    for (std::size_t i = 0; i < cluster.size(); ++i)
        expect_ended(cluster, i);
    cluster.wait_until_ready();
    auto again = cluster.client(1);
    EXPECT_EQ(count_free(again, hall), 9U);
    const auto replayed = again.send(reservation_of(hall.event, {hall.seats[3]}, "alice", "key"));
    EXPECT_EQ(replayed.value().body, as_replayed(sold->body));
    const auto more = again.send(reservation_of(hall.event, {hall.seats[4]}, "bob", "key"));
    EXPECT_EQ(more.value().status, 201U);
    const auto verified = cluster.verify();
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
}

/// The database was restored to an earlier time while a node was frozen. The node knows later
/// commits. It would take them for commits that a fail-over lost, and append them again.
TEST_F(ClusterFork, brings_nothing_back_that_a_node_of_the_other_past_knows) {
    Cluster cluster{{.nodes = 1}};
    auto client = cluster.client(0);
    const auto hall = make_hall(client, 10);
    const auto restored_to = told_by_sql(cluster, "SELECT max(first_seq)::text FROM journal");
    const auto sold = client.send(reservation_of(hall.event, {hall.seats[3]}, "alice", "key"));
    ASSERT_EQ(sold.value().status, 201U);
    client.close();
    cluster.node(0).process().signal(SIGSTOP);
    run_sql(cluster, "DELETE FROM journal WHERE first_seq > " + restored_to);
    expect_forked(cluster);
    cluster.node(0).process().signal(SIGCONT);
    expect_ended(cluster, 0);
    cluster.wait_until_ready();
    auto again = cluster.client(0);
    EXPECT_EQ(count_free(again, hall), 10U);
    EXPECT_EQ(cluster.verify().exit_code, 0);
}

TEST_F(ClusterFork, of_an_empty_journal_ends_its_nodes_as_well) {
    Cluster cluster{{.nodes = 1}};
    for (int round = 0; round < 2; ++round) {
        const auto before = hashes(cluster);
        expect_forked(cluster);
        EXPECT_NE(hashes(cluster), before);
        expect_ended(cluster, 0);
        cluster.wait_until_ready();
    }
}

TEST_F(ClusterFork, under_load_leaves_a_whole_chain) {
    Cluster cluster{{.nodes = 2}};
    for (int round = 0; round < 3; ++round) {
        auto client = cluster.client(0);
        const auto hall = make_hall(client, 1'000);
        client.close();
        Load load{
            hall,
            {.ports = cluster.ports(),
             .name = "round" + std::to_string(round),
             .seed = seed_of_this_run() + static_cast<std::uint64_t>(round),
             .buyers = 8,
             .comes_back = true}
        };
        load.wait_for_answers(200);
        expect_forked(cluster);
        for (std::size_t i = 0; i < cluster.size(); ++i)
            expect_ended(cluster, i);
        cluster.wait_until_ready();
        load.wait_for_answers(load.answers() + 100);
        load.stop();
        EXPECT_THAT(load.surprises(), IsEmpty());
        const auto verified = cluster.verify();
        ASSERT_EQ(verified.exit_code, 0) << verified.out << verified.err;
    }
}

TEST_F(ClusterFork, of_a_chain_that_is_not_whole_is_refused_and_changes_nothing) {
    Cluster cluster{{.nodes = 1}};
    auto client = cluster.client(0);
    make_hall(client, 10);
    client.close();
    EXPECT_EQ(cluster.node(0).stop(), 0);
    run_sql(cluster, "UPDATE journal SET n = n + 1 WHERE first_seq = 3");
    const auto before = hashes(cluster);
    const auto refused = cluster.run("migrate", {"fork"});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(
        refused.err, HasSubstr("the batch of fact 3: it doesn't follow the previous batch")
    );
    EXPECT_EQ(hashes(cluster), before);
}

}  // namespace
}  // namespace frontrow::test
