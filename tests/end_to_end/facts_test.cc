#include "end_to_end/server.h"
#include "store/sqlite/side_file.h"
#include "support/eventually.h"
#include "support/paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <vector>

// `frontrow facts`: lines of JSON with or without a running server, cursors, and how the command
// ends.

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using Lines = std::vector<std::string>;

Lines lines_of(const std::string& text) {
    Lines lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

Lines part(const Lines& lines, std::size_t from) {
    return {lines.begin() + static_cast<std::ptrdiff_t>(from), lines.end()};
}

std::string id_in(const std::string& line) {
    return text_of(boost::json::parse(line), "id");
}

class PrintedFacts : public testing::Test {
protected:
    std::vector<std::string> arguments(std::vector<std::string> more) const {
        std::vector<std::string> all{"facts", "--data-dir", folder.path().string()};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    Finished try_facts(std::vector<std::string> more = {}) const {
        return run_program(arguments(std::move(more)));
    }
    Lines facts(std::vector<std::string> more = {}) const {
        const auto finished = try_facts(std::move(more));
        EXPECT_EQ(finished.exit_code, 0) << finished.err;
        return lines_of(finished.out);
    }
    void expect_failed(std::vector<std::string> more, const std::string& why) const {
        const auto finished = try_facts(std::move(more));
        EXPECT_EQ(finished.exit_code, 1);
        EXPECT_THAT(finished.err, HasSubstr(why));
        EXPECT_THAT(finished.out, IsEmpty());
    }

    TempFolder folder;
};

TEST_F(PrintedFacts, are_those_that_the_running_server_tells) {
    Server server{folder.path()};
    auto client = server.client();
    const auto hall = make_hall(client, 20);
    const boost::json::object wanted{
        {"event_id", hall.event}, {"seat_ids", {hall.seats[3]}}, {"idempotency_key", "ann's key"}
    };
    ASSERT_EQ(
        client.post("/api/v1/reservations", boost::json::serialize(wanted), "ann").value().status,
        201U
    );
    ASSERT_EQ(
        client.post("/api/v1/api-keys", R"({"name":"a gate","role":"scanner"})").value().status,
        201U
    );
    const auto told = client.get("/api/v1/facts?limit=1000").value().json().as_array();
    const auto printed = facts();
    ASSERT_EQ(printed.size(), told.size());
    for (std::size_t i = 0; i < printed.size(); ++i)
        EXPECT_EQ(boost::json::parse(printed[i]), told[i]);
    const auto finished = try_facts();
    for (const auto* secret : {"digest", "request_key", "request_content"})
        EXPECT_THAT(finished.out, Not(HasSubstr(secret)));
    EXPECT_THAT(finished.err, StartsWith("frontrow facts: the store is the folder "));
    EXPECT_EQ(lines_of(finished.err).size(), 1) << finished.err;
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(facts(), printed) << "and without a server";
}

TEST_F(PrintedFacts, begin_and_end_where_they_are_told_to) {
    ASSERT_EQ(run_program({"seed", "--data-dir", folder.path()}).exit_code, 0);
    const auto all = facts();
    ASSERT_GE(all.size(), 6U);
    EXPECT_EQ(facts({"--after", "0"}), all);
    EXPECT_EQ(facts({"--after", "2"}), part(all, 2));
    EXPECT_EQ(facts({"--after", id_in(all[1])}), part(all, 2));
    EXPECT_EQ(facts({"--limit", "2"}), (Lines{all[0], all[1]}));
    EXPECT_EQ(facts({"--after", "1", "--limit", "1"}), Lines{all[1]});
    EXPECT_THAT(facts({"--after", id_in(all.back())}), IsEmpty());
    EXPECT_THAT(facts({"--after", "999999"}), IsEmpty());
    EXPECT_EQ(
        lines_of(
            run_program(arguments({}), {"FRONTROW_FACTS_AFTER=3", "FRONTROW_FACTS_LIMIT=1"}).out
        ),
        Lines{all[3]}
    );
}

TEST_F(PrintedFacts, go_on_where_their_cursor_stands) {
    Server server{folder.path()};
    auto client = server.client();
    make_hall(client, 20);
    const auto first = facts({"--cursor", "shop"});
    EXPECT_EQ(first, facts());
    EXPECT_THAT(facts({"--cursor", "shop"}), IsEmpty());
    make_hall(client, 20);
    const auto more = facts({"--cursor", "shop"});
    EXPECT_EQ(more, part(facts(), first.size()));
    EXPECT_THAT(facts({"--cursor", "shop"}), IsEmpty());
    // Each cursor has its own position: the last fact that was printed with it.
    EXPECT_EQ(facts({"--cursor", "books", "--limit", "1"}), Lines{first[0]});
    EXPECT_EQ(facts({"--cursor", "books", "--limit", "1"}), Lines{first[1]});
    // --after sets the position, and the cursor continues from there.
    EXPECT_EQ(facts({"--cursor", "shop", "--after", "1", "--limit", "1"}), Lines{first[1]});
    EXPECT_EQ(facts({"--cursor", "shop"}), part(facts(), 2));
    EXPECT_THAT(verify(folder.path()).out, HasSubstr("2 side records can be read"));
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(facts({"--cursor", "books"}), part(facts(), 2));
}

/// Each reader has a cursor of its own in the same file, and uses it again and again.
TEST_F(PrintedFacts, are_taken_by_several_readers_at_once) {
    ASSERT_EQ(run_program({"seed", "--data-dir", folder.path()}).exit_code, 0);
    const auto all = facts();
    std::vector<Lines> taken(4);
    for (std::size_t round = 0; round < all.size(); ++round) {
        std::vector<std::unique_ptr<Child>> readers;
        for (std::size_t i = 0; i < taken.size(); ++i)
            readers.push_back(std::make_unique<Child>(Child::Options{
                .arguments = arguments({"--cursor", "reader " + std::to_string(i), "--limit", "1"}),
                .environment = {},
            }));
        for (std::size_t i = 0; i < taken.size(); ++i) {
            ASSERT_EQ(readers[i]->wait(), 0) << readers[i]->err();
            for (const auto& line : lines_of(readers[i]->out()))
                taken[i].push_back(line);
        }
    }
    for (const auto& lines : taken)
        EXPECT_EQ(lines, all);
}

TEST_F(PrintedFacts, of_another_past_are_refused) {
    ASSERT_EQ(run_program({"seed", "--data-dir", folder.path()}).exit_code, 0);
    const auto last = id_in(facts().back());
    const auto number = last.substr(0, last.find('-'));
    for (const auto& place : {number + "-00000000", std::string{"999999-00000000"}})
        expect_failed({"--after", place}, "another past than the one in which fact " + place);
    {
        auto side = store::sqlite::SideFile::open(folder.path() / "side.db").value();
        ASSERT_TRUE(side.change({.name = "cursor/old", .value = "2-00000000"}).value());
        ASSERT_TRUE(side.change({.name = "cursor/odd", .value = "somewhere"}).value());
        ASSERT_TRUE(side.finish());
    }
    expect_failed({"--cursor", "old"}, "another past than the one in which fact 2-00000000");
    expect_failed({"--cursor", "odd"}, "cursor/odd isn't a position in the feed");
    EXPECT_EQ(facts({"--cursor", "old", "--after", "2"}), part(facts(), 2));
    EXPECT_THAT(facts({"--cursor", "old"}), IsEmpty());
}

TEST_F(PrintedFacts, are_not_looked_for_where_there_is_no_journal_and_none_is_made) {
    expect_failed({"--cursor", "shop"}, "no journal in " + folder.path().string());
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(PrintedFacts, are_asked_for_rightly_or_not_at_all) {
    for (const auto& wrong : std::vector<std::vector<std::string>>{
             {"--after", "x"},
             {"--after", "-1"},
             {"--after", "1-x"},
             {"--limit", "0"},
             {"--limit", "x"},
             {"--cursor", "two\nlines"},
             {"--cursor", std::string(600, 'n')},
             {"--store", "mysql://db"},
             {"--since", "1"},
         }) {
        const auto finished = try_facts(wrong);
        EXPECT_EQ(finished.exit_code, 2) << wrong.front() << finished.err;
        EXPECT_THAT(finished.out, IsEmpty());
    }
}

TEST_F(PrintedFacts, that_are_followed_come_as_they_become_true_until_a_signal) {
    Server server{folder.path()};
    auto client = server.client();
    make_hall(client, 20);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
        Child following{{
            .arguments = arguments({"--follow", "--cursor", "follower"}),
            .environment = {},
        }};
        const auto hall = make_hall(client, 20);
        ASSERT_TRUE(eventually([&] { return following.out().contains(hall.event); }));
        following.signal(signal);
        EXPECT_EQ(following.wait(), 0);
        EXPECT_THAT(following.out(), testing::EndsWith("}\n"));
        EXPECT_EQ(lines_of(following.err()).size(), 1) << following.err();
    }
    // The seats of the last hall may have been added after the signal.
    EXPECT_THAT(facts({"--cursor", "follower"}).size(), testing::Le(1));
    const auto few = facts({"--follow", "--limit", "2"});
    EXPECT_EQ(few, (Lines{facts()[0], facts()[1]}));
}

TEST_F(PrintedFacts, that_are_followed_end_cleanly_however_often_the_terminal_hangs_up) {
    Server server{folder.path()};
    auto client = server.client();
    Child following{{.arguments = arguments({"--follow"}), .environment = {}}};
    const auto hall = make_hall(client, 1);
    ASSERT_TRUE(eventually([&] { return following.out().contains(hall.event); }));
    std::optional<int> exit_code;
    EXPECT_TRUE(eventually([&] {
        following.signal(SIGHUP);
        exit_code = following.wait(std::chrono::milliseconds{1});
        return exit_code.has_value();
    }));
    EXPECT_EQ(exit_code, 0);
    EXPECT_THAT(following.out(), testing::EndsWith("}\n"));
}

/// The reader of the shell's pipe ends early.
TEST_F(PrintedFacts, end_quietly_when_nobody_reads_any_more) {
    {
        Server server{folder.path()};
        auto client = server.client();
        for (int halls = 0; halls < 3; ++halls)
            make_hall(client, 5'000);
        EXPECT_EQ(server.stop(), 0);
    }
    const auto said = folder.path() / "said";
    const auto command = "bash -c 'set -o pipefail; " + std::string{kFrontrowProgram} +
                         " facts --data-dir " + folder.path().string() + " 2> " + said.string() +
                         " | head -n 1'";
    FILE* const pipe = ::popen(command.c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    std::string out;
    std::array<char, 4'096> some{};
    for (std::size_t read = 0; (read = std::fread(some.data(), 1, some.size(), pipe)) > 0;)
        out.append(some.data(), read);
    const int status = ::pclose(pipe);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    EXPECT_EQ(lines_of(out), Lines{facts()[0]});
    std::ifstream file{said};
    const std::string words{std::istreambuf_iterator<char>{file}, {}};
    EXPECT_EQ(lines_of(words).size(), 1) << words;
}

}  // namespace
}  // namespace frontrow::test
