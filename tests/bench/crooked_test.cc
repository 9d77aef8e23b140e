#include "bench/bench_run.h"
#include "bench/crooked_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

namespace frontrow::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

BenchRun bench(const CrookedServer& server, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"--url", server.url()};
    if (std::ranges::find(more, "--connections") == more.end())
        arguments.insert(arguments.end(), {"--connections", "4"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_bench(std::move(arguments));
}

TEST(CrookedServer, that_keeps_the_contract_passes) {
    const CrookedServer server{{.reserve = CrookedServer::sold, .count = {}}};
    const auto run = bench(server, {"--seats", "300"});
    EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
    EXPECT_EQ(run.answers("201"), 300U);
}

TEST(CrookedServer, that_sells_a_seat_twice_is_caught) {
    const CrookedServer server{{.reserve = CrookedServer::sold, .count = {}}};
    const auto run = bench(server, {"--scenario", "same-seat"});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(
        run.finished.err, HasSubstr("× seats that two buyers were told are theirs at the same time")
    );
    EXPECT_FALSE(run.json.at("ok").as_bool());
    EXPECT_THAT(run.page, HasSubstr("can't be trusted"));
}

TEST(CrookedServer, that_sells_other_seats_than_were_asked_for_is_caught) {
    const CrookedServer server{{
        .reserve =
            [](const std::string&) {
                return CrookedServer::sold("\"00000000-0000-7000-8000-000000000001\"");
            },
        .count = {},
    }};
    const auto run = bench(server, {"--seats", "20"});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(run.finished.err, HasSubstr("no reservation of the seats asked for"));
}

TEST(CrookedServer, that_says_nothing_of_what_it_sold_is_caught) {
    const CrookedServer server{
        {.reserve = [](const std::string&) { return CrookedServer::Reply{201, "{}"}; }, .count = {}}
    };
    const auto run = bench(server, {"--seats", "20"});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(run.finished.err, HasSubstr("no reservation of the seats asked for"));
}

TEST(CrookedServer, that_counts_other_seats_sold_than_it_told_is_caught) {
    const CrookedServer server{{.reserve = CrookedServer::sold, .count = [] { return 20; }}};
    const auto run = bench(server, {"--seats", "20"});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(
        run.finished.err,
        HasSubstr("the books don't agree: buyers were told of 20 seats, and by the server's count "
                  "0 are taken")
    );
}

TEST(CrookedServer, that_answers_outside_the_contract_is_caught) {
    const CrookedServer server{
        {.reserve = [](const std::string&) { return CrookedServer::Reply{500, "oops <b>"}; },
         .count = {}}
    };
    const auto run = bench(server, {"--seats", "20"});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(
        run.finished.err,
        AllOf(HasSubstr("20 × unexpected answers with status 500"), HasSubstr("oops <b>"))
    );
    EXPECT_THAT(run.page, HasSubstr("oops &lt;b&gt;"));
}

TEST(CrookedServer, that_refuses_seats_nobody_else_wants_is_caught) {
    const CrookedServer server{
        {.reserve = [](const std::string&) { return CrookedServer::Reply{409, "{}"}; }, .count = {}}
    };
    EXPECT_THAT(
        bench(server, {"--seats", "20"}).finished.err,
        HasSubstr("unexpected answers with status 409")
    );
    const auto fight = bench(server, {"--scenario", "same-seat"});
    EXPECT_EQ(fight.finished.exit_code, 1);
    EXPECT_THAT(fight.finished.err, HasSubstr("not one seat was sold"));
}

TEST(CrookedServer, that_turns_everybody_away_has_not_been_measured) {
    const CrookedServer server{
        {.reserve = [](const std::string&) { return CrookedServer::Reply{503, "{}"}; }, .count = {}}
    };
    const auto run = bench(server, {"--seats", "20"});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(run.finished.err, HasSubstr("not one seat was sold"));
}

TEST(CrookedServer, that_leaves_open_what_it_did_is_caught) {
    const CrookedServer server{{
        .reserve =
            [](const std::string&) {
                return CrookedServer::Reply{503, R"({"code":"OUTCOME_UNKNOWN"})"};
            },
        .count = {},
    }};
    EXPECT_THAT(
        bench(server, {"--seats", "20"}).finished.err,
        HasSubstr("answers that leave open what was done")
    );
}

TEST(CrookedServer, that_hangs_up_is_caught) {
    const CrookedServer server{
        {.reserve = [](const std::string&) { return CrookedServer::Reply{0, {}}; }, .count = {}}
    };
    const auto run = bench(server, {"--seats", "20"});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(run.finished.err, HasSubstr("requests without an answer"));
}

TEST(CrookedServer, that_makes_no_event_is_caught) {
    const CrookedServer server{{.reserve = CrookedServer::sold, .event_status = 403, .count = {}}};
    const auto run = bench(server);
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(
        run.finished.err, HasSubstr("can't make an event: POST /api/v1/events was answered 403")
    );
}

/// At the first request, stalls for half of the load's second.
CrookedServer::Reserve stalling() {
    return [stalled = std::make_shared<std::atomic<bool>>()](const std::string& seats) {
        if (!stalled->exchange(true)) std::this_thread::sleep_for(std::chrono::milliseconds{500});
        return CrookedServer::sold(seats);
    };
}

TEST(CrookedServer, that_stalls_is_charged_for_all_who_would_have_come_in_an_open_loop) {
    const CrookedServer server{{.reserve = stalling(), .count = {}}};
    const auto run = bench(server, {"--rate", "200", "--connections", "1"});
    EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
    EXPECT_EQ(run.answers("201"), 200U);
    // 80 of the 200 requests were due in the first 400 ms of the stall.
    EXPECT_GE(run.json.at("frontrow").at("latency_ms").at("p90").to_number<double>(), 100);
}

TEST(CrookedServer, that_stalls_hides_it_in_a_closed_loop_which_says_so) {
    const CrookedServer server{{.reserve = stalling(), .count = {}}};
    const auto run = bench(server, {"--seats", "50000", "--connections", "1"});
    EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
    EXPECT_GE(run.latency("max"), 500);
    EXPECT_THAT(run.finished.out, HasSubstr("coordinated omission"));
    EXPECT_THAT(run.page, HasSubstr("coordinated omission"));
}

TEST(CrookedServer, that_is_too_slow_for_the_rate_has_not_had_the_load) {
    const CrookedServer server{{
        .reserve =
            [](const std::string& seats) {
                std::this_thread::sleep_for(std::chrono::milliseconds{300});
                return CrookedServer::sold(seats);
            },
        .count = {},
    }};
    const auto run = bench(server, {"--rate", "500", "--connections", "1"});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(run.finished.err, HasSubstr("the load could not be sent: of 500 requests"));
}

}  // namespace
}  // namespace frontrow::test
