#include "io/sqlite.h"

#include "base/check.h"

#include <sqlite3.h>

namespace frontrow::io {
namespace {

/// Another connection's short lock (a checkpoint, a recovery) is waited for.
constexpr int kBusyTimeoutMs = 5'000;

Fault fault_of(sqlite3* handle) {
    const int code = sqlite3_extended_errcode(handle);
    const bool corrupt = (code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB;
    std::string what =
        std::string{"SQLite: "} + sqlite3_errmsg(handle) + " (code " + std::to_string(code) + ")";
    if ((code & 0xFF) == SQLITE_IOERR)
        what += ", errno " + std::to_string(sqlite3_system_errno(handle));
    return Fault{corrupt ? FaultKind::corrupt : FaultKind::unavailable, std::move(what)};
}

}  // namespace

void SqliteDatabase::Close::operator()(sqlite3* handle) const {
    sqlite3_close_v2(handle);
}
void SqliteStatement::Finalize::operator()(sqlite3_stmt* handle) const {
    sqlite3_finalize(handle);
}

Result<SqliteDatabase, Fault>
SqliteDatabase::open(const std::filesystem::path& file, Mode mode, const std::string& vfs) {
    const int flags = (mode == Mode::read_only ? SQLITE_OPEN_READONLY
                                               : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    sqlite3* handle = nullptr;
    const int code =
        sqlite3_open_v2(file.c_str(), &handle, flags, vfs.empty() ? nullptr : vfs.c_str());
    SqliteDatabase database{handle};
    if (code != SQLITE_OK) return std::unexpected(fault_of(handle));
    sqlite3_busy_timeout(handle, kBusyTimeoutMs);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return database;
}

Result<void, Fault> SqliteDatabase::execute(const std::string& sql) {
    if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        return std::unexpected(fault_of(handle_.get()));
    }
    return {};
}

Result<SqliteStatement, Fault> SqliteDatabase::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int prepared = sqlite3_prepare_v3(
        handle_.get(),
        sql.data(),
        static_cast<int>(sql.size()),
        SQLITE_PREPARE_PERSISTENT,
        &statement,
        nullptr
    );
    if (prepared != SQLITE_OK) {
        return std::unexpected(fault_of(handle_.get()));
    }
    return SqliteStatement{statement};
}

void SqliteDatabase::take_over_checkpoints() {
    // In the place of SQLite's own, which would make a checkpoint every thousand pages.
    const auto count = [](void* pages_in_log, sqlite3*, const char*, int pages) {
        *static_cast<int*>(pages_in_log) = pages;
        return SQLITE_OK;
    };
    sqlite3_wal_hook(handle_.get(), count, pages_in_log_.get());
}

Result<int, Fault> SqliteDatabase::checkpoint() {
    // A connection opens the log with its first read; before that it would find nothing to move.
    if (auto read = execute("PRAGMA user_version"); !read) return std::unexpected(read.error());
    int in_log = 0;
    int moved = 0;
    const int code = sqlite3_wal_checkpoint_v2(
        handle_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved
    );
    if (code != SQLITE_OK && (code & 0xFF) != SQLITE_BUSY)
        return std::unexpected(fault_of(handle_.get()));
    return in_log - moved;
}

Result<void, Fault> SqliteDatabase::sync() {
    sqlite3_file* file = nullptr;
    int code = sqlite3_file_control(
        handle_.get(), "main", SQLITE_FCNTL_FILE_POINTER, static_cast<void*>(&file)
    );
    if (code == SQLITE_OK)
        code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
    if (code == SQLITE_OK) return {};
    return std::unexpected(Fault{
        FaultKind::unavailable,
        std::string{"SQLite: the database can't be synced: "} + sqlite3_errstr(code)
    });
}

Result<void, Fault> SqliteDatabase::check_pages() {
    auto statement = prepare("PRAGMA quick_check(1)");
    if (!statement) return std::unexpected(statement.error());
    const auto row = statement->step();
    if (!row) return std::unexpected(row.error());
    if (*row && statement->text(0) == "ok") return {};
    return std::unexpected(
        Fault{FaultKind::corrupt, "SQLite: " + std::string{*row ? statement->text(0) : "no answer"}}
    );
}

void SqliteDatabase::tidy_on_close() {
    sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
}

Fault SqliteDatabase::last_fault() const {
    return fault_of(handle_.get());
}

void SqliteStatement::bind(int index, std::int64_t value) {
    CHECK(sqlite3_bind_int64(handle_.get(), index, value) == SQLITE_OK);
}

void SqliteStatement::bind(int index, std::span<const std::uint8_t> bytes) {
    CHECK(
        sqlite3_bind_blob64(handle_.get(), index, bytes.data(), bytes.size(), SQLITE_STATIC) ==
        SQLITE_OK
    );
}

void SqliteStatement::bind_text(int index, std::string_view text) {
    CHECK(
        sqlite3_bind_text64(
            handle_.get(), index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8
        ) == SQLITE_OK
    );
}

void SqliteStatement::bind_blob(int index, std::string_view bytes) {
    bind(index, std::span{reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

Result<bool, Fault> SqliteStatement::step() {
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return std::unexpected(fault_of(sqlite3_db_handle(handle_.get())));
}

void SqliteStatement::reset() {
    sqlite3_reset(handle_.get());
}

std::int64_t SqliteStatement::integer(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
}

std::string_view SqliteStatement::text(int column) const {
    // SQLite gives a text as it is, too; asked for a text it would make one of a blob.
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

std::span<const std::uint8_t> SqliteStatement::blob(int column) const {
    const auto* bytes =
        static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_.get(), column));
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

}  // namespace frontrow::io
