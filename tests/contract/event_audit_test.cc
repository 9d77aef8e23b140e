#include "orders_world.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

// GET /events/{id}/audit: what an event's organisers and admins did.

namespace frontrow::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class EventAudit : public OrdersWorld {
protected:
    HttpAnswer acts(const std::string& query = {}) {
        return organizer.get(event_path() + "/audit" + query);
    }
    /// The acts in the answer, as `SaleChanged olga`.
    static std::vector<std::string> told(const HttpAnswer& answer) {
        std::vector<std::string> all;
        for (const auto& one : answer.json.as_array())
            all.push_back(
                std::string{one.at("type").as_string()} + " " +
                std::string{one.at("by").as_string()}
            );
        return all;
    }
    static std::string next_of(const HttpAnswer& answer) {
        const auto link = answer.header("link");
        return link.empty() ? link : link.substr(1, link.find('>') - 1);
    }
};

TEST_F(EventAudit, tells_newest_first_who_did_what) {
    ASSERT_EQ(
        organizer.post(event_path() + "/members", R"({"sub":"otto","role":"organizer"})").status,
        201
    );
    server.clock.advance(Millis{5'000});
    Caller by_otto{server, "otto"};
    const auto paused = by_otto.post(event_path() + "/sale", R"({"action":"pause"})");
    ASSERT_EQ(paused.status, 200) << paused.body;
    const auto answer = acts();
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_THAT(
        told(answer),
        ElementsAre("SaleChanged otto", "MemberAdded dev", "SeatsAdded dev", "EventCreated dev")
    );
    const auto& newest = answer.json.at(0);
    EXPECT_EQ(newest.at("at").as_string(), to_rfc3339(server.clock.now()));
    EXPECT_EQ(newest.at("trace_id").as_string(), paused.header("trace-id"));
    EXPECT_EQ(newest.at("data").at("action").as_string(), "pause");
    const auto& seats = answer.json.at(2).at("data");
    EXPECT_EQ(
        seats,
        (boost::json::object{
            {"count", 6},
            {"first_seat_number", seats.at("first_seat_number")},
            {"last_seat_number", seats.at("last_seat_number")}
        })
    );
    const auto fact = organizer.get(
        "/api/v1/facts?limit=1&after=" + std::to_string(newest.at("seq").as_int64() - 1)
    );
    EXPECT_EQ(fact.json.at(0).at("id"), newest.at("id"));
    EXPECT_EQ(fact.json.at(0).at("data"), newest.at("data"));
}

TEST_F(EventAudit, tells_nothing_about_buyers) {
    const auto paid = buy(0);
    ASSERT_EQ(paid.status, 200);
    EXPECT_THAT(acts().body, Not(HasSubstr("alice")));
    ASSERT_EQ(refund(paid).status, 200);
    EXPECT_EQ(told(acts()).front(), "RefundIntended dev");
}

TEST_F(EventAudit, goes_on_page_by_page_while_more_is_done) {
    for (int i = 0; i < 4; ++i)
        ASSERT_EQ(
            organizer
                .post(
                    event_path() + "/seats",
                    R"({"seat_number":"extra-)" + std::to_string(i) + R"(","price":1})"
                )
                .status,
            201
        );
    const auto all = acts().json.as_array();
    ASSERT_EQ(all.size(), 6);
    boost::json::array walked;
    for (auto path = event_path() + "/audit?limit=2"; !path.empty();) {
        const auto page = organizer.get(path);
        ASSERT_EQ(page.status, 200) << page.body;
        for (const auto& one : page.json.as_array())
            walked.push_back(one);
        ASSERT_EQ(organizer.post(event_path() + "/sale", R"({"action":"pause"})").status, 200)
            << "an act before those that are left";
        path = next_of(page);
    }
    EXPECT_EQ(walked, all);
    EXPECT_EQ(acts("?limit=101").status, 400);
    EXPECT_EQ(acts("?cursor=" + std::string(64, '0')).status, 400);
}

TEST_F(EventAudit, is_for_organizers_of_the_event_alone) {
    const auto path = event_path() + "/audit";
    EXPECT_EQ(alice.get(path).status, 403);
    ASSERT_EQ(
        organizer.post(event_path() + "/members", R"({"sub":"alice","role":"scanner"})").status, 201
    );
    EXPECT_EQ(alice.get(path).status, 403);
    ASSERT_EQ(
        organizer.post(event_path() + "/members", R"({"sub":"alice","role":"organizer"})").status,
        200
    );
    EXPECT_EQ(alice.get(path).body, acts().body);
    EXPECT_EQ(
        organizer.get("/api/v1/events/018f7c2e-0a10-7000-8000-000000000001/audit").status, 404
    );
}

TEST_F(EventAudit, is_the_same_after_a_restart_and_ends_with_the_event) {
    const auto before = acts().body;
    server.restart();
    organizer = Caller{server, ""};
    EXPECT_EQ(acts().body, before);
    ASSERT_EQ(organizer.del(event_path()).status, 204);
    EXPECT_EQ(acts().status, 404);
    EXPECT_THAT(organizer.get("/api/v1/facts").body, HasSubstr(R"("data":{"by":"dev"})"));
}

}  // namespace
}  // namespace frontrow::test
