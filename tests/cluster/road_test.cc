#include "cluster/cluster.h"
#include "end_to_end/load.h"
#include "end_to_end/reckoning.h"
#include "support/seed.h"

#include <gmock/gmock.h>

namespace frontrow::test {
namespace {

using testing::IsEmpty;

/// A cluster that reaches its database indirectly. A crowd buys at two nodes. Then its own records
/// are compared with the nodes' answers, and one node's sales must be visible on the other.
class ClusterRoad : public WithCluster {
protected:
    void sell(Cluster& cluster) {
        auto seller = cluster.client(0);
        auto reader = cluster.client(1);
        const auto hall = make_hall(seller, 200);
        Load load{
            hall,
            {.ports = cluster.ports(), .name = "crowd", .seed = seed_of_this_run(), .buyers = 8}
        };
        load.wait_for_answers(400);
        load.stop();
        EXPECT_THAT(load.surprises(), IsEmpty());
        Reckoning{reader, hall}.settle(load.buyers());

        const auto small = make_hall(seller, 2);
        const auto held = seller.send(reservation_of(small.event, {small.seats[0]}, "ann", "key"));
        ASSERT_TRUE(held);
        ASSERT_EQ(held->status, 201U) << held->body;
        EXPECT_EQ(count_free(reader, small), 1U);
        EXPECT_EQ(cluster.verify().exit_code, 0);
    }
};

TEST_F(ClusterRoad, through_a_pooler_that_lends_its_sessions_by_the_transaction) {
    if (const auto reason = PgBouncer::why_not()) GTEST_SKIP() << *reason;
    Cluster cluster{{.nodes = 2, .is_pooled = true}};
    sell(cluster);
}

TEST_F(ClusterRoad, with_tls) {
    Cluster cluster{{.nodes = 2, .postgres = {.has_tls = true}}};
    sell(cluster);
}

/// No promise depends on the database's default isolation level.
TEST_F(ClusterRoad, where_transactions_are_serializable_unless_they_say_otherwise) {
    Cluster cluster{
        {.nodes = 2, .postgres = {.settings = {"default_transaction_isolation=serializable"}}}
    };
    sell(cluster);
}

}  // namespace
}  // namespace frontrow::test
