#include "http_client/misbehaving_server.h"
#include "io/base64.h"
#include "io/hmac.h"
#include "support/test_server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

// A service of the operator's decides, before a buyer gets a hold, whether they may have it.

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

/// Base64 of 24 bytes.
constexpr auto kSecret = "whsec_c2VjcmV0IG9mIHR3ZW50eS1mb3VyIQ==";

/// A service on a thread of its own. It says what it is told to, and keeps what it was asked.
class VerdictService {
public:
    using Reply = MisbehavingServer::Reply;

    VerdictService() {
        server_.answer = [this](const auto& received) {
            const std::lock_guard lock{mutex_};
            questions_.push_back(received);
            return reply_;
        };
        thread_ = std::jthread{[this] { context_.run(); }};
    }
    ~VerdictService() {
        boost::asio::co_spawn(context_, server_.stop(), [this](auto, bool) { work_.reset(); });
    }
    VerdictService(const VerdictService&) = delete;
    VerdictService& operator=(const VerdictService&) = delete;

    std::string url() const {
        return "http://127.0.0.1:" + std::to_string(server_.port()) + "/before-a-hold";
    }
    void says(Reply reply) {
        const std::lock_guard lock{mutex_};
        reply_ = std::move(reply);
    }
    void says(const std::string& body) { says(Reply{MisbehavingServer::ok(body)}); }
    std::vector<MisbehavingServer::Received> questions() {
        const std::lock_guard lock{mutex_};
        return questions_;
    }

private:
    boost::asio::io_context context_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
        context_.get_executor()
    };
    MisbehavingServer server_{context_.get_executor()};
    std::mutex mutex_;
    Reply reply_{MisbehavingServer::ok(R"({"verdict":"allow"})")};
    std::vector<MisbehavingServer::Received> questions_;
    std::jthread thread_;
};

class HoldVerdict : public testing::Test {
protected:
    /// Long enough for any answer on a busy machine; a service that holds its answer back costs it.
    static constexpr std::chrono::milliseconds kDeadline{2'000};

    explicit HoldVerdict(bool allows_without_verdict = true)
        : server{
              {.limits = {},
               .dialects = true,
               .verdicts =
                   http::HoldVerdicts::Settings{
                       .url = service.url(),
                       .secret = kSecret,
                       .deadline = kDeadline,
                       .allows_without_verdict = allows_without_verdict
                   }}
          } {}

    HttpAnswer reserve(std::size_t seat, const std::string& key, Headers headers = {}) {
        headers.emplace_back("Idempotency-Key", key);
        return alice.post(
            kReservations,
            R"({"event_id":")" + venue.event + R"(","seat_ids":[")" + venue.seats[seat] + R"("]})",
            std::move(headers)
        );
    }
    std::string metrics() { return alice.get("/metrics").body; }
    static std::string header_in(const std::string& head, const std::string& name) {
        const auto at = head.find("\r\n" + name + ": ");
        if (at == std::string::npos) return {};
        const auto begin = at + name.size() + 4;
        return head.substr(begin, head.find("\r\n", begin) - begin);
    }

    VerdictService service;
    TestServer server;
    Venue venue = make_venue(server, 4);
    Caller alice{server, "alice"};
};

class HoldVerdictOrNothing : public HoldVerdict {
protected:
    HoldVerdictOrNothing() : HoldVerdict{false} {}
};

TEST_F(HoldVerdict, is_asked_for_with_a_signed_question_about_the_buyer) {
    const auto held = reserve(0, "k", {{"User-Agent", "Firefox"}, {"Verdict-Token", "t-1"}});
    ASSERT_EQ(held.status, 201) << held.body;
    const auto questions = service.questions();
    ASSERT_THAT(questions, SizeIs(1));
    const auto& [connection, head, body] = questions[0];
    EXPECT_THAT(head, HasSubstr("POST /before-a-hold HTTP/1.1\r\n"));
    EXPECT_EQ(
        boost::json::parse(body),
        (boost::json::object{
            {"type", "hold"},
            {"event_id", venue.event},
            {"user_id", "alice"},
            {"tickets", 1},
            {"address", "127.0.0.1"},
            {"user_agent", "Firefox"},
            {"token", "t-1"},
            {"trace_id", held.header("trace-id")}
        })
    );
    // Not by the code under test.
    const auto key = io::from_base64(std::string{kSecret}.substr(6)).value();
    const auto signed_text =
        header_in(head, "Webhook-Id") + "." + header_in(head, "Webhook-Timestamp") + "." + body;
    EXPECT_EQ(
        header_in(head, "Webhook-Signature"),
        "v1," + io::to_base64(io::text_of(io::hmac_sha256(key, signed_text)))
    );
}

TEST_F(HoldVerdict, refuses_a_buyer_who_then_holds_nothing) {
    service.says(R"({"verdict":"refuse"})");
    const auto refused = reserve(0, "k");
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.code(), "REFUSED_BY_VERDICT");
    EXPECT_EQ(alice.get("/api/v1/seats/" + venue.seats[0]).text("status"), "available");
    const auto text = metrics();
    EXPECT_THAT(text, HasSubstr(R"(hold_verdicts_total{verdict="refuse"} 1)"));
    EXPECT_THAT(text, HasSubstr(R"(reservations_total{status="refused"} 1)"));
    service.says(R"({"verdict":"allow"})");
    EXPECT_EQ(reserve(0, "k").status, 201) << "a refusal doesn't use up the key";
}

TEST_F(HoldVerdict, is_no_matter_for_what_was_carried_out_before) {
    const auto held = reserve(0, "k");
    ASSERT_EQ(held.status, 201);
    service.says(R"({"verdict":"refuse"})");
    const auto again = reserve(0, "k");
    EXPECT_EQ(again.status, 201) << again.body;
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    EXPECT_EQ(again.text("id"), held.text("id"));
}

TEST_F(HoldVerdict, is_asked_for_by_dialects_but_not_by_box_offices) {
    service.says(R"({"verdict":"refuse"})");
    const auto hold = alice.post(
        "/api/reservations",
        R"({"eventId":")" + venue.event + R"(","seatId":")" + venue.seats[0] + "\"}"
    );
    EXPECT_EQ(hold.status, 403) << hold.body;
    EXPECT_THAT(hold.body, HasSubstr("REFUSED_BY_VERDICT"));
    Caller organizer{server, ""};
    const auto category = organizer.post(
        "/api/v1/events/" + venue.event + "/ticket-categories",
        R"({"name":"floor","price":1,"total_stock":2})"
    );
    ASSERT_EQ(category.status, 201) << category.body;
    const auto stock = alice.post(
        "/reserve", R"({"event_id":")" + venue.event + R"(","category":"floor","qty":1})"
    );
    EXPECT_EQ(stock.status, 403) << stock.body;
    const auto sold = organizer.post(
        "/api/v1/events/" + venue.event + "/orders",
        R"({"seat_ids":[")" + venue.seats[0] + R"("],"method":"cash"})",
        {{"Idempotency-Key", "sold"}}
    );
    EXPECT_EQ(sold.status, 201) << sold.body;
    EXPECT_THAT(service.questions(), SizeIs(2));
}

TEST_F(HoldVerdict, lets_buyers_in_while_it_cannot_be_had) {
    const std::string useless[] = {
        MisbehavingServer::ok("{}"),
        MisbehavingServer::ok(R"({"verdict":"maybe"})"),
        MisbehavingServer::ok("not JSON"),
        "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
    };
    for (std::size_t i = 0; i < std::size(useless); ++i) {
        service.says({.bytes = useless[i]});
        EXPECT_EQ(reserve(i, "k" + std::to_string(i)).status, 201) << useless[i];
    }
    EXPECT_THAT(metrics(), HasSubstr(R"(hold_verdicts_total{verdict="none"} 4)"));
}

TEST_F(HoldVerdictOrNothing, holds_nothing_while_it_cannot_be_had) {
    service.says({.bytes = "", .then = MisbehavingServer::Then::hold});
    const auto late = reserve(0, "k");
    EXPECT_EQ(late.status, 503) << late.body;
    EXPECT_EQ(late.code(), "NO_VERDICT");
    EXPECT_EQ(late.header("retry-after"), "2");
    EXPECT_EQ(alice.get("/api/v1/seats/" + venue.seats[0]).text("status"), "available");
    service.says(R"({"verdict":"allow"})");
    EXPECT_EQ(reserve(0, "k").status, 201);
}

TEST_F(HoldVerdictOrNothing, is_not_waited_for_while_the_service_is_down) {
    service.says({.bytes = "", .then = MisbehavingServer::Then::close});
    // A circuit breaker stops asking after five failures in a row.
    for (int i = 0; i < 8; ++i)
        EXPECT_EQ(reserve(0, "k" + std::to_string(i)).code(), "NO_VERDICT");
    EXPECT_THAT(service.questions(), SizeIs(5));
    EXPECT_THAT(metrics(), HasSubstr(R"(hold_verdicts_total{verdict="none"} 8)"));
}

TEST(NoHoldVerdict, is_asked_for_without_a_service) {
    TestServer server;
    EXPECT_EQ(Caller(server, "").get("/metrics").body.find("hold_verdict"), std::string::npos);
}

}  // namespace
}  // namespace frontrow::test
