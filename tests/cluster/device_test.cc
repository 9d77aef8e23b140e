#include "cluster/cluster.h"
#include "support/eventually.h"

#include <boost/json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

// Devices that scan tickets, paired and removed on several nodes at once.

namespace frontrow::test {
namespace {

namespace json = boost::json;

class ClusterDevices : public WithCluster {
protected:
    void SetUp() override {
        WithCluster::SetUp();
        if (IsSkipped()) return;
        made.emplace(Cluster::Options{.nodes = 2});
        auto client = made->client(0);
        event = "/api/v1/events/" + make_hall(client, 1).event;
    }
    struct Added {
        std::string id;
        std::string code;
    };
    Added add() {
        auto client = made->client(0);
        const auto added = client.post(event + "/devices", R"({"name":"gate"})").value();
        EXPECT_EQ(added.status, 201) << added.body;
        return {text_of(added.json(), "id"), text_of(added.json(), "pairing_code")};
    }
    Errand pairing(std::size_t node, const Added& device) {
        const json::object body{{"code", device.code}};
        return {
            made->port(node),
            {.method = "POST",
             .target = "/api/v1/devices/pair",
             .headers = {},
             .body = json::serialize(body)}
        };
    }
    Errand removal(std::size_t node, const Added& device) {
        return {made->port(node), {.method = "DELETE", .target = event + "/devices/" + device.id}};
    }
    /// The answer to what a device may ask for its event.
    unsigned status_with(std::size_t node, const std::string& key) {
        auto client = made->client(node);
        const auto answer = client.send(
            {.method = "GET",
             .target = event + "/check-ins",
             .headers = {{"X-API-Key", key}},
             .body = {}}
        );
        return answer ? answer->status : 0;
    }
    std::string members() {
        auto client = made->client(0);
        return client.get(event + "/members", "").value().body;
    }
    void expect_ended(const std::string& key) {
        for (std::size_t node = 0; node < made->size(); ++node) {
            EXPECT_NE(status_with(node, key), 200U);
            EXPECT_TRUE(eventually([&] { return status_with(node, key) == 401; }));
        }
    }

    std::optional<Cluster> made;
    std::string event;
};

TEST_F(ClusterDevices, pair_one_of_all_who_send_a_code_to_several_nodes) {
    for (int round = 0; round < 20; ++round) {
        const auto device = add();
        std::vector<Errand> errands;
        for (std::size_t i = 0; i < 6; ++i)
            errands.push_back(pairing(i % made->size(), device));
        const auto answers = at_once(errands);
        EXPECT_EQ(count_status(answers, 201), 1U);
        EXPECT_EQ(count_status(answers, 422), 5U);
        for (const auto& answer : answers) {
            if (answer.status != 201) continue;
            const auto key = text_of(answer.json(), "api_key");
            for (std::size_t node = 0; node < made->size(); ++node)
                EXPECT_TRUE(eventually([&] { return status_with(node, key) == 200; }));
        }
    }
    EXPECT_EQ(json::parse(members()).as_array().size(), 20U);
    EXPECT_EQ(made->verify().exit_code, 0);
}

TEST_F(ClusterDevices, that_are_removed_at_one_node_have_no_rights_at_another) {
    const auto device = add();
    const auto paired = at_once({pairing(0, device)});
    const auto key = text_of(paired.at(0).json(), "api_key");
    for (std::size_t node = 0; node < made->size(); ++node)
        EXPECT_TRUE(eventually([&] { return status_with(node, key) == 200; }));
    EXPECT_EQ(count_status(at_once({removal(1, device)}), 204), 1U);
    EXPECT_EQ(status_with(1, key), 401U) << "at once where it was removed";
    expect_ended(key);
    EXPECT_EQ(members(), "[]");
}

TEST_F(ClusterDevices, that_are_removed_at_one_node_while_another_pairs_them_have_no_rights) {
    for (int round = 0; round < 20; ++round) {
        const auto device = add();
        const auto answers = at_once({pairing(0, device), removal(1, device)});
        EXPECT_EQ(answers.at(1).status, 204U) << answers.at(1).body;
        if (answers.at(0).status == 201)
            expect_ended(text_of(answers.at(0).json(), "api_key"));
        else
            EXPECT_EQ(answers.at(0).code(), "CODE_INVALID");
    }
    EXPECT_EQ(members(), "[]");
    EXPECT_EQ(made->verify().exit_code, 0);
}

}  // namespace
}  // namespace frontrow::test
