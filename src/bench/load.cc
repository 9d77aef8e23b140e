#include "bench/load.h"

#include "io/task_group.h"
#include "io/timer.h"
#include "io/workers.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <sys/resource.h>

namespace frontrow::bench {
namespace {

namespace asio = boost::asio;
using std::chrono::nanoseconds;

constexpr std::chrono::seconds kConnectPatience{10};
/// Time after the load's end in which late requests may still be sent.
constexpr std::chrono::seconds kStartPatience{5};
/// Time after the load's end for the last answers: a disk may stall for many seconds.
constexpr std::chrono::seconds kAnswerPatience{30};
constexpr std::chrono::milliseconds kSliceMin{100};
constexpr int kSlices = 100;

double processor_seconds() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

io::Awaitable<Tally> take_from(Driver& driver) {
    co_return driver.take();
}

void rethrow(const std::exception_ptr& error) {
    std::rethrow_exception(error);
}

}  // namespace

/// One thread's event loop and its driver.
struct Load::Share {
    explicit Share(const LoadPlan& plan) : driver{context.get_executor(), plan} {}

    bool work() {
        context.run();
        return true;
    }

    asio::io_context context{1};
    asio::executor_work_guard<io::Executor> guard{context.get_executor()};
    Driver driver;
    std::uint32_t connections = 0;
};

struct Load::Threads {
    Threads(const io::Executor& executor, std::uint32_t count)
        : workers{executor, count},
          loops{executor, rethrow},
          tasks{executor, rethrow},
          timer{executor} {}

    io::Awaitable<void> lend_to(Share& share) {
        const auto work = [&share] { return share.work(); };
        co_await workers.run(work);
    }

    io::Workers workers;
    /// The loops of the shares, and the coroutines that run on them.
    io::TaskGroup loops;
    io::TaskGroup tasks;
    io::Timer timer;
};

Load::Load(io::Executor executor, Settings settings, const LoadPlan& plan)
    : settings_{std::move(settings)},
      plan_{plan},
      threads_{std::make_unique<Threads>(executor, settings_.threads)} {
    for (std::uint32_t i = 0; i < settings_.threads; ++i) {
        shares_.push_back(std::make_unique<Share>(plan));
        const auto [each, rest] = std::pair{
            settings_.connections / settings_.threads, settings_.connections % settings_.threads
        };
        shares_.back()->connections = each + (i < rest ? 1 : 0);
    }
}

Load::~Load() = default;

io::Awaitable<Result<LoadResult, io::Fault>> Load::run() {
    for (auto& share : shares_)
        threads_->loops.spawn(threads_->lend_to(*share));
    co_await phase(&Load::connect, kConnectPatience);
    if (connected_) {
        plan_.watch = io::Stopwatch{};
        const auto cpu_before = processor_seconds();
        co_await phase(&Load::drive, plan_.schedule.duration() + kAnswerPatience);
        result_.took = plan_.watch.elapsed();
        result_.own_cores =
            (processor_seconds() - cpu_before) / std::max(1e-9, plan_.watch.seconds());
        co_await take_slice();
    }
    for (auto& share : shares_)
        share->guard.reset();
    co_await threads_->loops.wait();
    if (!connected_) co_return std::unexpected(connected_.error());
    co_return std::move(result_);
}

void Load::give_up() {
    plan_.schedule.stop();
    for (auto& share : shares_)
        asio::post(share->context, [&driver = share->driver] { driver.give_up(); });
}

/// Runs `step` on every share at once, each on its own thread, and watches them. Gives up after
/// `patience`.
io::Awaitable<void> Load::phase(io::Awaitable<void> (Load::*step)(Share&), nanoseconds patience) {
    const io::Stopwatch watch;
    const bool is_load = step == &Load::drive;
    const auto slice = std::max<nanoseconds>(kSliceMin, plan_.schedule.duration() / kSlices);
    for (auto& share : shares_) {
        ++running_;
        threads_->tasks.spawn(take_part((this->*step)(*share)));
    }
    bool gave_up = false;
    while (running_ > 0) {
        threads_->timer.expires_after(slice);
        co_await threads_->timer.async_wait(asio::as_tuple(io::use_awaitable));
        if (is_load && running_ > 0) co_await take_slice();
        if (is_load && watch.elapsed() > plan_.schedule.duration() + kStartPatience)
            plan_.schedule.stop();
        if (watch.elapsed() > patience && !std::exchange(gave_up, true)) give_up();
    }
    co_await threads_->tasks.wait();
}

io::Awaitable<void> Load::take_part(io::Awaitable<void> task) {
    co_await std::move(task);
    if (--running_ == 0) threads_->timer.cancel();
}

io::Awaitable<void> Load::connect(Share& share) {
    auto connected = co_await asio::co_spawn(
        share.context, share.driver.connect(share.connections), io::use_awaitable
    );
    if (!connected && connected_) connected_ = std::move(connected);
}

io::Awaitable<void> Load::drive(Share& share) {
    co_await asio::co_spawn(share.context, share.driver.run(), io::use_awaitable);
}

io::Awaitable<void> Load::take_slice() {
    Slice slice;
    slice.begin = result_.slices.empty() ? nanoseconds{0} : result_.slices.back().end;
    for (auto& share : shares_) {
        auto tally =
            co_await asio::co_spawn(share->context, take_from(share->driver), io::use_awaitable);
        slice.tally.add(tally);
    }
    slice.end = plan_.watch.elapsed();
    result_.total.add(slice.tally);
    result_.slices.push_back(std::move(slice));
    if (settings_.on_slice) settings_.on_slice(result_.slices.back());
}

}  // namespace frontrow::bench
