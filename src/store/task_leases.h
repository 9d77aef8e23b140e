#pragma once

#include "io/awaitable.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::store {

/// By which one process works on a task that others leave to it meanwhile.
struct TaskLease {
    std::string task;
    /// Rises each time that the task is taken.
    std::uint64_t number = 0;

    friend bool operator==(const TaskLease&, const TaskLease&) = default;
};

/// The port behind which processes agree on which of them does a task that one should do (relaying
/// facts, webhooks, a draw). It keeps two from working at once, mostly: a process may stand still
/// between a look at its lease and what it does next. What makes the work right is that its side
/// records are changed by compare-and-set with the lease (side_records.h), and that its effects
/// carry a key.
///
/// One thread, the executor's.
class TaskLeases {
public:
    virtual ~TaskLeases() = default;

    /// From now on this process takes the task whenever no other has it. Once for each task.
    virtual void stand_for(std::string task) = 0;
    /// The lease by which this process may work on the task at this moment; nothing while it has
    /// none.
    virtual std::optional<TaskLease> held(std::string_view task) const = 0;
    /// Gives all leases back, so that another process takes the tasks at once, and takes none any
    /// more. Returns when nothing runs any more; only then may it be destroyed.
    virtual io::Awaitable<void> close() = 0;
};

}  // namespace frontrow::store
