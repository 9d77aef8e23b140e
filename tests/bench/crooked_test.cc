#include "bench/bench_run.h"
#include "bench/crooked_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

namespace frontrow::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

BenchRun bench(const CrookedServer& server, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"--url", server.url()};
    if (std::ranges::find(more, "--connections") == more.end())
        arguments.insert(arguments.end(), {"--connections", "4"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_bench(std::move(arguments));
}

/// Sells the seats that are asked for.
CrookedServer::Reply sell_seats(const std::string& seats) {
    return CrookedServer::sold(seats);
}

CrookedServer::Reply refusal(const std::string& code, unsigned status = 409) {
    return {status, R"({"code":")" + code + "\"}"};
}

TEST(CrookedServer, that_keeps_the_contract_passes) {
    const CrookedServer server{{.reserve = sell_seats, .count = {}}};
    const auto run = bench(server, {"--seats", "300"});
    EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
    EXPECT_EQ(run.answers("201"), 300U);
}

TEST(CrookedServer, that_sells_a_seat_twice_is_caught) {
    const CrookedServer server{{.reserve = sell_seats, .count = {}}};
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
    EXPECT_THAT(run.finished.err, HasSubstr("no reservation of what was asked for"));
}

TEST(CrookedServer, that_says_nothing_of_what_it_sold_is_caught) {
    const CrookedServer server{
        {.reserve = [](const std::string&) { return CrookedServer::Reply{201, "{}"}; }, .count = {}}
    };
    const auto run = bench(server, {"--seats", "20"});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(run.finished.err, HasSubstr("no reservation of what was asked for"));
}

TEST(CrookedServer, that_counts_other_seats_sold_than_it_told_is_caught) {
    const CrookedServer server{{.reserve = sell_seats, .count = [] { return 20; }}};
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
        {.reserve = [](const std::string&) { return refusal("SEAT_UNAVAILABLE"); }, .count = {}}
    };
    EXPECT_THAT(
        bench(server, {"--seats", "20"}).finished.err,
        HasSubstr("unexpected answers with status 409")
    );
    const auto fight = bench(server, {"--scenario", "same-seat"});
    EXPECT_EQ(fight.finished.exit_code, 1);
    EXPECT_THAT(fight.finished.err, HasSubstr("none of the seats were sold"));
}

TEST(CrookedServer, that_refuses_for_another_reason_than_the_scenario_knows_is_caught) {
    const CrookedServer server{
        {.reserve = [](const std::string&) { return refusal("SALES_CLOSED"); }, .count = {}}
    };
    EXPECT_THAT(
        bench(server, {"--scenario", "same-seat"}).finished.err,
        HasSubstr("unexpected answers with status 409")
    );
}

/// Sells the item that is asked for.
CrookedServer::Reply sell_items(const std::string& items) {
    return CrookedServer::sold("", items);
}

TEST(CrookedServer, that_sells_more_units_than_there_are_is_caught) {
    const CrookedServer server{{.reserve = sell_items, .count = [] { return 100; }}};
    const auto run = bench(server, {"--scenario", "general-admission", "--seats", "100"});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(
        run.finished.err,
        AllOf(
            HasSubstr("× sales of more units than there are"),
            HasSubstr("the books don't agree: buyers were told of 110 units")
        )
    );
}

TEST(CrookedServer, that_sells_fewer_units_than_were_asked_for_is_caught) {
    const CrookedServer server{{
        .reserve =
            [](const std::string&) {
                return sell_items(R"({"category":"Standing","quantity":1})");
            },
        .count = [] { return 100; },
    }};
    EXPECT_THAT(
        bench(server, {"--scenario", "general-admission", "--seats", "100"}).finished.err,
        HasSubstr("33 × answers with 201 that are no reservation of what was asked for")
    );
}

TEST(CrookedServer, that_is_sold_out_while_there_are_units_is_caught) {
    const auto sold = std::make_shared<std::atomic<int>>(0);
    const CrookedServer server{{
        .reserve = [sold](const std::string& items
                   ) { return sold->exchange(1) == 0 ? sell_items(items) : refusal("SOLD_OUT"); },
        .count = [sold] { return sold->load() == 0 ? 100 : 99; },
    }};
    const auto run =
        bench(server, {"--scenario", "general-admission", "--seats", "100", "--connections", "1"});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(
        run.finished.err,
        AllOf(
            HasSubstr("a request for 1 of the units was refused, although 99 were left afterwards"),
            Not(HasSubstr("the books don't agree"))
        )
    );
}

/// How many seats a body with `best_available` asks for.
int quantity_in(const std::string& body) {
    return body.at(body.find("\"quantity\":") + 11) - '0';
}

/// Answers with seats of the first thousand, the first of each group five behind that of the group
/// before, and the others `step` from each other.
CrookedServer::Reserve choosing(std::uint64_t step) {
    return
        [group = std::make_shared<std::atomic<std::uint64_t>>(0), step](const std::string& body) {
            auto seat = group->fetch_add(1) * 5 % 1'000 + 1;
            std::string seats;
            for (int i = 0; i < quantity_in(body); ++i, seat += step)
                seats += (i == 0 ? "" : ",") + CrookedServer::seat(seat);
            return CrookedServer::sold(seats);
        };
}

TEST(CrookedServer, that_chooses_seats_apart_is_caught) {
    const std::string complaint = "no reservation of what was asked for";
    for (const std::uint64_t step : {1U, 2U}) {
        const CrookedServer server{{.reserve = choosing(step), .count = [] { return 1'000; }}};
        const auto err =
            bench(server, {"--scenario", "best-available", "--seats", "1000"}).finished.err;
        EXPECT_EQ(err.contains(complaint), step == 2) << err;
    }
}

TEST(CrookedServer, that_chooses_seats_of_two_rows_is_caught) {
    // The rows have 25 seats: groups from the 24th on reach into the second.
    const CrookedServer server{{
        .reserve =
            [](const std::string& body) {
                std::string seats = CrookedServer::seat(24);
                for (int i = 1; i < quantity_in(body); ++i)
                    seats += "," + CrookedServer::seat(24 + static_cast<std::uint64_t>(i));
                return CrookedServer::sold(seats);
            },
        .count = [] { return 50; },
    }};
    const auto run = bench(server, {"--scenario", "best-available", "--seats", "50"});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(
        run.finished.err,
        AllOf(
            HasSubstr("10 × answers with 201 that are no reservation of what was asked for"),
            HasSubstr("× seats that two buyers were told are theirs at the same time")
        )
    );
}

TEST(CrookedServer, that_parts_a_group_for_which_there_is_place_is_caught) {
    const CrookedServer server{
        {.reserve = [](const std::string&) { return refusal("NOT_TOGETHER"); },
         .count = [] { return 100; }}
    };
    const auto run = bench(server, {"--scenario", "best-available", "--seats", "100"});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(
        run.finished.err,
        HasSubstr(
            "a request for 1 of the seats was refused, although 25 together were left afterwards"
        )
    );
}

TEST(CrookedServer, that_opens_held_back_seats_to_anybody_is_caught) {
    const CrookedServer server{{.reserve = sell_seats, .count = {}}};
    const auto run = bench(server, {"--scenario", "presale", "--seats", "400"});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(
        run.finished.err,
        AllOf(
            HasSubstr("400 × held-back seats sold to buyers without a right code"),
            HasSubstr("100 × tickets beyond what a buyer may have"),
            HasSubstr("was told of 3 tickets and may have 2")
        )
    );
}

TEST(CrookedServer, that_gives_buyers_less_than_they_may_have_is_caught) {
    const CrookedServer server{
        {.reserve = [](const std::string&) { return refusal("ALLOCATION_USED_UP"); },
         .count = [] { return 40; }}
    };
    const auto run = bench(server, {"--scenario", "presale", "--seats", "40"});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(
        run.finished.err,
        AllOf(
            HasSubstr("10 buyers were refused for having as many tickets as a buyer may have"),
            HasSubstr("unexpected answers with status 409")
        )
    );
}

TEST(CrookedServer, that_turns_everybody_away_has_not_been_measured) {
    const CrookedServer server{
        {.reserve = [](const std::string&) { return CrookedServer::Reply{503, "{}"}; }, .count = {}}
    };
    const auto run = bench(server, {"--seats", "20"});
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(run.finished.err, HasSubstr("none of the seats were sold"));
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
    const CrookedServer server{{.reserve = sell_seats, .event_status = 403, .count = {}}};
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
