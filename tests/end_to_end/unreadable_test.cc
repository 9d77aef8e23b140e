#include "end_to_end/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sys/stat.h>

// A command that can't read a given file or folder prints a sentence with its path, and throws no
// exception.

namespace frontrow::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class Unreadable : public testing::Test {
protected:
    Unreadable() {
        fs::create_directory(at("folder"));
        fs::create_symlink(at("nowhere"), at("dangling"));
        fs::create_symlink(at("loop"), at("loop"));
        std::ofstream{at("huge")}.close();
        fs::resize_file(at("huge"), std::uintmax_t{8} << 30);
        std::ofstream{at("garbage")} << std::string{"\0\1\2\xff\xfe\r\n[[[=\"'\n=\n", 16};
        std::ofstream{at("file")} << "x";
    }

    std::string at(const std::string& name) const { return (folder_.path() / name).string(); }

    /// Every command with correct arguments.
    std::map<std::string, std::vector<std::string>> commands() const {
        return {
            {"serve", {"--dev", "--listen", "127.0.0.1:0", "--data-dir", at("store")}},
            {"migrate", {"status"}},
            {"seed", {"--data-dir", at("store")}},
            {"token", {"--sub", "alice", "--secret", "a secret of more than thirty-two characters"}
            },
            {"verify", {"--data-dir", at("store")}},
            {"bench", {"--seconds", "1"}},
            {"backup", {"--data-dir", at("store"), "--to", at("backup")}},
            {"restore", {"--from", at("file"), "--data-dir", at("store")}},
            {"snapshot", {"--data-dir", at("store")}},
        };
    }

    static Finished run(
        const std::string& command,
        std::vector<std::string> arguments,
        const std::vector<std::string>& more
    ) {
        arguments.insert(arguments.begin(), command);
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_program(std::move(arguments));
    }

    TempFolder folder_;
};

TEST_F(Unreadable, settings_stop_every_command_with_2) {
    for (const auto& [command, arguments] : commands()) {
        for (const auto* name :
             {"folder", "nowhere", "dangling", "loop", "huge", "garbage", "file/x"}) {
            const auto finished = run(command, arguments, {"--config", at(name)});
            EXPECT_EQ(finished.exit_code, 2) << command << name << finished.err;
            EXPECT_THAT(finished.err, HasSubstr("frontrow: " + at(name))) << command;
            EXPECT_THAT(finished.out, "") << command << name;
        }
    }
    EXPECT_FALSE(fs::exists(at("store")));
}

TEST_F(Unreadable, settings_may_come_through_a_pipe) {
    ASSERT_EQ(mkfifo(at("pipe").c_str(), 0600), 0);
    Child child{{.arguments = {"verify", "--config", at("pipe")}}};
    std::ofstream{at("pipe")} << "data-dir = 'piped'\n";
    EXPECT_EQ(child.wait(), 1);
    EXPECT_THAT(child.err(), HasSubstr("the store is the folder piped"));
}

TEST_F(Unreadable, a_table_stops_seed_with_2_before_it_touches_a_store) {
    for (const auto* name : {"folder", "nowhere", "dangling", "loop", "file/x"}) {
        const auto finished = run("seed", {"--data-dir", at("store")}, {"--csv", at(name)});
        EXPECT_EQ(finished.exit_code, 2) << name << finished.err;
        EXPECT_THAT(finished.err, HasSubstr(at(name)));
    }
    const auto huge = run("seed", {"--data-dir", at("store")}, {"--csv", at("huge")});
    EXPECT_EQ(huge.exit_code, 1);
    EXPECT_THAT(huge.err, HasSubstr(at("huge") + " can't be read: it has more than 32 MiB"));
    EXPECT_FALSE(fs::exists(at("store")));
}

TEST_F(Unreadable, a_report_is_not_drawn_and_is_named) {
    for (const auto* name : {"folder", "dangling", "loop", "huge", "garbage"}) {
        const auto finished =
            run_program({"bench", "--draw", at(name), "--report", at("page.html")});
        EXPECT_EQ(finished.exit_code, 1) << name;
        EXPECT_THAT(finished.err, HasSubstr(at(name))) << name;
        EXPECT_THAT(finished.err, Not(HasSubstr("it can't go on"))) << name;
        EXPECT_FALSE(fs::exists(at("page.html"))) << name;
    }
}

TEST_F(Unreadable, a_backup_stops_restore_before_it_makes_a_folder) {
    for (const auto* name : {"folder", "nowhere", "dangling", "loop", "file/x"}) {
        const auto finished = run("restore", {"--from", at(name)}, {"--data-dir", at("store")});
        EXPECT_EQ(finished.exit_code, 2) << name << finished.err;
        EXPECT_THAT(finished.err, HasSubstr(at(name)));
    }
    for (const auto* name : {"file", "garbage", "huge"}) {
        const auto finished = run("restore", {"--from", at(name)}, {"--data-dir", at("store")});
        EXPECT_EQ(finished.exit_code, 1) << name << finished.err;
        EXPECT_THAT(finished.err, HasSubstr(at(name)));
    }
}

TEST_F(Unreadable, a_folder_that_is_none_is_named) {
    for (const auto& [command, arguments] : commands()) {
        if (std::ranges::find(arguments, "--data-dir") == arguments.end()) continue;
        for (const auto* name : {"file", "file/below", "loop", "dangling/below"}) {
            auto others = arguments;
            *std::next(std::ranges::find(others, "--data-dir")) = at(name);
            const auto finished = run(command, others, {});
            EXPECT_EQ(finished.exit_code, 1) << command << name << finished.err;
            EXPECT_THAT(finished.err, HasSubstr("frontrow " + command + ": "));
            EXPECT_THAT(finished.err, HasSubstr(at(name)));
            EXPECT_THAT(finished.err, Not(HasSubstr("terminate"))) << command << name;
        }
    }
}

TEST_F(Unreadable, a_journal_is_named_with_its_folder) {
    fs::create_directories(at("store/journal.db"));
    for (const auto& [command, arguments] : commands()) {
        if (command == "restore" || std::ranges::find(arguments, "--data-dir") == arguments.end())
            continue;
        const auto finished = run(command, arguments, {});
        EXPECT_EQ(finished.exit_code, 1) << command << finished.err;
        EXPECT_THAT(finished.err, HasSubstr(at("store/journal.db"))) << command;
    }
}

TEST_F(Unreadable, a_place_for_a_backup_that_is_none_is_named) {
    ASSERT_EQ(run("seed", {"--data-dir", at("store")}, {}).exit_code, 0);
    for (const auto* name : {"nowhere/x", "file/x", "folder", "file", "dangling/x", "loop/x"}) {
        const auto finished = run("backup", {"--data-dir", at("store")}, {"--to", at(name)});
        EXPECT_EQ(finished.exit_code, 1) << name << finished.err;
        EXPECT_THAT(finished.err, HasSubstr(at(name)));
    }
}

}  // namespace
}  // namespace frontrow::test
