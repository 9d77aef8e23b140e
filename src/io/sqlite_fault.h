#pragma once

#include "io/fault.h"

#include <filesystem>

struct sqlite3;

namespace frontrow::io {

/// What a connection's last error is to an operator: what is wrong and where, in words, with
/// SQLite's own and its code behind in brackets. `file` is the database's.
Fault sqlite_fault(sqlite3* handle, const std::filesystem::path& file);
/// As above, of a database that is open.
Fault sqlite_fault(sqlite3* handle);

}  // namespace frontrow::io
