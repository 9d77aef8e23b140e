#include "support/test_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

// Metrics at an address of their own.

namespace frontrow::test {
namespace {

using testing::HasSubstr;

class MetricsAddress : public testing::Test {
protected:
    TestServer server{{.limits = {}, .serves_metrics_apart = true}};
    HttpClient buyers = server.connect();
    HttpClient operators{server.metrics_port()};
};

TEST_F(MetricsAddress, has_the_metrics_and_the_public_address_has_not) {
    for (const auto* path : {"/metrics", "/api/v1/metrics"})
        EXPECT_EQ(buyers.ask("GET", path).code(), "NOT_FOUND") << path;
    const auto metrics = operators.ask("GET", "/metrics");
    EXPECT_EQ(metrics.status, 200);
    EXPECT_THAT(metrics.body, HasSubstr("active_reservations"));
    EXPECT_THAT(
        metrics.body,
        HasSubstr(R"(http_requests_total{method="OTHER",path="unknown",status_code="404"} 2)")
    ) << "it counts what both addresses serve";
}

TEST_F(MetricsAddress, has_the_probes_and_nothing_else) {
    for (const auto* path : {"/health", "/livez", "/readyz"}) {
        EXPECT_EQ(operators.ask("GET", path).status, 200) << path;
        EXPECT_EQ(buyers.ask("GET", path).status, 200) << path;
    }
    const auto venue = make_venue(server, 1);
    const auto event = "/api/v1/events/" + venue.event;
    for (const auto& path : {event, event + "/seats", "/api/v1/seats/" + venue.seats[0]}) {
        EXPECT_EQ(operators.ask("GET", path).code(), "NOT_FOUND") << path;
        EXPECT_EQ(buyers.ask("GET", path).status, 200) << path;
    }
}

TEST_F(MetricsAddress, counts_open_connections_of_both) {
    ASSERT_EQ(buyers.ask("GET", "/livez").status, 200);
    EXPECT_THAT(operators.ask("GET", "/metrics").body, HasSubstr("http_connections 2"));
}

TEST_F(MetricsAddress, is_served_until_the_server_stops) {
    ASSERT_EQ(operators.ask("GET", "/readyz").status, 200);
    server.stop();
    server.start_again();
    HttpClient again{server.metrics_port()};
    EXPECT_EQ(again.ask("GET", "/metrics").status, 200);
}

}  // namespace
}  // namespace frontrow::test
