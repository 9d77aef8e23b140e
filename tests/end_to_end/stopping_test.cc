#include "end_to_end/load.h"
#include "end_to_end/reckoning.h"
#include "end_to_end/server.h"
#include "end_to_end/starved.h"
#include "support/seed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <utility>

namespace frontrow::test {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;

/// How long a stop without obstacles takes: it is immediate, but the machine may be busy.
constexpr seconds kSoon{40};

/// A request whose client stops halfway: the server has its head and waits for the rest.
class HalfSent {
public:
    HalfSent(std::uint16_t port, Request request) : client_{port} {
        request.headers.emplace_back("Expect", "100-continue");
        const auto text = Client::text_of(request);
        const auto body = text.size() - request.body.size();
        client_.write(std::string_view{text}.substr(0, body));
        const auto go_on = client_.read();
        if (!go_on || go_on->status != 100) throw std::runtime_error("the server didn't go on");
        const auto half = body + request.body.size() / 2;
        client_.write(std::string_view{text}.substr(body, half - body));
        rest_ = text.substr(half);
    }

    /// Sends the rest and returns the answer.
    std::optional<Answer> finish() {
        client_.write(rest_);
        return client_.read();
    }

private:
    Client client_;
    std::string rest_;
};

Request upload_of(const Hall& hall) {
    return {
        .method = "POST",
        .target = "/api/v1/events/" + hall.event + "/seats/bulk",
        .body = R"({"prefix":"LATE","count":50,"price":100})",
    };
}

Request reservation_of(const Hall& hall, const std::string& user) {
    const boost::json::object wanted{{"event_id", hall.event}, {"seat_ids", {hall.seats.front()}}};
    return {
        .method = "POST",
        .target = "/api/v1/reservations",
        .headers = {{"X-User-ID", user}, {"Idempotency-Key", user}},
        .body = boost::json::serialize(wanted),
    };
}

class StoppingServer : public testing::Test {
protected:
    void ask_to_stop(int signal) {
        server_.process().signal(signal);
        ASSERT_TRUE(server_.process().wait_for_line("\"message\":\"stopping")) << log();
    }
    std::string log() { return server_.process().err(); }

    TempFolder folder_;
    Server server_{folder_.path()};
    Client client_ = server_.client();
    Hall hall_ = make_hall(client_, 500);
};

class Stopping : public StoppingServer, public testing::WithParamInterface<int> {};

TEST_P(Stopping, answers_what_has_begun_takes_nothing_new_and_exits_0) {
    auto idle = server_.client();
    EXPECT_EQ(idle.get("/health").value().status, 200U);
    HalfSent upload{server_.port(), upload_of(hall_)};
    HalfSent reservation{server_.port(), reservation_of(hall_, "alice")};
    ASSERT_NO_FATAL_FAILURE(ask_to_stop(GetParam()));
    EXPECT_TRUE(idle.is_closed_by_server());
    EXPECT_FALSE(server_.client().is_open()) << "a new connection was taken";

    const auto uploaded = upload.finish();
    const auto reserved = reservation.finish();
    ASSERT_TRUE(uploaded && reserved);
    EXPECT_EQ(uploaded->status, 201U) << uploaded->body;
    EXPECT_EQ(reserved->status, 201U) << reserved->body;
    EXPECT_EQ(uploaded->header("connection"), "close");
    EXPECT_EQ(server_.process().wait(kSoon), 0) << log();
    EXPECT_THAT(log(), HasSubstr("\"message\":\"stopped\""));

    const Server again{folder_.path()};
    const auto event = "/api/v1/events/" + hall_.event;
    EXPECT_EQ(
        again.client().get(event + "/seats/available/count").value().body, R"({"count":549})"
    );
    const auto mine = again.client().get("/api/v1/reservations", "alice").value().json();
    EXPECT_EQ(text_of(mine.as_array().at(0), "id"), text_of(reserved->json(), "id"));
}

TEST_P(Stopping, leaves_nobody_in_doubt_under_load) {
    auto client = server_.client();
    Load load{hall_, {.ports = {server_.port()}, .name = "crowd", .seed = seed_of_this_run()}};
    load.wait_for_answers(500);
    ASSERT_NO_FATAL_FAILURE(ask_to_stop(GetParam()));
    EXPECT_EQ(server_.process().wait(kSoon), 0) << log();
    load.wait_for_end();
    EXPECT_THAT(load.surprises(), IsEmpty());
    EXPECT_EQ(load.unknown_outcomes(), 0U);
    EXPECT_EQ(verify(folder_.path()).exit_code, 0);

    const Server again{folder_.path()};
    auto asking = again.client();
    Reckoning{asking, hall_}.settle_without_doubt(load.buyers());
}

INSTANTIATE_TEST_SUITE_P(
    Signals,
    Stopping,
    testing::Values(SIGTERM, SIGINT, SIGHUP),
    [](const auto& info) {
        return info.param == SIGTERM ? "sigterm" : info.param == SIGINT ? "sigint" : "sighup";
    }
);

TEST(StoppingUnderNohup, is_not_for_the_terminal_that_goes) {
    const TempFolder folder;
    Server server{
        Child::Options{.arguments = serve_arguments(folder.path(), {"--dev"}), .ignored = {SIGHUP}}
    };
    server.process().signal(SIGHUP);
    EXPECT_EQ(server.client().get("/readyz").value().status, 200U);
    EXPECT_EQ(server.stop(), 0);
}

class StoppingHeldUp : public Stopping {};

TEST_P(StoppingHeldUp, by_a_sender_who_never_ends_takes_seconds_all_the_same) {
    const HalfSent stalled{server_.port(), upload_of(hall_)};
    ASSERT_NO_FATAL_FAILURE(ask_to_stop(GetParam()));
    EXPECT_EQ(server_.process().wait(seconds{10} + kSoon), 0) << log();
}

TEST_P(StoppingHeldUp, ends_at_once_when_asked_twice) {
    const HalfSent stalled{server_.port(), upload_of(hall_)};
    ASSERT_NO_FATAL_FAILURE(ask_to_stop(GetParam()));
    server_.process().signal(GetParam());
    EXPECT_EQ(server_.process().wait(kSoon), 1) << log();
    EXPECT_EQ(verify(folder_.path()).exit_code, 0);
}

TEST_P(StoppingHeldUp, ends_within_a_second_when_the_journal_fails) {
    const HalfSent stalled{server_.port(), upload_of(hall_)};
    HalfSent reservation{server_.port(), reservation_of(hall_, "alice")};
    ASSERT_NO_FATAL_FAILURE(ask_to_stop(GetParam()));
    limit_file_size(server_.process().pid(), 0);
    const auto answer = reservation.finish();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->code(), "OUTCOME_UNKNOWN") << answer->body;
    EXPECT_EQ(server_.process().wait(kSoon), 1) << log();
}

INSTANTIATE_TEST_SUITE_P(Signals, StoppingHeldUp, testing::Values(SIGTERM), [](const auto&) {
    return "sigterm";
});

class StoppingWithHangup : public StoppingServer,
                           public testing::WithParamInterface<std::pair<int, int>> {};

TEST_P(StoppingWithHangup, still_answers_what_has_begun_and_exits_0) {
    const auto [first, second] = GetParam();
    HalfSent reservation{server_.port(), reservation_of(hall_, "alice")};
    ASSERT_NO_FATAL_FAILURE(ask_to_stop(first));
    server_.process().signal(second);
    const auto reserved = reservation.finish();
    ASSERT_TRUE(reserved) << log();
    EXPECT_EQ(reserved->status, 201U) << reserved->body;
    EXPECT_EQ(server_.process().wait(kSoon), 0) << log();
}

INSTANTIATE_TEST_SUITE_P(
    Signals,
    StoppingWithHangup,
    testing::Values(
        std::pair{SIGHUP, SIGHUP},
        std::pair{SIGTERM, SIGHUP},
        std::pair{SIGHUP, SIGTERM}
    ),
    [](const auto& info) {
        if (info.param.first == SIGTERM) return "after_sigterm";
        return info.param.second == SIGTERM ? "before_sigterm" : "twice";
    }
);

TEST_F(StoppingServer, ends_at_once_when_asked_twice_after_a_hangup) {
    const HalfSent stalled{server_.port(), upload_of(hall_)};
    ASSERT_NO_FATAL_FAILURE(ask_to_stop(SIGHUP));
    server_.process().signal(SIGTERM);
    // Another signal, because two pending SIGTERMs would be one.
    server_.process().signal(SIGINT);
    EXPECT_EQ(server_.process().wait(kSoon), 1) << log();
}

}  // namespace
}  // namespace frontrow::test
