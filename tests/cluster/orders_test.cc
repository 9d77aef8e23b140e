#include "cluster/cluster.h"
#include "end_to_end/order_load.h"
#include "end_to_end/order_reckoning.h"
#include "support/eventually.h"
#include "support/seed.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// Payments while the node that asks the provider is killed.

namespace frontrow::test {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::IsEmpty;

class ClusterOrders : public WithAndWithoutGate {};

INSTANTIATE_TEST_SUITE_P(Nodes, ClusterOrders, testing::Bool(), name_of_gate);

std::string metrics_of(const Cluster& cluster, std::size_t node) {
    auto client = cluster.client(node);
    const auto answer = client.get("/metrics");
    return answer ? answer->body : std::string{};
}

/// The node that asks the provider, which no other node has done so far. Throws if none does.
std::size_t node_that_asks(const Cluster& cluster) {
    std::optional<std::size_t> found;
    const bool is_found = eventually([&] {
        for (std::size_t i = 0; i < cluster.size() && !found; ++i)
            if (metrics_of(cluster, i).contains("payment_steps_total{")) found = i;
        return found.has_value();
    });
    if (!is_found) throw std::runtime_error("no node asks the provider");
    return *found;
}

TEST_P(ClusterOrders, take_the_price_of_what_they_sell_though_the_node_that_asks_is_killed_midway) {
    const auto seed = seed_of_this_run();
    const std::size_t buyers = is_soak() ? 10'000 : 300;
    const std::size_t standing = buyers / 3;
    Cluster cluster{{.has_gate = has_gate(), .environment = order_environment(seed)}};
    auto client = cluster.client(0);
    std::vector<Hall> halls;
    for (int i = 0; i < 3; ++i)
        halls.push_back(make_order_hall(client, buyers / 3, standing));

    OrderLoad load{halls, {.ports = cluster.ports(), .seed = seed, .buyers = buyers}};
    load.wait_for_buyers(buyers / 2);
    const auto killed = node_that_asks(cluster);
    cluster.kill_node(killed);
    cluster.start_node(killed);
    load.finish();
    EXPECT_THAT(load.surprises(), IsEmpty());

    cluster.wait_until_ready();
    auto asking = cluster.client(killed);
    OrderReckoning reckoning{asking, halls, standing, load.purchases()};
    reckoning.settle();
    reckoning.expect_in(cluster.verify());
}

/// An order that awaits its payment.
struct Awaiting {
    std::string target;
    std::string user;
};

/// Reserves a seat, orders it and sends a payment, whose answer nobody awaits.
Awaiting pay_without_waiting(Client& client, Client& payer, const Hall& hall, std::size_t number) {
    const auto user = "buyer-" + std::to_string(number);
    const auto held =
        client.send(reservation_of(hall.event, {hall.seats.at(number)}, user, "hold"));
    const json::object order{{"reservation_id", text_of(held.value().json(), "id")}};
    const auto placed = client.send(with_key(
        {.method = "POST", .target = "/api/v1/orders", .body = json::serialize(order)},
        user,
        "order"
    ));
    const auto target = "/api/v1/orders/" + text_of(placed.value().json(), "id");
    payer.write(Client::text_of(with_key(
        {.method = "POST", .target = target + "/payments", .body = R"({"token":"tok_ok"})"},
        user,
        "payment"
    )));
    return {target, user};
}

std::string status_of_order(Client& client, const Awaiting& order) {
    return text_of(client.get(order.target, order.user).value().json(), "status");
}

TEST_F(WithCluster, finishes_on_another_node_the_payments_of_a_node_that_was_killed) {
    constexpr std::size_t kOrders = 5;
    Cluster cluster{{
        .nodes = 2,
        .is_started = false,
        // The first node asks, and hears nothing while the test runs.
        .environment = {"FRONTROW_SIMULATOR_DELAY_MS=60000"},
    }};
    cluster.start_node(0);
    cluster.wait_until_ready();
    auto client = cluster.client(0);
    const auto hall = make_hall(client, kOrders);
    std::vector<Client> payers;
    std::vector<Awaiting> orders;
    for (std::size_t i = 0; i < kOrders; ++i) {
        payers.push_back(cluster.client(0));
        orders.push_back(pay_without_waiting(client, payers.back(), hall, i));
    }
    // Only the node that has the task measures this.
    EXPECT_TRUE(eventually([&] {
        const auto metrics = metrics_of(cluster, 0);
        const std::string_view name = "payment_oldest_unfinished_seconds ";
        return metrics.contains(name) && !metrics.contains(std::string{name} + "0\n");
    }));
    cluster.set_environment({});
    cluster.start_node(1);
    cluster.wait_until_ready();
    auto other = cluster.client(1);
    for (const auto& order : orders)
        EXPECT_TRUE(eventually([&] { return status_of_order(other, order) == "paying"; }));

    cluster.kill_node(0);
    for (const auto& order : orders)
        EXPECT_TRUE(eventually([&] { return status_of_order(other, order) == "paid"; }))
            << status_of_order(other, order);
    const auto verified = cluster.verify();
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
    EXPECT_THAT(verified.out, HasSubstr("5 captures of 25000 JPY, 0 refunds"));
}

}  // namespace
}  // namespace frontrow::test
