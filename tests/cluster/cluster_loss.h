#pragma once

#include "cluster/cluster.h"
#include "end_to_end/ledger.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <vector>

namespace frontrow::test {

/// A sale under way, something lost in the middle of it, and then the crowd's own ledger against
/// what the nodes and `frontrow verify` say.
class ClusterLoss : public WithAndWithoutGate {
protected:
    void SetUp() override;
    void TearDown() override;

    /// What breaks is broken in the middle of the load by `lose`, which returns when it is over.
    void sell_and_lose(Cluster& cluster, int round, const std::function<void()>& lose);

    /// Buyers who know these nodes alone get every answer, and none that says "later", while it
    /// happens.
    void expect_unnoticed(
        Cluster& cluster,
        const std::vector<std::size_t>& nodes,
        const std::function<void()>& happens
    );
    static std::vector<std::size_t> others_than(const Cluster& cluster, std::size_t index);

    /// In each round something else is lost. Each makes a start of a node longer: it reads all that
    /// was ever sold.
    int rounds() const { return rounds_; }
    std::uint64_t random() { return random_(); }
    std::size_t doubts() const { return doubts_; }

private:
    void settle(Cluster& cluster, const Hall& hall, std::vector<Buyer>& buyers);

    std::mt19937_64 random_;
    int rounds_ = 0;
    int losses_ = 0;
    int crowds_ = 0;
    std::size_t bookings_ = 0;
    std::size_t doubts_ = 0;
    std::size_t carried_out_ = 0;
    std::chrono::milliseconds slowest_{0};
};

}  // namespace frontrow::test
