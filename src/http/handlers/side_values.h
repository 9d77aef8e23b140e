#pragma once

#include "io/awaitable.h"
#include "io/fault.h"
#include "store/side_records.h"
#include "telemetry/log.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::http::handlers {

// Many side records at once, and records that several requests may change at once.

/// The values of the records with these names, in their order; nothing where there is no record.
/// All names begin with `prefix`. Reads a page of records at a time, so it is quick if the records
/// are close to each other in the order of their names.
io::Awaitable<Result<std::vector<std::optional<std::string>>, io::Fault>> read_side_values(
    store::SideRecords& records,
    std::string_view prefix,
    std::vector<std::string> names
);

/// What becomes of a value: nothing erases the record. Called with the present value, or with
/// nothing if there is no record.
using SideRewrite =
    std::function<std::optional<std::string>(const std::optional<std::string>& value)>;

/// Rewrites a record. If another request changes it meanwhile, asks `next` again.
io::Awaitable<Result<void, io::Fault>>
rewrite_side_value(store::SideRecords& records, std::string name, SideRewrite next);

/// Calls `take` with each record whose name begins with the prefix, in the order of names, until it
/// returns a fault.
io::Awaitable<Result<void, io::Fault>> walk_side_records(
    store::SideRecords& records,
    std::string_view prefix,
    std::function<Result<void, io::Fault>(const store::SideRecord&)> take
);

/// Logs that the record can't be read, and returns the fault. `what` says so for the caller.
io::Fault
unreadable_record(const telemetry::Log& log, std::string_view name, std::string_view what);

}  // namespace frontrow::http::handlers
