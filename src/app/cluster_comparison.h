#pragma once

#include "app/common_record.h"
#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/task_group.h"
#include "io/timer.h"
#include "store/store.h"
#include "telemetry/log.h"

#include <functional>

namespace frontrow::app {

/// Whether trying again can't help.
bool is_final(io::FaultKind kind);

/// Compares something that all nodes of a cluster must have alike with the record of it, as soon as
/// the database answers, and ends the node if it differs. The first node writes the record, once
/// the journal has a fact: until then a backup can be restored into the database, which may bring
/// the record of other nodes. One thread, the executor's.
class ClusterComparison {
public:
    struct Ports {
        io::Executor executor;
        store::Store& store;
        const telemetry::Log& log;
        /// Ends the process.
        std::function<void()> on_failure;
    };
    /// Compares once. Returns true when that needn't be repeated: the store has the record, or this
    /// node has nothing to write. Faults: unusable if this node differs, with what to do.
    using Compare = std::function<io::Awaitable<Result<bool, io::Fault>>(FirstUse)>;

    ClusterComparison(Ports ports, Compare compare);

    void start() { tasks_.spawn(run()); }
    /// Returns when nothing of it runs any more; destroy it only then.
    io::Awaitable<void> close();

private:
    io::Awaitable<Result<bool, io::Fault>> compare_once();
    io::Awaitable<void> run();

    Ports ports_;
    Compare compare_;
    io::Timer pause_;
    bool is_closing_ = false;
    io::TaskGroup tasks_;
};

}  // namespace frontrow::app
