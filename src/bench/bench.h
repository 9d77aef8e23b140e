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

/// One turn: the yardstick where there is one, then Frontrow.
struct Round {
    std::optional<LoadResult> yardstick;
    LoadResult sale;
    /// By the ledger: seats that were somebody's, and how often one was somebody's again.
    std::uint64_t seats_sold = 0;
    std::uint64_t sold_again = 0;
};

/// What the bench came to.
struct BenchResult {
    std::vector<Round> rounds;
    /// Why none of it can be trusted, a sentence each. Empty: it can.
    std::vector<std::string> failures;
    /// What somebody who reads the figures should know.
    std::vector<std::string> notes;
};

/// The whole bench, from the first server to the last book. Made, used and destroyed on the
/// executor's thread.
class Bench {
public:
    /// Settings, progress and chance outlive it.
    Bench(
        io::Executor executor,
        const config::BenchSettings& settings,
        Progress& progress,
        io::Random& random
    );
    ~Bench();

    /// Once. Servers that it has started have ended by then.
    io::Awaitable<BenchResult> run();
    /// Ends what runs; the result says so, unless it was an nginx that was lent.
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
