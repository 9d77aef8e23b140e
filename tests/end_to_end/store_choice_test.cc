#include "end_to_end/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iterator>

// Which store a command uses if more than one is named, and its message about that.

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr auto kStoreToml = "settings.toml";
/// No server listens there.
constexpr auto kUrl = "postgres://user:hidden@127.0.0.1:1/theirs";
constexpr auto kDatabase = "PostgreSQL database theirs at 127.0.0.1:1";
constexpr auto kBoth = "a data folder is named as well as a database: the database is used";

/// One source that can name a store, and how.
struct Naming {
    std::string name;
    std::vector<std::string> arguments = {};
    std::vector<std::string> environment = {};
    std::string dotenv = {};
    std::string toml = {};
};

bool is_flag(const Naming& naming) {
    return !naming.arguments.empty();
}

std::vector<Naming> folders(const std::string& folder) {
    return {
        {.name = "no folder"},
        {.name = "--data-dir", .arguments = {"--data-dir", folder}},
        {.name = "--data-dir=", .arguments = {"--data-dir=" + folder}},
        {.name = "FRONTROW_DATA_DIR", .environment = {"FRONTROW_DATA_DIR=" + folder}},
        {.name = "folder in .env", .dotenv = "FRONTROW_DATA_DIR=" + folder + "\n"},
        {.name = "folder in toml", .toml = "data-dir = '" + folder + "'\n"},
    };
}

std::vector<Naming> databases() {
    const std::string url = kUrl;
    return {
        {.name = "no database"},
        {.name = "--store", .arguments = {"--store", url}},
        {.name = "--store=", .arguments = {"--store=" + url}},
        {.name = "FRONTROW_STORE", .environment = {"FRONTROW_STORE=" + url}},
        {.name = "DATABASE_URL", .environment = {"DATABASE_URL=" + url}},
        {.name = "DB_HOST",
         .environment =
             {"DB_HOST=127.0.0.1",
              "DB_PORT=1",
              "DB_USER=user",
              "DB_PASSWORD=hidden",
              "DB_NAME=theirs"}},
        {.name = "DATABASE_URL in .env", .dotenv = "DATABASE_URL=" + url + "\n"},
        {.name = "store in toml", .toml = "store = '" + url + "'\n"},
    };
}

Child::Options
with(std::vector<std::string> command, const Naming& folder, const Naming& database) {
    Child::Options options{.arguments = std::move(command)};
    for (const auto* one : {&folder, &database}) {
        std::ranges::copy(one->arguments, std::back_inserter(options.arguments));
        std::ranges::copy(one->environment, std::back_inserter(options.environment));
        if (!one->dotenv.empty()) options.files[".env"] += one->dotenv;
        if (!one->toml.empty()) options.files[kStoreToml] += one->toml;
    }
    if (options.files.contains(kStoreToml))
        std::ranges::copy(
            std::vector<std::string>{"--config", kStoreToml}, std::back_inserter(options.arguments)
        );
    return options;
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

TEST(StoreChoice, is_a_flags_before_any_other_and_the_databases_between_equals) {
    const TempFolder parent;
    const auto folder = (parent.path() / "ours").string();
    for (const auto& ours : folders(folder)) {
        for (const auto& theirs : databases()) {
            SCOPED_TRACE(ours.name + " and " + theirs.name);
            const auto finished = run_program(with({"verify"}, ours, theirs));
            EXPECT_THAT(finished.out + finished.err, Not(HasSubstr("hidden")));
            if (is_flag(ours) && is_flag(theirs)) {
                EXPECT_EQ(finished.exit_code, 2);
                EXPECT_THAT(finished.err, HasSubstr("--data-dir and --store name two stores"));
                continue;
            }
            const bool is_database = theirs.name != "no database" && !is_flag(ours);
            const bool says_both = is_database && ours.name != "no folder" && !is_flag(theirs);
            const std::string path = ours.name == "no folder" ? "data" : folder;
            EXPECT_EQ(
                first_line(finished.err),
                "frontrow verify: the store is " +
                    (is_database ? std::string{kDatabase} : "the folder " + path) +
                    (says_both ? std::string{"; "} + kBoth : "")
            );
        }
    }
    EXPECT_FALSE(std::filesystem::exists(folder)) << "verify makes nothing";
}

TEST(StoreChoice, of_seed_is_the_folder_that_a_flag_names_whatever_names_a_database) {
    for (const auto& theirs : databases()) {
        if (is_flag(theirs)) continue;
        const TempFolder folder;
        const auto finished =
            run_program(with({"seed"}, folders(folder.path().string()).at(1), theirs));
        EXPECT_EQ(finished.exit_code, 0) << theirs.name << finished.err;
        EXPECT_THAT(
            finished.err,
            StartsWith("frontrow seed: the store is the folder " + folder.path().string() + "\n")
        );
        EXPECT_THAT(verify(folder.path()).out, HasSubstr("3 events"));
    }
}

/// An overruled setting may be wrong without causing an error.
TEST(StoreChoice, does_not_look_at_what_a_flag_overrules) {
    const TempFolder folder;
    const std::string path = folder.path().string();
    for (const std::string wrong :
         {"DATABASE_URL=mysql://root:hidden@db/x", "FRONTROW_STORE=hidden"}) {
        const auto says = [&](std::vector<std::string> arguments, const std::string& store) {
            const auto finished =
                run_program(std::move(arguments), {wrong, "FRONTROW_DATA_DIR=" + path});
            EXPECT_EQ(first_line(finished.err), "frontrow verify: the store is " + store) << wrong;
        };
        says({"verify", "--data-dir", "ours"}, "the folder ours");
        says({"verify", "--store", kUrl}, kDatabase);
        // An empty --store means no database; the folder's setting still counts.
        says({"verify", "--store", ""}, "the folder " + path);
        says({"verify", "--store", "", "--data-dir", "ours"}, "the folder ours");
    }
    // A script's empty variable must not select the database.
    const auto empty =
        run_program({"seed", "--data-dir", ""}, {std::string{"DATABASE_URL="} + kUrl});
    EXPECT_EQ(empty.exit_code, 2);
    EXPECT_THAT(empty.err, Not(HasSubstr("PostgreSQL")));
}

TEST(StoreChoice, is_said_by_every_command_that_uses_a_store) {
    const TempFolder parent;
    const auto folder = (parent.path() / "ours").string();
    const auto backup = (parent.path() / "backup").string();
    const auto says = [&](std::vector<std::string> arguments, const std::string& store) {
        const auto name = arguments.front();
        const auto finished = run_program(std::move(arguments));
        EXPECT_EQ(first_line(finished.err), "frontrow " + name + ": the store is " + store);
        return finished.exit_code;
    };
    const std::string url = kUrl;
    EXPECT_EQ(says({"seed", "--data-dir", folder}, "the folder " + folder), 0);
    EXPECT_EQ(says({"snapshot", "--data-dir", folder}, "the folder " + folder), 0);
    EXPECT_EQ(says({"verify", "--data-dir", folder}, "the folder " + folder), 0);
    EXPECT_EQ(says({"facts", "--data-dir", folder}, "the folder " + folder), 0);
    EXPECT_EQ(says({"backup", "--data-dir", folder, "--to", backup}, "the folder " + folder), 0);
    const auto other = (parent.path() / "other").string();
    EXPECT_EQ(says({"restore", "--from", backup, "--data-dir", other}, "the folder " + other), 0);
    EXPECT_EQ(says({"migrate", "status", "--store", url}, kDatabase), 1);
    EXPECT_EQ(says({"verify", "--store", url}, kDatabase), 1);
    EXPECT_EQ(says({"facts", "--store", url}, kDatabase), 1);
    EXPECT_EQ(says({"backup", "--store", url, "--to", other + ".db"}, kDatabase), 1);
    EXPECT_EQ(says({"restore", "--store", url, "--from", backup}, kDatabase), 1);
}

TEST(StoreChoice, is_said_by_a_server_as_it_begins_to_serve) {
    const TempFolder folder;
    Child child{{
        .arguments = {"serve", "--dev", "--listen", "127.0.0.1:0"},
        .environment =
            {std::string{"DATABASE_URL="} + kUrl, "FRONTROW_DATA_DIR=" + folder.path().string()},
    }};
    const auto line = child.wait_for_line("\"message\":\"serving\"");
    ASSERT_TRUE(line) << child.err();
    EXPECT_EQ(text_of(boost::json::parse(*line), "store"), kDatabase);
    EXPECT_THAT(child.err(), HasSubstr(kBoth));
    EXPECT_THAT(child.err(), Not(HasSubstr("hidden")));
    child.signal(SIGTERM);
    EXPECT_EQ(child.wait(), 0);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));

    Server by_flag{folder.path(), {"--dev"}, {std::string{"DATABASE_URL="} + kUrl}};
    EXPECT_EQ(by_flag.stop(), 0);
    EXPECT_THAT(by_flag.process().err(), Not(HasSubstr(kBoth)));
}

/// An unescaped character splits the password in two parts; neither may appear.
TEST(StoreChoice, is_said_without_any_part_of_a_password) {
    for (const auto* url :
         {"postgres://user:hid/den@127.0.0.1:1/db",
          "postgres://user:1/hidden@127.0.0.1/db",
          "postgres://user:p@hidden@127.0.0.1:1/db",
          "postgres://user:hidden?x@127.0.0.1:1/db",
          "postgres://user:hidden#x@127.0.0.1:1/db",
          "postgres://127.0.0.1:1/db?user=user&password=hidden"}) {
        const auto finished = run_program({"migrate", "status", "--store", url});
        // Some of these URLs are invalid, which is reported first.
        EXPECT_THAT(
            first_line(finished.err),
            testing::AnyOf(
                HasSubstr("the store is PostgreSQL"), HasSubstr("--store: the PostgreSQL")
            )
        );
        EXPECT_THAT(finished.err, Not(HasSubstr("hid"))) << url;
        EXPECT_THAT(finished.err, Not(HasSubstr("den"))) << url;
    }
}

}  // namespace
}  // namespace frontrow::test
