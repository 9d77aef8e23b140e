#include "end_to_end/load.h"
#include "end_to_end/reckoning.h"
#include "end_to_end/server.h"
#include "support/eventually.h"
#include "support/seed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <thread>
#include <vector>

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

std::size_t snapshots_in(const fs::path& folder) {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator{folder}) {
        const auto name = entry.path().filename().string();
        count += name.starts_with("snapshot-") && !name.ends_with(".new");
    }
    return count;
}

/// The number of the first fact that this server read from the journal itself.
std::uint64_t read_from(Server& server) {
    const auto line = server.process().wait_for_line("\"message\":\"the journal is read\"");
    return std::stoull(text_of(boost::json::parse(line.value()), "read_from"));
}

/// Starts `frontrow snapshot` on a folder that may be in use, and kills the program after a random
/// time. It may have ended by then.
void snapshot_and_kill(const fs::path& folder, std::mt19937_64& random) {
    const Child child{{.arguments = {"snapshot", "--data-dir", folder}}};
    std::this_thread::sleep_for(std::chrono::microseconds{random() % 30'000});
}

TEST(SnapshotOfServer, survives_being_killed_at_any_moment_together_with_its_server) {
    std::mt19937_64 random{seed_of_this_run()};
    const int rounds = is_soak() ? 100 : 8;
    const TempFolder folder;
    std::uint64_t furthest = 0;
    for (int round = 0; round < rounds && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        Server server{folder.path()};
        furthest = std::max(furthest, read_from(server));
        auto client = server.client();
        const auto hall = make_hall(client, 500);
        const auto name = "round" + std::to_string(round);
        Load load{hall, {.ports = {server.port()}, .name = name, .seed = random(), .buyers = 6}};
        load.wait_for_answers(100);
        for (int i = 0; i < 3; ++i)
            snapshot_and_kill(folder.path(), random);
        const auto taken = run_program({"snapshot", "--data-dir", folder.path()});
        EXPECT_EQ(taken.exit_code, 0) << taken.err;
        load.wait_for_answers(load.answers() + 50);
        snapshot_and_kill(folder.path(), random);
        server.process().kill();
        load.wait_for_end();
        EXPECT_THAT(load.surprises(), IsEmpty());
        EXPECT_EQ(verify(folder.path()).exit_code, 0);

        const Server again{folder.path()};
        auto asking = again.client();
        Reckoning{asking, hall}.settle(load.buyers());
    }
    EXPECT_GT(furthest, 1U) << "no start used a snapshot";
    EXPECT_LE(snapshots_in(folder.path()), 2U);
}

/// An event so long that a few changes to it make a large journal.
std::string large_event() {
    std::string description;
    for (int i = 0; i < 10'000; ++i)
        description += "\U0001F3AB";
    return boost::json::serialize(boost::json::object{
        {"name", "Winter concert"},
        {"description", description},
        {"start_at", "2099-12-01T18:00:00Z"},
        {"end_at", "2099-12-01T20:00:00Z"},
        {"total_seats", 100},
    });
}

TEST(SnapshotOfServer, is_taken_by_itself_once_the_journal_has_grown) {
    const TempFolder folder;
    std::string event;
    {
        Server server{folder.path()};
        auto client = server.client();
        event = "/api/v1/events/" + make_hall(client, 100).event;
        const auto change =
            Client::text_of({.method = "PUT", .target = event, .headers = {}, .body = large_event()}
            );
        // Changes of 74 MB in all. They are sent together, so that they share commits.
        std::vector<Client> many;
        for (int i = 0; i < 16; ++i)
            many.push_back(server.client());
        for (int round = 0; round < 115; ++round) {
            for (auto& one : many)
                ASSERT_TRUE(one.write(change));
            for (auto& one : many)
                ASSERT_EQ(one.read().value().status, 200U);
        }
        // A process with the lowest priority takes the snapshot.
        EXPECT_TRUE(
            eventually([&] { return snapshots_in(folder.path()) > 0; }, std::chrono::seconds{200})
        );
        EXPECT_EQ(client.get("/readyz").value().status, 200U);
        server.process().kill();
    }
    Server again{folder.path()};
    EXPECT_GT(read_from(again), 1U);
    EXPECT_EQ(again.client().get(event).value().status, 200U);
    EXPECT_EQ(verify(folder.path()).exit_code, 0);
    EXPECT_EQ(again.stop(), 0);
}

TEST(SnapshotOfServer, says_that_there_is_no_journal) {
    const TempFolder folder;
    const auto finished = run_program({"snapshot", "--data-dir", folder.path()});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.err, HasSubstr("no journal in " + folder.path().string()));
    EXPECT_TRUE(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace frontrow::test
