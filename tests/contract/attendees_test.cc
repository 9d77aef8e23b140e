#include "asking_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// The table of the people who have an event's tickets.

namespace frontrow::test {
namespace {

class Attendees : public AskingWorld {
protected:
    std::string table_path() const { return event_path() + "/attendees.csv"; }
    static std::vector<std::string> lines_of(const HttpAnswer& answer) {
        std::vector<std::string> lines;
        std::string_view rest = answer.body;
        while (!rest.empty()) {
            const auto end = rest.find("\r\n");
            lines.emplace_back(rest.substr(0, end));
            rest.remove_prefix(end + 2);
        }
        return lines;
    }
    std::vector<std::string> table() {
        const auto answer = organizer.get(table_path());
        EXPECT_EQ(answer.status, 200) << answer.body;
        return lines_of(answer);
    }
};

constexpr auto kColumns =
    "ticket_id,section,row,seat,category,status,account,name,Diet,Size,email,checked_in_at,gate";

TEST_F(Attendees, have_a_row_for_each_ticket_with_what_they_said) {
    EXPECT_EQ(table(), std::vector<std::string>{kColumns});
    const auto placed = order(reserve(0, 2), R"(,"email":"alice@example.org")");
    ASSERT_EQ(pay(placed).status, 200);
    const auto first = ticket_of(placed);
    const auto second = ticket_of(placed, 2);
    const auto code = say(first, details(R"(Liddell, \"A\")", "=1+1")).text("code");
    ASSERT_EQ(check_in(code).status, 200);
    ASSERT_EQ(alice.post(path_of_ticket(second, "/transfer"), R"({"sub":"bob"})").status, 200);
    organizer.post(
        event_path() + "/ticket-categories", R"({"name":"Standing","price":5,"total_stock":9})"
    );
    organizer.post(event_path() + "/members", R"({"sub":"carol","role":"organizer"})");
    const auto sold = Caller(server, "carol")
                          .post(
                              event_path() + "/orders",
                              R"({"items":[{"category":"Standing","quantity":1}],"method":"cash"})",
                              key()
                          );
    const auto at = std::string{ticket(first).json.at("used").at("at").as_string()};
    EXPECT_EQ(
        table(),
        (std::vector<std::string>{
            kColumns,
            first + R"(,,,S-1,,used,alice,"Liddell, ""A""",,'=1+1,alice@example.org,)" + at +
                ",West",
            second + ",,,S-2,,valid,bob,,,,,,",
            ticket_of(sold) + ",,,,Standing,valid,carol,,,,,,",
        })
    );
}

TEST_F(Attendees, leave_out_what_was_refunded_or_is_only_held) {
    const auto bought = buy(0, 2);
    reserve(2);
    ASSERT_EQ(refund(bought, R"({"seat_ids":[")" + venue.seats[0] + R"("]})").status, 200);
    const auto rows = table();
    ASSERT_EQ(rows.size(), 2);
    EXPECT_TRUE(rows[1].starts_with(ticket_of(bought, 2)));
    refund(bought);
    EXPECT_EQ(table().size(), 1);
}

TEST(AttendeesWithoutPayment, are_those_who_confirmed) {
    TestServer server;
    const auto venue = make_venue(server, 2);
    const auto other = make_venue(server, 1);
    Caller alice{server, "alice"};
    for (const auto& [event, seat] :
         {std::pair{venue.event, venue.seats[0]}, std::pair{other.event, other.seats[0]}}) {
        const auto held = alice.reserve(event, {seat}, seat);
        alice.post(std::string{kReservations} + "/" + held.text("id") + "/confirm");
    }
    const auto table = Caller(server, "").get("/api/v1/events/" + venue.event + "/attendees.csv");
    EXPECT_EQ(table.header("content-type"), "text/csv; charset=utf-8; header=present");
    EXPECT_EQ(
        table.header("content-disposition"),
        "attachment; filename=\"attendees-" + venue.event + ".csv\""
    );
    EXPECT_EQ(std::ranges::count(table.body, '\n'), 2) << table.body;
    EXPECT_NE(table.body.find(",alice,"), std::string::npos);
}

TEST_F(Attendees, come_in_parts_that_are_the_whole_table) {
    organizer.post(
        event_path() + "/ticket-categories", R"({"name":"Standing","price":0,"total_stock":999})"
    );
    const auto body = R"({"items":[{"category":"Standing","quantity":9}],"method":"free"})";
    for (int i = 0; i < 25; ++i)
        ASSERT_EQ(organizer.post(event_path() + "/orders", body, key()).status, 201);
    const auto all = table();
    ASSERT_EQ(all.size(), 1 + 25 * 9);
    EXPECT_EQ(std::set(all.begin(), all.end()).size(), all.size());
    std::vector<std::string> walked{kColumns};
    auto path = table_path() + "?limit=40";
    while (!path.empty()) {
        const auto part = organizer.get(path);
        ASSERT_EQ(part.status, 200) << part.body;
        const auto lines = lines_of(part);
        EXPECT_EQ(lines.front(), kColumns);
        walked.insert(walked.end(), lines.begin() + 1, lines.end());
        const auto link = part.header("link");
        path = link.empty() ? "" : link.substr(1, link.find('>') - 1);
    }
    EXPECT_EQ(walked, all);
    const auto last = lines_of(organizer.get(table_path() + "?offset=224"));
    EXPECT_EQ(last, (std::vector{all.front(), all.back()}));
    EXPECT_EQ(organizer.get(table_path() + "?cursor=x").code(), "INVALID_REQUEST");
}

TEST_F(Attendees, are_for_the_organisers_alone) {
    EXPECT_EQ(alice.get(table_path()).code(), "FORBIDDEN");
    EXPECT_EQ(
        organizer.get("/api/v1/events/018f7c2e-0a10-7000-8000-00000000000f/attendees.csv").code(),
        "NOT_FOUND"
    );
}

}  // namespace
}  // namespace frontrow::test
