#include "cluster/cluster_loss.h"
#include "support/eventually.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <string>

namespace frontrow::test {
namespace {

using testing::HasSubstr;

/// A rolling upgrade to a build that knows one more format of facts
/// (tests/cluster/next_version.sh).
class ClusterUpgrade : public ClusterLoss {
protected:
    void SetUp() override {
        ClusterLoss::SetUp();
        const auto* const program = std::getenv("FRONTROW_NEXT_PROGRAM");
        if (program == nullptr)
            GTEST_SKIP() << "FRONTROW_NEXT_PROGRAM names no next version: scripts/test.sh --soak";
        next_ = program;
    }
    static void replace(Cluster& cluster, std::size_t node, const std::string& program) {
        EXPECT_EQ(cluster.stop_node(node), 0);
        cluster.start_node(node, program);
        cluster.wait_until_ready();
    }

    std::string next_;
};

INSTANTIATE_TEST_SUITE_P(Nodes, ClusterUpgrade, testing::Bool(), name_of_gate);

TEST_P(ClusterUpgrade, node_by_node_and_back_loses_nothing_that_was_acknowledged) {
    Cluster cluster{{.has_gate = has_gate(), .has_caches = true}};
    const std::string this_one;
    int round = 0;
    for (const auto& program : {next_, this_one, next_}) {
        for (std::size_t node = 0; node < cluster.size() && !HasFailure(); ++node) {
            SCOPED_TRACE((program.empty() ? "back, node " : "on, node ") + std::to_string(node));
            sell_and_lose(cluster, round++, [&] {
                expect_unnoticed(cluster, others_than(cluster, node), [&] {
                    replace(cluster, node, program);
                });
            });
        }
    }
    // Once the new format is allowed there is no way back: a node that doesn't know the format says
    // so and exits.
    replace(cluster, 0, this_one);
    auto& old = cluster.node(0).process();
    Child raise{Child::Options{
        .arguments = {"migrate", "raise", "--store", cluster.postgres().url()},
        .environment = {},
        .program = next_,
    }};
    EXPECT_EQ(raise.wait(), 0) << raise.err();
    EXPECT_EQ(old.wait(), 1);
    EXPECT_THAT(old.err(), HasSubstr("a newer one has raised it"));
    EXPECT_EQ(cluster.client(1).get("/readyz").value().status, 200U);
}

}  // namespace
}  // namespace frontrow::test
