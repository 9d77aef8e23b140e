#pragma once

#include "base/instant.h"

#include <chrono>

namespace frontrow::store::cluster {

/// The clock that all nodes of a cluster decide by: an estimate of the database's clock (Cristian's
/// algorithm). It is learned from the database's answers; the one with the shortest round trip is
/// the most precise. Between answers it advances by this node's clock since boot. Small corrections
/// are spread over time. If the database's clock was set, the estimate follows in one step,
/// forwards or backwards. One thread.
class ClusterTime {
public:
    using Time = std::chrono::nanoseconds;

    /// A larger difference is corrected in a step instead of slowly.
    static constexpr Time kStep = std::chrono::milliseconds{100};

    /// Learns from an answer: the question was sent at `sent`, the answer came at `received`, and
    /// it gave the database's clock as `clock`.
    void learn(Time sent, Time received, Instant clock);
    /// True once anything was learned.
    bool is_known() const { return is_known_; }
    /// The cluster's time at `now`, which must not be earlier than in any previous call of at() or
    /// learn().
    Instant at(Time now);

private:
    /// Two machines' clocks drift apart by at most this fraction of the elapsed time.
    static constexpr int kDriftPart = 10'000;

    bool is_known_ = false;
    /// Cluster time minus time since boot: the offset in use, and the best estimate, towards which
    /// at() moves the offset.
    Time offset_{};
    Time target_{};
    Time slewed_at_{};
    Time best_trip_{};
    Time best_at_{};
};

}  // namespace frontrow::store::cluster
