#include "end_to_end/journal_file.h"
#include "end_to_end/server.h"
#include "support/paths.h"

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

    /// Writes a file, and returns its path.
    std::string table(const std::string& name, std::string_view text) const {
        const auto path = tables_.path() / name;
        std::ofstream{path} << text;
        return path;
    }
    static boost::json::value availability(Client& client, const std::string& event) {
        return client.get("/api/v1/events/" + event + "/availability").value().json();
    }
    static Answer reserve(Client& client, boost::json::object wanted, const std::string& user) {
        wanted["idempotency_key"] = user;
        return client.post("/api/v1/reservations", boost::json::serialize(wanted), user).value();
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
        auto places = static_cast<std::int64_t>(seats.size());
        for (const auto& category : availability(client, id).at("categories").as_array())
            places += category.at("total").as_int64();
        EXPECT_EQ(event.at("total_seats").as_int64(), places);
        seats_in_all += static_cast<std::int64_t>(seats.size());
        const auto free =
            client.get("/api/v1/events/" + id + "/seats?available=true").value().json().as_array();
        const boost::json::object wanted{
            {"event_id", id},
            {"seat_ids", {text_of(free.front(), "id"), text_of(free.back(), "id")}},
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

TEST_F(Seed, opens_a_presale_with_the_code_that_it_prints) {
    const auto finished = seed();
    const std::string before = "    The access code ";
    const auto at = finished.out.find(before);
    ASSERT_NE(at, std::string::npos) << finished.out;
    const auto code = finished.out.substr(at + before.size(), 8);
    EXPECT_THAT(finished.out, HasSubstr("The access code " + code + " opens the allocation Fan"));
    EXPECT_THAT(finished.out, HasSubstr("280 seats, 1 category, 2 allocations"));
    Server server{folder_.path()};
    auto client = server.client();
    const auto events = client.get("/api/v1/events?q=Midwinter").value().json();
    const auto event = text_of(events.at(0), "id");
    const auto seats = client.get("/api/v1/events/" + event + "/seats").value().json();
    EXPECT_EQ(text_of(seats.at(0), "status"), "confirmed");
    boost::json::object wanted{{"event_id", event}, {"seat_ids", {text_of(seats.at(0), "id")}}};
    EXPECT_EQ(reserve(client, wanted, "alice").status, 409U);
    wanted["access_code"] = code;
    EXPECT_EQ(reserve(client, wanted, "bob").status, 201U);
    EXPECT_EQ(availability(client, event).at("categories").at(0).at("available").as_int64(), 140);
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(verify(folder_.path()).exit_code, 0);
}

TEST_F(Seed, loads_categories_and_allocations_from_tables) {
    const auto csv = table(
        "hall.csv", "seat_number,price,allocation\nA,1,Fan club\nB,1,\nC,1,House\nD,1,Fan club\n"
    );
    const auto categories =
        table("standing.csv", "Name;Price;Total Stock\nStanding;60;10\nBalcony;70;5\n");
    const auto allocations = table(
        "held.csv",
        "name,category,quantity,access_code,limit,limit_per_user,until\n"
        "Fan club,,,SNOW,,1,2100-01-01T00:00:00Z\nGuests,Standing,4,GUEST,3,,\n"
    );
    const auto loaded =
        seed({"--csv", csv, "--categories", categories, "--allocations", allocations});
    EXPECT_EQ(loaded.exit_code, 0) << loaded.err;
    const auto event = loaded.out.substr(0, loaded.out.find(':'));
    EXPECT_EQ(loaded.out, event + ": 4 seats, 2 categories, 3 allocations\n");
    const auto more = table("more.csv", "name,category,quantity\nPress,Balcony,5\n");
    EXPECT_EQ(seed({"--allocations", more, "--event", event}).out, event + ": 1 allocation\n");

    Server server{folder_.path()};
    auto client = server.client();
    const auto made = client.get("/api/v1/events/" + event).value().json();
    EXPECT_EQ(text_of(made, "name"), "hall");
    EXPECT_EQ(made.at("total_seats").as_int64(), 19);
    const auto held = client.get("/api/v1/events/" + event + "/allocations").value().json();
    ASSERT_EQ(held.as_array().size(), 4U);
    const auto seats = client.get("/api/v1/events/" + event + "/seats").value().json();
    const auto id = [&](std::size_t seat) { return text_of(seats.at(seat), "id"); };
    EXPECT_EQ(held.at(0).at("seat_ids"), (boost::json::array{id(0), id(3)}));
    EXPECT_EQ(held.at(0).at("limit_per_user").as_int64(), 1);
    EXPECT_EQ(text_of(held.at(0), "until"), "2100-01-01T00:00:00.000Z");
    EXPECT_EQ(held.at(1).at("codes").as_int64(), 0);
    EXPECT_EQ(held.at(2).at("limit").as_int64(), 3);
    EXPECT_EQ(availability(client, event).at("categories").at(0).at("available").as_int64(), 6);
    EXPECT_EQ(availability(client, event).at("categories").at(1).at("available").as_int64(), 0);
    const boost::json::object fan{
        {"event_id", event}, {"seat_ids", {id(3)}}, {"access_code", "SNOW"}
    };
    EXPECT_EQ(reserve(client, fan, "alice").status, 201U);
    const boost::json::object guest{
        {"event_id", event},
        {"items", {boost::json::object{{"category", "Standing"}, {"quantity", 3}}}},
        {"access_code", "GUEST"}
    };
    EXPECT_EQ(reserve(client, guest, "bob").status, 201U);
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(verify(folder_.path()).exit_code, 0);
}

TEST_F(Seed, of_tables_of_which_one_is_wrong_adds_nothing_and_says_where) {
    const auto csv = table("hall.csv", "seat_number,price,allocation\nA,1,House\n");
    const auto standing = table("standing.csv", "name,price,total_stock\nFloor,1,5\n");
    const auto head = std::string{"name,category,quantity,access_code,until\n"};
    const std::pair<std::string, std::string> wrong[] = {
        {"House,,,a,\nGuests,Floor,x,,\n", "line 3, quantity must be a whole number"},
        {"Press,,,a,\n", "line 2, name must be in the column allocation of --csv, unless"},
        {"House,,,a,\nHouse,,,b,\n", "line 3, name is in line 2 too"},
        {"House,Floor,1,,\n", "line 2: The event already has an allocation House."},
        {"G,Balcony,1,,\n", "line 2: The event has no category Balcony."},
        {"G,Floor,3,,\nP,Floor,3,,\n", "line 3: The category Floor has 2 units left"},
        {"G,Floor,1,a,\nHouse,,,a,\n", "line 3: One of the access codes opens another"},
        {"G,Floor,1,a,2001-01-01T00:00:00Z\n", "line 2: The field until must be later than now."},
    };
    const auto dry_run = tables_.path() / "none";
    for (const auto& [rows, why] : wrong) {
        const auto held = table("held.csv", head + rows);
        const std::vector<std::string> all{
            "--csv", csv, "--categories", standing, "--allocations", held
        };
        const auto refused = seed(all);
        EXPECT_EQ(refused.exit_code, 1) << rows;
        EXPECT_THAT(refused.err, HasSubstr("frontrow seed: " + held + ": " + why)) << rows;
        std::vector<std::string> dry{"seed", "--dry-run", "--data-dir", dry_run};
        dry.insert(dry.end(), all.begin(), all.end());
        EXPECT_THAT(run_program(dry).err, HasSubstr(held + ": " + why)) << rows;
    }
    EXPECT_FALSE(std::filesystem::exists(dry_run));
    const auto twice = table("twice.csv", "name,price,total_stock\nFloor,1,5\nFloor,2,5\n");
    EXPECT_THAT(
        seed({"--csv", csv, "--categories", twice}).err,
        HasSubstr("twice.csv: line 3: The event already has a category Floor.")
    );
    EXPECT_THAT(verify(folder_.path()).out, HasSubstr("0 events, 0 seats"));
}

TEST_F(Seed, of_an_event_that_has_such_stock_already_adds_nothing_and_says_so) {
    const auto csv = table("hall.csv", "seat_number,price,allocation\nA,1,House\n");
    const auto standing = table("standing.csv", "name,price,total_stock\nFloor,1,5\n");
    const auto held = table("held.csv", "name,category,quantity,access_code\nG,Floor,3,a\n");
    const auto loaded = seed({"--csv", csv, "--categories", standing, "--allocations", held});
    const auto event = loaded.out.substr(0, loaded.out.find(':'));
    const auto facts = verify(folder_.path()).out;
    const auto seats = table("more.csv", "seat_number,price,allocation\nB,1,\n");
    const auto refusal_of = [&](std::string name, std::vector<std::string> tables) {
        tables.insert(tables.end(), {"--csv", seats, "--event", event});
        const auto refused = seed(tables);
        EXPECT_EQ(refused.exit_code, 1) << name;
        tables.emplace_back("--dry-run");
        EXPECT_EQ(seed(tables).err, refused.err) << name;
        return refused.err;
    };
    EXPECT_THAT(
        refusal_of("category", {"--categories", standing}),
        HasSubstr("standing.csv: line 2: The event already has a category Floor.")
    );
    const auto units = [&](std::string_view row) {
        const auto file = table("units.csv", "name,category,quantity,access_code\n");
        std::ofstream{file, std::ios::app} << row;
        return refusal_of(std::string{row}, {"--allocations", file});
    };
    EXPECT_THAT(units("G,Floor,1,\n"), HasSubstr("line 2: The event already has an allocation G."));
    EXPECT_THAT(units("H,Floor,3,\n"), HasSubstr("line 2: The category Floor has 2 units left"));
    EXPECT_THAT(units("H,Floor,1,a\n"), HasSubstr("line 2: One of the access codes opens another"));
    const auto again = table("more.csv", "seat_number,price,allocation\nB,1,House\n");
    EXPECT_THAT(refusal_of("seats", {}), HasSubstr("The event already has an allocation House."));
    EXPECT_EQ(verify(folder_.path()).out, facts);

    const auto alone = seed({"--allocations", held});
    EXPECT_EQ(alone.exit_code, 2);
    EXPECT_THAT(alone.err, HasSubstr("--allocations alone needs --event"));
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
    const auto arena = std::filesystem::path{kCheckout} / "examples/arena.csv";
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
    EXPECT_THAT(no_table.err, HasSubstr("--dry-run goes with --csv, --categories or"));
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
    EXPECT_EQ(JournalFile{other.path()}.rows().size(), 9U);
    EXPECT_EQ(run_program({"seed", "--data-dir", folder_.path()}, environment).exit_code, 0);
    EXPECT_THAT(
        run_program({"verify", "--data-dir", folder_.path()}, environment).out,
        HasSubstr("3 events")
    );
}

}  // namespace
}  // namespace frontrow::test
