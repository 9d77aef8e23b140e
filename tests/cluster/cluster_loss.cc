#include "cluster/cluster_loss.h"

#include "end_to_end/load.h"
#include "end_to_end/reckoning.h"
#include "support/seed.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <iostream>
#include <string>

namespace frontrow::test {
namespace {

using testing::IsEmpty;

constexpr std::size_t kLossSeats = 1'000;

}  // namespace

void ClusterLoss::SetUp() {
    WithAndWithoutGate::SetUp();
    if (IsSkipped()) return;
    random_.seed(seed_of_this_run());
    rounds_ = is_soak() ? 50 : 4;
}

void ClusterLoss::TearDown() {
    if (bookings_ == 0) return;
    std::cout << losses_ << " losses among " << bookings_ << " reservations left " << doubts_
              << " requests in doubt, of which " << carried_out_
              << " had been carried out; all nodes sold again after " << slowest_.count()
              << " ms at most\n";
}

void ClusterLoss::sell_and_lose(Cluster& cluster, int round, const std::function<void()>& lose) {
    auto client = cluster.client(0);
    const auto hall = make_hall(client, kLossSeats);
    const auto proof = make_hall(client, kLossSeats);
    client.close();
    const auto name = "round" + std::to_string(round);
    Load load{
        hall,
        {.ports = cluster.ports(), .name = name, .seed = random_(), .buyers = 12, .comes_back = true
        }
    };
    load.wait_for_answers(30 + random_() % 500);
    lose();
    ++losses_;
    std::size_t next = 0;
    for (const auto port : cluster.ports()) {
        const auto took = time_until_sold(port, proof, next, "prover");
        EXPECT_LE(took, kBackWithin) << "node on port " << port;
        slowest_ = std::max(slowest_, took);
    }
    load.wait_for_answers(load.answers() + 200);
    load.stop();
    EXPECT_THAT(load.surprises(), IsEmpty());
    settle(cluster, hall, load.buyers());
}

void ClusterLoss::expect_unnoticed(
    Cluster& cluster,
    const std::vector<std::size_t>& nodes,
    const std::function<void()>& happens
) {
    auto client = cluster.client(nodes.front());
    const auto hall = make_hall(client, kLossSeats);
    std::vector<std::uint16_t> ports;
    for (const auto node : nodes)
        ports.push_back(cluster.port(node));
    const auto name = "steady" + std::to_string(crowds_++);
    Load load{hall, {.ports = ports, .name = name, .seed = random_(), .buyers = 4}};
    load.wait_for_answers(20);
    happens();
    load.wait_for_answers(load.answers() + 20);
    load.stop();
    EXPECT_THAT(load.surprises(), IsEmpty());
    for (const auto& buyer : load.buyers())
        EXPECT_TRUE(buyer.doubts.empty()) << buyer.name << " is in doubt";
}

std::vector<std::size_t> ClusterLoss::others_than(const Cluster& cluster, std::size_t index) {
    std::vector<std::size_t> others;
    for (std::size_t i = 0; i < cluster.size(); ++i)
        if (i != index) others.push_back(i);
    return others;
}

void ClusterLoss::settle(Cluster& cluster, const Hall& hall, std::vector<Buyer>& buyers) {
    for (const auto& buyer : buyers) {
        bookings_ += buyer.bookings.size();
        doubts_ += buyer.doubts.size();
    }
    auto client = cluster.client(random_() % cluster.size());
    Reckoning reckoning{client, hall};
    reckoning.settle(buyers);
    carried_out_ += reckoning.doubts_carried_out();
    const auto verified = cluster.verify();
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
}

}  // namespace frontrow::test
