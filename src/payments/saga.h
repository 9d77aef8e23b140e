#pragma once

#include "base/bits128.h"
#include "base/id.h"
#include "base/instant.h"
#include "domain/reads.h"
#include "io/backoff.h"
#include "io/random.h"
#include "payments/provider.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::payments {

/// Decides whom to ask what, and when, until each payment and refund has a result. It asks for one
/// thing of each payment at a time, and asks again later if nobody knows the answer.
///
/// Pure: it remembers only what saves work, so a new one goes on where an old one was, and two at
/// once ask the same under the same keys. One thread.
class Saga {
public:
    struct Settings {
        /// The wait before the same is asked again: it doubles each time.
        Millis again_first{250};
        Millis again_longest{30'000};
        std::size_t under_way_max = 64;
    };

    enum class Step : std::uint8_t {
        charge,
        look_up,
        abandon,
        repay,
        /// Starts the refund of an order of a cancelled event.
        start_refund,
    };

    /// What is to be done next for one payment, refund or order.
    struct Task {
        Step step{};
        /// The id of the payment, the refund or the order.
        Bits128 id;
        /// The provider to ask; empty with start_refund.
        std::string provider;
        /// With charge, look_up and abandon.
        Charge charge{};
        /// With repay.
        Repayment repayment{};
    };

    /// How a task has ended.
    enum class End : std::uint8_t {
        /// Its result is a fact.
        settled,
        /// The provider hasn't decided yet.
        pending,
        /// Nobody knows whether anything was done.
        unknown,
    };

    /// `random` (for the jitter) must outlive the saga.
    Saga(const Settings& settings, io::Random& random) : settings_{settings}, random_{random} {}

    /// Which of these tasks to begin now. Call ended() once for each, when it has ended.
    std::vector<Task> next(const domain::Unfinished& unfinished, Instant now);
    void ended(const Task& task, End end, Instant now);
    /// Call it when next() has seen everything unfinished since the last call: what it hasn't seen
    /// is finished, and is forgotten.
    void has_seen_all();
    /// Whether nothing more can begin until something has ended.
    bool is_full() const { return under_way_ >= settings_.under_way_max; }

private:
    struct Entry {
        io::Backoff backoff;
        Instant not_before = Instant::min();
        bool is_under_way = false;
        /// The provider was asked by this process, perhaps without an answer.
        bool was_asked = false;
        /// next() has seen it since has_seen_all().
        bool is_seen = false;
    };

    /// The entry of something unfinished, if it is to be done now.
    Entry* begin(Bits128 id, Instant now);
    Step step_of(const domain::Payment& payment, const Entry& entry, Instant now) const;

    Settings settings_;
    io::Random& random_;
    std::map<Bits128, Entry> entries_;
    std::size_t under_way_ = 0;
};

}  // namespace frontrow::payments
