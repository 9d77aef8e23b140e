#include "cluster/copies.h"
#include "golden/golden_folder.h"
#include "store/engine/frame.h"
#include "wire/fact_json.h"

#include <boost/algorithm/hex.hpp>
#include <gmock/gmock.h>

#include <cstdint>
#include <iterator>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// `frontrow migrate` in situations in which it would remove sales or stop running nodes.
class ClusterMigrate : public WithCluster {
protected:
    static void sell_one(const Cluster& cluster) {
        auto client = cluster.client(0);
        const auto hall = make_hall(client, 10);
        const auto sold = client.send(reservation_of(hall.event, {hall.seats[3]}, "alice", "key"));
        ASSERT_EQ(sold.value().status, 201U);
    }
};

TEST_F(ClusterMigrate, down_erases_a_journal_with_facts_only_when_that_is_said) {
    Cluster cluster{{.nodes = 1}};
    sell_one(cluster);
    const auto refused = cluster.run("migrate", {"down"});
    expect_refused(refused, "4 facts and 1 reservation");
    // Two of the node, and a third once it keeps a lease.
    expect_refused(refused, " other sessions of frontrow");
    EXPECT_EQ(told_by_sql(cluster, "SELECT max(last_seq)::text FROM journal"), "4");
    EXPECT_EQ(cluster.node(0).stop(), 0);
    const auto gone = cluster.run("migrate", {"down", "--yes"});
    EXPECT_EQ(gone.exit_code, 0) << gone.err;
    EXPECT_THAT(gone.out, HasSubstr("4 facts and 1 reservation are gone\n1 step taken"));
}

TEST_F(ClusterMigrate, down_counts_what_it_can_of_a_damaged_journal) {
    Cluster cluster{{.nodes = 1}};
    sell_one(cluster);
    EXPECT_EQ(cluster.node(0).stop(), 0);
    run_sql(cluster, "UPDATE journal SET frame = '\\x00' WHERE last_seq = 4");
    expect_refused(cluster.run("migrate", {"down"}), "4 facts and at least 0 reservations");
}

TEST_F(ClusterMigrate, down_asks_nothing_where_nothing_was_sold) {
    const Cluster cluster{empty_database()};
    EXPECT_EQ(cluster.run("migrate", {"up"}).exit_code, 0);
    const auto down = cluster.run("migrate", {"down"});
    EXPECT_EQ(down.exit_code, 0) << down.err;
    EXPECT_EQ(down.out, "1 step taken; the schema is at version 0\n");
}

TEST_F(ClusterMigrate, fork_waits_until_nobody_uses_the_journal) {
    Cluster cluster{{.nodes = 1}};
    sell_one(cluster);
    expect_refused(cluster.run("migrate", {"fork"}), "stop all nodes first, or say --yes");
    auto client = cluster.client(0);
    EXPECT_EQ(client.get("/readyz").value().status, 200U) << "the node goes on";
    client.close();
    EXPECT_EQ(cluster.node(0).stop(), 0);
    const auto forked = cluster.run("migrate", {"fork"});
    EXPECT_EQ(forked.exit_code, 0) << forked.err;
}

/// The numbers of all facts of one type.
std::vector<std::uint64_t> facts_of_type(Cluster& cluster, std::string_view type) {
    const auto frames = told_by_sql(
        cluster, "SELECT string_agg(encode(frame, 'hex'), ' ' ORDER BY first_seq) FROM journal"
    );
    std::vector<std::uint64_t> numbers;
    std::uint64_t next = 1;
    for (const auto& digits : frames | std::views::split(' ')) {
        std::string frame;
        boost::algorithm::unhex(digits.begin(), digits.end(), std::back_inserter(frame));
        // The journal's first row has no facts.
        if (frame.empty()) continue;
        const auto facts = store::engine::read_frame(frame, next);
        if (!facts) throw std::runtime_error(facts.error().what);
        for (const auto& fact : *facts)
            if (wire::fact_type(fact.body) == type) numbers.push_back(fact.seq);
        next += facts->size();
    }
    return numbers;
}

TEST_F(ClusterMigrate, raise_lets_facts_of_this_version_into_an_older_journal_once) {
    const TempFolder place;
    golden_folders().front().put_into(place.path() / "data");
    expect_done(back_up_folder(place.path() / "data", place.path() / "backup"), kWhole);
    Cluster cluster{empty_database()};
    expect_done(restore_cluster(cluster, place.path() / "backup"), kWhole);
    EXPECT_THAT(facts_of_type(cluster, "FormatRaised"), IsEmpty());
    for (int i = 0; i < 2; ++i) {
        const auto raised = cluster.run("migrate", {"raise"});
        EXPECT_EQ(raised.exit_code, 0) << raised.err;
        EXPECT_EQ(raised.out, "the journal takes facts of format 2\n");
        EXPECT_THAT(facts_of_type(cluster, "FormatRaised"), SizeIs(1));
    }
    expect_done(cluster.verify(), "in order");
}

TEST_F(ClusterMigrate, a_new_journal_begins_with_the_newest_format) {
    Cluster cluster{{.nodes = 1}};
    sell_one(cluster);
    EXPECT_EQ(cluster.run("migrate", {"raise"}).exit_code, 0);
    EXPECT_THAT(facts_of_type(cluster, "FormatRaised"), ElementsAre(1));
}

TEST_F(ClusterMigrate, tools_on_a_database_without_the_schema_say_what_to_do) {
    const Cluster cluster{empty_database()};
    const TempFolder folder;
    for (const auto& [command, arguments] :
         std::vector<std::pair<std::string, std::vector<std::string>>>{
             {"verify", {}},
             {"backup", {"--to", folder.path() / "backup"}},
             {"snapshot", {"--cache-dir", folder.path()}},
             {"migrate", {"fork"}},
         }) {
        expect_refused(
            cluster.run(command, arguments),
            "the database has schema 0 and this frontrow reads 1: frontrow migrate up"
        );
    }
}

TEST_F(ClusterMigrate, without_a_way_names_the_ways) {
    const Cluster cluster{empty_database()};
    const auto finished = cluster.run("migrate");
    EXPECT_EQ(finished.exit_code, 2);
    EXPECT_THAT(finished.err, HasSubstr("up, down, status, raise or fork"));
}

}  // namespace
}  // namespace frontrow::test
