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

/// Breaks something in the middle of a sale, and then compares the buyers' own records with the
/// nodes' answers and `frontrow verify`.
class ClusterLoss : public WithAndWithoutGate {
protected:
    void SetUp() override;
    void TearDown() override;

    /// Calls `lose` in the middle of the load. `lose` breaks something and returns when the failure
    /// is over.
    void sell_and_lose(Cluster& cluster, int round, const std::function<void()>& lose);

    /// Runs `happens`. Meanwhile, buyers who use only these nodes must get every answer, and no
    /// answer may ask them to try again later.
    void expect_unnoticed(
        Cluster& cluster,
        const std::vector<std::size_t>& nodes,
        const std::function<void()>& happens
    );
    static std::vector<std::size_t> others_than(const Cluster& cluster, std::size_t index);

    /// How many times a test breaks something. Each round also makes the start of a node longer,
    /// because a node reads everything that was ever sold.
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
