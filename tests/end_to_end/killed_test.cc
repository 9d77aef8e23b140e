#include "end_to_end/load.h"
#include "end_to_end/reckoning.h"
#include "end_to_end/server.h"
#include "support/seed.h"
#include "support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <thread>

namespace frontrow::test {
namespace {

using testing::IsEmpty;

constexpr std::size_t kSeats = 2'000;

/// Waits for a random time. The kill then hits the server at any point of its work, so there is no
/// event to wait for.
void let_pass(std::chrono::microseconds at_most, std::mt19937_64& random) {
    std::this_thread::sleep_for(
        std::chrono::microseconds{random() % static_cast<std::uint64_t>(at_most.count())}
    );
}

/// A hall and all buyers who ever bought there.
struct CutSale {
    Hall hall;
    std::vector<Buyer> buyers;
};

/// Sells until the server is killed: soon after some answer, within a batch or between two.
CutSale sell_until_killed(Server& server, int round, std::mt19937_64& random) {
    auto client = server.client();
    CutSale sale{.hall = make_hall(client, kSeats), .buyers = {}};
    const auto name = "round" + std::to_string(round);
    Load load{sale.hall, {.ports = {server.port()}, .name = name, .seed = random()}};
    load.wait_for_answers(30 + random() % 600);
    let_pass(std::chrono::milliseconds{5}, random);
    server.process().kill();
    load.wait_for_end();
    EXPECT_THAT(load.surprises(), IsEmpty());
    sale.buyers = std::move(load.buyers());
    return sale;
}

/// A restart may be killed, too, at any moment of its work.
void start_and_kill(const std::filesystem::path& folder, std::mt19937_64& random) {
    Child child{{.arguments = serve_arguments(folder, {"--dev"})}};
    let_pass(std::chrono::milliseconds{30}, random);
}

void expect_verified(const std::filesystem::path& folder) {
    const auto verified = verify(folder);
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
}

std::size_t count_doubts(const CutSale& sale) {
    std::size_t doubts = 0;
    for (const auto& buyer : sale.buyers)
        doubts += buyer.doubts.size();
    return doubts;
}

TEST(Killed, keeps_what_it_told_and_sells_nothing_twice) {
    std::mt19937_64 random{seed_of_this_run()};
    const int rounds = is_soak() ? 200 : 8;
    const TempFolder folder;
    std::vector<CutSale> sales;
    std::size_t doubts = 0;
    std::size_t carried_out = 0;
    for (int round = 0; round < rounds && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        {
            Server server{folder.path()};
            sales.push_back(sell_until_killed(server, round, random));
        }
        expect_verified(folder.path());
        if (random() % 2 == 0) start_and_kill(folder.path(), random);
        const Server server{folder.path()};
        auto client = server.client();
        doubts += count_doubts(sales.back());
        Reckoning reckoning{client, sales.back().hall};
        reckoning.settle(sales.back().buyers);
        carried_out += reckoning.doubts_carried_out();
    }
    std::cout << rounds << " kills left " << doubts << " requests in doubt, of which "
              << carried_out << " had been carried out\n";

    Server server{folder.path()};
    auto client = server.client();
    for (auto& sale : sales)
        Reckoning{client, sale.hall}.settle(sale.buyers);
    EXPECT_EQ(server.stop(), 0);
    expect_verified(folder.path());
}

/// Adds seats until SQLite's log is long enough for a checkpoint.
void provoke_checkpoint(Client& client, const std::filesystem::path& folder) {
    const auto database = folder / "journal.db";
    const auto before = std::filesystem::file_size(database);
    for (int blocks = 0; blocks < 20; ++blocks) {
        make_hall(client, 20'000);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds{50};
        while (std::chrono::steady_clock::now() < deadline) {
            if (std::filesystem::file_size(database) != before) return;
            std::this_thread::sleep_for(std::chrono::microseconds{200});
        }
    }
    throw std::runtime_error("the log was never moved");
}

TEST(Killed, keeps_what_it_told_while_its_log_is_moved_into_the_database) {
    std::mt19937_64 random{seed_of_this_run()};
    const int rounds = is_soak() ? 20 : 2;
    for (int round = 0; round < rounds && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        const TempFolder folder;
        Server server{folder.path()};
        auto client = server.client();
        const auto hall = make_hall(client, kSeats);
        Load load{hall, {.ports = {server.port()}, .name = "crowd", .seed = random(), .buyers = 4}};
        provoke_checkpoint(client, folder.path());
        let_pass(std::chrono::milliseconds{20}, random);
        server.process().kill();
        load.wait_for_end();
        EXPECT_THAT(load.surprises(), IsEmpty());
        expect_verified(folder.path());
        const Server again{folder.path()};
        auto asking = again.client();
        Reckoning{asking, hall}.settle(load.buyers());
    }
}

}  // namespace
}  // namespace frontrow::test
