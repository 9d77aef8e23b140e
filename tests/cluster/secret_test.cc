#include "cluster/copies.h"
#include "support/eventually.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

// The secret for tokens, which the nodes of a cluster must have in common.

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class ClusterSecret : public WithCluster {
protected:
    void SetUp() override {
        WithCluster::SetUp();
        if (IsSkipped()) return;
        made.emplace(Cluster::Options{.nodes = 2, .environment = {secret_of('A')}});
    }
    static std::string secret_of(char letter) {
        return "FRONTROW_JWT_SECRET=" + std::string(48, letter);
    }
    void add_event() {
        auto client = made->client(0);
        make_hall(client, 1);
    }
    std::string record() {
        return told_by_sql(
            *made,
            "SELECT coalesce(max(convert_from(value, 'UTF8')), '') FROM side_records"
            " WHERE name = 'jwt_secret'"
        );
    }
    void restart(std::size_t node, std::vector<std::string> environment) {
        made->stop_node(node);
        made->set_environment(std::move(environment));
        made->start_node(node);
    }

    std::optional<Cluster> made;
};

TEST_F(ClusterSecret, is_the_same_on_all_nodes_or_the_node_ends) {
    EXPECT_EQ(record(), "") << "a backup can be restored into an empty database";
    add_event();
    EXPECT_TRUE(eventually([&] { return !record().empty(); }));
    EXPECT_THAT(record(), Not(HasSubstr("AAAA")));
    restart(1, {secret_of('B')});
    auto& process = made->node(1).process();
    EXPECT_EQ(process.wait(), 1);
    EXPECT_THAT(process.err(), HasSubstr("this node ends"));
    EXPECT_THAT(process.err(), HasSubstr("its secret for tokens (FRONTROW_JWT_SECRET, --secret)"));
    EXPECT_THAT(process.err(), HasSubstr("run frontrow keys forget-secret"));
    EXPECT_THAT(process.err(), Not(HasSubstr("BBBB")));
    restart(1, {secret_of('A')});
    made->wait_until_ready();
}

TEST_F(ClusterSecret, may_be_missing_on_a_node_which_says_so) {
    add_event();
    EXPECT_TRUE(eventually([&] { return !record().empty(); }));
    restart(1, {});
    EXPECT_TRUE(made->node(1).process().wait_for_line("this node has no secret for tokens"));
    made->wait_until_ready();
}

TEST_F(ClusterSecret, is_changed_on_purpose_once_all_nodes_have_stopped) {
    add_event();
    EXPECT_TRUE(eventually([&] { return !record().empty(); }));
    const auto old = record();
    EXPECT_EQ(made->stop_node(0), 0);
    EXPECT_EQ(made->stop_node(1), 0);
    expect_done(made->run("keys", {"forget-secret"}), "the secret is forgotten");
    expect_refused(made->run("keys", {"forget-secret"}), "the cluster knows no secret");
    made->set_environment({secret_of('B')});
    made->start_node(0);
    made->start_node(1);
    made->wait_until_ready();
    EXPECT_TRUE(eventually([&] { return !record().empty(); }));
    EXPECT_NE(record(), old);
    restart(1, {secret_of('A')});
    EXPECT_EQ(made->node(1).process().wait(), 1);
}

}  // namespace
}  // namespace frontrow::test
