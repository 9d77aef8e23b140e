#pragma once

#include "base/hash_map.h"
#include "base/id.h"

namespace frontrow::store::cluster {

/// How often, lately, those who wanted seats of an event met somebody who had one of them or was
/// about to: a moving average over some 64 requests. An event of which nothing is known yet counts
/// as contested. One thread.
class Contention {
public:
    /// `high`: the share from which on an event is contested; 0: always.
    explicit Contention(double high) : high_{high} {}

    bool is_high(EventId event) const {
        const auto found = shares_.find(event);
        return found == shares_.end() || found->second >= high_;
    }

    void note(EventId event, bool met_rival) {
        auto& share = shares_.try_emplace(event, 1.0).first->second;
        share += ((met_rival ? 1.0 : 0.0) - share) / kRequests;
    }

    void forget(EventId event) { shares_.erase(event); }

private:
    static constexpr double kRequests = 64;

    double high_;
    HashMap<EventId, double> shares_;
};

}  // namespace frontrow::store::cluster
