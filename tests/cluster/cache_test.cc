#include "cluster/cluster.h"
#include "support/http_answer.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

namespace frontrow::test {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

/// A node that keeps snapshots, and a hall with one seat sold.
class ClusterCache : public WithCluster {
protected:
    void SetUp() override {
        WithCluster::SetUp();
        if (IsSkipped()) return;
        cluster.emplace(Cluster::Options{.nodes = 1, .has_caches = true});
        auto client = cluster->client(0);
        hall = make_hall(client, 100);
        sold = buy(0);
    }

    /// The answer to a purchase of this seat.
    std::string buy(std::size_t seat) {
        auto client = cluster->client(0);
        const auto answer = client.send(
            reservation_of(hall.event, {hall.seats[seat]}, "alice", "key" + std::to_string(seat))
        );
        EXPECT_TRUE(answer && answer->status == 201);
        return answer ? answer->body : "";
    }
    void take_snapshot() {
        const auto taken = cluster->run("snapshot", {"--cache-dir", cluster->cache(0)});
        EXPECT_EQ(taken.exit_code, 0) << taken.err;
        EXPECT_THAT(taken.out, HasSubstr("has the first 4 facts"));
    }
    void restart() {
        EXPECT_EQ(cluster->node(0).stop(), 0);
        cluster->kill_node(0);
        cluster->start_node(0);
        cluster->wait_until_ready();
    }
    /// The number of the first fact that the node read at its start.
    std::uint64_t read_from() {
        const auto line = cluster->node(0).process().wait_for_line("the journal is read");
        return std::stoull(text_of(boost::json::parse(line.value()), "read_from"));
    }
    void expect_sold(std::size_t seats) {
        auto client = cluster->client(0);
        EXPECT_EQ(count_free(client, hall), 100 - seats);
        EXPECT_EQ(buy(0), as_replayed(sold)) << "asked again with its key";
        buy(50);
        const auto verified = cluster->verify();
        EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
    }
    fs::path newest() const { return *fs::directory_iterator{cluster->cache(0)}; }

    std::optional<Cluster> cluster;
    Hall hall;
    std::string sold;
};

TEST_F(ClusterCache, lets_a_node_begin_where_its_snapshot_stands) {
    EXPECT_EQ(read_from(), 1U);
    take_snapshot();
    buy(1);
    restart();
    EXPECT_EQ(read_from(), 5U);
    expect_sold(2);
}

TEST_F(ClusterCache, is_passed_over_where_it_is_damaged) {
    take_snapshot();
    const auto file = newest();
    fs::resize_file(file, fs::file_size(file) - 1);
    restart();
    EXPECT_TRUE(cluster->node(0).process().wait_for_line("a snapshot was not used"));
    EXPECT_EQ(read_from(), 1U);
    expect_sold(1);
}

TEST_F(ClusterCache, is_passed_over_where_it_is_another_clusters) {
    take_snapshot();
    const auto theirs = newest();
    Cluster other{{.nodes = 1, .is_started = false, .has_caches = true}};
    fs::create_directories(other.cache(0));
    fs::copy(theirs, other.cache(0) / theirs.filename());
    other.start_node(0);
    other.wait_until_ready();
    auto& process = other.node(0).process();
    const auto warned = process.wait_for_line("a snapshot was not used");
    EXPECT_THAT(warned.value_or(""), HasSubstr("no batch 4"));
    auto client = other.client(0);
    EXPECT_EQ(count_free(client, make_hall(client, 10)), 10U);
}

TEST_F(ClusterCache, must_be_a_folder_that_can_be_made) {
    const auto file = cluster->cache(7);
    fs::create_directories(file.parent_path());
    std::ofstream{file} << "in the way";
    const auto failed = cluster->run("snapshot", {"--cache-dir", file / "below"});
    EXPECT_EQ(failed.exit_code, 1);
    EXPECT_THAT(failed.err, HasSubstr(file.string()));
}

}  // namespace
}  // namespace frontrow::test
