#include "end_to_end/server.h"
#include "support/eventually.h"
#include "support/free_port.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <sstream>

// The log and the access log, as a log collector sees them.

namespace frontrow::test {
namespace {

using boost::json::value;
using testing::HasSubstr;
using testing::Not;

/// The log's lines about requests.
std::vector<value> requests_in(const std::string& log) {
    std::vector<value> requests;
    std::istringstream in{log};
    for (std::string line; std::getline(in, line);) {
        auto parsed = boost::json::parse(line);
        if (text_of(parsed, "message") == "request") requests.push_back(std::move(parsed));
    }
    return requests;
}

Request wish_of(const Hall& hall, const std::string& seat, const std::string& key) {
    const boost::json::object wanted{{"event_id", hall.event}, {"seat_ids", {seat}}};
    return {
        .method = "POST",
        .target = "/api/v1/reservations?hidden=query",
        .headers = {{"X-User-ID", "hidden-user"}, {"Idempotency-Key", key}},
        .body = boost::json::serialize(wanted),
    };
}

TEST(AccessLogOfServer, has_a_line_of_all_that_is_known_for_each_request) {
    const TempFolder folder;
    Server server{folder.path(), {"--dev", "--access-log", "all"}};
    auto client = server.client();
    const auto hall = make_hall(client, 2);
    const auto made = client.send(wish_of(hall, hall.seats[0], "hidden-key")).value();
    const auto taken = client.send(wish_of(hall, hall.seats[0], "hidden-key-2")).value();
    const auto id = text_of(made.json(), "id");
    const auto confirm = "/api/v1/reservations/" + id + "/confirm";
    const auto confirmed = client.post(confirm, "", "hidden-user").value();
    const auto refused = client.post(confirm, "", "hidden-other").value();
    const auto lost = client.get("/nowhere/hidden\"%22%0A").value();
    ASSERT_EQ(server.stop(), 0);

    const auto log = server.process().err();
    EXPECT_THAT(log, Not(HasSubstr("hidden")));
    const auto all = requests_in(log);
    ASSERT_EQ(all.size(), 7U) << log;
    EXPECT_EQ(text_of(all[0], "event"), hall.event);
    EXPECT_EQ(text_of(all[1], "route"), "/api/v1/events/{id}/seats/bulk");
    EXPECT_EQ(text_of(all[1], "event"), hall.event);
    const auto expect = [&](const value& line, const Answer& answer, const char* route) {
        EXPECT_EQ(line.at("status").as_int64(), answer.status);
        EXPECT_EQ(text_of(line, "route"), route);
        EXPECT_EQ(text_of(line, "trace"), answer.header("trace-id"));
        EXPECT_GE(line.at("milliseconds").to_number<double>(), 0);
    };
    expect(all[2], made, "/api/v1/reservations");
    EXPECT_EQ(text_of(all[2], "method"), "POST");
    EXPECT_EQ(text_of(all[2], "event"), hall.event);
    EXPECT_EQ(text_of(all[2], "reservation"), id);
    EXPECT_EQ(all[2].at("amount").as_int64(), 5'000);
    expect(all[3], taken, "/api/v1/reservations");
    EXPECT_EQ(taken.status, 409U);
    EXPECT_EQ(text_of(all[3], "event"), hall.event);
    EXPECT_FALSE(all[3].as_object().contains("reservation"));
    expect(all[4], confirmed, "/api/v1/reservations/{id}/confirm");
    EXPECT_EQ(text_of(all[4], "event"), hall.event);
    EXPECT_EQ(all[4].at("amount").as_int64(), 5'000);
    expect(all[5], refused, "/api/v1/reservations/{id}/confirm");
    EXPECT_EQ(text_of(all[5], "reservation"), id);
    EXPECT_FALSE(all[5].as_object().contains("amount"));
    expect(all[6], lost, "unknown");
}

/// The server's database doesn't exist: the server is alive and not ready.
class AccessLogChoice : public testing::Test {
protected:
    static std::vector<value> after_200_404_and_503(std::vector<std::string> environment) {
        environment.emplace_back("DATABASE_URL=postgres://u@127.0.0.1:1/x");
        Server server{Child::Options{
            .arguments = {"serve", "--dev", "--listen", "127.0.0.1:0"},
            .environment = std::move(environment),
        }};
        auto client = server.client();
        EXPECT_EQ(client.get("/livez").value().status, 200U);
        EXPECT_EQ(client.get("/nowhere").value().status, 404U);
        EXPECT_EQ(client.get("/readyz").value().status, 503U);
        EXPECT_EQ(server.stop(), 0);
        return requests_in(server.process().err());
    }
};

TEST_F(AccessLogChoice, is_errors_unless_it_is_said_otherwise) {
    for (const std::vector<std::string>& environment :
         {std::vector<std::string>{}, {"FRONTROW_ACCESS_LOG=errors"}}) {
        const auto lines = after_200_404_and_503(environment);
        ASSERT_EQ(lines.size(), 1U);
        EXPECT_EQ(text_of(lines[0], "route"), "/readyz");
        EXPECT_EQ(lines[0].at("status").as_int64(), 503);
    }
}

TEST_F(AccessLogChoice, may_be_all_or_none) {
    EXPECT_EQ(after_200_404_and_503({"FRONTROW_ACCESS_LOG=all"}).size(), 3U);
    EXPECT_EQ(after_200_404_and_503({"FRONTROW_ACCESS_LOG=off"}).size(), 0U);
}

/// At the level `error` the server logs only requests, not even its address.
TEST(AccessLogOfServer, is_not_subject_to_the_level) {
    const auto port = free_port();
    Child child{{
        .arguments =
            {"serve",
             "--dev",
             "--log-level",
             "error",
             "--listen",
             "127.0.0.1:" + std::to_string(port)},
        .environment = {"DATABASE_URL=postgres://u@127.0.0.1:1/x"},
    }};
    ASSERT_TRUE(eventually([&] { return Client{port}.is_open(); })) << child.err();
    EXPECT_EQ(Client{port}.get("/readyz").value().status, 503U);
    child.signal(SIGTERM);
    EXPECT_EQ(child.wait(), 0);
    EXPECT_EQ(requests_in(child.err()).size(), 1U) << child.err();
}

class UnreadLog : public testing::Test {
protected:
    double dropped() {
        ++asked_;
        const auto text = client_.get("/metrics").value().body;
        const auto at = text.find("\nlog_lines_dropped_total ");
        return at == std::string::npos ? -1 : std::stod(text.substr(text.find(' ', at + 1)));
    }
    /// Sends requests until the pipe and the queue behind it are full.
    void fill() {
        server_.process().stop_reading();
        for (int i = 0; i < kRequestsMax && dropped() == 0; ++i) {
            for (int more = 0; more < 100; ++more, ++asked_)
                ASSERT_EQ(client_.get("/livez").value().status, 200U);
        }
        ASSERT_GT(dropped(), 0);
    }

    static constexpr int kRequestsMax = 1'000;
    TempFolder folder_;
    Server server_{folder_.path(), {"--dev", "--access-log", "all"}};
    Client client_ = server_.client();
    Hall hall_ = make_hall(client_, 2);
    /// The number of requests so far.
    std::size_t asked_ = 2;
};

TEST_F(UnreadLog, stops_no_sale_and_is_told_of_what_it_missed) {
    ASSERT_EQ(dropped(), 0);
    ASSERT_NO_FATAL_FAILURE(fill());
    ++asked_;
    EXPECT_EQ(client_.send(wish_of(hall_, hall_.seats[0], "key")).value().status, 201U);
    server_.process().read_on();
    ASSERT_TRUE(server_.process().wait_for_line("lines of this log were dropped"));
    EXPECT_EQ(server_.stop(), 0);

    const auto log = server_.process().err();
    EXPECT_THAT(log, HasSubstr("\"message\":\"stopped\""));
    std::size_t told = 0;
    std::istringstream in{log};
    for (std::string line; std::getline(in, line);) {
        const auto parsed = boost::json::parse(line);
        if (text_of(parsed, "message").starts_with("lines of this log"))
            told += static_cast<std::size_t>(parsed.at("lines").as_int64());
    }
    EXPECT_GT(told, 0U);
    EXPECT_EQ(requests_in(log).size() + told, asked_);
}

TEST_F(UnreadLog, does_not_keep_a_server_from_its_end) {
    ASSERT_NO_FATAL_FAILURE(fill());
    EXPECT_EQ(server_.stop(), 0);
    EXPECT_EQ(verify(folder_.path()).exit_code, 0);
}

}  // namespace
}  // namespace frontrow::test
