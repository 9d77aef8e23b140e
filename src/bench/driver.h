#pragma once

#include "bench/connection.h"
#include "bench/judge.h"
#include "bench/request_writer.h"
#include "bench/schedule.h"
#include "bench/tally.h"
#include "io/awaitable.h"
#include "io/stopwatch.h"
#include "io/task_group.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace frontrow::bench {

/// What the drivers of one load share. All of it outlives them.
struct LoadPlan {
    const Target& target;
    const Plan& plan;
    const Venue& venue;
    Judge& judge;
    Schedule& schedule;
    /// Started anew when the first request may go out.
    io::Stopwatch& watch;
    /// Sets this load's idempotency keys apart from any other's.
    std::string run;
};

/// One thread's share of the connections: each is a coroutine that takes the schedule's next
/// request, sends it, waits for its answer and has it judged. All on the executor's thread.
class Driver {
public:
    Driver(io::Executor executor, const LoadPlan& load);
    ~Driver();

    /// Fault unavailable: not all of the connections could be made.
    io::Awaitable<Result<void, io::Fault>> connect(std::uint32_t connections);
    /// Returns when the schedule has nothing more and every answer is there, or after give_up().
    io::Awaitable<void> run();
    /// Doesn't wait any longer for answers or for the next request.
    void give_up();
    /// What has happened since it was last asked.
    Tally take();

private:
    struct Lane;

    io::Awaitable<void> drive(Lane& lane);
    io::Awaitable<bool> wait_until(Lane& lane, std::chrono::nanoseconds due);

    io::Executor executor_;
    const LoadPlan& load_;
    std::vector<std::unique_ptr<Lane>> lanes_;
    io::TaskGroup tasks_;
    Tally tally_;
};

}  // namespace frontrow::bench
