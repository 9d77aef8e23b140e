#include "cluster/cluster.h"
#include "support/seed.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace frontrow::test {
namespace {

using testing::HasSubstr;

class ClusterRace : public WithAndWithoutGate {
protected:
    void SetUp() override {
        WithAndWithoutGate::SetUp();
        if (!IsSkipped()) made.emplace(Cluster::Options{.has_gate = has_gate()});
    }

    std::optional<Cluster> made;
};

INSTANTIATE_TEST_SUITE_P(Nodes, ClusterRace, testing::Bool(), name_of_gate);

std::string numbered(const std::string& name, std::size_t number) {
    return name + "-" + std::to_string(number);
}

TEST_P(ClusterRace, one_of_a_hundred_buyers_gets_the_seat_whichever_node_they_ask) {
    constexpr std::size_t kRounds = 50;
    constexpr std::size_t kBuyers = 100;
    const auto& cluster = *made;
    auto client = cluster.client(0);
    const auto hall = make_hall(client, kRounds);
    for (std::size_t round = 0; round < kRounds; ++round) {
        std::vector<Errand> errands;
        for (std::size_t buyer = 0; buyer < kBuyers; ++buyer) {
            errands.push_back({
                cluster.port(buyer % cluster.size()),
                reservation_of(
                    hall.event, {hall.seats[round]}, numbered("buyer", buyer), numbered("r", round)
                ),
            });
        }
        const auto answers = at_once(errands);
        ASSERT_EQ(count_status(answers, 201), 1U) << "round " << round;
        ASSERT_EQ(count_status(answers, 409), kBuyers - 1) << "round " << round;
    }
    EXPECT_EQ(count_free(client, hall), 0U);
    const auto verified = cluster.verify();
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
    EXPECT_THAT(verified.out, HasSubstr(" 50 reservations"));
}

/// A few of the contested seats, in any order.
std::vector<std::string> some_of(const Hall& hall, std::mt19937_64& random) {
    auto seats = hall.seats;
    std::ranges::shuffle(seats, random);
    seats.resize(2 + random() % 4);
    return seats;
}

TEST_P(ClusterRace, two_hundred_buyers_of_overlapping_seats_get_all_they_asked_for_or_nothing) {
    constexpr std::size_t kBuyers = 200;
    std::mt19937_64 random{seed_of_this_run()};
    const auto& cluster = *made;
    auto client = cluster.client(0);
    const auto hall = make_hall(client, 40);
    std::vector<Errand> errands;
    std::vector<std::vector<std::string>> wishes;
    for (std::size_t buyer = 0; buyer < kBuyers; ++buyer) {
        wishes.push_back(some_of(hall, random));
        errands.push_back({
            cluster.port(buyer % cluster.size()),
            reservation_of(hall.event, wishes.back(), numbered("buyer", buyer), "once"),
        });
    }
    const auto answers = at_once(errands);
    std::set<std::string> taken;
    std::size_t winners = 0;
    for (std::size_t buyer = 0; buyer < kBuyers; ++buyer) {
        const auto& answer = answers[buyer];
        if (answer.status == 409) continue;
        ASSERT_EQ(answer.status, 201U) << answer.body;
        ++winners;
        const auto told = answer.json();
        const auto& seats = told.as_object().at("seat_ids").as_array();
        ASSERT_EQ(seats.size(), wishes[buyer].size());
        for (const auto& seat : wishes[buyer])
            EXPECT_TRUE(taken.insert(seat).second) << seat << " has two buyers";
    }
    std::cout << winners << " of " << kBuyers << " buyers hold " << taken.size() << " of "
              << hall.seats.size() << " seats\n";
    EXPECT_GE(winners, hall.seats.size() / 10);
    // The seats that only the losers wanted are free on every node.
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        auto asking = cluster.client(i);
        EXPECT_EQ(count_free(asking, hall), hall.seats.size() - taken.size());
    }
    const auto verified = cluster.verify();
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
    EXPECT_THAT(verified.out, HasSubstr(" " + std::to_string(winners) + " reservations"));
}

TEST_P(ClusterRace, the_same_key_on_all_nodes_at_once_is_one_reservation) {
    constexpr std::size_t kRounds = 50;
    constexpr std::size_t kTimes = 9;
    const auto& cluster = *made;
    auto client = cluster.client(0);
    const auto hall = make_hall(client, kRounds);
    for (std::size_t round = 0; round < kRounds; ++round) {
        std::vector<Errand> errands;
        for (std::size_t i = 0; i < kTimes; ++i) {
            errands.push_back({
                cluster.port(i % cluster.size()),
                reservation_of(hall.event, {hall.seats[round]}, "alice", numbered("key", round)),
            });
        }
        const auto answers = at_once(errands);
        std::size_t originals = 0;
        for (const auto& answer : answers) {
            ASSERT_EQ(answer.status, 201U) << answer.body;
            ASSERT_EQ(text_of(answer.json(), "id"), text_of(answers[0].json(), "id"));
            originals += answer.header("idempotency-replayed") != "true";
        }
        EXPECT_EQ(originals, 1U);
    }
    EXPECT_THAT(cluster.verify().out, HasSubstr(" 50 reservations"));
}

/// Sends requests with an optional key to all nodes at once, and then to each node again.
TEST_P(ClusterRace, the_same_key_on_all_nodes_is_one_event_with_one_block_of_seats) {
    const auto& cluster = *made;
    const auto once_on_all_nodes = [&](std::string target, const boost::json::object& body) {
        const Request request{
            .method = "POST",
            .target = std::move(target),
            .headers = {{"Idempotency-Key", "key"}},
            .body = boost::json::serialize(body),
        };
        std::vector<Errand> errands;
        for (std::size_t i = 0; i < 3 * cluster.size(); ++i)
            errands.push_back({cluster.port(i % cluster.size()), request});
        auto answers = at_once(errands);
        const auto originals = std::ranges::count_if(answers, [](const Answer& answer) {
            return answer.header("idempotency-replayed") != "true";
        });
        EXPECT_EQ(originals, 1);
        for (std::size_t i = 0; i < cluster.size(); ++i) {
            auto client = cluster.client(i);
            answers.push_back(client.send(request).value());
            EXPECT_EQ(answers.back().header("idempotency-replayed"), "true");
        }
        for (const auto& answer : answers) {
            EXPECT_EQ(answer.status, 201U) << answer.body;
            EXPECT_EQ(answer.body, answers[0].body);
        }
        return answers[0].json();
    };
    const auto event = once_on_all_nodes(
        "/api/v1/events",
        {{"name", "Winter concert"},
         {"start_at", "2099-12-01T18:00:00Z"},
         {"end_at", "2099-12-01T20:00:00Z"},
         {"total_seats", 4}}
    );
    const auto path = "/api/v1/events/" + text_of(event, "id");
    once_on_all_nodes(path + "/seats/bulk", {{"prefix", "A"}, {"count", 4}, {"price", 5'000}});
    auto client = cluster.client(0);
    EXPECT_EQ(client.get("/api/v1/events").value().json().as_array().size(), 1U);
    EXPECT_EQ(client.get(path + "/seats").value().json().as_array().size(), 4U);
    EXPECT_EQ(cluster.verify().exit_code, 0);
}

TEST_P(ClusterRace, a_limit_per_user_holds_across_nodes) {
    constexpr std::size_t kLimit = 3;
    constexpr std::size_t kBuyers = 10;
    constexpr std::size_t kTries = 12;
    const auto& cluster = *made;
    auto client = cluster.client(0);
    const auto hall = make_hall(client, kBuyers * kTries, {{"max_seats_per_user", kLimit}});
    std::vector<Errand> errands;
    for (std::size_t i = 0; i < kBuyers * kTries; ++i) {
        errands.push_back({
            cluster.port(i % cluster.size()),
            reservation_of(
                hall.event, {hall.seats[i]}, numbered("buyer", i % kBuyers), numbered("key", i)
            ),
        });
    }
    const auto answers = at_once(errands);
    std::map<std::size_t, std::size_t> had;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (answers[i].status == 201) {
            ++had[i % kBuyers];
        } else {
            EXPECT_EQ(answers[i].status, 422U) << answers[i].body;
            EXPECT_EQ(answers[i].code(), "LIMIT_REACHED");
        }
    }
    for (std::size_t buyer = 0; buyer < kBuyers; ++buyer)
        EXPECT_EQ(had[buyer], kLimit) << "buyer " << buyer;
    EXPECT_EQ(cluster.verify().exit_code, 0);
}

}  // namespace
}  // namespace frontrow::test
