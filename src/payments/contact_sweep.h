#pragma once

#include "base/instant.h"
#include "io/awaitable.h"
#include "io/task_group.h"
#include "io/timer.h"
#include "store/side_records.h"
#include "store/store.h"
#include "store/task_leases.h"
#include "telemetry/log.h"

#include <optional>
#include <string>

namespace frontrow::payments {

/// Erases the contacts of orders that the store doesn't know: of those that were never placed, and
/// of those that closed unpaid and have left memory. Goes through all contacts once an hour, a page
/// at a time, in the process that asks the payment providers. One thread, the executor's.
///
/// A contact is kept before its order is placed, so one whose order is younger than a day stays.
class ContactSweep {
public:
    /// All must outlive it.
    struct Ports {
        io::Executor executor;
        store::Store& store;
        store::SideRecords& records;
        store::TaskLeases& leases;
        const telemetry::Log& log;
    };

    explicit ContactSweep(Ports ports);

    void start();
    /// Begins nothing more, and returns when nothing runs any more; destroy the sweep only then.
    io::Awaitable<void> close();

private:
    io::Awaitable<void> run();
    /// Erases what it can of the page after `after_`, and moves on. What fails is tried again.
    io::Awaitable<Result<void, io::Fault>> sweep_page();
    io::Awaitable<Result<void, io::Fault>> erase(store::SideRecord record);

    Ports ports_;
    io::Timer timer_;
    /// When the first page may be read again.
    Instant not_before_ = Instant::min();
    /// The name of the record that was seen last; empty before the first page.
    std::string after_;
    bool has_failed_ = false;
    bool is_closing_ = false;
    io::TaskGroup tasks_;
};

}  // namespace frontrow::payments
