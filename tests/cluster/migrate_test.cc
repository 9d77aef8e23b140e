#include "cluster/copies.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace frontrow::test {
namespace {

using testing::HasSubstr;

/// `frontrow migrate`, where it would take away what was sold or stop who sells.
class ClusterMigrate : public WithCluster {
protected:
    static void expect_refused(const Finished& finished, const std::string& why) {
        EXPECT_EQ(finished.exit_code, 1) << finished.out;
        EXPECT_THAT(finished.err, HasSubstr(why));
    }
    static void sell_one(const Cluster& cluster) {
        auto client = cluster.client(0);
        const auto hall = make_hall(client, 10);
        const auto sold = client.send(reservation_of(hall.event, {hall.seats[3]}, "alice", "key"));
        ASSERT_EQ(sold.value().status, 201U);
    }
};

TEST_F(ClusterMigrate, down_erases_a_journal_with_facts_only_when_that_is_said) {
    Cluster cluster{{.nodes = 1}};
    sell_one(cluster);
    const auto refused = cluster.run("migrate", {"down"});
    expect_refused(refused, "3 facts and 1 reservation");
    expect_refused(refused, "2 other sessions of frontrow");
    EXPECT_EQ(told_by_sql(cluster, "SELECT max(last_seq)::text FROM journal"), "3");
    EXPECT_EQ(cluster.node(0).stop(), 0);
    const auto gone = cluster.run("migrate", {"down", "--yes"});
    EXPECT_EQ(gone.exit_code, 0) << gone.err;
    EXPECT_THAT(gone.out, HasSubstr("3 facts and 1 reservation are gone\n1 step taken"));
}

TEST_F(ClusterMigrate, down_counts_what_it_can_of_a_damaged_journal) {
    Cluster cluster{{.nodes = 1}};
    sell_one(cluster);
    EXPECT_EQ(cluster.node(0).stop(), 0);
    run_sql(cluster, "UPDATE journal SET frame = '\\x00' WHERE last_seq = 3");
    expect_refused(cluster.run("migrate", {"down"}), "3 facts and at least 0 reservations");
}

TEST_F(ClusterMigrate, down_asks_nothing_where_nothing_was_sold) {
    const Cluster cluster{empty_database()};
    EXPECT_EQ(cluster.run("migrate", {"up"}).exit_code, 0);
    const auto down = cluster.run("migrate", {"down"});
    EXPECT_EQ(down.exit_code, 0) << down.err;
    EXPECT_EQ(down.out, "1 step taken; the schema is at version 0\n");
}

TEST_F(ClusterMigrate, fork_waits_until_nobody_uses_the_journal) {
    Cluster cluster{{.nodes = 1}};
    sell_one(cluster);
    expect_refused(cluster.run("migrate", {"fork"}), "stop all nodes first, or say --yes");
    auto client = cluster.client(0);
    EXPECT_EQ(client.get("/readyz").value().status, 200U) << "the node goes on";
    client.close();
    EXPECT_EQ(cluster.node(0).stop(), 0);
    const auto forked = cluster.run("migrate", {"fork"});
    EXPECT_EQ(forked.exit_code, 0) << forked.err;
}

TEST_F(ClusterMigrate, tools_on_a_database_without_the_schema_say_what_to_do) {
    const Cluster cluster{empty_database()};
    const TempFolder folder;
    for (const auto& [command, arguments] :
         std::vector<std::pair<std::string, std::vector<std::string>>>{
             {"verify", {}},
             {"backup", {"--to", folder.path() / "backup"}},
             {"snapshot", {"--cache-dir", folder.path()}},
             {"migrate", {"fork"}},
         }) {
        expect_refused(
            cluster.run(command, arguments),
            "the database has schema 0 and this frontrow reads 1: frontrow migrate up"
        );
    }
}

TEST_F(ClusterMigrate, without_a_way_names_the_ways) {
    const Cluster cluster{empty_database()};
    const auto finished = cluster.run("migrate");
    EXPECT_EQ(finished.exit_code, 2);
    EXPECT_THAT(finished.err, HasSubstr("up, down, status or fork"));
}

}  // namespace
}  // namespace frontrow::test
