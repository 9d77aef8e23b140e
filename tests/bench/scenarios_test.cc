#include "bench/bench_run.h"
#include "end_to_end/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Bench, sells_every_request_a_seat_of_its_own) {
    const auto run = run_bench({"--connections", "8", "--seats", "20000"});
    EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
    EXPECT_THAT(run.finished.out, HasSubstr("The books agree"));
    EXPECT_EQ(run.answers("201"), run.json.at("frontrow").at("sent").to_number<std::uint64_t>());
    EXPECT_EQ(run.answers("201"), run.json.at("seats_sold").to_number<std::uint64_t>());
    EXPECT_GT(run.answers("201"), 0U);
}

TEST(Bench, ends_when_every_seat_is_sold_and_says_so) {
    const auto run = run_bench({"--connections", "3", "--seats", "50", "--seconds", "60"});
    EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
    EXPECT_EQ(run.answers("201"), 50U);
    EXPECT_THAT(run.finished.out, HasSubstr("when all seats had been requested"));
}

TEST(Bench, gives_a_hundred_seats_to_a_hundred_of_all_who_want_them) {
    const auto run = run_bench({"--scenario", "same-seat", "--connections", "16"});
    EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
    EXPECT_EQ(run.answers("201"), 100U);
    EXPECT_GT(run.answers("409"), 0U);
}

TEST(Bench, takes_overlapping_sets_whole_or_not_at_all) {
    const auto run = run_bench({"--scenario", "overlap", "--connections", "16", "--seats", "1000"});
    EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
    EXPECT_EQ(4 * run.answers("201"), run.json.at("seats_sold").to_number<std::uint64_t>());
    EXPECT_GT(run.answers("201"), 0U);
    EXPECT_GT(run.answers("409"), 0U);
}

TEST(Bench, mixes_four_reads_with_a_reservation) {
    const auto run = run_bench({"--scenario", "mixed", "--connections", "5", "--seats", "2000"});
    EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
    EXPECT_GT(run.answers("201"), 0U);
    EXPECT_GE(run.answers("200"), 3 * run.answers("201"));
    EXPECT_EQ(
        run.json.at("frontrow").at("reads_ms").at("count").to_number<std::uint64_t>(),
        run.answers("200")
    );
}

TEST(Bench, sells_seats_again_whose_holds_have_run_out) {
    const auto run =
        run_bench({"--scenario", "expiry", "--connections", "4", "--seats", "20", "--seconds", "3"}
        );
    EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
    EXPECT_EQ(run.json.at("seats_sold").to_number<std::uint64_t>(), 20U);
    EXPECT_GE(run.json.at("seats_sold_again").to_number<std::uint64_t>(), 20U);
}

TEST(Bench, sells_every_unit_to_groups_and_refuses_those_who_come_too_late) {
    const auto run = run_bench(
        {"--scenario",
         "general-admission",
         "--connections",
         "16",
         "--seats",
         "5000",
         "--seconds",
         "60"}
    );
    EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
    EXPECT_EQ(run.json.at("seats_sold").to_number<std::uint64_t>(), 5'000U);
    EXPECT_EQ(run.answers("201") + run.answers("409"), 2'200U);
    EXPECT_GT(run.answers("409"), 0U);
    EXPECT_THAT(run.finished.out, HasSubstr("5,000 units sold, no more than there are"));
    EXPECT_THAT(run.page, HasSubstr("no more units were sold than there are"));
}

TEST(Bench, leaves_the_choice_of_seats_to_the_server_and_gets_groups_together) {
    const auto run = run_bench(
        {"--scenario", "best-available", "--connections", "16", "--seats", "5000", "--seconds", "60"
        }
    );
    EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
    EXPECT_GT(run.json.at("seats_sold").to_number<std::uint64_t>(), 4'900U);
    EXPECT_EQ(run.answers("201") + run.answers("409"), 2'200U);
    EXPECT_GT(run.answers("409"), 0U);
}

TEST(Bench, opens_a_presale_to_right_codes_alone) {
    const auto run = run_bench(
        {"--scenario", "presale", "--connections", "16", "--seats", "4000", "--seconds", "60"}
    );
    EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
    // Of each eight requests, three of one buyer get two seats, and another buyer's gets one.
    EXPECT_EQ(run.answers("201"), 3'000U);
    EXPECT_EQ(run.answers("422"), 2'000U) << "wrong and late codes";
    EXPECT_EQ(run.answers("409"), 3'000U) << "no code, another allocation's, or a seat too many";
    EXPECT_EQ(run.json.at("seats_sold").to_number<std::uint64_t>(), 3'000U);
}

TEST(Bench, pays_for_orders_and_agrees_with_the_server_about_the_money) {
    const auto run = run_bench(
        {"--scenario", "orders", "--connections", "8", "--seats", "300", "--seconds", "60"}
    );
    EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
    // Of ten buyers one is declined and leaves, one is declined and pays then, and two get the
    // money back.
    EXPECT_EQ(run.answers("201"), 600U) << "reservations and orders";
    EXPECT_EQ(run.answers("402"), 60U);
    EXPECT_GE(run.answers("200"), 330U) << "payments and refunds";
    const auto& orders = run.json.at("frontrow").at("orders_ms");
    EXPECT_EQ(orders.at("count").to_number<int>(), 270);
    EXPECT_GT(orders.at("p95").to_number<double>(), 0);
    EXPECT_THAT(run.finished.out, HasSubstr("270 orders were paid"));
    EXPECT_THAT(run.page, HasSubstr("p95 of an order"));
}

TEST(Bench, runs_the_scenarios_of_groups_and_codes_as_open_loops_too) {
    for (const auto* scenario : {"general-admission", "best-available", "presale"}) {
        const auto run = run_bench({"--scenario", scenario, "--rate", "400", "--connections", "8"});
        EXPECT_EQ(run.finished.exit_code, 0) << scenario << run.finished.err;
        EXPECT_EQ(run.json.at("frontrow").at("sent").to_number<int>(), 400) << scenario;
        EXPECT_GT(run.answers("409"), 0U) << scenario;
    }
}

TEST(Bench, sends_an_open_loop_of_buyers_who_order) {
    const auto run = run_bench({"--scenario", "orders", "--rate", "100", "--connections", "8"});
    EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
    EXPECT_EQ(run.json.at("frontrow").at("sent").to_number<int>(), 100);
    EXPECT_EQ(run.json.at("frontrow").at("orders_ms").at("count").to_number<int>(), 90);
}

TEST(Bench, makes_every_request_of_an_open_loop_on_several_threads) {
    const auto run = run_bench({"--rate", "300", "--connections", "6", "--threads", "2"});
    EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
    EXPECT_EQ(run.answers("201"), 300U);
    EXPECT_EQ(run.json.at("frontrow").at("sent_late_ms").at("count").to_number<int>(), 300);
    EXPECT_THAT(run.finished.out, HasSubstr("Open loop"));
}

const std::string kBenchSecret = "a secret that has thirty-two characters";

std::string bench_token() {
    auto token =
        run_program({"token", "--sub", "bench", "--role", "organizer", "--secret", kBenchSecret})
            .out;
    token.pop_back();
    return token;
}

TEST(Bench, says_why_a_server_with_limits_sells_it_nothing) {
    const TempFolder folder;
    Server server{
        folder.path(), {}, {"FRONTROW_JWT_SECRET=" + kBenchSecret, "FRONTROW_LIMIT=hold/user=1/h"}
    };
    const std::vector<std::string> arguments{
        "--url", "http://127.0.0.1:" + std::to_string(server.port()), "--seats", "5"
    };
    const std::vector<std::string> environment{"FRONTROW_BENCH_TOKEN=" + bench_token()};
    run_bench(arguments, environment);
    const auto run = run_bench(arguments, environment);
    EXPECT_EQ(run.finished.exit_code, 1);
    EXPECT_THAT(run.finished.err, HasSubstr("start it with --limits off"));
}

TEST(Bench, loads_a_protected_server_and_tells_nobody_its_token) {
    const TempFolder folder;
    Server server{
        folder.path(),
        {},
        {"FRONTROW_JWT_SECRET=" + kBenchSecret, "FRONTROW_PAYMENTS=simulator", "FRONTROW_LIMITS=off"
        }
    };
    const auto token = bench_token();
    const auto url = "http://127.0.0.1:" + std::to_string(server.port());
    const auto run = run_bench(
        {"--url", url, "--seats", "500", "--connections", "2"}, {"FRONTROW_BENCH_TOKEN=" + token}
    );
    EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
    EXPECT_GT(run.answers("201"), 0U);
    const auto orders = run_bench(
        {"--url", url, "--scenario", "orders", "--seats", "50", "--seconds", "60"},
        {"FRONTROW_BENCH_TOKEN=" + token}
    );
    EXPECT_EQ(orders.finished.exit_code, 0) << orders.finished.err;
    for (const auto& text :
         {run.finished.out, run.finished.err, run.page, boost::json::serialize(run.json)})
        EXPECT_THAT(text, Not(HasSubstr(token)));
    EXPECT_EQ(run_bench({"--url", url}).finished.exit_code, 1) << "and needs it";
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(verify(folder.path()).exit_code, 0);
}

TEST(Bench, loads_a_server_below_its_base_path) {
    const TempFolder folder;
    Server server{folder.path(), {"--dev", "--base-path", "/shop/tickets"}};
    const auto url = "http://127.0.0.1:" + std::to_string(server.port());
    for (const auto* path : {"/shop/tickets", "/shop/tickets/"}) {
        const auto run = run_bench({"--url", url + path, "--scenario", "mixed", "--seats", "50"});
        EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
        EXPECT_GT(run.answers("201"), 0U) << path;
        EXPECT_GT(run.answers("200"), 0U) << path;
    }
    const auto outside = run_bench({"--url", url + "/shop"});
    EXPECT_EQ(outside.finished.exit_code, 1);
    EXPECT_THAT(outside.finished.err, HasSubstr("POST /shop/api/v1/events was answered 404"));
}

TEST(Bench, drives_nginx_in_turns_and_says_the_ratio) {
    if (access("/usr/sbin/nginx", X_OK) != 0)
        GTEST_SKIP() << "there is no /usr/sbin/nginx here: scripts/install-deps.sh test";
    const auto run =
        run_bench({"--nginx", "--rounds", "2", "--connections", "4", "--seats", "5000"});
    EXPECT_EQ(run.finished.exit_code, 0) << run.finished.err;
    EXPECT_EQ(run.json.at("ratio_by_round").as_array().size(), 2U);
    EXPECT_GT(run.json.at("nginx").at("answers").at("201").to_number<int>(), 0);
    EXPECT_THAT(run.finished.out, HasSubstr("frontrow : nginx"));
    const auto presale =
        run_bench({"--nginx", "--scenario", "presale", "--connections", "4", "--seats", "400"});
    EXPECT_EQ(presale.finished.exit_code, 0) << presale.finished.err;
    EXPECT_THAT(presale.finished.out, HasSubstr("frontrow : nginx"));
    const auto orders =
        run_bench({"--nginx", "--scenario", "orders", "--connections", "4", "--seats", "100"});
    EXPECT_EQ(orders.finished.exit_code, 0) << orders.finished.err;
    EXPECT_THAT(orders.finished.out, HasSubstr("frontrow : nginx"));
}

}  // namespace
}  // namespace frontrow::test
