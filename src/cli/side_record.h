#pragma once

#include "base/result.h"
#include "config/settings.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "store/side_records.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::cli {

// Side records, read and changed beside a running server.

/// Opens the store's side records. A folder's file is made if it is missing.
Result<std::unique_ptr<store::SideRecords>, io::Fault>
open_records(const io::Executor& executor, const config::StoreSettings& settings);

/// Returns nothing if the store has no such record. Changes nothing, not even on the disk. Faults:
/// those of the store.
Result<std::optional<store::SideRecord>, io::Fault>
find_side_record(const config::StoreSettings& settings, std::string_view name);

/// Writes or erases a record. Faults: those of the store; unavailable if the record was changed
/// since it was read.
Result<void, io::Fault>
change_side_record(const config::StoreSettings& settings, store::SideChange change);

}  // namespace frontrow::cli
