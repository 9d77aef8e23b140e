#pragma once

#include "base/result.h"
#include "bench/driver.h"
#include "bench/tally.h"
#include "io/awaitable.h"
#include "io/fault.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace frontrow::bench {

/// An interval of the load, for the plots and the progress.
struct Slice {
    /// Since the load began.
    std::chrono::nanoseconds begin{0};
    std::chrono::nanoseconds end{0};
    Tally tally;
};

/// The result of one load.
struct LoadResult {
    Tally total;
    std::vector<Slice> slices;
    std::chrono::nanoseconds took{0};
    /// Processor time that this program used during the load, in cores. If it is near the number of
    /// threads, the load generator was the limit, not the server.
    double own_cores = 0;
};

/// Runs the drivers of one load on their own threads, collects their counts in intervals, and gives
/// up on answers that don't arrive. Create, use and destroy it on the executor's thread.
class Load {
public:
    struct Settings {
        std::uint32_t connections = 64;
        std::uint32_t threads = 1;
        /// Called for each slice, on the executor's thread.
        std::function<void(const Slice&)> on_slice;
    };

    /// The plan outlives the load.
    Load(io::Executor executor, Settings settings, const LoadPlan& plan);
    ~Load();

    /// Connects, and runs until the last answer. Call once. Fault unavailable: a connection could
    /// not be made.
    io::Awaitable<Result<LoadResult, io::Fault>> run();
    /// Ends the load at once, without waiting for outstanding answers.
    void give_up();

private:
    struct Share;
    struct Threads;

    io::Awaitable<void> connect(Share& share);
    io::Awaitable<void> drive(Share& share);
    io::Awaitable<void>
    phase(io::Awaitable<void> (Load::*step)(Share&), std::chrono::nanoseconds patience);
    io::Awaitable<void> take_part(io::Awaitable<void> task);
    io::Awaitable<void> take_slice();

    Settings settings_;
    const LoadPlan& plan_;
    std::unique_ptr<Threads> threads_;
    std::vector<std::unique_ptr<Share>> shares_;
    LoadResult result_;
    Result<void, io::Fault> connected_;
    std::size_t running_ = 0;
};

}  // namespace frontrow::bench
