#include "bench/bench.h"

#include "bench/books.h"
#include "bench/machine.h"
#include "bench/nginx.h"
#include "bench/organizer.h"
#include "bench/own_server.h"
#include "bench/scratch_folder.h"
#include "bench/words.h"
#include "io/timer.h"

#include <boost/asio/as_tuple.hpp>

#include <cmath>
#include <utility>

namespace frontrow::bench {
namespace {

/// The requests a second of a fast machine in a closed loop. If a scenario needs a seat for each
/// request, its event gets enough seats for this rate.
constexpr std::uint64_t kClosedLoopRate = 100'000;
constexpr const char* kInMemory =
    "the server's store was in memory, where durability costs nothing: name a disk with --dir";
/// Added to the length of a hold, because clocks differ a little.
constexpr std::chrono::milliseconds kClockGrain{200};

}  // namespace

std::optional<std::string> check_scenario(const config::BenchSettings& settings) {
    const auto scenario = parse_scenario(settings.scenario).value();
    const auto most = tickets_max(scenario);
    if (settings.seats > most) {
        return "--scenario " + settings.scenario + " can have " + in_words(most) +
               " seats at most: --seats takes no more";
    }
    if (goods_of(scenario) == Goods::held_back_seats && !settings.token.empty()) {
        return "--scenario " + settings.scenario +
               " counts the tickets of each buyer, and --token makes all buyers one: it needs a "
               "server with --dev";
    }
    return std::nullopt;
}

struct Bench::Servers {
    Target target;
    std::optional<ScratchFolder> folder;
    std::unique_ptr<OwnServer> own;
    std::unique_ptr<Nginx> nginx;
    /// Set while nginx is lent. nginx runs until this timer is cancelled.
    std::optional<io::Timer> lending;
};

Bench::Bench(
    io::Executor executor,
    const config::BenchSettings& settings,
    Progress& progress,
    io::Random& random
)
    : executor_{executor},
      settings_{settings},
      progress_{progress},
      random_{random},
      plan_{plan_of_this()},
      servers_{std::make_unique<Servers>()} {
}

Bench::~Bench() = default;

Plan Bench::plan_of_this() const {
    const double requests = settings_.rate.value_or(kClosedLoopRate) * settings_.seconds;
    return {
        parse_scenario(settings_.scenario).value(),
        static_cast<std::uint64_t>(std::ceil(requests)),
        settings_.seats,
    };
}

Schedule Bench::schedule_of(const Plan& plan, bool is_yardstick) const {
    return {
        std::chrono::seconds{settings_.seconds},
        settings_.rate,
        is_yardstick ? std::nullopt : plan.requests_max(),
    };
}

std::string Bench::new_run() {
    return fmt::format("{:016x}", random_.next().lo);
}

void Bench::fail(const std::string& who, const std::vector<std::string>& wrongs) {
    for (const auto& wrong : wrongs)
        result_.failures.push_back(who + ": " + wrong);
}

void Bench::interrupt() {
    if (servers_->lending) {
        servers_->lending->cancel();
        return;
    }
    if (!std::exchange(interrupted_, true)) result_.failures.emplace_back("interrupted");
    if (running_ != nullptr) running_->give_up();
}

io::Awaitable<BenchResult> Bench::run() {
    auto started = co_await start_servers();
    if (!started) {
        fail("setting up", {started.error().what});
    } else if (settings_.lends_nginx) {
        co_await lend_nginx();
    } else {
        co_await run_rounds();
    }
    servers_->nginx.reset();
    end_own_server();
    co_return std::move(result_);
}

void Bench::end_own_server() {
    if (!servers_->own) return;
    if (auto wrong = servers_->own->stop_and_verify()) fail("afterwards", {*wrong});
    servers_->own.reset();
}

/// Keeps nginx running until the bench is interrupted. First ends the bench's own server, which was
/// needed only for the answer that nginx copies.
io::Awaitable<void> Bench::lend_nginx() {
    end_own_server();
    if (interrupted_) co_return;
    progress_.say(servers_->nginx->told());
    servers_->lending.emplace(executor_, io::Timer::time_point::max());
    co_await servers_->lending->async_wait(boost::asio::as_tuple(io::use_awaitable));
}

io::Awaitable<void> Bench::run_rounds() {
    for (std::uint32_t i = 0; i < settings_.rounds && !interrupted_; ++i) {
        auto done = co_await run_round();
        if (done) continue;
        fail("round " + std::to_string(i + 1), {done.error().what});
        break;
    }
}

io::Awaitable<Result<void, io::Fault>> Bench::start_servers() {
    if (settings_.url.empty() || settings_.nginx) {
        auto folder = ScratchFolder::make(settings_.dir);
        if (!folder) co_return std::unexpected(folder.error());
        servers_->folder.emplace(std::move(*folder));
        if (settings_.url.empty() && is_in_memory(servers_->folder->path()))
            result_.notes.emplace_back(kInMemory);
    }
    if (settings_.url.empty()) {
        auto own = co_await OwnServer::start(executor_, servers_->folder->path());
        if (!own) co_return std::unexpected(own.error());
        servers_->own = std::move(*own);
        servers_->target = servers_->own->target();
    } else {
        auto target = parse_target(settings_.url);
        if (!target) co_return std::unexpected(target.error());
        servers_->target = std::move(*target);
        servers_->target.token = settings_.token;
    }
    if (settings_.nginx) co_return co_await start_nginx();
    co_return Result<void, io::Fault>{};
}

io::Awaitable<Result<void, io::Fault>> Bench::start_nginx() {
    Organizer organizer{executor_, servers_->target};
    const Plan small{plan_.scenario(), 1, 1};
    const auto venue = co_await organizer.make_venue(small);
    if (!venue) co_return std::unexpected(venue.error());
    const auto sample = co_await organizer.reserve_one(small, *venue);
    if (!sample) co_return std::unexpected(sample.error());
    const auto folder = servers_->folder->path() / "nginx";
    std::error_code error;
    std::filesystem::create_directory(folder, error);
    auto nginx = co_await Nginx::start(executor_, settings_.nginx_program, folder, *sample);
    if (!nginx) co_return std::unexpected(nginx.error());
    servers_->nginx = std::move(*nginx);
    co_return Result<void, io::Fault>{};
}

io::Awaitable<Result<void, io::Fault>> Bench::run_round() {
    Organizer organizer{executor_, servers_->target};
    progress_.say(
        "making an event with " + in_words(plan_.tickets()) + " " +
        std::string{in_words(plan_.goods())} + " on http://" + servers_->target.authority() +
        servers_->target.base_path
    );
    const auto venue = co_await organizer.make_venue(plan_);
    if (!venue) co_return std::unexpected(venue.error());
    Round round;
    if (servers_->nginx) {
        ConstantJudge judge;
        auto schedule = schedule_of(plan_, true);
        io::Stopwatch watch;
        const LoadPlan yardstick{
            servers_->nginx->target(), plan_, *venue, judge, schedule, watch, new_run()
        };
        auto loaded = co_await load("nginx", yardstick);
        if (!loaded) co_return std::unexpected(loaded.error());
        if (!interrupted_) fail("nginx", wrongs_of_load(*loaded, schedule));
        round.yardstick = std::move(*loaded);
    }
    if (!interrupted_) {
        auto sold = co_await sell(round, *venue);
        if (!sold) co_return sold;
    }
    result_.rounds.push_back(std::move(round));
    co_return Result<void, io::Fault>{};
}

io::Awaitable<Result<LoadResult, io::Fault>>
Bench::load(const std::string& who, const LoadPlan& plan) {
    progress_.begin(who);
    Load load{
        executor_,
        {.connections = settings_.connections,
         .threads = settings_.threads,
         .on_slice = [this](const Slice& slice) { progress_.slice(slice); }},
        plan,
    };
    running_ = &load;
    auto result = co_await load.run();
    running_ = nullptr;
    progress_.end();
    co_return result;
}

/// Runs one load on Frontrow, and compares its counts of what is free before and after.
io::Awaitable<Result<void, io::Fault>> Bench::sell(Round& round, const Venue& venue) {
    Organizer organizer{executor_, servers_->target};
    const auto before = co_await organizer.available(plan_, venue);
    if (!before) co_return std::unexpected(before.error());
    Ledger ledger{plan_.tickets(), plan_.tickets_per_buyer()};
    std::optional<MoneyLedger> money;
    if (plan_.scenario() == Scenario::orders) money.emplace();
    auto* const money_or_none = money ? &*money : nullptr;
    SaleJudge judge{plan_, venue, ledger};
    auto schedule = schedule_of(plan_, false);
    io::Stopwatch watch;
    const LoadPlan sale{
        servers_->target, plan_, venue, judge, schedule, watch, new_run(), money_or_none
    };
    auto loaded = co_await load("frontrow", sale);
    if (!loaded) co_return std::unexpected(loaded.error());
    round.sale = std::move(*loaded);
    round.seats_sold = ledger.tickets_sold();
    round.sold_again = ledger.times_sold_again();
    // After an interruption some requests have no answer, so the books can't agree.
    if (interrupted_) co_return Result<void, io::Fault>{};
    if (plan_.scenario() == Scenario::expiry) co_await let_holds_run_out(plan_);
    const auto after = co_await organizer.available(plan_, venue);
    if (!after) co_return std::unexpected(after.error());
    Result<ServerMoney, io::Fault> server_money;
    if (money) server_money = co_await organizer.money(venue);
    if (!server_money) co_return std::unexpected(server_money.error());
    fail(
        "frontrow",
        wrongs_of({
            .plan = plan_,
            .schedule = schedule,
            .ledger = ledger,
            .load = round.sale,
            .free_before = *before,
            .free_after = *after,
            .money = money_or_none,
            .server_money = *std::move(server_money),
        })
    );
    note_early_end(round, schedule);
    co_return Result<void, io::Fault>{};
}

void Bench::note_early_end(const Round& round, const Schedule& schedule) {
    if (plan_.requests_max() && round.sale.total.sent == *plan_.requests_max() &&
        !schedule.is_open_loop()) {
        result_.notes.push_back(
            "the load ended after " + in_words(round.sale.took) + ", when all " +
            std::string{in_words(plan_.goods())} + " had been requested; --seats adds more"
        );
    }
}

io::Awaitable<void> Bench::let_holds_run_out(const Plan& plan) {
    io::Timer timer{executor_, plan.hold() + kClockGrain};
    co_await timer.async_wait(boost::asio::as_tuple(io::use_awaitable));
}

}  // namespace frontrow::bench
