#include "end_to_end/journal_file.h"
#include "end_to_end/server.h"
#include "support/temp_folder.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

// Events that an early Frontrow accepted, and that no request could make today.

namespace frontrow::test {
namespace {

/// An event in German marks, with a seat that is held.
class EventInMarks : public testing::Test {
protected:
    EventInMarks() {
        {
            Server server{folder_.path()};
            auto client = server.client();
            const auto hall = make_hall(client, 1, {{"currency", "EUR"}});
            const boost::json::object wanted{
                {"event_id", hall.event},
                {"seat_ids", {hall.seats[0]}},
                {"idempotency_key", "key"},
            };
            client.post("/api/v1/reservations", boost::json::serialize(wanted), "alice").value();
            path_ = "/api/v1/events/" + hall.event;
            if (server.stop() != 0) throw std::runtime_error("the server didn't stop well");
        }
        JournalFile journal{folder_.path()};
        for (auto row : journal.rows()) {
            const auto at = row.facts.find("\"EUR\"");
            if (at == std::string::npos) continue;
            row.facts.replace(at, 5, "\"DEM\"");
            journal.put(row);
        }
        journal.forge_hashes_from(1);
    }

    std::string path_;
    TempFolder folder_;
};

TEST_F(EventInMarks, keeps_them_when_its_answer_is_sent_back_and_gets_no_other_old_currency) {
    Server server{folder_.path()};
    auto client = server.client();
    auto event = client.get(path_).value().json().as_object();
    ASSERT_EQ(event.at("currency"), "DEM");
    ASSERT_FALSE(event.contains("currency_exponent"));
    const auto put = [&] {
        return client
            .send({
                .method = "PUT",
                .target = path_,
                .headers = {},
                .body = boost::json::serialize(event),
            })
            .value();
    };
    event["venue"] = "The hall";
    const auto changed = put();
    ASSERT_EQ(changed.status, 200U) << changed.body;
    EXPECT_EQ(text_of(changed.json(), "venue"), "The hall");
    EXPECT_EQ(text_of(changed.json(), "currency"), "DEM");

    event["currency"] = "FRF";
    event["total_seats"] = 0;
    const auto refused = put();
    EXPECT_EQ(refused.status, 400U);
    EXPECT_EQ(refused.json().at("errors").as_array().size(), 2U) << refused.body;
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(verify(folder_.path()).exit_code, 0);
}

}  // namespace
}  // namespace frontrow::test
