#pragma once

#include "admission/rate_limiter.h"
#include "io/awaitable.h"
#include "io/clock.h"
#include "io/redis/redis_client.h"
#include "io/task_group.h"
#include "io/timer.h"
#include "telemetry/figures.h"

#include <chrono>
#include <cstdint>
#include <vector>

namespace frontrow::admission {

/// Lets the nodes of a cluster count a caller's requests together, in Redis. No request waits for
/// it: each node decides by its own count, and twenty times a second tells what was used since and
/// learns what was used on all nodes. So for a twentieth of a second nodes may admit more than the
/// limit together; they then owe it, and admit as much less.
///
/// A limit in Redis is one key `fr:rate:{who}:{window in microseconds}`, a time like an entry's
/// (rate_table.h) by Redis's own clock, that expires when it is restored. While Redis can't be
/// reached, each node counts for itself. One thread, the client's.
class SharedRates {
public:
    struct Ports {
        io::Executor executor;
        io::Random& random;
        RateLimiter& limiter;
        const io::Clock& clock;
    };

    /// All in `ports` must outlive the object.
    SharedRates(io::RedisSettings redis, Ports ports);

    void start();
    /// Returns when nothing runs any more. Call it before destroying the object.
    io::Awaitable<void> close();

    void measure(telemetry::Figures& figures) const;

private:
    io::Awaitable<void> run();
    io::Awaitable<void> tell(std::vector<RateLimiter::Untold> untold);

    Ports ports_;
    io::RedisClient client_;
    io::RedisScript script_;
    io::Timer timer_;
    io::TaskGroup tasks_;
    bool is_closing_ = false;
    std::uint64_t told_ = 0;
    std::uint64_t failed_ = 0;
};

}  // namespace frontrow::admission
