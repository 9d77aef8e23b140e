#pragma once

#include "app/open_store.h"
#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "store/side_records.h"
#include "store/task_leases.h"

#include <memory>

namespace frontrow::app {

/// What lies beside the journal of a store: side records and the leases of tasks.
struct SideStore {
    std::unique_ptr<store::SideRecords> records;
    std::unique_ptr<store::TaskLeases> leases;

    /// Returns when nothing of it runs any more; destroy it only then.
    io::Awaitable<void> close();
};

/// Opens what lies beside the chosen store, which must be open already. Faults: those of
/// SqliteSideRecords::open. A cluster's connects on use.
Result<SideStore, io::Fault>
open_side_store(const io::Executor& executor, const StoreChoice& choice, const StoreWorld& world);

}  // namespace frontrow::app
