#include "cluster/copies.h"
#include "end_to_end/load.h"
#include "golden/golden_folder.h"
#include "support/seed.h"
#include "support/temp_folder.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

class ClusterBackup : public WithCluster {
protected:
    fs::path at(const std::string& name) const { return folder_.path() / name; }

    TempFolder folder_;
};

/// The ids of a buyer's reservations.
std::set<std::string> reservations_of(const std::string& user, Client client) {
    std::set<std::string> ids;
    for (;;) {
        const auto list =
            client.get("/api/v1/reservations?limit=100&offset=" + std::to_string(ids.size()), user);
        const auto page = list.value().json();
        if (page.as_array().empty()) return ids;
        for (const auto& one : page.as_array())
            ids.insert(text_of(one, "id"));
    }
}

TEST_F(ClusterBackup, taken_under_load_has_all_that_was_acknowledged_before_it_began) {
    Cluster cluster{{.nodes = 2}};
    auto client = cluster.client(0);
    const auto crowded = make_hall(client, 2'000);
    const auto quiet = make_hall(client, 40);
    Load load{
        crowded,
        {.ports = cluster.ports(), .name = "crowd", .seed = seed_of_this_run(), .buyers = 6}
    };
    const FollowingCursor cursor{cluster};
    std::set<std::string> acknowledged;
    for (int round = 0; round < 2; ++round) {
        load.wait_for_answers(load.answers() + 200);
        for (int i = 0; i < 20; ++i) {
            const auto& seat = quiet.seats.at(acknowledged.size());
            const auto made = client.send(reservation_of(quiet.event, {seat}, "alice", seat));
            ASSERT_EQ(made.value().status, 201U) << made->body;
            acknowledged.insert(text_of(made->json(), "id"));
        }
        const auto file = at("backup-" + std::to_string(round));
        expect_done(back_up_cluster(cluster, file), kWhole);
        EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
        // Restore the backup into a folder, then into a cluster.
        const auto data = at("data-" + std::to_string(round));
        expect_done(restore_folder(file, data), kWhole);
        expect_done(verify(data), "in order");
        const auto followed = side_records_in(data).at(0);
        EXPECT_EQ(followed.name, FollowingCursor::kName);
        EXPECT_GT(std::stoul(followed.value), 0U);
        EXPECT_LE(std::stoul(followed.value), last_seq_in(file)) << "a cursor ahead of the facts";
        EXPECT_EQ(reservations_of("alice", Server{data}.client()), acknowledged);
        Cluster other{empty_database()};
        expect_done(restore_cluster(other, file), kWhole);
        expect_done(other.verify(), "in order");
        other.start_node(0);
        other.wait_until_ready();
        EXPECT_EQ(reservations_of("alice", other.client(0)), acknowledged);
    }
    load.stop();
    EXPECT_THAT(load.surprises(), IsEmpty());
}

/// The output of verify without the lines about a folder's snapshots.
std::string without_snapshots(const std::string& told) {
    std::istringstream lines{told};
    std::string rest;
    for (std::string line; std::getline(lines, line);)
        if (!line.starts_with("snapshot-")) rest += line + "\n";
    return rest;
}

/// Backups of a folder and of a cluster have the same content: the same facts, byte for byte, and
/// the same side records with their versions.
TEST_F(ClusterBackup, of_what_was_restored_has_the_same_content) {
    for (const auto& golden : golden_folders()) {
        SCOPED_TRACE(golden.name());
        const TempFolder place;
        const auto in = [&](const char* name) { return place.path() / name; };
        golden.put_into(in("data"));
        put_side_records(in("data"), {"test/a", "test/日本", "test/b"});
        const auto records = side_records_in(in("data"));
        ASSERT_GE(records.size(), 3U);
        expect_done(back_up_folder(in("data"), in("first")), kWhole);

        Cluster cluster{empty_database()};
        expect_done(restore_cluster(cluster, in("first")), kWhole);
        const auto verified = cluster.verify();
        expect_done(verified, "in order");
        EXPECT_TRUE(has_rows_of_one_time(cluster));
        EXPECT_EQ(verified.out, without_snapshots(verify(in("data")).out));
        expect_done(back_up_cluster(cluster, in("second")), kWhole);
        EXPECT_EQ(mark_of(in("second")), mark_of(in("first")));

        expect_done(restore_folder(in("second"), in("data again")), kWhole);
        EXPECT_EQ(side_records_in(in("data again")), records);
        expect_done(back_up_folder(in("data again"), in("third")), kWhole);
        EXPECT_EQ(mark_of(in("third")), mark_of(in("first")));
        // The next side record gets the same new version in both.
        put_side_records(cluster, {"a new one"});
        put_side_records(in("data again"), {"a new one"});
        const auto version = side_records_in(in("data again")).front().version;
        for (const auto& before : records)
            EXPECT_GT(version, before.version);
        EXPECT_EQ(
            told_by_sql(cluster, "SELECT version::text FROM side_records WHERE name = 'a new one'"),
            std::to_string(version)
        );
    }
}

TEST_F(ClusterBackup, goes_to_nodes_that_run_on_an_empty_journal) {
    {
        Server server{at("data")};
        auto client = server.client();
        const auto hall = make_hall(client, 500);
        // A batch of many buyers' requests has facts of several moments.
        Load load{hall, {.ports = {server.port()}, .name = "crowd", .seed = seed_of_this_run()}};
        load.wait_for_answers(500);
        load.stop();
        ASSERT_EQ(server.stop(), 0);
    }
    expect_done(back_up_folder(at("data"), at("backup")), kWhole);
    Cluster cluster{{.nodes = 2}};
    expect_done(restore_cluster(cluster, at("backup")), kWhole);
    EXPECT_TRUE(has_rows_of_one_time(cluster));
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        auto client = cluster.client(i);
        const auto events = client.get("/api/v1/events");
        ASSERT_EQ(events.value().json().as_array().size(), i + 1) << events->body;
        make_hall(client, 5);
    }
    expect_done(cluster.verify(), "3 events, 510 seats");
}

TEST_F(ClusterBackup, is_put_only_into_an_empty_database) {
    Cluster cluster{{.nodes = 1}};
    auto client = cluster.client(0);
    make_hall(client, 10);
    expect_done(back_up_cluster(cluster, at("backup")), kWhole);
    const auto before = told_by_sql(cluster, "SELECT max(hash::text) FROM journal");
    expect_refused(restore_cluster(cluster, at("backup")), "its journal has facts");
    EXPECT_EQ(told_by_sql(cluster, "SELECT max(hash::text) FROM journal"), before);

    Cluster other{empty_database()};
    expect_done(other.run("migrate", {"up"}), "1 step taken");
    put_side_records(other, {"mine"});
    expect_refused(restore_cluster(other, at("backup")), "it has side records");
    run_sql(other, "DELETE FROM side_records");
    expect_done(restore_cluster(other, at("backup")), kWhole);
}

TEST_F(ClusterBackup, that_is_not_whole_leaves_the_database_empty) {
    {
        Server server{at("data")};
        auto client = server.client();
        for (int i = 0; i < 20; ++i)
            make_hall(client, 100);
        ASSERT_EQ(server.stop(), 0);
    }
    put_side_records(at("data"), {"cursor/kafka", "personal/alice"});
    expect_done(back_up_folder(at("data"), at("backup")), kWhole);
    Cluster cluster{empty_database()};
    std::ifstream file{at("backup"), std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    const auto secret = bytes.find("value of personal/alice");
    ASSERT_NE(secret, std::string::npos);
    auto flipped = bytes;
    flipped[secret] ^= 1;
    for (const auto& damaged :
         {bytes.substr(0, bytes.size() / 2), bytes.substr(0, bytes.size() - 1'000), flipped}) {
        std::ofstream{at("damaged"), std::ios::binary} << damaged;
        expect_refused(restore_cluster(cluster, at("damaged")), "can't be restored");
        EXPECT_EQ(told_by_sql(cluster, "SELECT count(*)::text FROM journal"), "1");
        EXPECT_EQ(told_by_sql(cluster, "SELECT count(*)::text FROM side_records"), "0");
    }
    expect_done(restore_cluster(cluster, at("backup")), kWhole);
    expect_done(cluster.verify(), "20 events, 2000 seats");
}

TEST_F(ClusterBackup, of_a_journal_that_is_damaged_is_not_made) {
    Cluster cluster{{.nodes = 1}};
    auto client = cluster.client(0);
    make_hall(client, 10);
    const auto row = std::string{" WHERE first_seq = 3"};
    for (const auto& [damage, repair, why] : std::vector<std::array<std::string, 3>>{
             {"SET frame = set_byte(frame, 20, get_byte(frame, 20) # 1)",
              "SET frame = set_byte(frame, 20, get_byte(frame, 20) # 1)",
              "the batch of fact 3: it doesn't follow"},
             {"SET n = n + 1", "SET n = n - 1", "the batch of fact 3: it doesn't follow"},
         }) {
        run_sql(cluster, "UPDATE journal " + damage + row);
        expect_refused(back_up_cluster(cluster, at("backup")), why);
        EXPECT_TRUE(fs::is_empty(folder_.path())) << "nothing is left";
        run_sql(cluster, "UPDATE journal " + repair + row);
    }
    expect_done(back_up_cluster(cluster, at("backup")), kWhole);
    expect_refused(back_up_cluster(cluster, at("backup")), "is there already");
}

TEST_F(
    ClusterBackup,
    of_a_state_that_does_not_follow_from_the_facts_is_not_made_nor_is_it_in_order
) {
    Cluster cluster{{.nodes = 1}};
    auto client = cluster.client(0);
    make_hall(client, 10);
    // The row's hash matches its content: only the facts show the error.
    run_sql(
        cluster,
        "UPDATE journal SET state = set_byte(state, 0, get_byte(state, 0) # 1) WHERE first_seq = 3;"
        "UPDATE journal b SET hash = sha256(p.hash || int8send(b.first_seq) || int8send(b.last_seq)"
        " || int8send((extract(epoch FROM b.at) * 1000)::bigint) || uuid_send(b.writer)"
        " || int8send(b.n) || b.state || b.frame) FROM journal p"
        " WHERE p.last_seq = b.first_seq - 1 AND b.first_seq = 3"
    );
    constexpr auto kWhy = "the batch of fact 3 has a state digest that doesn't match its facts";
    expect_refused(back_up_cluster(cluster, at("backup")), kWhy);
    const auto verified = cluster.verify();
    EXPECT_EQ(verified.exit_code, 1);
    EXPECT_THAT(verified.out, HasSubstr(kWhy));
}

TEST_F(ClusterBackup, of_a_database_without_the_schema_is_not_made) {
    const Cluster cluster{empty_database()};
    expect_refused(back_up_cluster(cluster, at("backup")), "frontrow migrate up");
}

}  // namespace
}  // namespace frontrow::test
