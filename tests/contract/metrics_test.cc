#include "every_route.h"
#include "support/eventually.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

// The values in /metrics, compared with the requests that were made.

namespace frontrow::test {
namespace {

using Series = std::map<std::string, double>;

/// Parses Prometheus' text format into series, keyed by name and labels as written there.
Series parse(const std::string& text) {
    Series series;
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line.front() == '#') continue;
        const auto space = line.rfind(' ');
        std::size_t used = 0;
        const auto number = line.substr(space + 1);
        const auto value = std::stod(number, &used);
        EXPECT_EQ(used, number.size()) << line;
        EXPECT_TRUE(series.emplace(line.substr(0, space), value).second) << "twice: " << line;
    }
    return series;
}

/// The path's pattern as in the label, e.g. `/events/{id}`.
std::string label_of(std::string pattern) {
    std::erase(pattern, '}');
    for (auto at = pattern.find('{'); at != std::string::npos; at = pattern.find('{'))
        pattern[at] = ':';
    return pattern;
}

std::string requests_total(const std::string& method, const std::string& path, unsigned status) {
    return "http_requests_total{method=\"" + method + "\",path=\"" + path + "\",status_code=\"" +
           std::to_string(status) + "\"}";
}

class Metrics : public testing::Test {
protected:
    Series series() { return parse(reader.ask("GET", "/metrics").body); }

    TestServer server;
    HttpClient reader = server.connect();
};

TEST_F(Metrics, count_every_answer_once_under_its_routes_pattern) {
    const auto world = make_small_world(server);
    auto before = series();
    Series ledger;
    auto client = server.connect();
    for (const auto* user : {"", "alice", "mallory"}) {
        for (const auto& one : every_route(world)) {
            const Headers headers = *user == 0 ? Headers{} : Headers{{"X-User-ID", user}};
            const auto answer = visit(client, one, headers);
            ledger[requests_total(
                one.method, label_of(std::string{one.route.pattern}), answer.status
            )] += 1;
        }
    }
    // Requests without a route are counted in one series, whatever their path.
    for (const auto& [method, path] :
         {std::pair{"GET", "/nowhere/1"}, {"GET", "/nowhere/2"}, {"PATCH", "/health"}}) {
        const auto status = client.ask(method, path).status;
        ledger[requests_total("OTHER", "unknown", status)] += 1;
    }
    client.send("NONSENSE\r\n\r\n");
    ledger[requests_total("OTHER", "unknown", client.receive().status)] += 1;
    ledger[requests_total("GET", "/metrics", 200)] += 1;  // The earlier request for /metrics.
    const auto after = series();
    double total = 0;
    for (const auto& [name, value] : after) {
        if (!name.starts_with("http_requests_total")) continue;
        EXPECT_EQ(value - before[name], ledger[name]) << name;
        total += value - before[name];
    }
    double expected = 0;
    for (const auto& [name, value] : ledger)
        expected += value;
    EXPECT_EQ(total, expected);
}

TEST_F(Metrics, have_a_duration_for_every_request_and_no_id_for_a_label) {
    const auto world = make_small_world(server);
    auto client = server.connect();
    for (const auto& one : every_route(world))
        visit(client, one, {{"X-User-ID", "alice"}});
    const auto text = client.ask("GET", "/metrics").body;
    for (const auto& secret :
         {world.venue.event, world.venue.seats[0], world.reservation, std::string{"alice"}})
        EXPECT_EQ(text.find(secret), std::string::npos);
    std::map<std::string, double> requests;
    std::map<std::string, double> durations;
    for (const auto& [name, value] : parse(text)) {
        const std::string family = name.substr(0, name.find('{'));
        const auto labels = name.substr(family.size());
        if (family == "http_requests_total")
            requests[labels.substr(0, labels.find(",status_code"))] += value;
        if (family == "http_request_duration_seconds_count" && value > 0)
            durations[labels.substr(0, labels.find('}'))] += value;
    }
    EXPECT_EQ(requests, durations);
    EXPECT_NE(text.find("# TYPE http_request_duration_seconds histogram"), std::string::npos);
    EXPECT_NE(text.find("# TYPE http_requests_total counter"), std::string::npos);
    EXPECT_NE(text.find("# TYPE active_reservations gauge"), std::string::npos);
}

TEST_F(Metrics, count_attempts_to_reserve_by_what_came_of_them) {
    const auto venue = make_venue(server, 3, R"(,"max_seats_per_reservation":1)");
    Caller alice{server, "alice"};
    ASSERT_EQ(alice.reserve(venue.event, {venue.seats[0]}, "1").status, 201);
    ASSERT_EQ(alice.reserve(venue.event, {venue.seats[1]}, "2").status, 201);
    ASSERT_EQ(alice.reserve(venue.event, {venue.seats[0]}, "3").status, 409);
    ASSERT_EQ(alice.reserve(venue.event, {venue.seats[0], venue.seats[2]}, "4").status, 422);
    Caller organizer{server, ""};
    const auto event = "/api/v1/events/" + venue.event;
    const auto* category = R"({"name":"A","price":1,"total_stock":0})";
    ASSERT_EQ(organizer.post(event + "/ticket-categories", category).status, 201);
    const auto unit = R"({"event_id":")" + venue.event +
                      R"(","items":[{"category":"A","quantity":1}],"idempotency_key":"6"})";
    ASSERT_EQ(alice.post(kReservations, unit).code(), "SOLD_OUT");
    const auto row = make_venue(server, 3);
    ASSERT_EQ(alice.reserve(row.event, {row.seats[1]}, "7").status, 201);
    const auto pair = R"({"event_id":")" + row.event +
                      R"(","best_available":{"quantity":2},"idempotency_key":"8"})";
    ASSERT_EQ(alice.post(kReservations, pair).code(), "NOT_TOGETHER");
    ASSERT_EQ(organizer.post(event + "/sale", R"({"action":"pause"})").status, 200);
    ASSERT_EQ(alice.reserve(venue.event, {venue.seats[2]}, "5").code(), "SALES_PAUSED");
    auto now = series();
    EXPECT_EQ(now["reservations_total{status=\"success\"}"], 3);
    EXPECT_EQ(now["reservations_total{status=\"conflict\"}"], 3);
    EXPECT_EQ(now["reservations_total{status=\"refused\"}"], 2);
    EXPECT_EQ(now["reservations_total{status=\"error\"}"], 0);
    EXPECT_GE(now["journal_appends_total{result=\"won\"}"], 3);
    EXPECT_GE(now["journal_decisions_total"], now["journal_appends_total{result=\"won\"}"]);
    EXPECT_TRUE(now.contains("reservations_total{status=\"lock_failed\"}"));
}

TEST_F(Metrics, know_how_many_reservations_have_seats_now) {
    const auto venue = make_venue(server, 10, R"(,"hold_seconds":60)");
    Caller alice{server, "alice"};
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < 5; ++i)
        paths.push_back(
            alice.reserve(venue.event, {venue.seats[i]}, std::to_string(i)).header("location")
        );
    const auto active = [&] {
        auto now = series();
        return std::pair{
            now["active_reservations{status=\"pending\"}"],
            now["active_reservations{status=\"confirmed\"}"]
        };
    };
    EXPECT_EQ(active(), std::pair(5.0, 0.0));
    alice.post(paths[0] + "/confirm");
    alice.post(paths[1] + "/confirm");
    alice.post(paths[2] + "/cancel");
    EXPECT_EQ(active(), std::pair(2.0, 2.0));
    server.restart();
    reader = server.connect();
    EXPECT_EQ(active(), std::pair(2.0, 2.0)) << "and after a restart";
    server.clock.advance(Millis{60'000});
    // The sweeper updates the gauge, ten times a second.
    EXPECT_TRUE(eventually([&] { return active() == std::pair(0.0, 2.0); }));
}

TEST_F(Metrics, tell_of_a_clock_that_has_jumped_until_it_is_right_again) {
    const auto clock = [&] {
        auto now = series();
        return std::pair{now.at("clock_alarm"), now.at("clock_ahead_seconds")};
    };
    EXPECT_EQ(clock(), std::pair(0.0, 0.0));
    server.clock.step(std::chrono::hours{1});
    EXPECT_EQ(clock(), std::pair(1.0, 3'600.0));
    server.clock.step(-std::chrono::hours{2});
    EXPECT_EQ(clock(), std::pair(1.0, -3'600.0));
    server.clock.step(std::chrono::hours{1});
    EXPECT_EQ(clock(), std::pair(0.0, 0.0));
}

TEST_F(Metrics, know_how_many_are_connected) {
    std::vector<HttpClient> clients;
    for (int i = 0; i < 7; ++i) {
        clients.push_back(server.connect());
        clients.back().ask("GET", "/livez");
    }
    EXPECT_EQ(series()["http_connections"], 8);
    clients.clear();
    EXPECT_TRUE(eventually([&] { return series()["http_connections"] == 1; }));
}

}  // namespace
}  // namespace frontrow::test
