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

/// A stretch of the load, for the plots and for whoever watches.
struct Slice {
    /// Since the load's beginning.
    std::chrono::nanoseconds begin{0};
    std::chrono::nanoseconds end{0};
    Tally tally;
};

/// What came of one load.
struct LoadResult {
    Tally total;
    std::vector<Slice> slices;
    std::chrono::nanoseconds took{0};
    /// Processor time of this program meanwhile, in cores. Near the number of its threads: the
    /// generator was the limit, and not the server.
    double own_cores = 0;
};

/// Runs the drivers of one load on threads of their own, looks at them as the time goes on, and
/// gives up on answers that don't come. Made, used and destroyed on the executor's thread.
class Load {
public:
    struct Settings {
        std::uint32_t connections = 64;
        std::uint32_t threads = 1;
        /// Told of each slice, on the executor's thread.
        std::function<void(const Slice&)> on_slice;
    };

    /// The plan outlives the load.
    Load(io::Executor executor, Settings settings, const LoadPlan& plan);
    ~Load();

    /// From connecting to the last answer; once. Fault unavailable: not all could connect.
    io::Awaitable<Result<LoadResult, io::Fault>> run();
    /// Ends it at once: what is under way is given up.
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
