#pragma once

#include "cluster/cluster.h"
#include "store/side_records.h"

#include <gmock/gmock.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace frontrow::test {

// Conversions between the two kinds of journal through a backup, and the content of backups.

/// A cluster whose database has no tables and whose nodes aren't started.
inline Cluster::Options empty_database(std::size_t nodes = 1) {
    return {.nodes = nodes, .is_started = false};
}

Finished back_up_folder(const std::filesystem::path& folder, const std::filesystem::path& to);
Finished restore_folder(const std::filesystem::path& from, const std::filesystem::path& folder);
Finished back_up_cluster(const Cluster& cluster, const std::filesystem::path& to);
Finished restore_cluster(const Cluster& cluster, const std::filesystem::path& from);

inline constexpr auto kWhole = "the chain is whole";

inline void expect_done(const Finished& finished, const std::string& says) {
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_THAT(finished.out, testing::HasSubstr(says));
}

inline void expect_refused(const Finished& finished, const std::string& why) {
    EXPECT_EQ(finished.exit_code, 1) << finished.out;
    EXPECT_THAT(finished.err, testing::HasSubstr(why));
}

/// The facts and side records in a backup's end mark, without the number of batches.
std::string mark_of(const std::filesystem::path& backup);

/// The number of a backup's last fact.
std::uint64_t last_seq_in(const std::filesystem::path& backup);

/// Stores these side records. No other program may use the folder or the database meanwhile.
void put_side_records(const std::filesystem::path& folder, const std::vector<std::string>& names);
void put_side_records(Cluster& cluster, const std::vector<std::string>& names);
std::vector<store::SideRecord> side_records_in(const std::filesystem::path& folder);

/// Moves a reader's cursor along with the journal while it lives. A cursor is a side record with
/// the number of a fact, here the newest.
class FollowingCursor {
public:
    explicit FollowingCursor(Cluster& cluster);
    ~FollowingCursor();
    FollowingCursor(const FollowingCursor&) = delete;
    FollowingCursor& operator=(const FollowingCursor&) = delete;

    static constexpr auto kName = "cursor/following";

private:
    void run();

    std::string url_;
    std::atomic<bool> is_stopping_ = false;
    std::thread thread_;
};

/// True if each row has only facts of the row's time.
bool has_rows_of_one_time(Cluster& cluster);

/// Runs SQL statements on the cluster's database.
void run_sql(Cluster& cluster, const std::string& sql);
/// The result of a statement that returns one text.
std::string told_by_sql(Cluster& cluster, const std::string& sql);

}  // namespace frontrow::test
