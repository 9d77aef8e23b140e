#pragma once

#include "base/instant.h"

#include <chrono>

namespace frontrow::store::cluster {

/// The time by which the nodes of a cluster judge: the database's clock. It is learned from the
/// database's answers, of which the one with the shortest round trip is the most precise
/// (Cristian's algorithm). Between answers this node's clock since boot carries it. Small
/// corrections are spread over time. If the database's clock was set, this one follows in a step,
/// forwards or backwards. One thread.
class ClusterTime {
public:
    using Time = std::chrono::nanoseconds;

    /// A larger difference is corrected in a step instead of slowly.
    static constexpr Time kStep = std::chrono::milliseconds{100};

    /// Learns from an answer that was received at `received` to a question sent at `sent`, and gave
    /// the database's clock as `clock`.
    void learn(Time sent, Time received, Instant clock);
    /// True once anything was learned.
    bool is_known() const { return is_known_; }
    /// `now` must not be earlier than in any previous call of either function.
    Instant at(Time now);

private:
    /// Two machines' clocks drift apart by at most this fraction of the elapsed time.
    static constexpr int kDriftPart = 10'000;

    bool is_known_ = false;
    /// Cluster time minus time since boot: as used, and the best estimate.
    Time offset_{};
    Time target_{};
    Time slewed_at_{};
    Time best_trip_{};
    Time best_at_{};
};

}  // namespace frontrow::store::cluster
