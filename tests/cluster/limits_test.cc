#include "cluster/cluster.h"
#include "support/eventually.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

namespace frontrow::test {
namespace {

using Time = std::chrono::steady_clock;

constexpr double kRate = 100;
constexpr double kBurst = 50;

/// Three nodes with a Redis, on which an address may read a hundred times a second.
class LimitsOfNodes : public WithCluster {
protected:
    void SetUp() override {
        WithCluster::SetUp();
        if (!IsSkipped() && !RedisServer::is_installed())
            GTEST_SKIP() << "there is no redis-server here: scripts/install-deps.sh test";
    }
    static Cluster::Options three_nodes() {
        return {
            .nodes = 3,
            .has_gate = true,
            .environment = {"FRONTROW_LIMITS=on", "FRONTROW_LIMIT=read/address=100/s:50"},
        };
    }
};

/// The proxies of this machine are believed about their clients' addresses.
unsigned read_once(Client& client, const std::string& address) {
    const auto answer = client.send(
        {.target = "/swagger/index.html", .headers = {{"X-Forwarded-For", address}}, .body = {}}
    );
    return answer ? answer->status : 0;
}

/// How many reads a node admits until then. Others are refused with 429.
std::size_t read_until(std::uint16_t port, const std::string& address, Time::time_point end) {
    Client client{port};
    std::size_t admitted = 0;
    while (Time::now() < end) {
        const auto status = read_once(client, address);
        EXPECT_TRUE(status == 200 || status == 429) << status;
        admitted += status == 200 ? 1 : 0;
    }
    return admitted;
}

TEST_F(LimitsOfNodes, hold_together_within_a_tenth_over_some_seconds) {
    Cluster cluster{three_nodes()};
    const auto begin = Time::now();
    const auto end = begin + std::chrono::seconds{5};
    std::vector<std::size_t> admitted(cluster.size());
    {
        std::vector<std::jthread> readers;
        for (std::size_t node = 0; node < cluster.size(); ++node)
            readers.emplace_back([&, node] {
                admitted[node] = read_until(cluster.port(node), "203.0.113.1", end);
            });
    }
    const std::chrono::duration<double> time = Time::now() - begin;
    const auto expected = kBurst + kRate * time.count();
    const auto sum = static_cast<double>(admitted[0] + admitted[1] + admitted[2]);
    EXPECT_GE(sum, 0.9 * expected);
    EXPECT_LE(sum, 1.1 * expected);
}

TEST_F(LimitsOfNodes, that_lost_redis_are_each_nodes_own) {
    Cluster cluster{three_nodes()};
    cluster.redis().stop();
    for (std::size_t node = 0; node < cluster.size(); ++node) {
        auto client = cluster.client(node);
        std::size_t admitted = 0;
        // Each node refuses sooner or later, and none before its burst is used up.
        EXPECT_TRUE(eventually([&] {
            const auto status = read_once(client, "203.0.113.2");
            admitted += status == 200 ? 1 : 0;
            return status == 429;
        })) << node;
        EXPECT_GE(admitted, static_cast<std::size_t>(kBurst)) << node;
    }
}

TEST_F(LimitsOfNodes, that_use_up_one_node_are_used_up_on_all) {
    auto options = three_nodes();
    options.environment.back() = "FRONTROW_LIMIT=read/address=10/h:50";
    Cluster cluster{options};
    auto first = cluster.client(0);
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(read_once(first, "203.0.113.3"), 200U);
    EXPECT_EQ(read_once(first, "203.0.113.3"), 429U);
    // A node learns what others know when it tells them of its own use, from an eighth of the burst
    // on. If it knew nothing, it would admit the whole burst.
    for (std::size_t node = 1; node < cluster.size(); ++node) {
        auto client = cluster.client(node);
        int admitted = 0;
        while (read_once(client, "203.0.113.3") == 200) {
            ++admitted;
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
        }
        EXPECT_LT(admitted, 40) << node;
    }
    EXPECT_EQ(read_once(first, "203.0.113.4"), 200U);
}

}  // namespace
}  // namespace frontrow::test
