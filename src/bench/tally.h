#pragma once

#include "bench/complaints.h"
#include "bench/histogram.h"

#include <array>
#include <cstdint>

namespace frontrow::bench {

/// The counts of an interval: answers by status, latencies and complaints. add() adds the counts of
/// another tally. One thread.
struct Tally {
    /// Indexed by status.
    std::array<std::uint64_t, 600> answers{};
    Histogram reservations;
    Histogram reads;
    /// The delay between a request's intended start and its sending. Open loop only.
    Histogram lateness;
    std::uint64_t sent = 0;
    Complaints complaints;

    std::uint64_t answered() const { return reservations.count() + reads.count(); }
    Histogram latency() const {
        Histogram all = reservations;
        all.add(reads);
        return all;
    }
    void add(const Tally& other) {
        for (std::size_t status = 0; status < answers.size(); ++status)
            answers[status] += other.answers[status];
        reservations.add(other.reservations);
        reads.add(other.reads);
        lateness.add(other.lateness);
        sent += other.sent;
        complaints.add(other.complaints);
    }
};

}  // namespace frontrow::bench
