#pragma once

#include "bench/load.h"
#include "bench/progress.h"
#include "bench/scenario.h"
#include "config/bench_settings.h"
#include "io/awaitable.h"
#include "io/random.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::bench {

/// One round: a load on the yardstick (nginx) if there is one, then a load on Frontrow.
struct Round {
    std::optional<LoadResult> yardstick;
    LoadResult sale;
    /// According to the ledger: seats claimed at least once, or units, and how often a seat was
    /// claimed again after a hold ended.
    std::uint64_t seats_sold = 0;
    std::uint64_t sold_again = 0;
};

/// The result of the bench.
struct BenchResult {
    std::vector<Round> rounds;
    /// Why the figures can't be trusted, a sentence each. Empty if they can.
    std::vector<std::string> failures;
    /// Remarks that readers of the figures should know.
    std::vector<std::string> notes;
};

/// Says what the scenario can't do with these settings. Absent if it can run.
std::optional<std::string> check_scenario(const config::BenchSettings& settings);

/// Runs the whole bench: starts the servers, drives the rounds and checks the books. Create, use
/// and destroy it on the executor's thread.
class Bench {
public:
    /// Settings, progress and random outlive it.
    Bench(
        io::Executor executor,
        const config::BenchSettings& settings,
        Progress& progress,
        io::Random& random
    );
    ~Bench();

    /// Call once. The servers that it started have ended when it returns.
    io::Awaitable<BenchResult> run();
    /// Ends the run. The result counts this as a failure, unless nginx was only lent.
    void interrupt();

private:
    struct Servers;

    io::Awaitable<void> run_rounds();
    io::Awaitable<void> lend_nginx();
    io::Awaitable<Result<void, io::Fault>> start_servers();
    io::Awaitable<Result<void, io::Fault>> start_nginx();
    io::Awaitable<Result<void, io::Fault>> run_round();
    io::Awaitable<Result<LoadResult, io::Fault>> load(const std::string& who, const LoadPlan& plan);
    io::Awaitable<Result<void, io::Fault>> sell(Round& round, const Venue& venue);
    void note_early_end(const Round& round, const Schedule& schedule);
    io::Awaitable<void> let_holds_run_out(const Plan& plan);
    Plan plan_of_this() const;
    Schedule schedule_of(const Plan& plan, bool is_yardstick) const;
    std::string new_run();
    void end_own_server();
    void fail(const std::string& who, const std::vector<std::string>& wrongs);

    io::Executor executor_;
    const config::BenchSettings& settings_;
    Progress& progress_;
    io::Random& random_;
    Plan plan_;
    std::unique_ptr<Servers> servers_;
    Load* running_ = nullptr;
    bool interrupted_ = false;
    BenchResult result_;
};

}  // namespace frontrow::bench
