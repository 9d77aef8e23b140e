#include "app/offline_store.h"

#include "io/timer.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace frontrow::app {
namespace {

using Outcome = Result<void, io::Fault>;
using Work = std::function<io::Awaitable<Outcome>(store::Store&, io::IdSource&)>;

constexpr std::chrono::milliseconds kReadyStep{20};
constexpr int kReadySteps = 500;

/// Waits until a database is connected. Ends at the first failure to connect, because a user at a
/// terminal wants the error at once.
io::Awaitable<Outcome> until_ready(
    const store::Store& store,
    io::Executor executor,
    const std::optional<io::Fault>& unreachable
) {
    for (int steps = 0; !store.is_ready() && steps < kReadySteps; ++steps) {
        if (unreachable) co_return std::unexpected(*unreachable);
        io::Timer pause{executor, kReadyStep};
        co_await pause.async_wait(io::use_awaitable);
    }
    if (store.is_ready()) co_return Outcome{};
    co_return std::unexpected(
        io::Fault{io::FaultKind::unavailable, "the database didn't answer in time"}
    );
}

io::Awaitable<Outcome> work_and_close(
    store::Store& store,
    io::Executor executor,
    io::IdSource& ids,
    const std::optional<io::Fault>& unreachable,
    const Work& work
) {
    auto outcome = co_await until_ready(store, executor, unreachable);
    if (outcome) outcome = co_await work(store, ids);
    co_await store.close();
    co_return outcome;
}

}  // namespace

Outcome with_store(StoreChoice choice, const Work& work) {
    boost::asio::io_context context{1};
    const io::SystemClock clock;
    const io::SystemDiskSpace disk;
    io::SystemRandom random;
    io::IdSource ids{clock, random};
    const telemetry::Log log{telemetry::LogLevel::warn};
    bool has_failed = false;
    std::optional<io::Fault> unreachable;
    const StoreWorld world{
        clock,
        random,
        disk,
        log,
        [&] { has_failed = true; },
        [&](const io::Fault& fault) { unreachable = fault; }
    };
    auto opened = open_store(context.get_executor(), std::move(choice), world);
    if (!opened) return std::unexpected(opened.error());
    auto& store = *opened;
    Outcome outcome;
    boost::asio::co_spawn(
        context,
        work_and_close(*store, context.get_executor(), ids, unreachable, work),
        [&](const std::exception_ptr& error, Outcome worked) {
            if (error) {
                outcome = std::unexpected(
                    io::Fault{io::FaultKind::unavailable, "it ended in an exception"}
                );
            } else {
                outcome = std::move(worked);
            }
            // The store's ticker would keep the loop running.
            store.reset();
        }
    );
    context.run();
    if (has_failed && outcome) {
        return std::unexpected(io::Fault{
            io::FaultKind::outcome_unknown, "the journal failed; what was done may be lost"
        });
    }
    return outcome;
}

}  // namespace frontrow::app
