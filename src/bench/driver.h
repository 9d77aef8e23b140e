#pragma once

#include "bench/checkout.h"
#include "bench/connection.h"
#include "bench/judge.h"
#include "bench/money_ledger.h"
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

/// The data that all drivers of one load share. All of it outlives them.
struct LoadPlan {
    const Target& target;
    const Plan& plan;
    const Venue& venue;
    Judge& judge;
    Schedule& schedule;
    /// Restarted when the first request may be sent.
    io::Stopwatch& watch;
    /// A unique part of the idempotency keys, so that they differ from those of other loads.
    std::string run;
    /// If there is one, every buyer of a reservation orders it and pays, and it gets the result.
    MoneyLedger* money = nullptr;
};

/// One thread's share of the connections. Each connection has a coroutine that takes the next
/// request from the schedule, sends it, waits for the answer and passes it to the judge. All run on
/// the executor's thread.
class Driver {
public:
    Driver(io::Executor executor, const LoadPlan& load);
    ~Driver();

    /// Fault unavailable: a connection could not be made.
    io::Awaitable<Result<void, io::Fault>> connect(std::uint32_t connections);
    /// Returns when the schedule has ended and every answer has arrived, or after give_up().
    io::Awaitable<void> run();
    /// Stops waiting for answers and for the next request.
    void give_up();
    /// Returns what was counted since the last call.
    Tally take();

private:
    struct Lane;

    io::Awaitable<void> drive(Lane& lane);
    bool count(const Result<Answer, io::Fault>& answer);
    io::Awaitable<bool> check_out(Lane& lane, Checkout checkout);
    io::Awaitable<bool> wait_until(Lane& lane, std::chrono::nanoseconds due);

    io::Executor executor_;
    const LoadPlan& load_;
    std::vector<std::unique_ptr<Lane>> lanes_;
    io::TaskGroup tasks_;
    Tally tally_;
};

}  // namespace frontrow::bench
