#pragma once

#include "base/result.h"
#include "cli/seed_stock.h"
#include "config/settings.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/id_source.h"
#include "store/store.h"

#include <string>
#include <vector>

namespace frontrow::cli {

/// Reads the tables that `settings` names, to which the same rules apply as to the bodies of
/// requests. If a file breaks any, returns all errors, a line each.
Result<Stock, std::vector<std::string>> read_tables(const config::SeedSettings& settings);

/// A dry run for a new event, which needs no store: prints what it would have.
Result<void, io::Fault> check_for_new_event(const config::SeedSettings& settings, Stock stock);

/// Adds the stock to the event that `settings` names, or to a new one. Nothing is added if the
/// store would refuse any of it; but if something else changes the event meanwhile, or the store
/// fails, a part may be added, and the fault says which. A dry run requires a named event, and only
/// checks whether the stock could be added.
io::Awaitable<Result<void, io::Fault>> add_tables(
    store::Store& store,
    io::IdSource& ids,
    const config::SeedSettings& settings,
    Stock stock
);

}  // namespace frontrow::cli
