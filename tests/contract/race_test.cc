#include "contract/at_once.h"
#include "support/eventually.h"
#include "support/seed.h"
#include "support/test_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <thread>

// Races for one hold: its owner on many connections, rivals, and its expiry. Also a race for one
// sale: buyers, while the organiser pauses it.

namespace frontrow::test {
namespace {

/// A request under way, who sent it, and its answer.
struct NamedShot {
    HttpClient client;
    std::string text;
    std::string user;
    std::string action;
    HttpAnswer answer = {};
};

class Race : public testing::Test {
protected:
    NamedShot shot(
        const std::string& user,
        const std::string& action,
        const std::string& path,
        const std::string& body = {}
    ) {
        Headers headers{{"X-User-ID", user}};
        if (action == "reserve") headers.emplace_back("Idempotency-Key", "k-" + user);
        return {
            server.connect(), HttpClient::request_text("POST", path, headers, body), user, action
        };
    }
    NamedShot reserve(const std::string& user, const Venue& venue, std::size_t seat = 0) {
        const auto body =
            R"({"event_id":")" + venue.event + R"(","seat_ids":[")" + venue.seats[seat] + R"("]})";
        return shot(user, "reserve", "/api/v1/reservations", body);
    }
    /// The organiser's request.
    NamedShot pause(const Venue& venue) {
        const auto path = "/api/v1/events/" + venue.event + "/sale";
        auto text = HttpClient::request_text("POST", path, {}, R"({"action":"pause"})");
        return {server.connect(), std::move(text), "", "pause"};
    }

    std::mt19937_64 random{seed_of_this_run()};
    TestServer server;
};

std::vector<const NamedShot*>
successes(const std::vector<NamedShot>& shots, const std::string& action) {
    std::vector<const NamedShot*> found;
    for (const auto& one : shots) {
        if (one.action == action && one.answer.status < 300) found.push_back(&one);
    }
    return found;
}

/// Alice confirms, cancels and extends from many connections and rivals want her seat, while the
/// clock passes the end of her hold.
TEST_F(Race, for_one_hold_has_one_end) {
    std::map<std::string, int> ends;
    const int rounds = is_soak() ? 3'000 : 80;
    for (int round = 0; round < rounds && !HasFailure(); ++round) {
        const auto venue = make_venue(server, 1, R"(,"hold_seconds":10)");
        Caller alice{server, "alice"};
        const auto held = alice.reserve(venue.event, venue.seats, "hold-" + std::to_string(round));
        ASSERT_EQ(held.status, 201) << held.body;
        const auto path = held.header("location");
        server.clock.advance(Millis{9'990});
        std::vector<NamedShot> shots;
        for (int i = 0; i < 4; ++i) {
            shots.push_back(shot("alice", "confirm", path + "/confirm"));
            shots.push_back(shot("alice", "cancel", path + "/cancel"));
            shots.push_back(shot("alice", "extend", path + "/extend", R"({"seconds":1})"));
            shots.push_back(
                reserve("rival-" + std::to_string(i) + "-" + std::to_string(round), venue)
            );
        }
        std::ranges::shuffle(shots, random);
        {
            const std::jthread time{[&] {
                for (int step = 0; step < 30; ++step) {
                    server.clock.advance(Millis{1});
                    std::this_thread::yield();
                }
            }};
            fire(shots);
        }
        const auto end = alice.get(path).text("status");
        ++ends[end];
        const auto winners = successes(shots, "reserve");
        EXPECT_LE(winners.size(), 1) << "two rivals were told that it's theirs";
        EXPECT_EQ(end == "confirmed", !successes(shots, "confirm").empty()) << end;
        EXPECT_EQ(end == "cancelled", !successes(shots, "cancel").empty()) << end;
        EXPECT_FALSE(end == "confirmed" && !winners.empty())
            << "sold, and given to " << winners[0]->user;
        EXPECT_FALSE(end == "pending" && !winners.empty()) << "held twice";
        const auto seat = alice.get("/api/v1/seats/" + venue.seats[0]).text("status");
        const bool is_held = !winners.empty() || end == "pending";
        EXPECT_EQ(seat, end == "confirmed" ? "confirmed" : is_held ? "reserved" : "available");
        for (const auto& one : shots) {
            const auto status = one.answer.status;
            EXPECT_TRUE(status < 300 || status == 409 || status == 410 || status == 422)
                << one.answer.body;
        }
        // A rival could get the seat only after alice's hold had ended.
        for (const auto* winner : winners)
            EXPECT_EQ(winner->answer.json.at("seat_ids").at(0).as_string(), venue.seats[0]);
    }
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
    for (const auto& [end, count] : ends)
        std::cout << end << " " << count << " times, ";
}

/// Buyers want every seat of a sale, and alice wants to extend her hold, while the organiser pauses
/// it. Requests before the pause get a hold; requests after it are refused because of the pause.
TEST_F(Race, between_a_pause_and_buyers_holds_nothing_after_the_pause) {
    constexpr std::size_t kSeats = 9;
    std::map<std::string, int> answers;
    const int rounds = is_soak() ? 1'500 : 60;
    for (int round = 0; round < rounds && !HasFailure(); ++round) {
        const auto venue = make_venue(server, kSeats);
        const auto number = std::to_string(round);
        Caller alice{server, "alice"};
        const auto held = alice.reserve(venue.event, {venue.seats[0]}, "hold-" + number);
        ASSERT_EQ(held.status, 201) << held.body;
        const auto path = held.header("location");
        std::vector<NamedShot> shots;
        for (std::size_t seat = 1; seat < kSeats; ++seat)
            shots.push_back(reserve("buyer-" + std::to_string(seat) + "-" + number, venue, seat));
        for (int i = 0; i < 4; ++i)
            shots.push_back(shot("alice", "extend", path + "/extend", R"({"seconds":1})"));
        shots.push_back(pause(venue));
        shots.push_back(pause(venue));
        std::ranges::shuffle(shots, random);
        fire(shots);

        EXPECT_EQ(successes(shots, "pause").size(), 2);
        for (const auto& one : shots) {
            const bool is_refused = one.answer.status >= 300;
            ++answers[one.action + (is_refused ? " refused" : " taken")];
            if (is_refused) EXPECT_EQ(one.answer.code(), "SALES_PAUSED") << one.answer.body;
        }
        Caller late{server, "late"};
        const auto extended = successes(shots, "extend").size();
        EXPECT_EQ(
            alice.get(path).number("expires_in_ms"),
            900'000 + 1'000 * static_cast<std::int64_t>(extended)
        );
        const auto count = "/api/v1/events/" + venue.event + "/seats/available/count";
        const auto taken = 1 + successes(shots, "reserve").size();
        EXPECT_EQ(late.get(count).number("count"), kSeats - taken);
        EXPECT_EQ(late.reserve(venue.event, {venue.seats[1]}, number).code(), "SALES_PAUSED");
        EXPECT_EQ(alice.post(path + "/confirm").status, 200);
    }
    // The facts must show no hold between a pause and its end.
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
    for (const auto& [answer, times] : answers)
        std::cout << answer << " " << times << " times, ";
}

/// Holds end one after the other while buyers take every seat that becomes free. A seat never has
/// two holders, and none is lost.
TEST_F(Race, for_seats_that_come_free_loses_none_and_gives_none_twice) {
    constexpr std::size_t kSeats = 12;
    const auto venue =
        make_venue(server, kSeats, R"(,"hold_seconds":3,"max_seats_per_reservation":3)");
    std::atomic<bool> is_over = false;
    std::atomic<int> sold = 0;
    std::mutex guard;
    std::map<std::string, std::string> owners;
    const auto buy = [&](std::size_t number, std::uint64_t seed) {
        std::mt19937_64 own{seed};
        Caller caller{server, "buyer-" + std::to_string(number)};
        for (int n = 0; !is_over; ++n) {
            std::vector<std::string> wish;
            std::ranges::sample(
                venue.seats, std::back_inserter(wish), 1 + static_cast<long>(own() % 3), own
            );
            const auto held = caller.reserve(venue.event, wish, std::to_string(n));
            // Requests move the clock; otherwise a slow machine would sell nothing.
            server.clock.advance(Millis{100});
            if (held.status != 201 || own() % 3 != 0) continue;
            if (caller.post(held.header("location") + "/confirm").status != 200) continue;
            sold += static_cast<int>(wish.size());
            const std::scoped_lock lock{guard};
            for (const auto& seat : wish)
                EXPECT_TRUE(owners.emplace(seat, held.text("user_id")).second)
                    << seat << " was sold twice";
        }
    };
    {
        std::vector<std::jthread> buyers;
        for (std::size_t i = 0; i < 6; ++i)
            buyers.emplace_back(buy, i, random());
        eventually([&] { return sold >= static_cast<int>(kSeats); }, std::chrono::seconds{120});
        is_over = true;
    }
    EXPECT_EQ(owners.size(), kSeats) << "every seat was sold in the end";
    EXPECT_EQ(
        Caller(server, "")
            .get("/api/v1/events/" + venue.event + "/seats/available/count")
            .number("count"),
        0
    );
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

/// At every instant the free, held and sold seats add up to all seats.
TEST_F(Race, between_readers_and_buyers_keeps_every_total_right) {
    constexpr std::int64_t kSeats = 40;
    const auto venue = make_venue(server, kSeats, R"(,"hold_seconds":2)");
    const auto path = "/api/v1/events/" + venue.event;
    std::atomic<bool> is_over = false;
    {
        std::vector<std::jthread> buyers;
        for (int b = 0; b < 3; ++b) {
            buyers.emplace_back([&, b, seed = random()] {
                std::mt19937_64 own{seed};
                Caller caller{server, "buyer-" + std::to_string(b)};
                for (int n = 0; !is_over; ++n) {
                    const auto held = caller.reserve(
                        venue.event, {venue.seats[own() % kSeats]}, std::to_string(n)
                    );
                    if (held.status == 201 && own() % 3 == 0)
                        caller.post(held.header("location") + "/cancel");
                    if (own() % 4 == 0) server.clock.advance(Millis{300});
                }
            });
        }
        Caller reader{server, ""};
        const int reads = is_soak() ? 20'000 : 150;
        for (int i = 0; i < reads; ++i) {
            std::map<std::string, std::int64_t> by_status;
            for (const auto& seat : reader.get(path + "/seats").json.as_array())
                ++by_status[std::string{seat.at("status").as_string()}];
            EXPECT_EQ(by_status["available"] + by_status["reserved"], kSeats);
            const auto count = reader.get(path + "/seats/available/count").number("count");
            EXPECT_TRUE(count >= 0 && count <= kSeats) << count;
        }
        is_over = true;
    }
    server.clock.advance(std::chrono::hours{1});
    EXPECT_EQ(Caller(server, "").get(path + "/seats/available/count").number("count"), kSeats);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

}  // namespace
}  // namespace frontrow::test
