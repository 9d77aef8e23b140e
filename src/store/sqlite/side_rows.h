#pragma once

#include "base/result.h"
#include "io/fault.h"
#include "io/sqlite.h"
#include "store/side_records.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace frontrow::store::sqlite {

// The table `side_records`, which is the same in a data folder's side file and in a backup.

Result<void, io::Fault> make_side_table(io::SqliteDatabase& database);
/// Adds the record, or overwrites the one of that name.
Result<void, io::Fault> write_side_row(io::SqliteDatabase& database, const SideRecord& record);
/// The first records with a name after `after` and not before `from`.
Result<std::vector<SideRecord>, io::Fault> read_side_rows(
    io::SqliteDatabase& database,
    std::string_view from,
    std::string_view after,
    std::size_t at_most
);

}  // namespace frontrow::store::sqlite
