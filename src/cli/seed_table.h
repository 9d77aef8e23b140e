#pragma once

#include "base/result.h"
#include "config/settings.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/id_source.h"
#include "store/store.h"
#include "wire/seat_csv.h"

#include <string>
#include <vector>

namespace frontrow::cli {

/// Reads the seats from the file `settings.csv`, to which the same rules apply as to a request's
/// body. If the file breaks any, returns all errors, a line each.
Result<wire::SeatTable, std::vector<std::string>> read_table(const config::SeedSettings& settings);

/// A dry run for a new event, which needs no store: prints how many seats it would have.
Result<void, io::Fault>
check_for_new_event(const config::SeedSettings& settings, const wire::SeatTable& table);

/// Adds the table's seats to the event that `settings` names, or to a new one: all or none. A dry
/// run requires a named event, and only checks whether the seats could be added.
io::Awaitable<Result<void, io::Fault>> add_table(
    store::Store& store,
    io::IdSource& ids,
    const config::SeedSettings& settings,
    wire::SeatTable table
);

}  // namespace frontrow::cli
