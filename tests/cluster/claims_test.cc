#include "base/instant.h"
#include "cluster/cluster.h"

#include <gmock/gmock.h>

#include <chrono>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// Races for what buyers claim besides seats that they name, on several nodes at once: units of a
// category, seats added to what is held, and the tickets of a presale that ends.

namespace frontrow::test {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

std::string named(const std::string& kind, std::size_t number) {
    return kind + "-" + std::to_string(number);
}

class ClusterClaims : public WithAndWithoutGate {
protected:
    void SetUp() override {
        WithAndWithoutGate::SetUp();
        if (IsSkipped()) return;
        made.emplace(Cluster::Options{.has_gate = has_gate()});
        client.emplace(made->port(0));
    }

    json::value post(const std::string& path, const json::object& body) {
        const auto answer = client->post("/api/v1" + path, json::serialize(body)).value();
        if (answer.status != 201) throw std::runtime_error(answer.body);
        return answer.json();
    }
    void add_standing(const Hall& hall, std::int64_t stock) {
        post(
            "/events/" + hall.event + "/ticket-categories",
            {{"name", "Standing"}, {"price", 5}, {"total_stock", stock}}
        );
    }
    /// A request for one unit, to one node after another.
    Errand unit(const Hall& hall, const std::string& user, const std::string& code = {}) {
        json::object body{
            {"event_id", hall.event},
            {"items", json::array{{{"category", "Standing"}, {"quantity", 1}}}}
        };
        if (!code.empty()) body["access_code"] = code;
        return to_some_node(
            {.method = "POST",
             .target = "/api/v1/reservations",
             .headers = {{"X-User-ID", user}, {"Idempotency-Key", named("key", errands_)}},
             .body = json::serialize(body)}
        );
    }
    Errand to_some_node(Request request) {
        return {made->port(++errands_ % made->size()), std::move(request)};
    }
    void expect_left_everywhere(const Hall& hall, std::size_t units) const {
        for (std::size_t i = 0; i < made->size(); ++i) {
            auto asking = made->client(i);
            const auto path = "/api/v1/events/" + hall.event + "/ticket-categories";
            const auto categories = asking.get(path).value().json();
            EXPECT_EQ(categories.at(0).at("available").to_number<std::size_t>(), units);
        }
    }

    std::optional<Cluster> made;
    std::optional<Client> client;

private:
    std::size_t errands_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Nodes, ClusterClaims, testing::Bool(), name_of_gate);

TEST_P(ClusterClaims, a_hundred_units_are_sold_once_to_a_thousand_buyers) {
    constexpr std::size_t kUnits = 100;
    const auto hall = make_hall(*client, 1);
    add_standing(hall, kUnits);
    std::size_t sold = 0;
    for (std::size_t crowd = 0; crowd < 5; ++crowd) {
        std::vector<Errand> errands;
        for (std::size_t i = 0; i < 200; ++i)
            errands.push_back(unit(hall, named("buyer", 200 * crowd + i)));
        const auto answers = at_once(errands);
        sold += count_status(answers, 201);
        EXPECT_EQ(count_status(answers, 201) + count_status(answers, 409), 200U);
    }
    EXPECT_EQ(sold, kUnits);
    expect_left_everywhere(hall, 0);
    const auto verified = made->verify();
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
    EXPECT_THAT(verified.out, HasSubstr(" 100 reservations"));
}

TEST_P(ClusterClaims, one_of_nine_reservations_gets_the_seat_that_all_add) {
    constexpr std::size_t kBuyers = 9;
    constexpr std::size_t kRounds = 20;
    const auto hall =
        make_hall(*client, kBuyers + kRounds, {{"max_seats_per_reservation", kRounds + 1}});
    std::vector<std::string> targets;
    for (std::size_t i = 0; i < kBuyers; ++i) {
        const auto held =
            client->send(reservation_of(hall.event, {hall.seats[i]}, named("buyer", i), "key"));
        targets.push_back("/api/v1/reservations/" + text_of(held.value().json(), "id"));
    }
    for (std::size_t round = 0; round < kRounds; ++round) {
        const auto wanted = hall.seats[kBuyers + round];
        const json::object body{{"add", {{"seat_ids", json::array{json::value(wanted)}}}}};
        std::vector<Errand> errands;
        for (std::size_t i = 0; i < kBuyers; ++i)
            errands.push_back(to_some_node(
                {.method = "PATCH",
                 .target = targets[i],
                 .headers = {{"X-User-ID", named("buyer", i)}},
                 .body = json::serialize(body)}
            ));
        const auto answers = at_once(errands);
        ASSERT_EQ(count_status(answers, 200), 1U) << "round " << round;
        ASSERT_EQ(count_status(answers, 409), kBuyers - 1) << "round " << round;
    }
    EXPECT_EQ(count_free(*client, hall), 0U);
    EXPECT_EQ(made->verify().exit_code, 0);
}

/// A presale that holds all units back, and the crowds that come for them.
class ClusterPresale : public ClusterClaims {
protected:
    static constexpr std::size_t kUnits = 100'000;

    void SetUp() override {
        ClusterClaims::SetUp();
        if (IsSkipped()) return;
        hall = make_hall(*client, 1);
        add_standing(hall, kUnits);
        json::array codes;
        for (std::size_t i = 0; i < 1'000; ++i)
            codes.emplace_back(named("code", i));
        post(
            allocations(),
            {{"name", "Presale"},
             {"category", "Standing"},
             {"quantity", kUnits},
             {"access_codes", std::move(codes)}}
        );
    }

    std::string allocations() const { return "/events/" + hall.event + "/allocations"; }

    /// Fans with a code of their own, as many who share some, and buyers without a code. Once one
    /// of the latter has been served, no code may open anything.
    void send_crowd(std::size_t crowd) {
        constexpr std::size_t kFans = 40;
        const bool has_ended = without_code > 0;
        std::vector<Errand> errands;
        for (std::size_t i = 0; i < kFans; ++i) {
            const auto code = i % 2 == 0 ? (kFans * crowd + i) % 900 : 900 + i;
            errands.push_back(unit(hall, named("fan", kFans * crowd + i), named("code", code)));
        }
        for (std::size_t i = 0; i < 8; ++i)
            errands.push_back(unit(hall, named("walk-in", 8 * crowd + i)));
        const auto answers = at_once(errands);
        for (std::size_t i = 0; i < answers.size(); ++i) {
            const bool is_fan = i < kFans;
            const auto& answer = answers[i];
            if (answer.status == 201) {
                ++(is_fan ? by_code : without_code);
                EXPECT_FALSE(is_fan && has_ended) << answer.body;
                newest = parse_rfc3339(text_of(answer.json(), "created_at")).value();
            } else {
                EXPECT_EQ(answer.code(), is_fan ? "CODE_INVALID" : "SOLD_OUT") << answer.body;
                EXPECT_TRUE(is_fan || !has_ended) << "held back after the end";
            }
        }
    }

    Hall hall;
    std::size_t by_code = 0;
    std::size_t without_code = 0;
    Instant newest{};
};

INSTANTIATE_TEST_SUITE_P(Nodes, ClusterPresale, testing::Bool(), name_of_gate);

TEST_P(ClusterPresale, ends_on_all_nodes_at_once_while_fans_still_send_their_codes) {
    send_crowd(0);
    EXPECT_EQ(by_code, 40U);
    EXPECT_EQ(without_code, 0U);
    const json::object end{{"until", to_rfc3339(newest + std::chrono::seconds{3})}};
    const Request change{
        .method = "PATCH",
        .target = "/api/v1" + allocations() + "/Presale",
        .body = json::serialize(end)
    };
    ASSERT_EQ(client->send(change).value().status, 200U);
    std::size_t crowd = 1;
    while (without_code == 0 && !HasFailure())
        send_crowd(crowd++);
    send_crowd(crowd);
    std::cout << by_code << " by code, " << without_code << " without\n";
    expect_left_everywhere(hall, kUnits - by_code - without_code);
    EXPECT_EQ(client->get("/api/v1" + allocations()).value().body, "[]");
    const auto verified = made->verify();
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
}

}  // namespace
}  // namespace frontrow::test
