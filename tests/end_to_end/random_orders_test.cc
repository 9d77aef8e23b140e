#include "end_to_end/order_load.h"
#include "end_to_end/order_reckoning.h"
#include "end_to_end/server.h"
#include "support/seed.h"
#include "support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace frontrow::test {
namespace {

using testing::IsEmpty;

TEST(RandomOrders, take_the_price_of_what_they_sell_though_the_server_is_killed_midway) {
    const auto seed = seed_of_this_run();
    const std::size_t buyers = is_soak() ? 10'000 : 1'000;
    const std::size_t standing = buyers / 3;
    const TempFolder folder;
    std::optional<Server> server;
    const auto start = [&] {
        server.emplace(folder.path(), std::vector<std::string>{"--dev"}, order_environment(seed));
    };
    start();
    auto client = server->client();
    std::vector<Hall> halls;
    for (int i = 0; i < 3; ++i)
        halls.push_back(make_order_hall(client, buyers / 3, standing));

    OrderLoad load{halls, {.ports = {server->port()}, .seed = seed, .buyers = buyers}};
    load.wait_for_buyers(buyers / 2);
    server->process().kill();
    start();
    load.answers_at(0, server->port());
    load.finish();
    EXPECT_THAT(load.surprises(), IsEmpty());

    auto asking = server->client();
    OrderReckoning reckoning{asking, halls, standing, load.purchases()};
    reckoning.settle();
    EXPECT_EQ(server->stop(), 0);
    reckoning.expect_in(verify(folder.path()));
}

}  // namespace
}  // namespace frontrow::test
