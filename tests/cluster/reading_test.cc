#include "cluster/cluster.h"
#include "end_to_end/load.h"
#include "support/seed.h"

#include <gmock/gmock.h>

#include <random>

namespace frontrow::test {
namespace {

using testing::IsEmpty;

class ClusterReading : public WithCluster {};

TEST_F(ClusterReading, a_count_on_any_node_is_right_at_once_after_a_sale_on_another) {
    constexpr std::size_t kRounds = 100;
    std::mt19937_64 random{seed_of_this_run()};
    const Cluster cluster;
    std::vector<Client> clients;
    for (std::size_t i = 0; i < cluster.size(); ++i)
        clients.push_back(cluster.client(i));
    const auto hall = make_hall(clients[0], kRounds);
    // Others buy meanwhile, so that transactions end in another order than they began.
    const auto busy_hall = make_hall(clients[1], 2'000);
    Load load{busy_hall, {.ports = cluster.ports(), .name = "others", .seed = random()}};
    load.wait_for_answers(200);
    for (std::size_t round = 0; round < kRounds; ++round) {
        auto& seller = clients[random() % clients.size()];
        auto& reader = clients[random() % clients.size()];
        const auto key = "key-" + std::to_string(round);
        const auto sold =
            seller.send(reservation_of(hall.event, {hall.seats[round]}, "alice", key));
        ASSERT_TRUE(sold);
        ASSERT_EQ(sold->status, 201U) << sold->body;
        ASSERT_EQ(count_free(reader, hall), kRounds - round - 1);
        const auto mine =
            reader.get("/api/v1/reservations/" + text_of(sold->json(), "id"), "alice");
        ASSERT_TRUE(mine);
        ASSERT_EQ(mine->status, 200U) << mine->body;
        const auto seat = reader.get("/api/v1/seats/" + hall.seats[round]);
        ASSERT_TRUE(seat);
        ASSERT_EQ(text_of(seat->json(), "status"), "reserved");
    }
    load.stop();
    EXPECT_THAT(load.surprises(), IsEmpty());
    EXPECT_EQ(cluster.verify().exit_code, 0);
}

}  // namespace
}  // namespace frontrow::test
