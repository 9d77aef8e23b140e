#include "cluster/nginx.h"

#include "cluster/cluster.h"
#include "end_to_end/load.h"
#include "end_to_end/reckoning.h"
#include "support/seed.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <fstream>

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// A zombie process doesn't count: its command line is empty.
bool is_alive(pid_t pid) {
    std::string command;
    std::getline(std::ifstream{"/proc/" + std::to_string(pid) + "/cmdline"}, command);
    return !command.empty();
}

class BehindNginx : public testing::Test {
protected:
    void SetUp() override {
        if (const auto reason = NginxCluster::why_not()) GTEST_SKIP() << *reason;
    }

    static void expect_verified(const NginxCluster& cluster) {
        const auto verified = run_program({"verify", "--store", cluster.store_url()});
        EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
    }
};

TEST_F(BehindNginx, one_of_a_hundred_buyers_gets_the_seat) {
    constexpr std::size_t kRounds = 200;
    constexpr std::size_t kBuyers = 100;
    const NginxCluster cluster;
    Client client{cluster.port()};
    const auto hall = make_hall(client, kRounds);
    for (std::size_t round = 0; round < kRounds; ++round) {
        std::vector<Errand> errands;
        for (std::size_t buyer = 0; buyer < kBuyers; ++buyer) {
            const auto user = "buyer-" + std::to_string(buyer);
            const auto key = "round-" + std::to_string(round);
            errands.push_back(
                {cluster.port(), reservation_of(hall.event, {hall.seats[round]}, user, key)}
            );
        }
        const auto answers = at_once(errands);
        ASSERT_EQ(count_status(answers, 201), 1U) << "round " << round;
        ASSERT_EQ(count_status(answers, 409), kBuyers - 1) << "round " << round;
    }
    EXPECT_EQ(count_free(client, hall), 0U);
    expect_verified(cluster);
}

TEST_F(BehindNginx, who_reserves_does_not_notice_that_a_node_was_killed) {
    std::mt19937_64 random{seed_of_this_run()};
    const NginxCluster cluster;
    Client client{cluster.port()};
    const auto hall = make_hall(client, 1'000);
    Load load{
        hall, {.ports = {cluster.port()}, .name = "crowd", .seed = random(), .comes_back = true}
    };
    load.wait_for_answers(200);
    kill(cluster.pid_of("node-2"), SIGKILL);
    const auto at_kill = load.answers();
    load.wait_for_answers(at_kill + 500);
    EXPECT_EQ(cluster.run("status").exit_code, 1);
    // This starts the parts that have ended; they continue with their data.
    EXPECT_EQ(cluster.run("up").exit_code, 0);
    const auto status = cluster.run("status");
    EXPECT_EQ(status.exit_code, 0) << status.out;
    load.wait_for_answers(load.answers() + 200);
    load.stop();
    EXPECT_THAT(load.surprises(), IsEmpty());
    // nginx may repeat every request at another node, except an extension.
    for (const auto& buyer : load.buyers()) {
        for (const auto& doubt : buyer.doubts)
            EXPECT_EQ(doubt.step, Step::extend) << buyer.name;
    }
    Reckoning{client, hall}.settle(load.buyers());
    expect_verified(cluster);
}

TEST_F(BehindNginx, the_script_takes_down_what_it_started_and_keeps_what_was_sold) {
    NginxCluster cluster;
    std::string event;
    {
        Client client{cluster.port()};
        event = make_hall(client, 10).event;
    }
    const std::vector<std::string> parts{
        "postgres", "redis", "node-1", "node-2", "node-3", "nginx"
    };
    std::vector<pid_t> pids;
    for (const auto& part : parts)
        pids.push_back(cluster.pid_of(part));
    EXPECT_TRUE(std::ranges::all_of(pids, is_alive));
    EXPECT_EQ(cluster.run("up").out, cluster.run("up").out);
    EXPECT_EQ(cluster.run("down").exit_code, 0);
    EXPECT_TRUE(std::ranges::none_of(pids, is_alive));
    EXPECT_EQ(cluster.run("status").exit_code, 1);
    EXPECT_EQ(cluster.run("down").exit_code, 0);

    const auto again = cluster.run("up");
    ASSERT_EQ(again.exit_code, 0);
    const auto port = static_cast<std::uint16_t>(std::stoul(again.out.substr(17)));
    Client client{port};
    const auto events = client.get("/api/v1/events");
    ASSERT_TRUE(events);
    EXPECT_THAT(events->body, HasSubstr(event));
}

}  // namespace
}  // namespace frontrow::test
