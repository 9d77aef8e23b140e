#include "store/sqlite/side_file.h"

#include "io/file_lock.h"
#include "scenario/side_world.h"
#include "support/eventually.h"
#include "support/faulty_vfs.h"
#include "support/seed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <sqlite3.h>
#include <string>
#include <thread>
#include <utility>

// The promises that only side records in a data folder make.

namespace frontrow::test {
namespace {

using store::SideChange;
using store::sqlite::SideFile;
using testing::HasSubstr;

namespace fs = std::filesystem;

/// All bytes of all files in a folder.
std::string bytes_in(const fs::path& folder) {
    std::string all;
    for (const auto& entry : fs::directory_iterator{folder}) {
        std::ifstream file{entry.path(), std::ios::binary};
        all.append(std::istreambuf_iterator<char>{file}, {});
    }
    return all;
}

class SideFiles : public testing::Test {
protected:
    std::uint64_t put(SideFile& file, std::string name, std::string value, std::uint64_t on = 0) {
        return file
            .change({.name = std::move(name), .value = std::move(value), .expected_version = on})
            .value()
            .value();
    }
    bool erase(SideFile& file, std::string name, std::uint64_t on) {
        return file.change({.name = std::move(name), .value = {}, .expected_version = on})
            .value()
            .has_value();
    }

    TempFolder folder;
    fs::path path = folder.path() / "side.db";
};

TEST_F(SideFiles, are_their_users_alone) {
    umask(0);
    auto file = SideFile::open(path).value();
    put(file, "secret", "value");
    for (const auto& entry : fs::directory_iterator{folder.path()})
        EXPECT_EQ(entry.status().permissions(), fs::perms::owner_read | fs::perms::owner_write)
            << entry.path();
}

TEST_F(SideFiles, keep_no_byte_of_what_was_erased) {
    auto file = SideFile::open(path).value();
    std::map<std::string, std::uint64_t> versions;
    // Values of all lengths, within a page and over many. Each is overwritten once. Then every
    // third one is erased.
    for (int i = 0; i < 60; ++i) {
        const auto name = "personal/" + std::to_string(i);
        std::string secret;
        while (secret.size() < static_cast<std::size_t>(i) * 1'000)
            secret += "of-number-" + std::to_string(i) + ".";
        versions[name] = put(file, name, "long-gone-" + secret);
        versions[name] = put(file, name, "not-told-" + secret, versions[name]);
    }
    ASSERT_THAT(bytes_in(folder.path()), HasSubstr("of-number-33."));
    for (int i = 0; i < 60; i += 3)
        ASSERT_TRUE(
            erase(file, "personal/" + std::to_string(i), versions["personal/" + std::to_string(i)])
        );
    const auto left = bytes_in(folder.path());
    for (int i = 0; i < 60; ++i) {
        const auto words = "of-number-" + std::to_string(i) + ".";
        EXPECT_EQ(left.contains(words), i != 0 && i % 3 != 0) << i;
        if (i % 3 == 0) EXPECT_FALSE(left.contains("personal/" + std::to_string(i) + "n")) << i;
    }
    EXPECT_FALSE(left.contains("long-gone-")) << "what was overwritten is gone as well";
}

/// Records of all sizes are added, changed and erased, so that SQLite moves them about.
class ManyRecords : public SideFiles {
protected:
    void change_some(SideFile& file, int changes, std::size_t bytes_max) {
        for (int i = 0; i < changes; ++i) {
            const auto name = "personal/" + std::to_string(random() % 120);
            auto& known = versions[name];
            if (known > 0 && random() % 2 == 0) {
                ASSERT_TRUE(erase(file, name, known));
                words.erase(name);
                known = 0;
                continue;
            }
            const auto word = "word-" + std::to_string(++words_made) + ".";
            std::string value;
            for (auto bytes = random() % bytes_max; value.size() < bytes || value.empty();)
                value += word;
            known = put(file, name, value, known);
            words[name] = word;
        }
    }
    void expect_no_other_word() const {
        const auto bytes = bytes_in(folder.path());
        std::set<std::string> expected;
        for (const auto& [name, word] : words)
            expected.insert(word);
        for (int i = 1; i <= words_made; ++i) {
            const auto word = "word-" + std::to_string(i) + ".";
            EXPECT_EQ(bytes.contains(word), expected.contains(word)) << word;
        }
    }

    std::mt19937_64 random{seed_of_this_run()};
    FaultyVfs vfs;
    std::map<std::string, std::uint64_t> versions;
    std::map<std::string, std::string> words;
    int words_made = 0;
};

TEST_F(ManyRecords, leave_nothing_in_a_small_file) {
    auto file = SideFile::open(path, vfs.name()).value();
    for (int round = 0; round < 8 && !HasFailure(); ++round) {
        change_some(file, 250, 1'200);
        const auto name = versions.begin()->first;
        if (versions[name] == 0) versions[name] = put(file, name, "x");
        ASSERT_TRUE(erase(file, name, std::exchange(versions[name], 0)));
        words.erase(name);
        expect_no_other_word();
    }
}

TEST_F(ManyRecords, leave_nothing_in_a_large_file_once_it_was_closed_or_opened) {
    for (int round = 0; round < 4 && !HasFailure(); ++round) {
        {
            auto file = SideFile::open(path, vfs.name()).value();
            change_some(file, 300, 40'000);
            if (round % 2 == 0) ASSERT_TRUE(file.finish());
        }
        if (round % 2 == 1) (void)SideFile::open(path, vfs.name()).value();
        expect_no_other_word();
    }
}

TEST_F(SideFiles, go_on_when_the_disk_has_room_again) {
    FaultyVfs vfs;
    auto file = SideFile::open(path, vfs.name()).value();
    auto version = put(file, "cursor", "1");
    for (std::uint64_t nth = 1; nth < 8; ++nth) {
        vfs.fail(FaultyVfs::Op::write, nth, SQLITE_FULL);
        const auto changed = file.change(
            {.name = "cursor", .value = std::string(9'000, 'x'), .expected_version = version}
        );
        vfs.repair();
        if (changed) {
            version = changed->value();
        } else {
            EXPECT_EQ(changed.error().kind, io::FaultKind::storage_low);
        }
        const auto found = file.find("cursor").value().value();
        EXPECT_EQ(found.version, version);
        version = put(file, "cursor", "1", version);
    }
    // The record is erased even if its bytes can't be overwritten yet.
    for (std::uint64_t nth = 8; nth < 30; ++nth) {
        version = put(file, "personal", "x");
        vfs.fail(FaultyVfs::Op::write, nth, SQLITE_FULL);
        ASSERT_TRUE(erase(file, "personal", version)) << nth;
        EXPECT_FALSE(file.find("personal").value());
        vfs.repair();
    }
}

TEST_F(SideFiles, let_a_task_be_taken_once_the_disk_has_room_again) {
    FaultyVfs vfs;
    boost::asio::io_context io;
    const auto records =
        store::sqlite::SqliteSideRecords::open(io.get_executor(), folder.path(), vfs.name())
            .value();
    int troubles = 0;
    store::sqlite::SqliteTaskLeases leases{io.get_executor(), *records, [&](const io::Fault&) {
                                               ++troubles;
                                           }};
    vfs.fail(FaultyVfs::Op::write, 1, SQLITE_FULL);
    leases.stand_for("relay");
    EXPECT_TRUE(eventually([&] {
        run_ready(io);
        return leases.held("relay").has_value();
    }));
    EXPECT_EQ(troubles, 1);
    // close() doesn't wait for the next try of stand_for().
    vfs.fail(FaultyVfs::Op::write, 1, SQLITE_IOERR_WRITE);
    leases.stand_for("webhooks");
    EXPECT_TRUE(eventually([&] {
        run_ready(io);
        return troubles == 2;
    }));
    close_in(io, leases);
    close_in(io, *records);
}

TEST_F(SideFiles, empty_their_log_later_where_somebody_reads_just_then) {
    auto file = SideFile::open(path).value();
    const auto version = put(file, "personal/alice", "Alice of Wonderland");
    put(file, "personal/bob", "Bob");
    {
        auto reading = io::SqliteDatabase::open(path, io::SqliteDatabase::Mode::read_only).value();
        auto statement = reading.prepare("SELECT name FROM side_records").value();
        ASSERT_TRUE(statement.step().value());
        EXPECT_TRUE(erase(file, "personal/alice", version));
        EXPECT_THAT(bytes_in(folder.path()), HasSubstr("Alice of Wonderland"));
    }
    put(file, "personal/carol", "Carol");
    EXPECT_FALSE(bytes_in(folder.path()).contains("Alice of Wonderland"));
}

TEST_F(SideFiles, are_left_alone_after_a_fault_and_right_after_a_restart) {
    FaultyVfs vfs;
    std::uint64_t version = 0;
    {
        auto file = SideFile::open(path, vfs.name()).value();
        version = put(file, "cursor", "1");
        vfs.fail(FaultyVfs::Op::sync, 1, SQLITE_IOERR_FSYNC);
        const auto doubtful =
            file.change({.name = "cursor", .value = "2", .expected_version = version});
        ASSERT_FALSE(doubtful);
        EXPECT_EQ(doubtful.error().kind, io::FaultKind::outcome_unknown);
        for (const auto& refused :
             {file.find("cursor").error(),
              file.change({.name = "other", .value = "1"}).error(),
              file.take_task("relay").error()}) {
            EXPECT_EQ(refused.kind, io::FaultKind::unavailable);
            EXPECT_THAT(refused.what, HasSubstr("side.db failed and is left alone"));
        }
    }
    auto file = SideFile::open(path, vfs.name()).value();
    const auto found = file.find("cursor").value().value();
    EXPECT_TRUE(found.value == "1" || found.value == "2");
    put(file, "cursor", "3", found.version);
}

TEST_F(SideFiles, wait_while_another_process_changes_them) {
    auto file = SideFile::open(path).value();
    const auto lock = io::FileLock::open(path.string() + ".lock").value();
    std::optional<io::FileLock::Held> held{lock.take({}).value()};
    std::thread other{[&] {
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
        held.reset();
    }};
    const auto version = put(file, "cursor", "1");
    other.join();
    EXPECT_EQ(file.find("cursor").value().value().version, version);
}

TEST_F(SideFiles, are_changed_by_a_process_beside_the_folders_own) {
    std::uint64_t version = 0;
    {
        auto file = SideFile::open(path).value();
        version = put(file, "cursor", "1");
        ASSERT_TRUE(file.finish());
    }
    {
        auto beside = SideFile::open_beside(path).value();
        EXPECT_EQ(beside.find("cursor").value().value().version, version);
        version = put(beside, "cursor", "2", version);
        ASSERT_TRUE(beside.finish());
    }
    auto file = SideFile::open(path).value();
    EXPECT_EQ(file.find("cursor").value().value().value, "2");
    put(file, "cursor", "3", version);
}

TEST_F(SideFiles, that_were_removed_take_nothing_more) {
    auto file = SideFile::open(path).value();
    const auto version = put(file, "cursor", "1");
    fs::remove(path);
    const auto refused = file.change({.name = "cursor", .value = "2", .expected_version = version});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr("removed or replaced"));
}

/// Creating the file again would lose the content of the log.
TEST_F(SideFiles, that_are_gone_or_empty_are_not_made_anew_over_their_log) {
    const fs::path log = path.string() + "-wal";
    {
        auto file = SideFile::open(path).value();
        put(file, "cursor", "1");
    }
    const auto in_log = fs::file_size(log);
    ASSERT_GT(in_log, 0U);
    const auto expect_refused = [&](const char* why) {
        for (const auto& fault :
             {SideFile::open(path).error(), SideFile::open_to_read(path).error()}) {
            EXPECT_EQ(fault.kind, io::FaultKind::corrupt);
            EXPECT_THAT(fault.what, HasSubstr(why));
        }
    };
    fs::resize_file(path, 0);
    expect_refused("missing or empty, but its log is there");
    fs::remove(path);
    expect_refused("missing or empty, but its log is there");
    EXPECT_EQ(fs::file_size(log), in_log);
    std::ofstream{path}.close();
    fs::remove(log);
    expect_refused("the file is empty");
    fs::remove(path);
    EXPECT_FALSE(SideFile::open_to_read(path).value());
    EXPECT_FALSE(SideFile::open(path).value().find("cursor").value());
}

TEST_F(SideFiles, are_made_where_another_start_was_cut_off) {
    std::ofstream{path.string() + ".new"} << "half";
    auto file = SideFile::open(path).value();
    put(file, "cursor", "1");
    EXPECT_FALSE(fs::exists(path.string() + ".new"));
}

/// The power goes at a random point of a random history. Everything that was answered is there
/// afterwards.
TEST_F(SideFiles, have_all_that_was_answered_after_a_power_cut) {
    std::mt19937_64 random{seed_of_this_run()};
    for (int round = 0; round < 40 && !HasFailure(); ++round) {
        SCOPED_TRACE(round);
        const auto place = folder.path() / std::to_string(round);
        fs::create_directory(place);
        FaultyVfs vfs;
        std::map<std::string, store::SideRecord> known;
        std::optional<SideChange> doubtful;
        std::uint64_t newest = 0;
        {
            auto file = SideFile::open(place / "side.db", vfs.name()).value();
            vfs.cut_power(1 + random() % 150);
            while (!doubtful) {
                SideChange change{.name = "record " + std::to_string(random() % 5), .value = {}};
                const auto there = known.find(change.name);
                if (there != known.end()) change.expected_version = there->second.version;
                if (there == known.end() || random() % 3 != 0)
                    change.value = std::string(random() % 9'000, static_cast<char>(random()));
                const auto outcome = file.change(change);
                if (!outcome) {
                    doubtful = change;
                } else if (change.value) {
                    newest = outcome->value();
                    known[change.name] = {change.name, *change.value, newest};
                } else {
                    newest = outcome->value();
                    known.erase(change.name);
                }
            }
        }
        vfs.restore_power(&random);
        auto file = SideFile::open(place / "side.db", vfs.name()).value();
        for (int i = 0; i < 5; ++i) {
            const auto name = "record " + std::to_string(i);
            const auto found = file.find(name).value();
            const auto there = known.find(name);
            if (name == doubtful->name && found.has_value() == doubtful->value.has_value() &&
                (!found || found->value == *doubtful->value))
                continue;
            ASSERT_EQ(found.has_value(), there != known.end()) << name;
            if (found) EXPECT_EQ(*found, there->second);
        }
        EXPECT_GE(file.last_version().value(), newest);
    }
}

}  // namespace
}  // namespace frontrow::test
