#pragma once

#include "base/hash_map.h"
#include "base/id.h"

namespace frontrow::store::cluster {

/// The share of an event's recent requests that met a rival: another buyer who had one of the seats
/// or was about to get it. A moving average over some 64 requests. An event without data counts as
/// contested. One thread.
class Contention {
public:
    /// An event counts as contested if its share is at least `high`; 0 means always.
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
