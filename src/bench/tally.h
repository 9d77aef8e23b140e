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
    /// The requests by which buyers order, pay and get their money back.
    Histogram checkouts;
    /// From the sending of a buyer's order until the answer that it is paid.
    Histogram orders;
    /// The delay between a request's intended start and its sending. Open loop only.
    Histogram lateness;
    /// How many requests of the schedule were sent.
    std::uint64_t sent = 0;
    Complaints complaints;

    std::uint64_t answered() const {
        return reservations.count() + reads.count() + checkouts.count();
    }
    Histogram latency() const {
        Histogram all = reservations;
        all.add(reads);
        all.add(checkouts);
        return all;
    }
    void add(const Tally& other) {
        for (std::size_t status = 0; status < answers.size(); ++status)
            answers[status] += other.answers[status];
        reservations.add(other.reservations);
        reads.add(other.reads);
        checkouts.add(other.checkouts);
        orders.add(other.orders);
        lateness.add(other.lateness);
        sent += other.sent;
        complaints.add(other.complaints);
    }
};

}  // namespace frontrow::bench
