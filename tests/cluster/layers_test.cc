#include "cluster/cluster.h"
#include "support/sql_session.h"

#include <gmock/gmock.h>

#include <chrono>
#include <cstddef>
#include <iostream>
#include <string>
#include <vector>

namespace frontrow::test {
namespace {

using testing::HasSubstr;

/// Shows what each layer of protection is for by removing it. The tests remove a layer from
/// outside: the nodes have no Redis, the journal has lost its primary key, or the client makes a
/// new key for each try.
class ClusterLayers : public WithCluster {
protected:
    static std::size_t metric(const Cluster& cluster, const std::string& name) {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < cluster.size(); ++i) {
            const auto text = cluster.client(i).get("/metrics").value().body;
            const auto found = text.find("\n" + name + " ");
            if (found != std::string::npos) sum += std::stoul(text.substr(found + name.size() + 2));
        }
        return sum;
    }
    static std::size_t count_batches(Cluster& cluster) {
        return std::stoul(SqlSession{cluster.postgres()}.run("SELECT count(*) FROM journal"));
    }
};

struct Crowd {
    std::size_t decided = 0;
    std::size_t appends = 0;
};

TEST_F(
    ClusterLayers,
    without_the_gate_a_seat_is_sold_once_all_the_same_and_engines_have_more_to_do
) {
    if (!RedisServer::is_installed()) GTEST_SKIP() << "there is no redis-server here";
    constexpr std::size_t kSeatsWanted = 10;
    constexpr std::size_t kBuyers = 150;
    const auto sell = [](bool has_gate) {
        Cluster cluster{{.has_gate = has_gate}};
        auto client = cluster.client(0);
        const auto hall = make_hall(client, kSeatsWanted);
        const auto batches = count_batches(cluster);
        for (const auto& seat : hall.seats) {
            std::vector<Errand> errands;
            for (std::size_t buyer = 0; buyer < kBuyers; ++buyer) {
                const auto user = "buyer-" + std::to_string(buyer);
                errands.push_back(
                    {cluster.port(buyer % cluster.size()),
                     reservation_of(hall.event, {seat}, user, seat)}
                );
            }
            const auto answers = at_once(errands);
            EXPECT_EQ(count_status(answers, 201), 1U);
            EXPECT_EQ(count_status(answers, 409), kBuyers - 1);
        }
        EXPECT_EQ(cluster.verify().exit_code, 0);
        const auto refused = metric(cluster, R"(gate_answers_total{answer="taken"})");
        return Crowd{
            .decided = kSeatsWanted * kBuyers - refused, .appends = count_batches(cluster) - batches
        };
    };
    const auto with = sell(true);
    const auto without = sell(false);
    std::cout << kSeatsWanted * kBuyers << " requests for " << kSeatsWanted
              << " seats: with the gate " << with.decided << " reach the engines and "
              << with.appends << " batches the journal, without it " << without.decided << " and "
              << without.appends << "\n";
    EXPECT_LT(with.decided, without.decided);
    EXPECT_EQ(without.decided, kSeatsWanted * kBuyers);
}

/// Two buyers request one seat at two nodes. Both appends are sent before either arrives.
std::vector<Answer> race_for_a_seat(Cluster& cluster, const Hall& hall) {
    auto late = cluster.client(1);
    EXPECT_EQ(count_free(late, hall), hall.seats.size());
    cluster.proxy().delay(CuttingProxy::Way::to_server, std::chrono::milliseconds{50});
    auto answers = at_once({
        {cluster.port(0), reservation_of(hall.event, {hall.seats[0]}, "alice", "key")},
        {cluster.port(1), reservation_of(hall.event, {hall.seats[0]}, "bob", "key")},
    });
    cluster.proxy().behave();
    return answers;
}

TEST_F(ClusterLayers, with_the_appends_fence_one_of_two_nodes_sells_the_seat) {
    Cluster cluster{{.nodes = 2, .proxied = 2}};
    auto client = cluster.client(0);
    const auto answers = race_for_a_seat(cluster, make_hall(client, 2));
    EXPECT_EQ(count_status(answers, 201), 1U);
    EXPECT_EQ(count_status(answers, 409), 1U);
    EXPECT_EQ(cluster.verify().exit_code, 0);
}

TEST_F(ClusterLayers, without_the_appends_fence_both_nodes_sell_the_seat_and_verify_finds_it) {
    Cluster cluster{{.nodes = 2, .proxied = 2}};
    auto client = cluster.client(0);
    const auto hall = make_hall(client, 2);
    SqlSession{cluster.postgres()}.run("ALTER TABLE journal DROP CONSTRAINT journal_pkey");
    const auto answers = race_for_a_seat(cluster, hall);
    EXPECT_EQ(count_status(answers, 201), 2U);
    const auto verified = cluster.verify();
    EXPECT_EQ(verified.exit_code, 1) << verified.out;
    EXPECT_THAT(verified.err, HasSubstr("it doesn't follow the previous batch"));
}

/// The request arrives again, at another node, after the buyer has cancelled.
TEST_F(ClusterLayers, without_its_key_a_repeated_request_reserves_twice) {
    Cluster cluster{{.nodes = 2}};
    auto client = cluster.client(0);
    auto other = cluster.client(1);
    const auto hall = make_hall(client, 1);
    const auto first = client.send(reservation_of(hall.event, hall.seats, "alice", "key")).value();
    ASSERT_EQ(first.status, 201U) << first.body;
    const auto id = text_of(first.json(), "id");
    const auto cancelled = client.post("/api/v1/reservations/" + id + "/cancel", "", "alice");
    ASSERT_EQ(cancelled.value().status, 200U);

    const auto again = other.send(reservation_of(hall.event, hall.seats, "alice", "key")).value();
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    EXPECT_EQ(again.header("reservation-status"), "cancelled");
    EXPECT_EQ(text_of(again.json(), "id"), id);
    EXPECT_EQ(count_free(other, hall), 1U);

    const auto twice = other.send(reservation_of(hall.event, hall.seats, "alice", "new")).value();
    EXPECT_EQ(twice.status, 201U) << twice.body;
    EXPECT_NE(text_of(twice.json(), "id"), id);
    EXPECT_EQ(count_free(other, hall), 0U);
    EXPECT_THAT(cluster.verify().out, HasSubstr(" 2 reservations"));
}

}  // namespace
}  // namespace frontrow::test
