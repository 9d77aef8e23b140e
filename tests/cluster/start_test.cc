#include "cluster/cluster.h"
#include "support/eventually.h"
#include "support/http_answer.h"
#include "support/sql_session.h"

#include <gmock/gmock.h>

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class ClusterStart : public WithCluster {};

TEST_F(ClusterStart, nodes_that_start_together_on_an_empty_database_migrate_it_once) {
    for (int round = 0; round < 3; ++round) {
        Cluster cluster{{.nodes = 5, .is_started = false}};
        EXPECT_THAT(cluster.run("migrate", {"status"}).out, HasSubstr("version 0 of"));
        // While the database is down all nodes wait for it; they become ready when it is back.
        cluster.postgres().stop();
        for (std::size_t i = 0; i < cluster.size(); ++i)
            cluster.start_node(i);
        cluster.postgres().start();
        cluster.wait_until_ready();
        const auto status = cluster.run("migrate", {"status"});
        EXPECT_EQ(status.exit_code, 0) << status.err;
        EXPECT_THAT(status.out, Not(HasSubstr("to be applied")));
        // All nodes sell from one database.
        auto first = cluster.client(0);
        const auto hall = make_hall(first, 10);
        for (std::size_t i = 0; i < cluster.size(); ++i) {
            auto client = cluster.client(i);
            EXPECT_EQ(count_free(client, hall), 10U);
            EXPECT_EQ(cluster.node(i).stop(), 0);
        }
        // One node applied the migration; the others waited for the lock and then saw that it was
        // done.
        EXPECT_THAT(
            cluster.postgres().log(), Not(HasSubstr("relation \"journal\" already exists"))
        );
    }
}

TEST_F(ClusterStart, a_node_that_comes_later_has_all_that_was_sold_before) {
    Cluster cluster{{.nodes = 2, .is_started = false}};
    cluster.start_node(0);
    cluster.wait_until_ready();
    auto first = cluster.client(0);
    const auto hall = make_hall(first, 100);
    const auto sold = first.send(reservation_of(hall.event, {hall.seats[7]}, "alice", "key"));
    ASSERT_TRUE(sold);
    ASSERT_EQ(sold->status, 201U);
    cluster.start_node(1);
    cluster.wait_until_ready();
    auto second = cluster.client(1);
    EXPECT_EQ(count_free(second, hall), 99U);
    const auto again = second.send(reservation_of(hall.event, {hall.seats[7]}, "alice", "key"));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->status, 201U);
    EXPECT_EQ(again->header("idempotency-replayed"), "true");
    EXPECT_EQ(again->header("reservation-status"), "pending");
    EXPECT_EQ(again->body, as_replayed(sold->body));
}

/// A retry would not help, so the node exits instead of answering 503 for ever.
TEST_F(ClusterStart, a_database_that_is_not_utf8_ends_it_and_is_named_with_its_place) {
    const PostgresServer postgres;
    SqlSession{postgres}.run(
        "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    );
    auto url = postgres.url();
    url.replace(url.find("/postgres?"), 9, "/latin");
    const std::vector<std::string> environment{"DATABASE_URL=" + url};
    const auto run = [&](std::vector<std::string> arguments) {
        const auto finished = run_program(std::move(arguments), environment);
        EXPECT_EQ(finished.exit_code, 1) << finished.err;
        EXPECT_THAT(finished.err, HasSubstr("encoding is LATIN1 and must be UTF8"));
        EXPECT_THAT(finished.err, HasSubstr("PostgreSQL database latin at 127.0.0.1"));
        EXPECT_THAT(finished.err, Not(HasSubstr("secret")));
        return finished.err;
    };
    const auto log = run({"serve", "--dev", "--listen", "127.0.0.1:0"});
    EXPECT_THAT(log, HasSubstr("\"from\":\"DATABASE_URL in the environment\""));
    EXPECT_THAT(log, Not(HasSubstr("doesn't answer")));
    for (const auto* command : {"verify", "seed", "facts"})
        run({command});
    run({"migrate", "up"});
    run({"migrate", "raise"});
}

/// The node is stopped while it waits for the journal's first batch, and its database doesn't
/// answer.
TEST_F(ClusterStart, a_node_that_is_stopped_while_it_starts_ends) {
    Cluster cluster{{.nodes = 1}};
    cluster.kill_node(0);
    SqlSession locking{cluster.postgres()};
    locking.run("BEGIN");
    locking.run("LOCK TABLE journal");
    cluster.start_node(0);
    SqlSession watching{cluster.postgres()};
    EXPECT_TRUE(eventually([&] {
        return watching.run("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
               ) != "0";
    }));
    EXPECT_EQ(cluster.node(0).stop(), 0);
}

}  // namespace
}  // namespace frontrow::test
