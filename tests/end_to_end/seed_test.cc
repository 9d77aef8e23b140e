#include "end_to_end/journal_file.h"
#include "end_to_end/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace frontrow::test {
namespace {

using testing::HasSubstr;

class Seed : public testing::Test {
protected:
    Finished seed() { return run_program({"seed", "--data-dir", folder_.path()}); }

    TempFolder folder_;
};

TEST_F(Seed, makes_three_events_with_a_few_hundred_seats_that_can_be_bought) {
    const auto finished = seed();
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_EQ(finished.err, "");
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
