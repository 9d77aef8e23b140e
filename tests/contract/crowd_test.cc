#include "support/seed.h"
#include "support/test_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <latch>
#include <map>
#include <random>
#include <thread>

// Many at once, over real connections.

namespace frontrow::test {
namespace {

/// Runs `act(i)` for every i below `count` on threads that start together.
template <class Act>
void all_at_once(std::size_t count, Act act) {
    std::latch start{static_cast<std::ptrdiff_t>(count)};
    std::vector<std::jthread> threads;
    threads.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        threads.emplace_back([&, i] {
            start.arrive_and_wait();
            act(i);
        });
    }
}

class BuyersAfterOneSeat : public testing::TestWithParam<std::size_t> {};

TEST_P(BuyersAfterOneSeat, have_one_winner) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    const auto buyers = GetParam();
    // All are connected, and every request is on its way, before the first answer is read.
    std::vector<HttpClient> clients;
    for (std::size_t i = 0; i < buyers; ++i)
        clients.push_back(server.connect());
    const auto body =
        R"({"event_id":")" + venue.event + R"(","seat_ids":[")" + venue.seats[0] + R"("]})";
    for (std::size_t i = 0; i < buyers; ++i) {
        const Headers headers{
            {"X-User-ID", "buyer-" + std::to_string(i)}, {"Idempotency-Key", "k"}
        };
        clients[i].send(HttpClient::request_text("POST", "/api/v1/reservations", headers, body));
    }
    std::size_t winners = 0;
    for (auto& client : clients) {
        const auto answer = client.receive();
        if (answer.status == 201) {
            ++winners;
        } else {
            ASSERT_EQ(answer.code(), "SEAT_UNAVAILABLE") << answer.body;
        }
    }
    EXPECT_EQ(winners, 1);
}

INSTANTIATE_TEST_SUITE_P(Crowd, BuyersAfterOneSeat, testing::Values(10, 50, 1'000));

TEST(Crowd, with_overlapping_wishes_gets_all_or_nothing) {
    std::mt19937_64 random{seed_of_this_run()};
    TestServer server;
    const auto venue = make_venue(server, 30);
    constexpr std::size_t kBuyers = 100;
    std::vector<std::vector<std::string>> wishes(kBuyers);
    for (auto& wish : wishes) {
        std::ranges::sample(
            venue.seats,
            std::back_inserter(wish),
            1 + static_cast<std::ptrdiff_t>(random() % 4),
            random
        );
    }
    std::vector<HttpAnswer> answers(kBuyers);
    all_at_once(kBuyers, [&](std::size_t i) {
        answers[i] =
            Caller(server, "buyer-" + std::to_string(i)).reserve(venue.event, wishes[i], "k");
    });
    std::map<std::string, std::size_t> holders;
    std::size_t held = 0;
    for (std::size_t i = 0; i < kBuyers; ++i) {
        if (answers[i].status == 409) continue;
        ASSERT_EQ(answers[i].status, 201) << answers[i].body;
        ASSERT_EQ(answers[i].json.at("seat_ids").as_array().size(), wishes[i].size());
        held += wishes[i].size();
        for (const auto& seat : wishes[i])
            EXPECT_TRUE(holders.emplace(seat, i).second) << seat << " has two holders";
    }
    // Whoever was refused wanted a seat that somebody has.
    for (std::size_t i = 0; i < kBuyers; ++i) {
        if (answers[i].status != 409) continue;
        EXPECT_TRUE(std::ranges::any_of(wishes[i], [&](const auto& seat) {
            return holders.contains(seat);
        }));
    }
    const auto count =
        Caller(server, "").get("/api/v1/events/" + venue.event + "/seats/available/count");
    EXPECT_EQ(count.number("count"), 30 - static_cast<std::int64_t>(held));
}

TEST(Crowd, of_one_impatient_buyer_makes_one_reservation) {
    TestServer server;
    const auto venue = make_venue(server, 2);
    std::vector<HttpAnswer> answers(50);
    const auto ask_all = [&] {
        all_at_once(answers.size(), [&](std::size_t i) {
            answers[i] = Caller(server, "alice").reserve(venue.event, {venue.seats[0]}, "the key");
        });
    };
    ask_all();
    const auto body = answers[0].body;
    std::size_t replayed = 0;
    for (const auto& answer : answers) {
        EXPECT_EQ(answer.status, 201);
        EXPECT_EQ(answer.body, body);
        replayed += answer.header("idempotency-replayed") == "true" ? 1 : 0;
    }
    EXPECT_EQ(replayed, 49);
    server.restart();
    ask_all();
    for (const auto& answer : answers) {
        EXPECT_EQ(answer.body, body);
        EXPECT_EQ(answer.header("idempotency-replayed"), "true");
    }
    EXPECT_EQ(Caller(server, "alice").get("/api/v1/reservations").json.as_array().size(), 1);
}

/// Confirms and cancels of one hold race each other, its expiry and another buyer who wants the
/// seat.
TEST(Crowd, that_confirms_cancels_and_waits_leaves_one_end) {
    std::mt19937_64 random{seed_of_this_run()};
    TestServer server;
    for (int round = 0; round < 30; ++round) {
        const auto venue = make_venue(server, 1, R"(,"hold_seconds":10)");
        const auto held =
            Caller(server, "alice").reserve(venue.event, venue.seats, "k" + std::to_string(round));
        ASSERT_EQ(held.status, 201);
        const auto path = "/api/v1/reservations/" + held.text("id");
        // Just before its end, so that the end falls into the race.
        server.clock.advance(Millis{9'998});
        std::vector<HttpAnswer> answers(9);
        std::vector<std::uint64_t> delays(answers.size());
        for (auto& delay : delays)
            delay = random() % 300;
        all_at_once(answers.size(), [&](std::size_t i) {
            Caller alice{server, "alice"};
            for (volatile std::uint64_t spin = 0; spin < delays[i] * 100; spin = spin + 1) {
            }
            if (i == 8) {
                for (int step = 0; step < 4; ++step)
                    server.clock.advance(Millis{1});
            } else if (i >= 6) {
                answers[i] = Caller(server, "bob-" + std::to_string(i))
                                 .reserve(venue.event, venue.seats, "k");
            } else {
                answers[i] = alice.post(path + (i % 2 == 0 ? "/confirm" : "/cancel"));
            }
        });
        const auto end = Caller(server, "alice").get(path).text("status");
        const bool bob_has_it = answers[6].status == 201 || answers[7].status == 201;
        EXPECT_FALSE(answers[6].status == 201 && answers[7].status == 201)
            << "two buyers were told it's theirs";
        for (std::size_t i = 0; i < 6; ++i) {
            const bool is_confirm = i % 2 == 0;
            if (answers[i].status == 200) {
                EXPECT_EQ(end, is_confirm ? "confirmed" : "cancelled")
                    << "a success was taken back";
            } else {
                EXPECT_TRUE(answers[i].status == 409 || answers[i].status == 410)
                    << answers[i].body;
            }
        }
        EXPECT_FALSE(end == "confirmed" && bob_has_it) << "a sold seat was given to another";
        EXPECT_NE(end, "pending");
    }
}

TEST(Crowd, of_holds_that_end_together_is_free_in_the_next_read) {
    TestServer server;
    const auto venue = make_venue(server, 3'000, R"(,"max_seats_per_reservation":100)");
    Caller alice{server, "alice"};
    for (std::size_t i = 0; i < venue.seats.size(); i += 100) {
        const std::vector<std::string> some(
            venue.seats.begin() + static_cast<std::ptrdiff_t>(i),
            venue.seats.begin() + static_cast<std::ptrdiff_t>(i) + 100
        );
        ASSERT_EQ(alice.reserve(venue.event, some, std::to_string(i)).status, 201);
    }
    const auto count = [&] {
        return alice.get("/api/v1/events/" + venue.event + "/seats/available/count")
            .number("count");
    };
    EXPECT_EQ(count(), 0);
    server.clock.advance(Millis{900'000});
    EXPECT_EQ(count(), 3'000);
}

}  // namespace
}  // namespace frontrow::test
