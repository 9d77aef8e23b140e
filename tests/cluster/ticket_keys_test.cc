#include "cluster/copies.h"
#include "support/seeded_random.h"
#include "tickets/key_file.h"
#include "tickets/key_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST_F(ClusterTicketKeys, are_not_replaced_without_the_database) {
    Cluster cluster{empty_database()};
    expect_refused(make(cluster, {"--replace-lost"}), "has schema");
    EXPECT_FALSE(std::filesystem::exists(file));
}

}  // namespace
}  // namespace frontrow::test
