#include "cluster/cluster.h"
#include "end_to_end/load.h"
#include "support/seed.h"

#include <gmock/gmock.h>

#include <sstream>
#include <string>
#include <vector>

// The feed of a cluster: every node delivers the same facts as `frontrow facts`.

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Lines = std::vector<std::string>;

constexpr auto kFacts = "/api/v1/facts";

class ClusterFacts : public WithCluster {
protected:
    /// The ids of all facts that a node delivers, read page by page.
    static Lines ids_of(const Cluster& cluster, std::size_t node) {
        auto client = cluster.client(node);
        Lines ids;
        for (std::string after = "0";;) {
            const auto answer = client.get(std::string{kFacts} + "?limit=1000&after=" + after);
            if (!answer || answer->status != 200) return {"no answer"};
            const auto facts = answer->json();
            for (const auto& fact : facts.as_array())
                ids.push_back(text_of(fact, "id"));
            if (facts.as_array().empty()) return ids;
            after = ids.back();
        }
    }
    static Lines printed(const Cluster& cluster, std::vector<std::string> more = {}) {
        const auto finished = cluster.run("facts", std::move(more));
        EXPECT_EQ(finished.exit_code, 0) << finished.err;
        Lines ids;
        std::istringstream lines{finished.out};
        for (std::string line; std::getline(lines, line);)
            ids.push_back(text_of(boost::json::parse(line), "id"));
        return ids;
    }
    static Lines rest_of(const Lines& lines, std::size_t from) {
        return {lines.begin() + static_cast<std::ptrdiff_t>(from), lines.end()};
    }
};

TEST_F(ClusterFacts, are_the_same_on_every_node_and_beside_them) {
    Cluster cluster;
    auto client = cluster.client(0);
    const auto hall = make_hall(client, 500);
    Load load{hall, {.ports = cluster.ports(), .name = "crowd", .seed = seed_of_this_run()}};
    load.wait_for_answers(300);
    load.stop();
    EXPECT_THAT(load.surprises(), IsEmpty());
    const auto all = printed(cluster);
    ASSERT_GT(all.size(), 100U);
    for (std::size_t node = 0; node < cluster.size(); ++node)
        EXPECT_EQ(ids_of(cluster, node), all) << node;
    // A restarted node delivers the facts from before its start, too.
    cluster.kill_node(2);
    cluster.start_node(2);
    cluster.wait_until_ready();
    EXPECT_EQ(ids_of(cluster, 2), all);
}

TEST_F(ClusterFacts, are_told_by_any_node_as_soon_as_one_has_answered) {
    Cluster cluster;
    auto client = cluster.client(0);
    const auto hall = make_hall(client, 30);
    for (std::size_t i = 0; i < 30; ++i) {
        auto seller = cluster.client(i % cluster.size());
        auto reader = cluster.client((i + 1) % cluster.size());
        const auto key = "key " + std::to_string(i);
        const auto sold = seller.send(reservation_of(hall.event, {hall.seats[i]}, "ann", key));
        ASSERT_EQ(sold.value().status, 201U) << sold->body;
        const auto told = reader.get(std::string{kFacts} + "?limit=1000");
        EXPECT_THAT(told.value().body, HasSubstr(text_of(sold->json(), "id")));
    }
}

TEST_F(ClusterFacts, have_cursors_in_the_database) {
    Cluster cluster{{.nodes = 1}};
    auto client = cluster.client(0);
    make_hall(client, 5);
    const auto all = printed(cluster, {"--cursor", "shop"});
    EXPECT_EQ(all, printed(cluster));
    EXPECT_THAT(printed(cluster, {"--cursor", "shop"}), IsEmpty());
    make_hall(client, 5);
    EXPECT_EQ(printed(cluster, {"--cursor", "shop"}), rest_of(printed(cluster), all.size()));
    EXPECT_THAT(printed(cluster, {"--cursor", "shop"}), IsEmpty());
}

TEST_F(ClusterFacts, are_gone_for_a_reader_who_comes_from_before_a_fork) {
    Cluster cluster{{.nodes = 1}};
    auto client = cluster.client(0);
    make_hall(client, 5);
    const auto before = printed(cluster, {"--cursor", "shop"});
    client.close();
    ASSERT_EQ(cluster.run("migrate", {"fork", "--yes"}).exit_code, 0);
    // The node logs the reason and exits; its supervisor starts it again.
    EXPECT_EQ(cluster.node(0).process().wait(), 1);
    cluster.kill_node(0);
    cluster.start_node(0);
    cluster.wait_until_ready();
    auto reader = cluster.client(0);
    const auto gone = reader.get(std::string{kFacts} + "?after=" + before.back());
    EXPECT_EQ(gone.value().status, 410U);
    EXPECT_EQ(gone->code(), "FACTS_GONE");
    const auto refused = cluster.run("facts", {"--cursor", "shop"});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr("another past"));
    EXPECT_EQ(printed(cluster).size(), before.size());
}

}  // namespace
}  // namespace frontrow::test
