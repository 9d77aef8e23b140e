#include "cluster/cluster.h"
#include "support/eventually.h"

namespace frontrow::test {
namespace {

constexpr auto kKeys = "/api/v1/api-keys";

class ClusterApiKey : public WithCluster {
protected:
    static unsigned status_with(Client& client, const std::string& key) {
        const auto answer = client.send(
            {.method = "GET", .target = kKeys, .headers = {{"X-API-Key", key}}, .body = {}}
        );
        return answer ? answer->status : 0;
    }
    /// Requests the account's reservations. Every other account would get 404.
    static bool acts_for(Client& client, const std::string& key, const std::string& account) {
        const auto answer = client.send(
            {.method = "GET",
             .target = "/api/v1/users/" + account + "/reservations",
             .headers = {{"X-API-Key", key}},
             .body = {}}
        );
        return answer && answer->status == 200;
    }
};

TEST_F(ClusterApiKey, made_moved_or_revoked_on_one_node_it_is_so_on_all) {
    Cluster cluster;
    std::vector<Client> clients;
    for (std::size_t i = 0; i < cluster.size(); ++i)
        clients.push_back(cluster.client(i));
    const auto made = clients[0].post(kKeys, R"({"name":"gate","role":"admin"})");
    ASSERT_TRUE(made);
    ASSERT_EQ(made->status, 201) << made->body;
    const auto key = text_of(made->json(), "key");
    EXPECT_EQ(status_with(clients[0], key), 200) << "at once where it was made";
    for (auto& client : clients)
        EXPECT_TRUE(eventually([&] { return status_with(client, key) == 200; }));

    const auto path = std::string{kKeys} + "/" + text_of(made->json(), "id");
    const auto moved = clients[1].send(
        {.method = "PATCH", .target = path, .headers = {}, .body = R"({"account":"hall"})"}
    );
    ASSERT_TRUE(moved);
    EXPECT_EQ(moved->status, 200) << moved->body;
    EXPECT_TRUE(acts_for(clients[1], key, "hall")) << "at once where it was moved";
    for (auto& client : clients)
        EXPECT_TRUE(eventually([&] { return acts_for(client, key, "hall"); }));

    const auto revoked = clients[1].send({.method = "DELETE", .target = path});
    ASSERT_TRUE(revoked);
    EXPECT_EQ(revoked->status, 204);
    EXPECT_EQ(status_with(clients[1], key), 401) << "at once where it was revoked";
    for (auto& client : clients)
        EXPECT_TRUE(eventually([&] { return status_with(client, key) == 401; }));

    cluster.kill_node(2);
    cluster.start_node(2);
    cluster.wait_until_ready();
    auto after = cluster.client(2);
    EXPECT_EQ(status_with(after, key), 401);
    EXPECT_EQ(cluster.verify().exit_code, 0) << cluster.verify().out;
}

}  // namespace
}  // namespace frontrow::test
