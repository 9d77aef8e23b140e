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

/// A server's folder, to be taken away from under it.
class LostFolder : public testing::Test {
protected:
    void expect_end(const std::string& why) {
        EXPECT_EQ(server_.process().wait(kFailStopTime), 1);
        EXPECT_THAT(server_.process().err(), HasSubstr("the journal failed"));
        EXPECT_THAT(server_.process().err(), HasSubstr(why));
    }

    /// The promise is a second; a busy machine gets more.
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
    expect_end(data_.string() + "/lock isn't the file any more that was opened");
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

TEST(DataFolder, keeps_files_that_frontrow_does_not_know) {
    const TempFolder folder;
    std::ofstream{folder.path() / "notes.txt"} << "mine";
    {
        Server server{folder.path()};
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
