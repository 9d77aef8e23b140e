#include "support/seed.h"
#include "support/test_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <latch>
#include <map>
#include <random>
#include <thread>

// Many requests at once, over real connections.

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
    // All clients are connected and all requests sent before the first answer is read.
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
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(Crowd, BuyersAfterOneSeat, testing::Values(10, 50, 1'000));

using Wishes = std::vector<std::vector<std::string>>;

/// A few random seats for each buyer.
Wishes overlapping_wishes(const Venue& venue, std::size_t buyers, std::mt19937_64& random) {
    Wishes wishes(buyers);
    for (auto& wish : wishes) {
        const auto size = 1 + static_cast<std::ptrdiff_t>(random() % 4);
        std::ranges::sample(venue.seats, std::back_inserter(wish), size, random);
        std::ranges::shuffle(wish, random);
    }
    return wishes;
}

/// The holder of each seat according to the 201 answers; no seat may have two holders.
std::map<std::string, std::size_t>
holders_of(const Wishes& wishes, const std::vector<HttpAnswer>& answers) {
    std::map<std::string, std::size_t> holders;
    for (std::size_t i = 0; i < wishes.size(); ++i) {
        if (answers[i].status == 409) continue;
        EXPECT_EQ(answers[i].status, 201) << answers[i].body;
        std::vector<std::string> got;
        for (const auto& seat : answers[i].json.at("seat_ids").as_array())
            got.emplace_back(seat.as_string());
        EXPECT_EQ(got, wishes[i]) << "all or nothing";
        for (const auto& seat : got)
            EXPECT_TRUE(holders.emplace(seat, i).second) << seat << " has two holders";
    }
    return holders;
}

TEST(Crowd, with_overlapping_wishes_gets_all_or_nothing) {
    std::mt19937_64 random{seed_of_this_run()};
    TestServer server;
    const int rounds = is_soak() ? 300 : 5;
    for (int round = 0; round < rounds && !testing::Test::HasFailure(); ++round) {
        const auto venue = make_venue(server, 30);
        const auto wishes = overlapping_wishes(venue, 100, random);
        std::vector<HttpAnswer> answers(wishes.size());
        all_at_once(wishes.size(), [&](std::size_t i) {
            const auto key = "round-" + std::to_string(round);
            answers[i] =
                Caller(server, "buyer-" + std::to_string(i)).reserve(venue.event, wishes[i], key);
        });
        const auto holders = holders_of(wishes, answers);
        for (std::size_t i = 0; i < wishes.size(); ++i) {
            if (answers[i].status != 409) continue;
            // A refusal must name only seats that the buyer wanted and that another buyer holds.
            for (const auto& conflict : answers[i].json.at("conflicts").as_array()) {
                const std::string seat{conflict.at("seat_id").as_string()};
                EXPECT_NE(std::ranges::find(wishes[i], seat), wishes[i].end());
                EXPECT_TRUE(holders.contains(seat)) << seat << " was refused, and nobody has it";
            }
        }
        const auto free =
            Caller(server, "").get("/api/v1/events/" + venue.event + "/seats?available=true");
        EXPECT_EQ(free.json.as_array().size() + holders.size(), venue.seats.size());
        for (const auto& seat : free.json.as_array())
            EXPECT_FALSE(holders.contains(std::string{seat.at("id").as_string()}));
    }
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
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
    const auto body = as_replayed(answers[0].body);
    std::size_t replayed = 0;
    for (const auto& answer : answers) {
        EXPECT_EQ(answer.status, 201);
        EXPECT_EQ(as_replayed(answer.body), body);
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
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
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
