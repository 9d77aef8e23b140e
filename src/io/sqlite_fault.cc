#include "io/sqlite_fault.h"

#include <cerrno>
#include <cstring>
#include <sqlite3.h>
#include <string>
#include <string_view>

namespace frontrow::io {
namespace {

/// An SQLite error; `system` is the errno of the operating system, or 0.
struct SqliteError {
    int code = 0;
    int system = 0;

    int kind() const { return code & 0xFF; }
};

std::string folder_of(const std::filesystem::path& file) {
    return file.has_parent_path() ? file.parent_path().string() : ".";
}

/// Explains the error to the operator. Empty if SQLite's own message is clear enough.
std::string words_for(const SqliteError& error, const std::filesystem::path& file) {
    const bool is_of_system = error.kind() == SQLITE_IOERR || error.kind() == SQLITE_CANTOPEN;
    const int system = is_of_system ? error.system : 0;
    if (error.kind() == SQLITE_FULL || system == ENOSPC || system == EDQUOT)
        return "the disk is full: make room in " + folder_of(file);
    if (system == EFBIG) return file.string() + " may not grow further: a limit is set (ulimit -f)";
    if (error.kind() == SQLITE_READONLY || system == EROFS) {
        return file.string() +
               " can't be written, nor can the -shm file beside it, which even a reader needs: run "
               "it as the server's user, or on a copy of the folder";
    }
    if (system == EACCES || system == EPERM)
        return "permission denied for " + file.string() + ": run it as the server's user";
    if (error.kind() == SQLITE_CANTOPEN && system != 0)
        return file.string() + ": " + std::strerror(system);
    return {};
}

}  // namespace

Fault sqlite_fault(sqlite3* handle, const std::filesystem::path& file) {
    const SqliteError error{sqlite3_extended_errcode(handle), sqlite3_system_errno(handle)};
    const std::string_view message = sqlite3_errmsg(handle);
    // Our statements name only tables that our files contain, so a missing table means damage.
    const bool lacks_table = error.kind() == SQLITE_ERROR && message.starts_with("no such table");
    const bool is_corrupt =
        error.kind() == SQLITE_CORRUPT || error.kind() == SQLITE_NOTADB || lacks_table;
    const std::string said = "SQLite: " + std::string{message};
    std::string code = "code " + std::to_string(error.code);
    if (error.kind() == SQLITE_IOERR) code += ", errno " + std::to_string(error.system);
    const auto words = words_for(error, file);
    const auto kind = error.kind() == SQLITE_FULL ? FaultKind::storage_low
                      : is_corrupt                ? FaultKind::corrupt
                                                  : FaultKind::unavailable;
    return Fault{
        kind, words.empty() ? said + " (" + code + ")" : words + " (" + said + ", " + code + ")"
    };
}

Fault sqlite_fault(sqlite3* handle) {
    const char* file = sqlite3_db_filename(handle, "main");
    return sqlite_fault(handle, file == nullptr ? "" : file);
}

}  // namespace frontrow::io
