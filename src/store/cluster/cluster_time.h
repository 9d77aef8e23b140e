#pragma once

#include "base/instant.h"

#include <chrono>

namespace frontrow::store::cluster {

/// The time by which the nodes of a cluster judge: the database's. Learned from its answers, of
/// which the one with the shortest round trip says it best (Cristian's algorithm), and carried by
/// this node's clock since boot in between. Small corrections are spread over time; where the
/// database's clock was set, this one is set after it, forwards or backwards. One thread.
class ClusterTime {
public:
    using Time = std::chrono::nanoseconds;

    /// Further apart than this the two aren't brought together slowly.
    static constexpr Time kStep = std::chrono::milliseconds{100};

    /// An answer to what was sent then came now, and says that the database's clock is `clock`.
    void learn(Time sent, Time received, Instant clock);
    /// Whether anything was learned yet.
    bool is_known() const { return is_known_; }
    /// Now is the last time that was told to either function, or later.
    Instant at(Time now);

private:
    /// Clocks of machines drift from each other by less than this part of what passes.
    static constexpr int kDriftPart = 10'000;

    bool is_known_ = false;
    /// Cluster time less time since boot: as used, and as it's best known.
    Time offset_{};
    Time target_{};
    Time slewed_at_{};
    Time best_trip_{};
    Time best_at_{};
};

}  // namespace frontrow::store::cluster
