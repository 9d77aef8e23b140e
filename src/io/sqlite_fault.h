#pragma once

#include "io/fault.h"

#include <filesystem>

struct sqlite3;

namespace frontrow::io {

/// Turns a connection's last error into a Fault for the operator: what is wrong and where, followed
/// by SQLite's message and code in brackets. `file` is the database's.
Fault sqlite_fault(sqlite3* handle, const std::filesystem::path& file);
/// The same. Takes the file's name from the handle, so the database must be open.
Fault sqlite_fault(sqlite3* handle);

}  // namespace frontrow::io
