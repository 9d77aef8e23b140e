#pragma once

#include "io/awaitable.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::store {

/// The right of one process to work on a task. Other processes leave the task alone meanwhile.
struct TaskLease {
    std::string task;
    /// A fencing token: rises each time the task is taken.
    std::uint64_t number = 0;

    friend bool operator==(const TaskLease&, const TaskLease&) = default;
};

/// Lets processes agree on which one of them runs a task that only one should run (relaying facts,
/// webhooks, a draw). A lease mostly keeps two processes from working at once, but a process may be
/// suspended between checking its lease and its next step. Correctness comes from elsewhere: the
/// task's side records are changed by compare-and-set with the lease (side_records.h), and its
/// external effects carry an idempotency key.
///
/// One thread, the executor's.
class TaskLeases {
public:
    virtual ~TaskLeases() = default;

    /// From now on this process takes the task whenever no other process has it. Call it once per
    /// task.
    virtual void stand_for(std::string task) = 0;
    /// The lease by which this process may work on the task now; nothing if it has none.
    virtual std::optional<TaskLease> held(std::string_view task) const = 0;
    /// Gives all leases back, so that other processes can take the tasks at once, and takes no
    /// more. Returns when nothing runs any more; destroy the object only then.
    virtual io::Awaitable<void> close() = 0;
};

}  // namespace frontrow::store
