#include "end_to_end/journal_file.h"
#include "end_to_end/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Seed : public testing::Test {
protected:
    Finished seed(std::vector<std::string> more = {}) {
        more.insert(more.begin(), {"seed", "--data-dir", folder_.path()});
        return run_program(more);
    }

    TempFolder folder_;
    TempFolder tables_;
};

TEST_F(Seed, makes_three_events_with_a_few_hundred_seats_that_can_be_bought) {
    const auto finished = seed();
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_THAT(
        finished.err,
        StartsWith("frontrow seed: the store is the folder " + folder_.path().string() + "\n")
    );
    EXPECT_THAT(finished.err, HasSubstr("a new, empty store was made"));
    Server server{folder_.path()};
    auto client = server.client();
    const auto events = client.get("/api/v1/events").value().json();
    ASSERT_EQ(events.as_array().size(), 3U);
    std::int64_t seats_in_all = 0;
    for (const auto& event : events.as_array()) {
        const auto id = text_of(event, "id");
        EXPECT_THAT(finished.out, HasSubstr(id));
        EXPECT_THAT(finished.out, HasSubstr(text_of(event, "name")));
        const auto seats = client.get("/api/v1/events/" + id + "/seats").value().json().as_array();
        EXPECT_EQ(event.at("total_seats").as_int64(), static_cast<std::int64_t>(seats.size()));
        seats_in_all += static_cast<std::int64_t>(seats.size());
        const boost::json::object wanted{
            {"event_id", id},
            {"seat_ids", {text_of(seats.front(), "id"), text_of(seats.back(), "id")}},
            {"idempotency_key", id},
        };
        const auto reserved =
            client.post("/api/v1/reservations", boost::json::serialize(wanted), "alice");
        EXPECT_EQ(reserved.value().status, 201U) << reserved->body;
    }
    EXPECT_GE(seats_in_all, 200);
    EXPECT_LE(seats_in_all, 1'000);
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(verify(folder_.path()).exit_code, 0);
}

TEST_F(Seed, does_nothing_the_second_time) {
    EXPECT_EQ(seed().exit_code, 0);
    const auto facts = verify(folder_.path()).out;
    const auto again = seed();
    EXPECT_EQ(again.exit_code, 0) << again.err;
    EXPECT_THAT(again.out, HasSubstr("nothing was added"));
    EXPECT_EQ(verify(folder_.path()).out, facts);
}

TEST_F(Seed, leaves_a_store_alone_that_has_events_already) {
    {
        Server server{folder_.path()};
        auto client = server.client();
        make_hall(client, 5);
        EXPECT_EQ(server.stop(), 0);
    }
    const auto facts = verify(folder_.path()).out;
    EXPECT_THAT(seed().out, HasSubstr("nothing was added"));
    EXPECT_EQ(verify(folder_.path()).out, facts);
}

TEST_F(Seed, says_so_where_a_server_has_the_folder) {
    const Server server{folder_.path()};
    const auto finished = seed();
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(
        finished.err, HasSubstr(folder_.path().string() + " is in use by another frontrow")
    );
    EXPECT_EQ(server.client().get("/api/v1/events").value().body, "[]");
}

TEST_F(Seed, says_so_where_the_folder_is_none) {
    const auto file = folder_.path() / "file";
    std::ofstream{file} << "not a folder";
    const auto finished = run_program({"seed", "--data-dir", file});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_THAT(finished.err, HasSubstr("can't use the data folder " + file.string()));
}

TEST_F(Seed, loads_an_arena_from_a_table_to_a_new_event_or_one_that_is_there) {
    const auto arena = std::filesystem::path{FRONTROW_CHECKOUT} / "examples/arena.csv";
    const auto loaded = seed({"--csv", arena, "--name", "Arena night"});
    EXPECT_EQ(loaded.exit_code, 0) << loaded.err;
    const auto event = loaded.out.substr(0, loaded.out.find(':'));
    const auto table = tables_.path() / "more.csv";
    std::ofstream{table} << "price,seat_number\n1,more\n";
    const auto more = seed({"--csv", table, "--event", event});
    EXPECT_EQ(more.exit_code, 0) << more.err;
    EXPECT_EQ(more.out, event + ": 1 seat\n");

    Server server{folder_.path()};
    auto client = server.client();
    const auto events = client.get("/api/v1/events").value().json();
    ASSERT_EQ(events.as_array().size(), 1U);
    EXPECT_EQ(text_of(events.at(0), "name"), "Arena night");
    EXPECT_EQ(events.at(0).at("total_seats").as_int64(), 14'000);
    EXPECT_EQ(text_of(events.at(0), "id"), event);
    const auto map = client.get("/api/v1/events/" + event + "/seatmap").value().json();
    EXPECT_EQ(text_of(map, "status"), std::string(14'001, 'a'));
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(verify(folder_.path()).exit_code, 0);
}

TEST_F(Seed, of_a_table_that_is_wrong_adds_nothing_and_says_where) {
    const auto table = tables_.path() / "hall.csv";
    const auto name = table.string();
    std::ofstream{table} << "seat_number,price\nA,dear\n,1\n";
    const auto wrong = seed({"--csv", table});
    EXPECT_EQ(wrong.exit_code, 1);
    EXPECT_THAT(wrong.err, HasSubstr("frontrow seed: " + name + ": line 2, price must be a whole"));
    EXPECT_THAT(
        wrong.err, HasSubstr("frontrow seed: " + name + ": line 3, seat_number is required")
    );
    std::ofstream{table} << "seat_number,price\nA,1\nB,1\nA,1\n";
    EXPECT_THAT(seed({"--csv", table}).err, HasSubstr("In lines 2 and 4: The seat number A"));
    std::ofstream{table} << "seat_number,price\nA,1\n";
    const std::string stranger = "018f7c2e-0a10-7000-8000-000000000001";
    EXPECT_THAT(seed({"--csv", table, "--event", stranger}).err, HasSubstr("no such event"));
    EXPECT_THAT(seed({"--csv", table, "--event", "x"}).err, HasSubstr("--event must be a UUID"));
    EXPECT_THAT(verify(folder_.path()).out, HasSubstr("0 events, 0 seats"));
}

TEST_F(Seed, of_a_dry_run_says_what_would_be_added_and_adds_nothing) {
    const auto table = tables_.path() / "cafe\u0301.csv";
    std::ofstream{table} << "Seat Number;Price\nA;1\nB;2\n";
    const auto fresh = tables_.path() / "none";
    const auto alone = run_program({"seed", "--data-dir", fresh, "--csv", table, "--dry-run"});
    EXPECT_EQ(alone.exit_code, 0) << alone.err;
    EXPECT_EQ(alone.out, "Nothing was added: a new event caf\u00E9 would have 2 seats\n");
    EXPECT_FALSE(std::filesystem::exists(fresh));

    const auto made = seed({"--csv", table});
    const auto event = made.out.substr(0, made.out.find(':'));
    const auto facts = verify(folder_.path()).out;
    const auto twice = seed({"--csv", table, "--event", event, "--dry-run"});
    EXPECT_EQ(twice.exit_code, 1);
    EXPECT_THAT(twice.err, HasSubstr("In line 2: The seat number A would exist twice."));
    std::ofstream{table} << "seat_number,price\nC,1\n";
    const auto more = seed({"--csv", table, "--event", event, "--dry-run"});
    EXPECT_EQ(more.exit_code, 0) << more.err;
    EXPECT_EQ(more.out, "Nothing was added: " + event + " would have 1 seat more\n");
    EXPECT_EQ(verify(folder_.path()).out, facts);

    std::ofstream{table} << "seat_number,price\nC,80.00\nD,1\n";
    EXPECT_THAT(
        seed({"--csv", table, "--dry-run"}).err,
        HasSubstr(
            "line 2, price must be a whole number in the currency's minor unit: 8000 for 80.00"
        )
    );
    std::ofstream{table} << "seat_number,price\nC,1\nC,1\n";
    EXPECT_THAT(seed({"--csv", table, "--dry-run"}).err, HasSubstr("In lines 2 and 3"));
    const auto no_table = seed({"--dry-run"});
    EXPECT_EQ(no_table.exit_code, 2);
    EXPECT_THAT(no_table.err, HasSubstr("--dry-run goes with --csv"));
    EXPECT_EQ(verify(folder_.path()).out, facts);
}

/// The journal would keep such names, and no later version could read it.
TEST_F(Seed, of_a_name_that_a_request_could_not_give_adds_nothing_and_says_so) {
    const auto table = tables_.path() / "hall.csv";
    std::ofstream{table} << "seat_number,price\nA,1\n";
    const std::pair<std::string, std::string> names[] = {
        {"bell\x07", "must not contain control characters"},
        {"\x7F", "must not contain control characters"},
        {"\xFF", "must be UTF-8"},
        {"\xED\xA0\x80", "must be UTF-8"},
        {std::string(256, 'x'), "must be 1 to 255 characters long"},
        {" ", "must contain visible characters"},
        {"\u3000\u200B", "must contain visible characters"},
    };
    for (const auto& [name, why] : names) {
        const auto refused = seed({"--csv", table, "--name", name});
        EXPECT_EQ(refused.exit_code, 1) << name;
        EXPECT_THAT(refused.err, HasSubstr("the event's name " + why));
    }
    // Without --name the event gets the file's name.
    const auto bell = tables_.path() / "bell\x07.csv";
    std::filesystem::copy_file(table, bell);
    const auto refused = seed({"--csv", bell});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr("--name gives it another"));

    std::ofstream{table} << "seat_number,price,section\nA\x07,1,S\nB,1,\xFF\n";
    EXPECT_THAT(seed({"--csv", table}).err, HasSubstr("line 3 must be UTF-8"));
    std::ofstream{table} << "seat_number,price,section\nA\x07,1,S\nB,1,\x01\n";
    const auto seats = seed({"--csv", table}).err;
    EXPECT_THAT(seats, HasSubstr("line 2, seat_number must not contain control characters"));
    EXPECT_THAT(seats, HasSubstr("line 3, section must not contain control characters"));
    EXPECT_THAT(verify(folder_.path()).out, HasSubstr("0 facts"));

    std::string longest;
    for (int i = 0; i < 255; ++i)
        longest += "\xE5\xB8\xAD";
    std::ofstream{table} << "seat_number,price\nA,1\n";
    EXPECT_EQ(seed({"--csv", table, "--name", longest}).exit_code, 0);
    EXPECT_EQ(verify(folder_.path()).exit_code, 0);
}

/// Seed keeps to the limits of requests: each event can be sent back as a request.
TEST_F(Seed, makes_events_and_seats_that_a_request_could_make) {
    ASSERT_EQ(seed().exit_code, 0);
    Server server{folder_.path()};
    auto client = server.client();
    const auto events = client.get("/api/v1/events").value().json();
    for (const auto& event : events.as_array()) {
        const auto put = client.send({
            .method = "PUT",
            .target = "/api/v1/events/" + text_of(event, "id"),
            .body = boost::json::serialize(event),
        });
        EXPECT_EQ(put.value().status, 200U) << put->body;
    }
    EXPECT_EQ(server.stop(), 0);
}

TEST_F(Seed, takes_the_folder_from_the_environment_and_a_flag_over_it) {
    const TempFolder other;
    const std::vector<std::string> environment{"FRONTROW_DATA_DIR=" + other.path().string()};
    EXPECT_EQ(run_program({"seed"}, environment).exit_code, 0);
    EXPECT_EQ(run_program({"verify"}, environment).exit_code, 0);
    EXPECT_EQ(JournalFile{other.path()}.rows().size(), 6U);
    EXPECT_EQ(run_program({"seed", "--data-dir", folder_.path()}, environment).exit_code, 0);
    EXPECT_THAT(
        run_program({"verify", "--data-dir", folder_.path()}, environment).out,
        HasSubstr("3 events")
    );
}

}  // namespace
}  // namespace frontrow::test
