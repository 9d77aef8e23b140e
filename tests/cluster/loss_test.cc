#include "cluster/cluster.h"
#include "end_to_end/load.h"
#include "end_to_end/reckoning.h"
#include "support/eventually.h"
#include "support/seed.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <random>
#include <thread>

namespace frontrow::test {
namespace {

using testing::IsEmpty;
using Way = CuttingProxy::Way;

/// A sale under way, something lost in the middle of it, and then the crowd's own ledger against
/// what the nodes and `frontrow verify` say.
class ClusterLoss : public WithAndWithoutGate {
protected:
    static constexpr std::size_t kSeats = 1'000;

    void SetUp() override {
        WithAndWithoutGate::SetUp();
        // No more: a node that starts reads all that was ever sold.
        rounds_ = is_soak() ? 20 : 4;
    }

    /// What breaks is broken in the middle of the load by `lose`, which returns when it is over.
    void sell_and_lose(Cluster& cluster, int round, const std::function<void()>& lose) {
        auto client = cluster.client(0);
        const auto hall = make_hall(client, kSeats);
        const auto proof = make_hall(client, kSeats);
        client.close();
        const auto name = "round" + std::to_string(round);
        Load load{
            hall,
            {.ports = cluster.ports(),
             .name = name,
             .seed = random_(),
             .buyers = 12,
             .comes_back = true}
        };
        load.wait_for_answers(30 + random_() % 500);
        lose();
        ++losses_;
        std::size_t next = 0;
        for (const auto port : cluster.ports()) {
            const auto took = time_until_sold(port, proof, next, "prover");
            EXPECT_LE(took, kBackWithin) << "node on port " << port;
            slowest_ = std::max(slowest_, took);
        }
        load.wait_for_answers(load.answers() + 200);
        load.stop();
        EXPECT_THAT(load.surprises(), IsEmpty());
        settle(cluster, hall, load.buyers());
    }

    void settle(Cluster& cluster, const Hall& hall, std::vector<Buyer>& buyers) {
        for (const auto& buyer : buyers) {
            bookings_ += buyer.bookings.size();
            doubts_ += buyer.doubts.size();
        }
        auto client = cluster.client(random_() % cluster.size());
        Reckoning reckoning{client, hall};
        reckoning.settle(buyers);
        carried_out_ += reckoning.doubts_carried_out();
        const auto verified = cluster.verify();
        EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
    }

    void TearDown() override {
        if (bookings_ == 0) return;
        std::cout << losses_ << " losses among " << bookings_ << " reservations left " << doubts_
                  << " requests in doubt, of which " << carried_out_
                  << " had been carried out; all nodes sold again after " << slowest_.count()
                  << " ms at most\n";
    }

    std::mt19937_64 random_{seed_of_this_run()};
    int rounds_ = 0;
    int losses_ = 0;
    std::size_t bookings_ = 0;
    std::size_t doubts_ = 0;
    std::size_t carried_out_ = 0;
    std::chrono::milliseconds slowest_{0};
};

INSTANTIATE_TEST_SUITE_P(Nodes, ClusterLoss, testing::Bool(), name_of_gate);

TEST_P(ClusterLoss, of_a_node_loses_nothing_that_was_acknowledged_and_stops_nobody_else) {
    Cluster cluster{{.has_gate = has_gate()}};
    for (int round = 0; round < rounds_ && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        sell_and_lose(cluster, round, [&] {
            const auto index = random_() % cluster.size();
            cluster.kill_node(index);
            EXPECT_EQ(status_of(cluster.port((index + 1) % cluster.size()), "/readyz"), 200U);
            cluster.start_node(index);
        });
    }
}

/// Its last words are known: an append that the database never got, and one that was carried out.
TEST_P(ClusterLoss, of_a_node_before_and_after_its_commit_loses_nothing_that_was_acknowledged) {
    struct LastWords {
        std::string words;
        bool are_heard;
    };
    const std::vector<LastWords> all{{"journal_append", false}, {"journal_append", true}};
    Cluster cluster{{.proxied = 1, .has_gate = has_gate()}};
    for (int round = 0; round < rounds_ && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        const auto& last = all[static_cast<std::size_t>(round) % all.size()];
        sell_and_lose(cluster, round, [&] {
            cluster.proxy().fall_silent_at(last.words, last.are_heard);
            EXPECT_TRUE(eventually([&] { return cluster.proxy().has_fallen_silent(); }));
            cluster.kill_node(0);
            cluster.proxy().cut_all();
            cluster.proxy().behave();
            cluster.start_node(0);
        });
    }
}

TEST_P(ClusterLoss, of_a_node_that_stands_still_stops_nobody_else) {
    Cluster cluster{{.has_gate = has_gate()}};
    for (int round = 0; round < rounds_ && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        sell_and_lose(cluster, round, [&] {
            auto client = cluster.client(0);
            const auto hall = make_hall(client, 10);
            auto& hung = cluster.node(1).process();
            hung.signal(SIGSTOP);
            std::size_t next = 0;
            std::uint64_t sold = 0;
            for (const std::size_t other : {0, 2}) {
                const auto took = time_until_sold(cluster.port(other), hall, next, "other");
                EXPECT_LE(took, kBackWithin);
                auto reader = cluster.client(other);
                EXPECT_EQ(count_free(reader, hall), 10 - ++sold);
            }
            hung.signal(SIGCONT);
        });
    }
}

TEST_P(ClusterLoss, of_the_database_in_mid_air_loses_nothing_that_was_acknowledged) {
    Cluster cluster{{.has_gate = has_gate()}};
    for (int round = 0; round < rounds_ && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        sell_and_lose(cluster, round, [&] {
            cluster.postgres().stop_immediately();
            cluster.postgres().start();
        });
    }
}

TEST_P(ClusterLoss, of_connections_in_the_middle_of_a_commit_leaves_no_seat_twice_and_none_lost) {
    Cluster cluster{{.proxied = 3, .has_gate = has_gate()}};
    for (int round = 0; round < rounds_ && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        sell_and_lose(cluster, round, [&] {
            // An append is a request of some kilobytes: so many bytes on is anywhere in one.
            for (int cut = 0; cut < 30; ++cut) {
                const auto before = cluster.proxy().connections();
                const auto way = random_() % 3 == 0 ? Way::to_server : Way::to_client;
                cluster.proxy().cut_after(way, 1 + random_() % 6'000);
                // Cut, and somebody has connected anew.
                const auto deadline = std::chrono::steady_clock::now() + kBackWithin;
                while (cluster.proxy().connections() == before &&
                       std::chrono::steady_clock::now() < deadline)
                    std::this_thread::yield();
                cluster.proxy().behave();
            }
        });
    }
}

TEST_P(ClusterLoss, of_answers_that_never_come_is_a_doubt_and_no_second_sale) {
    Cluster cluster{{.proxied = 3, .has_gate = has_gate()}};
    for (int round = 0; round < rounds_ && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        sell_and_lose(cluster, round, [&] {
            // The database does what it was told, and for a while nobody hears of it.
            cluster.proxy().swallow_after(Way::to_client, random_() % 6'000);
            std::this_thread::sleep_for(std::chrono::milliseconds{200});
            cluster.proxy().behave();
            cluster.proxy().cut_all();
        });
    }
}

class ClusterLossOfGate : public ClusterLoss {};

INSTANTIATE_TEST_SUITE_P(Nodes, ClusterLossOfGate, testing::Values(true), name_of_gate);

TEST_P(ClusterLossOfGate, costs_nobody_an_answer) {
    Cluster cluster{{.has_gate = true}};
    for (int round = 0; round < rounds_ && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        sell_and_lose(cluster, round, [&] {
            cluster.redis().flush();
            cluster.redis().freeze();
            std::this_thread::sleep_for(std::chrono::milliseconds{200});
            cluster.redis().thaw();
            cluster.redis().stop();
            std::this_thread::sleep_for(std::chrono::milliseconds{200});
            cluster.redis().start();
        });
    }
    EXPECT_EQ(doubts_, 0U);
}

}  // namespace
}  // namespace frontrow::test
