#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "store/side_records.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace frontrow::app {

/// What to do with a record that the store doesn't have yet.
enum class FirstUse : std::uint8_t { write, leave };

/// Gets a record's value, absent if there is none. Returns the value to write, or nothing to leave
/// the record as it is.
using AmendRecord =
    std::function<Result<std::optional<std::string>, io::Fault>(const std::optional<std::string>&)>;

/// Amends a side record that any node may write. If another node was quicker, `amend` is called
/// again with what that one wrote. Faults: those of SideRecords and of `amend`.
io::Awaitable<Result<void, io::Fault>>
amend_record(store::SideRecords& records, std::string name, AmendRecord amend);

}  // namespace frontrow::app
