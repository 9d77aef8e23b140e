#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "io/workers.h"

#include <cstddef>
#include <string>
#include <utility>

namespace frontrow::io {

/// One thread for jobs that wait for a disk, one job at a time. The number of waiting jobs is
/// bounded. After close() no new job is accepted.
class BoundedWorker {
public:
    struct Settings {
        std::size_t waiting_max = 0;
        /// The texts of the faults `overloaded` and `unavailable`.
        std::string too_many;
        std::string is_closed;
    };

    /// `owner` is the executor on which run() is called and resumes.
    BoundedWorker(Executor owner, Settings settings)
        : settings_{std::move(settings)}, worker_{std::move(owner), 1} {}

    /// Like Workers::run(), for `work` that returns a Result. Further faults: overloaded (too many
    /// jobs wait), unavailable (closed).
    template <class Work>
    auto run(Work& work) -> Awaitable<decltype(work())> {
        if (is_closing_)
            co_return std::unexpected(Fault{FaultKind::unavailable, settings_.is_closed});
        if (waiting_ >= settings_.waiting_max)
            co_return std::unexpected(Fault{FaultKind::overloaded, settings_.too_many});
        ++waiting_;
        auto done = co_await worker_.run(work);
        --waiting_;
        co_return done;
    }

    /// Refuses new jobs, and runs `last` after all accepted jobs. When close() returns, all
    /// jobs are done and answered.
    template <class Work>
    Awaitable<void> close(Work last) {
        is_closing_ = true;
        (void)co_await worker_.run(last);
    }

private:
    Settings settings_;
    std::size_t waiting_ = 0;
    bool is_closing_ = false;
    Workers worker_;
};

}  // namespace frontrow::io
