#include "cluster/copies.h"
#include "support/eventually.h"
#include "support/seeded_random.h"
#include "tickets/key_file.h"
#include "tickets/key_registry.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::test {
namespace {

class ClusterTicketKeys : public WithCluster {
protected:
    Finished make(const Cluster& cluster, std::vector<std::string> more = {}) const {
        std::vector<std::string> arguments{"make", "--keys-file", file.string()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return cluster.run("keys", arguments);
    }

    TempFolder folder;
    std::filesystem::path file = folder.path() / "keys.json";
};

TEST_F(ClusterTicketKeys, that_are_lost_are_replaced_with_what_the_database_knows) {
    Cluster cluster{empty_database()};
    EXPECT_EQ(cluster.run("migrate", {"up"}).exit_code, 0);
    expect_refused(make(cluster, {"--replace-lost"}), "the store knows no key");
    SeededRandom random{1};
    tickets::KeyRing lost;
    add_new_key(lost, Instant{}, random);
    const auto registry = registry_with(lost, std::nullopt);
    // Names that merely begin with the record's name are of other records.
    run_sql(
        cluster,
        "INSERT INTO side_records VALUES ('ticket_keys_of_others', '', 1), ('ticket_keys', "
        "convert_to('" +
            write_registry(registry) + "', 'UTF8'), 2)"
    );
    expect_done(make(cluster, {"--replace-lost"}), "has 2 keys");
    const auto ring = tickets::read_key_file(file).value().value();
    EXPECT_EQ(match_keys(ring, registry), tickets::KeyMatch::rotated);
    run_sql(cluster, "UPDATE side_records SET value = '{}'");
    std::filesystem::remove(file);
    expect_refused(make(cluster, {"--replace-lost"}), "record of the keys for tickets is damaged");
}

/// Gates of a cluster whose nodes have one key file.
class ClusterGates : public ClusterTicketKeys {
protected:
    void SetUp() override {
        ClusterTicketKeys::SetUp();
        if (IsSkipped()) return;
        EXPECT_EQ(make_keys(file), 0);
        made.emplace(Cluster::Options{.nodes = 2, .environment = {keys_of(file)}});
        wait_for_keys();
    }
    /// Returns when all nodes have compared their keys with the database's.
    void wait_for_keys() {
        made->wait_until_ready();
        for (std::size_t node = 0; node < made->size(); ++node)
            EXPECT_TRUE(eventually([&] {
                return status_of(made->port(node), "/.well-known/frontrow-ticket-keys.json") == 200;
            }));
    }
    static int make_keys(const std::filesystem::path& at) {
        return run_program({"keys", "make", "--keys-file", at.string()}).exit_code;
    }
    static std::string keys_of(const std::filesystem::path& at) {
        return "FRONTROW_KEYS_FILE=" + at.string();
    }
    bool knows_keys() {
        return told_by_sql(
                   *made, "SELECT count(*)::text FROM side_records WHERE name = 'ticket_keys'"
               ) == "1";
    }
    /// Sells alice so many tickets at a node; returns the path of their list.
    std::string sell(std::size_t node, std::size_t tickets) {
        auto client = made->client(node);
        const auto hall = make_hall(client, tickets, {{"max_seats_per_reservation", 100}});
        const auto held = client.send(reservation_of(hall.event, hall.seats, "alice", hall.event));
        const auto path = "/api/v1/reservations/" + text_of(held.value().json(), "id");
        EXPECT_EQ(client.post(path + "/confirm", "", "alice").value().status, 200);
        return path + "/tickets";
    }
    Answer tickets(std::size_t node, const std::string& path) {
        auto client = made->client(node);
        return client.get(path, "alice").value();
    }
    std::vector<std::string> codes(std::size_t node, const std::string& path) {
        std::vector<std::string> all;
        for (const auto& one : tickets(node, path).json().as_array())
            all.push_back(text_of(one, "code"));
        return all;
    }
    static Request scan_of(const std::string& code) {
        return {
            .method = "POST",
            .target = "/api/v1/tickets/check-in",
            .headers = {},
            .body = boost::json::serialize(boost::json::object{{"code", code}}),
        };
    }
    unsigned check_in(std::size_t node, const std::string& code) {
        auto client = made->client(node);
        return client.send(scan_of(code)).value().status;
    }

    std::optional<Cluster> made;
};

TEST_F(ClusterGates, admit_each_ticket_once_whichever_node_they_ask) {
    constexpr std::size_t kTickets = 40;
    constexpr std::size_t kGates = 8;
    const auto path = sell(0, kTickets);
    const auto all = codes(0, path);
    ASSERT_EQ(all.size(), kTickets);
    EXPECT_EQ(codes(1, path), all) << "both nodes sign alike";
    for (const auto& code : all) {
        std::vector<Errand> errands;
        for (std::size_t gate = 0; gate < kGates; ++gate)
            errands.push_back({made->port(gate % made->size()), scan_of(code)});
        const auto answers = at_once(errands);
        ASSERT_EQ(count_status(answers, 200), 1U);
        ASSERT_EQ(count_status(answers, 409), kGates - 1);
    }
    const auto verified = made->verify();
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
}

TEST_F(ClusterGates, of_a_node_with_other_keys_never_open_even_before_the_first_ticket) {
    const auto other = folder.path() / "other.json";
    EXPECT_EQ(make_keys(other), 0);
    sell(0, 1);
    EXPECT_TRUE(eventually([&] { return knows_keys(); }));
    EXPECT_EQ(made->stop_node(1), 0);
    made->set_environment({keys_of(other)});
    made->start_node(1);
    auto& process = made->node(1).process();
    EXPECT_EQ(process.wait(), 1);
    EXPECT_THAT(process.err(), testing::HasSubstr("this node ends"));
    EXPECT_THAT(process.err(), testing::HasSubstr("has the keys of another store"));
}

TEST_F(ClusterGates, of_nodes_with_keys_of_their_own_open_at_one_of_them_once_there_is_an_event) {
    const auto other = folder.path() / "other.json";
    EXPECT_EQ(make_keys(other), 0);
    EXPECT_EQ(made->stop_node(1), 0);
    made->set_environment({keys_of(other)});
    made->start_node(1);
    wait_for_keys();
    {
        auto client = made->client(0);
        make_hall(client, 1);
    }
    const auto has_ended = [&](std::size_t node) {
        return made->node(node).process().wait(std::chrono::milliseconds{0}).has_value();
    };
    EXPECT_TRUE(eventually([&] { return has_ended(0) || has_ended(1); }));
    const std::size_t left = has_ended(0) ? 1 : 0;
    EXPECT_EQ(made->node(1 - left).process().wait(), 1);
    EXPECT_EQ(codes(left, sell(left, 1)).size(), 1U);
}

TEST_F(ClusterGates, leave_an_empty_database_empty_so_that_a_backup_can_be_restored_into_it) {
    const auto data = folder.path() / "data";
    {
        Server server{data};
        auto client = server.client();
        make_hall(client, 1);
        EXPECT_EQ(server.stop(), 0);
    }
    EXPECT_EQ(back_up_folder(data, folder.path() / "backup.db").exit_code, 0);
    expect_done(restore_cluster(*made, folder.path() / "backup.db"), "");
    EXPECT_TRUE(eventually([&] { return knows_keys(); }));
    EXPECT_EQ(codes(1, sell(0, 1)).size(), 1U);
}

TEST_F(ClusterGates, of_a_node_without_keys_let_people_in_but_it_signs_nothing) {
    const auto path = sell(0, 1);
    const auto code = codes(0, path).at(0);
    EXPECT_EQ(made->stop_node(1), 0);
    made->set_environment({});
    made->start_node(1);
    wait_for_keys();
    EXPECT_THAT(made->node(1).process().err(), testing::HasSubstr("this node can't sign tickets"));
    const auto refused = tickets(1, path);
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.code(), "TICKET_KEYS_MISSING");
    EXPECT_EQ(check_in(1, code), 200);
    EXPECT_EQ(check_in(0, code), 409);
}

TEST_F(ClusterGates, accept_codes_of_a_key_that_another_node_has_rotated_to) {
    const auto old_code = codes(0, sell(0, 1)).at(0);
    EXPECT_EQ(run_program({"keys", "rotate", "--keys-file", file.string()}).exit_code, 0);
    EXPECT_EQ(made->stop_node(1), 0);
    made->start_node(1);
    wait_for_keys();
    const auto new_code = codes(1, sell(1, 1)).at(0);
    EXPECT_EQ(check_in(0, new_code), 200) << "node 0 has never seen this key";
    EXPECT_EQ(check_in(1, old_code), 200);
}

TEST_F(ClusterGates, of_a_node_whose_key_file_is_missing_do_not_open) {
    const auto finished = made->run("serve", {"--dev", "--keys-file", folder.path() / "none"});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.err, testing::HasSubstr("copy it from another node"));
}

TEST_F(ClusterTicketKeys, are_not_replaced_without_the_database) {
    Cluster cluster{empty_database()};
    expect_refused(make(cluster, {"--replace-lost"}), "has schema");
    EXPECT_FALSE(std::filesystem::exists(file));
}

}  // namespace
}  // namespace frontrow::test
