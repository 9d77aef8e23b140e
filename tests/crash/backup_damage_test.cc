#include "crash/journal_history.h"
#include "store/sqlite/backup.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/journal_head.h"
#include "store/sqlite/side_file.h"
#include "support/seed.h"
#include "support/temp_folder.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::test {
namespace {

using store::engine::JournalEnd;
using store::sqlite::Copied;
using store::sqlite::DataFolder;
using store::sqlite::Journal;
using store::sqlite::JournalHead;
using store::sqlite::SideFile;

namespace fs = std::filesystem;

/// A backup of some pages, held in memory so that its bytes can be changed.
class DamagedBackup : public testing::Test {
protected:
    void SetUp() override {
        const auto data = folder_.path() / "data";
        fs::create_directory(data);
        History history{seed_};
        {
            auto journal = Journal::open(DataFolder::journal_of(data), {});
            ASSERT_TRUE(journal);
            for (int i = 0; i < 40; ++i) {
                history.add_batch(1 + static_cast<std::size_t>(i) % 7);
                ASSERT_TRUE(history.append_to(*journal));
            }
            end_ = journal->end();
            ASSERT_TRUE(JournalHead::establish(DataFolder::head_of(data), end_));
        }
        {
            auto side = SideFile::open(DataFolder::side_of(data)).value();
            for (int i = 0; i < 8; ++i) {
                // The end of the long value is on the file's last page, which has unused bytes
                // after it: SQLite doesn't notice that they are missing.
                const std::string value(i == 3 ? 4'400uz : 50uz, 'x');
                ASSERT_TRUE(side.change({.name = "record " + std::to_string(i), .value = value}));
            }
            side_records_ = side.list({}, {}).value();
        }
        const auto backup = folder_.path() / "backup.db";
        ASSERT_TRUE(store::sqlite::back_up(data, backup, [](const JournalEnd&) {}));
        std::ifstream file{backup, std::ios::binary};
        bytes_.assign(std::istreambuf_iterator<char>{file}, {});
        ASSERT_GT(bytes_.size(), 5U * 4'096) << "only some pages can be missing";
    }

    /// True if a file of these bytes is restored when no end mark is required. The restored journal
    /// must be whole.
    bool is_restored(const std::string& bytes) {
        const auto file = folder_.path() / "damaged" / "backup.db";
        const auto restored = folder_.path() / "restored";
        fs::remove_all(file.parent_path());
        fs::remove_all(restored);
        fs::create_directory(file.parent_path());
        std::ofstream{file, std::ios::binary} << bytes;
        const auto end = store::sqlite::restore(
            file,
            restored,
            [](const JournalEnd&) {},
            [](const std::string& what) { ADD_FAILURE() << "it had a mark: " << what; }
        );
        EXPECT_EQ(fs::exists(DataFolder::journal_of(restored)), end.has_value());
        EXPECT_EQ(fs::exists(DataFolder::head_of(restored)), end.has_value());
        EXPECT_EQ(fs::exists(DataFolder::side_of(restored)), end.has_value());
        if (!end) return false;
        EXPECT_EQ(*end, (Copied{end_, side_records_.size()}));
        EXPECT_EQ(recover(restored).end, end_);
        auto side = SideFile::open_to_read(DataFolder::side_of(restored)).value();
        EXPECT_EQ(side->list({}, {}).value(), side_records_);
        return true;
    }

    const std::uint64_t seed_ = seed_of_this_run();
    std::mt19937_64 random_{seed_};
    TempFolder folder_;
    std::string bytes_;
    JournalEnd end_;
    std::vector<store::SideRecord> side_records_;
};

TEST_F(DamagedBackup, is_restored_whole_where_it_is_not_damaged) {
    EXPECT_TRUE(is_restored(bytes_));
}

/// While the backup is made, a running server writes a person's record and then a fact, and a
/// reader moves its cursor.
TEST_F(DamagedBackup, has_cursors_from_before_the_facts_and_other_records_from_after) {
    const auto data = folder_.path() / "data";
    auto side = SideFile::open(DataFolder::side_of(data)).value();
    const auto change = [&](std::string name, std::string value, std::uint64_t on = 0) {
        return side.change({.name = name, .value = value, .expected_version = on}).value().value();
    };
    const auto cursor = change("cursor/kafka", "40");
    bool is_changed = false;
    const auto end = store::sqlite::back_up(data, folder_.path() / "b", [&](const JournalEnd&) {
        if (std::exchange(is_changed, true)) return;
        change("cursor/kafka", "41", cursor);
        change("cursor/webhooks", "41");
        change("about/41", "of a fact that comes after");
        change("personal/alice", "of a fact that comes after");
    });
    EXPECT_EQ(end->end, end_);
    EXPECT_EQ(end->side_records, 11U);
    const auto restored = folder_.path() / "of both times";
    ASSERT_TRUE(store::sqlite::restore(folder_.path() / "b", restored, [](const JournalEnd&) {}));
    auto records = SideFile::open_to_read(DataFolder::side_of(restored)).value();
    EXPECT_EQ(records->find("cursor/kafka").value()->value, "40");
    EXPECT_FALSE(records->find("cursor/webhooks").value());
    EXPECT_TRUE(records->find("about/41").value());
    EXPECT_TRUE(records->find("personal/alice").value());
    EXPECT_TRUE(records->find("record 1").value());
    EXPECT_EQ(records->last_version().value(), side.last_version().value());
}

/// During the restore, another program puts a file where the restore would put its own.
TEST_F(DamagedBackup, is_restored_over_no_file_that_came_meanwhile) {
    const auto backup = folder_.path() / "backup.db";
    for (const auto* name : {"journal.db", "side.db"}) {
        const auto restored = folder_.path() / ("with another " + std::string{name});
        const auto put_file = [&](const JournalEnd&) { std::ofstream{restored / name} << "mine"; };
        EXPECT_FALSE(store::sqlite::restore(backup, restored, put_file));
        EXPECT_EQ(fs::file_size(restored / name), 4U);
        fs::remove(restored / name);
        EXPECT_TRUE(store::sqlite::restore(backup, restored, [](const JournalEnd&) {})) << name;
    }
}

TEST_F(DamagedBackup, may_have_any_name) {
    const auto before = fs::current_path();
    fs::current_path(folder_.path());
    const auto progress = [](const JournalEnd&) {};
    for (const auto* name : {"file:b.db", "file:b.db?mode=memory", ":memory:", "b%41.db"}) {
        EXPECT_EQ(store::sqlite::back_up("data", name, progress)->end, end_) << name;
        const auto restored = "restored of " + std::string{name};
        EXPECT_EQ(store::sqlite::restore(name, restored, progress)->end, end_) << name;
        EXPECT_EQ(recover(fs::absolute(restored)).end, end_) << name;
    }
    fs::current_path(before);
}

TEST_F(DamagedBackup, is_refused_wherever_it_is_cut_off) {
    const auto step = is_soak() ? 1uz : 61uz;
    for (auto length = random_() % step; length < bytes_.size() && !HasFailure(); length += step)
        EXPECT_FALSE(is_restored(bytes_.substr(0, length))) << "cut at " << length;
}

TEST_F(DamagedBackup, is_refused_wherever_its_rest_is_zeros) {
    const auto step = is_soak() ? 1uz : 61uz;
    for (auto from = random_() % step; from < bytes_.size() && !HasFailure(); from += step) {
        auto bytes = bytes_;
        std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.end(), '\0');
        if (bytes == bytes_) break;
        (void)is_restored(bytes);
    }
}

TEST_F(DamagedBackup, is_refused_or_whole_whatever_bit_of_it_is_flipped) {
    const int flips = is_soak() ? 20'000 : 400;
    int refused = 0;
    for (int i = 0; i < flips && !HasFailure(); ++i) {
        auto bytes = bytes_;
        // Half of the flips hit the beginning, which has the schema and the mark.
        const auto at = random_() % (i % 2 == 0 ? bytes.size() : 3 * 4'096);
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << random_() % 8));
        SCOPED_TRACE("byte " + std::to_string(at));
        refused += is_restored(bytes) ? 0 : 1;
    }
    EXPECT_GT(refused, flips / 10) << "the damage wasn't where the rows are";
}

}  // namespace
}  // namespace frontrow::test
