#include "support/test_server.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

// Lists, read page by page through the Link of each answer.

namespace frontrow::test {
namespace {

using testing::ElementsAre;

constexpr auto kEvents = "/api/v1/events";

/// The target of `Link`; empty if there is none.
std::string next_of(const HttpAnswer& answer) {
    const auto link = answer.header("link");
    const auto end = link.find(">; rel=\"next\"");
    return end == std::string::npos ? std::string{} : link.substr(1, end - 1);
}

std::string field_of(const boost::json::value& item, const char* field) {
    return std::string{item.at(field).as_string()};
}

std::vector<std::string> fields_of(const HttpAnswer& answer, const char* field) {
    std::vector<std::string> all;
    for (const auto& item : answer.json.as_array())
        all.push_back(field_of(item, field));
    return all;
}

/// The field of every item, read page by page; `between` is called after each page.
template <class Between>
std::vector<std::string>
walk(Caller& caller, std::string path, const char* field, Between between) {
    std::vector<std::string> all;
    for (int pages = 0; !path.empty() && pages < 50; ++pages) {
        const auto answer = caller.get(path);
        EXPECT_EQ(answer.status, 200) << path;
        for (auto& one : fields_of(answer, field))
            all.push_back(std::move(one));
        path = next_of(answer);
        between();
    }
    return all;
}

void make_event(Caller& organizer, const std::string& name, const std::string& date) {
    const auto body = R"({"name":")" + name + R"(","start_at":")" + date +
                      R"(T10:00:00Z","end_at":")" + date + R"(T11:00:00Z","total_seats":1})";
    ASSERT_EQ(organizer.post(kEvents, body).status, 201);
}

TEST(Paging, of_events_leaves_none_out_and_repeats_none_while_events_are_added) {
    TestServer server;
    Caller organizer{server, ""};
    for (const auto* name : {"a", "b", "c", "d", "e"})
        make_event(organizer, name, "2027-02-01");
    int added = 0;
    const auto names = walk(organizer, std::string{kEvents} + "?limit=2", "name", [&] {
        make_event(organizer, "new" + std::to_string(added++), "2027-02-01");
    });
    EXPECT_THAT(names, ElementsAre("e", "d", "c", "b", "a"));
}

TEST(Paging, of_seats_leaves_none_out_while_they_are_sold) {
    TestServer server;
    const auto venue = make_venue(server, 7);
    Caller alice{server, "alice"};
    const auto seats = std::string{kEvents} + "/" + venue.event + "/seats";
    EXPECT_EQ(walk(alice, seats + "?limit=3", "id", [] {}), venue.seats);
    // After each page its first seat is sold; the later pages must not skip a seat because of that.
    std::size_t sold = 0;
    const auto free = walk(alice, seats + "?limit=3&available=true", "id", [&] {
        alice.reserve(venue.event, {venue.seats[sold]}, "key-" + std::to_string(sold));
        sold += 3;
    });
    EXPECT_EQ(free, venue.seats);
    EXPECT_EQ(next_of(alice.get(seats)), "");
    EXPECT_EQ(next_of(alice.get(seats + "?limit=7")), "");
    EXPECT_NE(next_of(alice.get(seats + "?limit=6")), "");
}

TEST(Paging, of_reservations_leaves_none_out_while_more_are_made) {
    TestServer server;
    const auto venue = make_venue(server, 20);
    Caller alice{server, "alice"};
    std::vector<std::string> made;
    const auto reserve = [&] {
        const auto number = made.size();
        const auto held =
            alice.reserve(venue.event, {venue.seats[number]}, "key-" + std::to_string(number));
        made.insert(made.begin(), held.text("id"));
    };
    for (int i = 0; i < 5; ++i)
        reserve();
    const auto before = made;
    EXPECT_EQ(walk(alice, std::string{kReservations} + "?limit=2", "id", reserve), before);
    const auto path = "/api/v1/users/alice/reservations?limit=3";
    EXPECT_EQ(walk(alice, path, "id", [] {}), made);
}

TEST(Paging, goes_on_from_a_page_that_was_asked_for_by_offset_and_after_a_restart) {
    TestServer server;
    {
        Caller organizer{server, ""};
        for (const auto* name : {"a", "b", "c", "d"})
            make_event(organizer, name, "2027-02-01");
    }
    const auto first = Caller(server, "").get(std::string{kEvents} + "?limit=1&offset=1");
    EXPECT_THAT(fields_of(first, "name"), ElementsAre("c"));
    server.restart();
    const auto next = Caller(server, "").get(next_of(first));
    EXPECT_THAT(fields_of(next, "name"), ElementsAre("b"));
}

TEST(Paging, does_not_stumble_over_an_event_that_was_moved_or_deleted_meanwhile) {
    TestServer server;
    Caller organizer{server, ""};
    for (const auto* name : {"a", "b", "c"})
        make_event(organizer, name, "2027-02-01");
    const auto first = organizer.get(std::string{kEvents} + "?limit=2");
    ASSERT_THAT(fields_of(first, "name"), ElementsAre("c", "b"));
    const auto last = std::string{kEvents} + "/" + fields_of(first, "id")[1];
    ASSERT_EQ(organizer.del(last).status, 204);
    EXPECT_THAT(fields_of(organizer.get(next_of(first)), "name"), ElementsAre("a"));
}

TEST(Paging, refuses_a_cursor_that_was_changed_or_made_for_another_list) {
    TestServer server;
    const auto venue = make_venue(server, 3);
    const auto other = make_venue(server, 3);
    Caller alice{server, "alice"};
    const auto seats = std::string{kEvents} + "/" + venue.event + "/seats";
    const auto next = next_of(alice.get(seats + "?limit=1"));
    const auto cursor = next.substr(next.find("cursor=") + 7);
    ASSERT_EQ(alice.get(seats + "?cursor=" + cursor).status, 200);
    const auto refuses = [&](const std::string& path) {
        const auto answer = alice.get(path);
        EXPECT_EQ(answer.status, 400) << path;
        EXPECT_EQ(answer.code(), "INVALID_REQUEST") << path;
    };
    for (std::size_t i = 0; i < cursor.size(); ++i) {
        auto changed = cursor;
        changed[i] = changed[i] == '0' ? '1' : '0';
        refuses(seats + "?cursor=" + changed);
    }
    for (const auto& wrong :
         {std::string{},
          cursor.substr(1),
          cursor + "0",
          std::string(64, '0'),
          std::string(64, 'g'),
          std::string{"%zz"}})
        refuses(seats + "?cursor=" + wrong);
    refuses(std::string{kEvents} + "/" + other.event + "/seats?cursor=" + cursor);
    refuses(std::string{kEvents} + "?cursor=" + cursor);
    refuses(std::string{kReservations} + "?cursor=" + cursor);
    refuses(seats + "?offset=0&cursor=" + cursor);
    // Bob can't use alice's cursor either.
    alice.reserve(venue.event, {venue.seats[0]}, "one");
    alice.reserve(venue.event, {venue.seats[1]}, "two");
    const auto hers = next_of(alice.get(std::string{kReservations} + "?limit=1"));
    EXPECT_EQ(alice.get(hers).status, 200);
    EXPECT_EQ(Caller(server, "bob").get(hers).status, 400);
}

TEST(Paging, by_offset_leads_ten_thousand_far_and_says_what_leads_further) {
    TestServer server;
    const auto venue = make_venue(server, 2);
    Caller alice{server, "alice"};
    for (const auto& list :
         {std::string{kEvents},
          std::string{kReservations},
          std::string{"/api/v1/users/alice/reservations"},
          std::string{kEvents} + "/" + venue.event + "/seats"}) {
        EXPECT_EQ(alice.get(list + "?offset=10000").json.as_array().size(), 0) << list;
        const auto beyond = alice.get(list + "?offset=10001");
        EXPECT_EQ(beyond.status, 400) << list;
        EXPECT_NE(beyond.text("message").find("cursor"), std::string::npos) << beyond.body;
    }
    EXPECT_EQ(
        alice.get(std::string{kEvents} + "/" + venue.event + "/seats?limit=100001").status, 400
    );
}

}  // namespace
}  // namespace frontrow::test
