#include "end_to_end/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::Not;

namespace fs = std::filesystem;

Finished serve_in(const fs::path& folder, bool as_nobody = false) {
    return run_program(serve_arguments(folder, {"--dev"}), {}, as_nobody);
}

TEST(DataFolder, belongs_to_one_server) {
    const TempFolder folder;
    Server first{folder.path()};
    const auto second = serve_in(folder.path());
    EXPECT_EQ(second.exit_code, 1);
    EXPECT_THAT(second.err, HasSubstr(folder.path().string() + " is in use by another frontrow"));
    EXPECT_THAT(second.err, HasSubstr("--data-dir"));
    EXPECT_EQ(first.client().get("/readyz").value().status, 200U);
}

TEST(DataFolder, is_free_again_however_its_server_ended) {
    const TempFolder folder;
    Server killed{folder.path()};
    killed.process().kill();
    Server stopped{folder.path()};
    EXPECT_EQ(stopped.stop(), 0);
    Server next{folder.path()};
    EXPECT_EQ(next.client().get("/readyz").value().status, 200U);
}

TEST(DataFolder, is_made_with_the_folders_above_it) {
    const TempFolder folder;
    const auto deep = folder.path() / "some where" / "\"quoted\" 座席";
    Server server{deep};
    EXPECT_TRUE(fs::exists(deep / "journal.db"));
    EXPECT_EQ(server.stop(), 0);
}

TEST(DataFolder, is_closed_to_everybody_else) {
    const TempFolder folder;
    const auto data = folder.path() / "data";
    Server server{data};
    constexpr auto others = fs::perms::group_all | fs::perms::others_all;
    EXPECT_EQ(fs::status(data).permissions() & others, fs::perms::none);
    int files = 0;
    for (const auto& file : fs::directory_iterator{data}) {
        EXPECT_EQ(file.status().permissions() & others, fs::perms::none) << file.path();
        ++files;
    }
    EXPECT_GT(files, 3) << "the journal with its log, its head and the lock";
}

TEST(DataFolder, that_is_a_file_ends_it_with_1_and_its_name) {
    const TempFolder folder;
    const auto file = folder.path() / "file";
    std::ofstream{file} << "not a folder";
    for (const auto& path : {file, file / "below"}) {
        const auto finished = serve_in(path);
        EXPECT_EQ(finished.exit_code, 1);
        EXPECT_THAT(finished.err, HasSubstr("can't use the data folder " + path.string()));
    }
    std::string content;
    std::getline(std::ifstream{file}, content);
    EXPECT_EQ(content, "not a folder");
}

TEST(DataFolder, that_cant_be_written_ends_it_with_1_and_its_name) {
    const bool is_root = geteuid() == 0;
    if (is_root && run_program({"--version"}, {}, true).exit_code != 0)
        GTEST_SKIP() << "root may write anywhere, and nobody else may run the program from here";
    const TempFolder folder;
    const auto locked = folder.path() / "locked";
    fs::create_directory(locked);
    ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
    ASSERT_EQ(chmod(locked.c_str(), 0555), 0);
    for (const auto& path : {locked, locked / "below"}) {
        const auto finished = serve_in(path, is_root);
        EXPECT_EQ(finished.exit_code, 1);
        EXPECT_THAT(finished.err, HasSubstr("can't use the data folder " + path.string()));
        EXPECT_THAT(finished.err, HasSubstr("Permission denied"));
    }
    ASSERT_EQ(chmod(locked.c_str(), 0755), 0);
}

TEST(DataFolder, of_another_user_is_not_said_to_have_no_journal) {
    const bool is_root = geteuid() == 0;
    if (!is_root || run_program({"--version"}, {}, true).exit_code != 0)
        GTEST_SKIP() << "there is nobody else to run the program";
    const TempFolder folder;
    ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
    const auto data = folder.path() / "data";
    ASSERT_EQ(run_program({"seed", "--data-dir", data}).exit_code, 0);
    const auto finished = run_program({"verify", "--data-dir", data}, {}, true);
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.err, HasSubstr("permission denied; run it as the server's user"));
    // A user with read access only can't store a reader's cursor.
    for (const auto& file : fs::recursive_directory_iterator{folder.path()})
        fs::permissions(file, fs::perms::all);
    ASSERT_EQ(chmod(data.c_str(), 0555), 0);
    for (const auto& file : fs::directory_iterator{data})
        ASSERT_EQ(chmod(file.path().c_str(), 0444), 0);
    const auto read_only = run_program({"verify", "--data-dir", data}, {}, true);
    EXPECT_EQ(read_only.exit_code, 1);
    EXPECT_THAT(read_only.err, HasSubstr("or on a copy of the folder"));
}

/// A folder that a command may enter but not list, or with one file that it may not read.
TEST(DataFolder, that_may_be_read_in_part_is_not_taken_for_the_whole) {
    const bool is_root = geteuid() == 0;
    if (!is_root || run_program({"--version"}, {}, true).exit_code != 0)
        GTEST_SKIP() << "there is nobody else to run the program";
    const TempFolder folder;
    ASSERT_EQ(chmod(folder.path().c_str(), 0777), 0);
    const auto data = folder.path() / "data";
    ASSERT_EQ(run_program({"seed", "--data-dir", data}).exit_code, 0);
    for (const auto& file : fs::recursive_directory_iterator{folder.path()})
        fs::permissions(file, fs::perms::all);
    const auto as_nobody = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--data-dir", data.string()});
        return run_program(std::move(arguments), {}, true);
    };
    const auto backup = (folder.path() / "backup").string();
    EXPECT_EQ(as_nobody({"verify"}).exit_code, 0);

    ASSERT_EQ(chmod((data / "journal.head").c_str(), 0), 0);
    for (const auto& finished : {as_nobody({"verify"}), as_nobody({"backup", "--to", backup})}) {
        EXPECT_EQ(finished.exit_code, 1);
        EXPECT_THAT(finished.err, HasSubstr("journal.head: Permission denied; run it as"));
        EXPECT_THAT(finished.err, testing::Not(HasSubstr("is missing")));
    }
    EXPECT_FALSE(fs::exists(backup));
    fs::permissions(data / "journal.head", fs::perms::all);

    // Snapshots are found by listing the folder, and verify must not ignore one that it can't see.
    ASSERT_EQ(chmod(data.c_str(), 0311), 0);
    const auto verified = as_nobody({"verify"});
    EXPECT_EQ(verified.exit_code, 1);
    EXPECT_THAT(verified.err, HasSubstr("can't list the snapshots in " + data.string()));
    EXPECT_EQ(as_nobody({"backup", "--to", backup}).exit_code, 0);
}

/// A server whose folder is removed while it runs.
class LostFolder : public testing::Test {
protected:
    void expect_end(const std::string& why) {
        EXPECT_EQ(server_.process().wait(kFailStopTime), 1);
        EXPECT_THAT(server_.process().err(), HasSubstr("the journal failed"));
        EXPECT_THAT(server_.process().err(), HasSubstr(why));
    }

    /// The server should exit within a second; a busy machine gets more time.
    static constexpr std::chrono::seconds kFailStopTime{40};

    TempFolder folder_;
    fs::path data_ = folder_.path() / "data";
    Server server_{data_};
};

TEST_F(LostFolder, that_was_removed_ends_the_server_with_1_and_its_name) {
    auto client = server_.client();
    make_hall(client, 10);
    fs::remove_all(data_);
    expect_end("the data folder " + data_.string() + " is gone");
    EXPECT_FALSE(fs::exists(data_)) << "something was written there";
}

TEST_F(LostFolder, that_was_replaced_by_another_ends_the_server_and_is_left_alone) {
    const auto copy = folder_.path() / "copy";
    fs::copy(data_, copy);
    ASSERT_EQ(::renameat2(AT_FDCWD, copy.c_str(), AT_FDCWD, data_.c_str(), RENAME_EXCHANGE), 0);
    const auto before = fs::last_write_time(data_ / "journal.db");
    expect_end(data_.string() + "/lock was replaced while it was open");
    EXPECT_EQ(fs::last_write_time(data_ / "journal.db"), before);
}

TEST(DataFolder, that_loses_a_file_of_the_journal_ends_the_server_with_1_and_its_name) {
    for (const auto* name :
         {"journal.db", "journal.db-wal", "journal.db-shm", "journal.head", "lock"}) {
        const TempFolder folder;
        Server server{folder.path()};
        fs::remove(folder.path() / name);
        EXPECT_EQ(server.process().wait(std::chrono::seconds{40}), 1) << name;
        EXPECT_THAT(
            server.process().err(), HasSubstr((folder.path() / name).string() + " is gone")
        );
        EXPECT_FALSE(fs::exists(folder.path() / name));
    }
}

TEST(DataFolder, that_has_only_files_of_others_is_refused_and_left_alone) {
    const TempFolder folder;
    std::ofstream{folder.path() / "notes.txt"} << "mine";
    for (const auto& command :
         {serve_arguments(folder.path(), {"--dev"}), {"seed", "--data-dir", folder.path()}}) {
        const auto finished = run_program(command);
        EXPECT_EQ(finished.exit_code, 1);
        EXPECT_THAT(finished.err, HasSubstr("other files (notes.txt)"));
    }
    EXPECT_EQ(std::distance(fs::directory_iterator{folder.path()}, {}), 1);
}

TEST(DataFolder, that_is_new_or_empty_is_told_of_once) {
    constexpr auto kNew = "a new, empty store was made";
    const TempFolder folder;
    fs::create_directory(folder.path() / "lost+found");
    std::ofstream{folder.path() / ".env"} << "";
    Server first{folder.path()};
    EXPECT_THAT(first.process().err(), HasSubstr(kNew));
    EXPECT_EQ(first.stop(), 0);
    Server second{folder.path()};
    EXPECT_THAT(second.process().err(), Not(HasSubstr(kNew)));
}

TEST(DataFolder, keeps_files_that_frontrow_does_not_know) {
    const TempFolder folder;
    {
        Server server{folder.path()};
        std::ofstream{folder.path() / "notes.txt"} << "mine";
        auto client = server.client();
        make_hall(client, 10);
        EXPECT_EQ(server.stop(), 0);
    }
    Server again{folder.path()};
    EXPECT_EQ(again.stop(), 0);
    std::string content;
    std::getline(std::ifstream{folder.path() / "notes.txt"}, content);
    EXPECT_EQ(content, "mine");
}

}  // namespace
}  // namespace frontrow::test
