#pragma once

#include "base/instant.h"
#include "domain/reads.h"
#include "io/awaitable.h"
#include "io/random.h"
#include "io/task_group.h"
#include "io/timer.h"
#include "payments/desk.h"
#include "payments/providers.h"
#include "payments/rounds.h"
#include "payments/saga.h"
#include "store/store.h"
#include "store/task_leases.h"
#include "telemetry/figures.h"
#include "telemetry/log.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::payments {

/// The task whose lease the runner needs.
inline constexpr std::string_view kPaymentsTask = "payments";

/// Asks the providers what the saga decides, and brings what they say to the store, in the one
/// process that holds the lease of the task. One thread, the executor's.
class Runner {
public:
    /// All must outlive the runner.
    struct Ports {
        io::Executor executor;
        store::Store& store;
        store::TaskLeases& leases;
        const Providers& providers;
        Desk& desk;
        io::Random& random;
        const telemetry::Log& log;
    };

    explicit Runner(Ports ports);

    void start();
    /// Something unfinished is new: don't wait for the next look.
    void nudge();
    /// Begins nothing more, and returns when nothing runs any more; destroy the runner only then.
    io::Awaitable<void> close();

    /// Adds orders' metrics: results by provider, questions asked again, the age of the oldest
    /// unfinished payment or refund.
    void measure(telemetry::Figures& figures) const;

private:
    io::Awaitable<void> run();
    /// Begins what there is to do.
    io::Awaitable<void> look();
    /// Begins the first questions about charges, for which buyers wait.
    io::Awaitable<void> begin_charges();
    /// Nothing if the store can't be read.
    io::Awaitable<std::optional<domain::Unfinished>> read(domain::UnfinishedSince since);
    void begin(std::vector<Saga::Task> tasks);
    io::Awaitable<void> pause();
    io::Awaitable<void> carry_out(Saga::Task task);
    io::Awaitable<Saga::End> take_step(const Saga::Task& task);
    io::Awaitable<Saga::End> ask(Provider& provider, const Saga::Task& task);
    Saga::End not_answered(const Saga::Task& task, const io::Fault& fault);
    /// Brings the provider's word to the store.
    io::Awaitable<Saga::End> note(domain::Command command, const Saga::Task& task);
    io::Awaitable<Saga::End> start_refund(OrderId order);
    void count(const Saga::Task& task, const char* result);

    Ports ports_;
    Saga saga_;
    Rounds rounds_;
    io::Timer timer_;
    bool is_nudged_ = false;
    bool is_closing_ = false;
    /// When the oldest unfinished payment or refund began, as last seen.
    std::optional<Instant> oldest_;
    /// By provider, step and result.
    std::map<std::pair<std::string, std::string>, std::uint64_t> results_;
    io::TaskGroup tasks_;
};

}  // namespace frontrow::payments
