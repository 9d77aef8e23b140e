#pragma once

#include "admission/rate_limits.h"
#include "admission/rate_table.h"
#include "base/hash_map.h"
#include "telemetry/figures.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::io {
class Sha256;
}

namespace frontrow::admission {

/// A caller as the limiter knows it: the same on every node, and nobody can find a second caller
/// with the same number.
using RateCaller = std::uint64_t;
RateCaller rate_caller(io::Sha256& sha, RateSubject subject, std::string_view id);

/// What a request has used of a limit. Its texts live as long as the limiter.
struct RateUse {
    bool is_admitted = true;
    /// The class, as in `RateLimit`'s and `RateLimit-Policy`'s first item.
    std::string_view name;
    /// The value of `RateLimit-Policy`.
    std::string_view policy;
    std::uint32_t remaining = 0;
    /// Until the limit is wholly restored.
    std::uint32_t restored_in_seconds = 0;
    /// Until another request is admitted; 0 if it would be now.
    std::uint32_t retry_in_seconds = 0;
};

/// Counts requests against limits, by the generic cell rate algorithm (ITU-T I.371; as a virtual
/// schedule: a caller's entry says when its limit is wholly restored, each admitted request moves
/// that by one interval, and a request that would move it further from now than the whole burst
/// takes is refused). So an entry is one time, and a refused request costs its sender nothing.
///
/// Exact for a caller as long as its entry stays in the table (rate_table.h). One thread.
class RateLimiter {
public:
    /// `entries`: callers to remember, a power of two; 16 bytes each.
    explicit RateLimiter(const RateLimits& limits, std::size_t entries = std::size_t{1} << 19);

    /// Any clock that never steps, like the time since the machine was started.
    using Time = std::chrono::microseconds;

    /// Takes one request from the caller's limit, unless it is used up. Nothing if there is no
    /// limit for this class and subject.
    std::optional<RateUse>
    take(RequestClass kind, RateSubject subject, RateCaller caller, Time now);
    /// Undoes a take() that admitted, because the request is refused for another reason.
    void give_back(RequestClass kind, RateSubject subject, RateCaller caller, Time now);

    // For SharedRates, which tells other nodes what was used here.

    /// What was used of a limit since the last call, and not told yet.
    struct Untold {
        std::uint64_t who = 0;
        std::chrono::microseconds used{0};
        /// Of the limit.
        std::chrono::microseconds window{0};
    };
    /// Begins to collect what is used for take_untold(): of callers that have used an eighth of
    /// their burst or more. Nobody else needs to be known to other nodes.
    void collect() { collects_ = true; }
    /// At most so many.
    std::vector<Untold> take_untold(std::size_t at_most);
    /// The limit of `told` is wholly restored after this time, all nodes together. Use that other
    /// nodes don't know yet comes on top. More than a few windows aren't believed: the clock of
    /// whoever says so has stepped.
    void learn(const Untold& told, std::chrono::microseconds restored_in, Time now);
    /// The windows that are believed.
    static constexpr int kWindowsMax = 4;

    void measure(telemetry::Figures& figures) const;
    /// The memory of its table, which doesn't change.
    std::size_t bytes() const { return table_.bytes(); }

private:
    struct Policy {
        RequestClass kind{};
        RateSubject subject{};
        RateLimit limit;
        std::string text;
        std::uint64_t refused = 0;
    };

    Policy& policy(RequestClass kind, RateSubject subject);
    void collect_use(RateEntry& entry, const RateLimit& limit, std::int64_t now);

    std::array<Policy, kAllClasses.size() * kAllSubjects.size()> policies_;
    RateTable table_;
    bool collects_ = false;
    /// By caller.
    HashMap<std::uint64_t, Untold> untold_;
};

}  // namespace frontrow::admission
