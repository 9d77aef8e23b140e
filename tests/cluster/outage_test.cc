#include "cluster/cluster.h"
#include "support/seed.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>
#include <thread>

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

/// A node's answers to a buyer and to a reader while there is no database.
void expect_turned_away(std::uint16_t port, const Hall& hall) {
    Client client{port};
    const auto bought = client.send(reservation_of(hall.event, {hall.seats[0]}, "alice", "key"));
    ASSERT_TRUE(bought);
    EXPECT_EQ(bought->status, 503U) << bought->body;
    EXPECT_NE(bought->header("retry-after"), "");
    const auto read = client.get("/api/v1/events/" + hall.event + "/seats/available/count");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->status, 503U) << read->body;
    EXPECT_NE(read->header("retry-after"), "");
}

/// Repeats the request until it has this status, for a minute at most. Returns how long that took.
std::chrono::milliseconds time_until(std::uint16_t port, const char* target, unsigned status) {
    const auto begin = Clock::now();
    while (status_of(port, target) != status) {
        if (Clock::now() - begin > kPatience)
            throw std::runtime_error(
                std::string{target} + " never becomes " + std::to_string(status)
            );
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
}

class ClusterOutage : public WithCluster {};

TEST_F(ClusterOutage, without_the_database_a_node_says_so_and_is_back_by_itself) {
    Cluster cluster;
    auto client = cluster.client(0);
    const auto hall = make_hall(client, 100);
    for (const bool is_immediate : {false, true}) {
        is_immediate ? cluster.postgres().stop_immediately() : cluster.postgres().stop();
        for (const auto port : cluster.ports()) {
            // Asks right after the outage began, and again when the node has noticed it.
            expect_turned_away(port, hall);
            EXPECT_LE(time_until(port, "/readyz", 503), kBackWithin);
            EXPECT_EQ(status_of(port, "/livez"), 200U);
            expect_turned_away(port, hall);
        }
        // The nodes try less often the longer the outage lasts.
        if (is_soak()) std::this_thread::sleep_for(std::chrono::seconds{20});
        cluster.postgres().start();
        for (const auto port : cluster.ports()) {
            const auto took = time_until(port, "/readyz", 200);
            std::cout << "ready " << took.count() << " ms after the database\n";
            EXPECT_LE(took, kBackWithin);
        }
    }
    // The refused request didn't use up its key.
    const auto sold = client.send(reservation_of(hall.event, {hall.seats[0]}, "alice", "key"));
    ASSERT_TRUE(sold);
    EXPECT_EQ(sold->status, 201U) << sold->body;
    EXPECT_EQ(sold->header("idempotency-replayed"), "");
    EXPECT_EQ(cluster.verify().exit_code, 0);
}

/// Counts the node's log lines with these words.
long lines_that_say(Cluster& cluster, const std::string& words) {
    std::istringstream lines{cluster.node(0).process().err()};
    long count = 0;
    for (std::string line; std::getline(lines, line);)
        count += line.contains(words) ? 1 : 0;
    return count;
}

/// Waits until there are `expected` lines, since a line may be written a moment after its event.
/// Returns the count.
long lines_that_say(Cluster& cluster, const std::string& words, long expected) {
    const auto begin = Clock::now();
    while (lines_that_say(cluster, words) < expected && Clock::now() - begin < kPatience)
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    return lines_that_say(cluster, words);
}

TEST_F(ClusterOutage, has_one_line_in_the_log_when_it_begins_and_one_when_it_ends) {
    Cluster cluster{{.nodes = 1, .is_started = false}};
    cluster.postgres().stop();
    cluster.start_node(0);
    auto& node = cluster.node(0).process();
    ASSERT_TRUE(node.wait_for_line("the database doesn't answer"));
    std::this_thread::sleep_for(std::chrono::seconds{2});
    EXPECT_EQ(lines_that_say(cluster, "doesn't answer"), 1) << "at a start";
    EXPECT_THAT(node.err(), HasSubstr("Connection refused"));
    cluster.postgres().start();
    cluster.wait_until_ready();
    EXPECT_EQ(lines_that_say(cluster, "the database answers again", 1), 1) << node.err();
    cluster.postgres().stop_immediately();
    time_until(cluster.port(0), "/readyz", 503);
    cluster.postgres().start();
    time_until(cluster.port(0), "/readyz", 200);
    EXPECT_EQ(lines_that_say(cluster, "\"the database doesn't answer\",\"error\":\"", 2), 2);
    EXPECT_EQ(lines_that_say(cluster, "the database answers again", 2), 2) << node.err();
    EXPECT_EQ(lines_that_say(cluster, "LOCATION"), 0);
}

TEST_F(ClusterOutage, of_the_gate_is_told_as_what_it_is) {
    if (!RedisServer::is_installed()) GTEST_SKIP() << "there is no Redis here";
    Cluster cluster{{.nodes = 1, .has_gate = true}};
    auto client = cluster.client(0);
    const auto is_open = [&](const char* figure) {
        const auto begin = Clock::now();
        while (!client.get("/metrics").value().body.contains(figure)) {
            if (Clock::now() - begin > kPatience) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
        }
        return true;
    };
    EXPECT_TRUE(is_open("\ngate_open 1"));
    cluster.redis().stop();
    EXPECT_TRUE(is_open("\ngate_open 0")) << "though nobody asks it";
    const auto hall = make_hall(client, 10);
    const auto sold = client.send(reservation_of(hall.event, {hall.seats[0]}, "alice", "key"));
    EXPECT_EQ(sold.value().status, 201U);
    cluster.redis().start();
    EXPECT_TRUE(is_open("\ngate_open 1"));
    cluster.redis().freeze();
    EXPECT_TRUE(is_open("\ngate_open 0")) << "though its connection stays, and nobody asks";
    cluster.redis().thaw();
    EXPECT_TRUE(is_open("\ngate_open 1"));
    EXPECT_EQ(lines_that_say(cluster, "is away; selling goes on without it", 2), 2);
    EXPECT_EQ(lines_that_say(cluster, "the gate (Redis) is back", 2), 2);
    EXPECT_EQ(lines_that_say(cluster, "in trouble"), 0);
}

TEST_F(ClusterOutage, is_told_at_once_to_who_seeds) {
    Cluster cluster{{.nodes = 1, .is_started = false}};
    cluster.postgres().stop();
    const auto begin = Clock::now();
    const auto refused = cluster.run("seed");
    EXPECT_LT(Clock::now() - begin, std::chrono::seconds{5});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr("Connection refused"));
    EXPECT_EQ(std::ranges::count(refused.err, '\n'), 2) << refused.err;
}

TEST_F(ClusterOutage, a_node_that_is_cut_off_alone_leaves_the_sale_to_the_others) {
    // Both nodes use the path that is cut. A third node, which starts later, doesn't.
    Cluster cluster{{.nodes = 2, .proxied = 2}};
    auto client = cluster.client(0);
    const auto hall = make_hall(client, 100);
    cluster.proxy().refuse(true);
    cluster.proxy().cut_all();
    for (const auto port : cluster.ports()) {
        time_until(port, "/readyz", 503);
        expect_turned_away(port, hall);
    }
    const Server past{Child::Options{
        .arguments =
            {"serve", "--dev", "--listen", "127.0.0.1:0", "--store", cluster.postgres().url()},
        .environment = {},
    }};
    time_until(past.port(), "/readyz", 200);
    auto selling = past.client();
    const auto sold = selling.send(reservation_of(hall.event, {hall.seats[0]}, "bob", "key"));
    ASSERT_TRUE(sold);
    EXPECT_EQ(sold->status, 201U) << sold->body;
    cluster.proxy().refuse(false);
    for (const auto port : cluster.ports()) {
        EXPECT_LE(time_until(port, "/readyz", 200), kBackWithin);
        Client late{port};
        EXPECT_EQ(count_free(late, hall), 99U);
        const auto refused =
            late.send(reservation_of(hall.event, {hall.seats[0]}, "alice", "late"));
        ASSERT_TRUE(refused);
        EXPECT_EQ(refused->status, 409U) << refused->body;
    }
}

TEST_F(ClusterOutage, a_database_that_says_nothing_is_given_up_in_time) {
    Cluster cluster{{.nodes = 1, .proxied = 1}};
    auto client = cluster.client(0);
    const auto hall = make_hall(client, 100);
    cluster.proxy().swallow_after(CuttingProxy::Way::to_client, 0);
    const auto begin = Clock::now();
    const auto bought = client.send(reservation_of(hall.event, {hall.seats[0]}, "alice", "key"));
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    std::cout << "given up after " << took.count() << " ms\n";
    ASSERT_TRUE(bought);
    EXPECT_EQ(bought->status, 503U) << bought->body;
    EXPECT_NE(bought->header("retry-after"), "");
    cluster.proxy().behave();
    cluster.proxy().cut_all();
    EXPECT_LE(time_until(cluster.port(0), "/readyz", 200), kBackWithin);
    const auto again = client.send(reservation_of(hall.event, {hall.seats[0]}, "alice", "key"));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->status, 201U) << again->body;
    EXPECT_EQ(count_free(client, hall), 99U);
}

}  // namespace
}  // namespace frontrow::test
