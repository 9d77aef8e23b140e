#include "io/sqlite.h"

#include "base/check.h"
#include "io/sqlite_fault.h"

#include <array>
#include <set>
#include <sqlite3.h>
#include <vector>

namespace frontrow::io {
namespace {

/// How long to wait for a lock that another connection holds briefly (for a checkpoint or a
/// recovery).
constexpr int kBusyTimeoutMs = 5'000;

// The layout of SQLite's write-ahead log (https://sqlite.org/fileformat2.html#the_write_ahead_log):
// a header, then frames, each with a header and a page. A frame starts with its page's number.
constexpr std::size_t kLogHeader = 32;
constexpr std::size_t kPageSizeAt = 8;
constexpr std::size_t kFrameHeader = 24;
constexpr std::size_t kPageMin = 512;
constexpr std::size_t kPageMax = 65'536;

bool is_busy(int code) {
    return (code & 0xFF) == SQLITE_BUSY;
}

/// The fault for `code`, with which an operation on one of the database's files failed.
std::unexpected<Fault> not_on_disk(int code) {
    return std::unexpected(Fault{
        code == SQLITE_FULL ? FaultKind::storage_low : FaultKind::unavailable,
        std::string{"SQLite: the database can't be synced: "} + sqlite3_errstr(code)
    });
}

/// Returns null if SQLite has no such file open.
sqlite3_file* file_of(sqlite3* handle, int which) {
    sqlite3_file* file = nullptr;
    const int code = sqlite3_file_control(handle, "main", which, static_cast<void*>(&file));
    return code == SQLITE_OK && file != nullptr && file->pMethods != nullptr ? file : nullptr;
}

int sync_file(sqlite3_file* file) {
    return file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
}

/// Reads the bytes at `at` and writes them back unchanged.
int write_again(sqlite3_file* file, std::span<std::uint8_t> bytes, sqlite3_int64 at) {
    const auto size = static_cast<int>(bytes.size());
    const int code = file->pMethods->xRead(file, bytes.data(), size, at);
    return code == SQLITE_OK ? file->pMethods->xWrite(file, bytes.data(), size, at) : code;
}

std::size_t number_at(std::span<const std::uint8_t> bytes, std::size_t at) {
    std::size_t number = 0;
    for (std::size_t i = 0; i < 4; ++i)
        number = number << 8 | bytes[at + i];
    return number;
}

/// The pages that a log contains, committed or not.
struct LogPages {
    std::size_t page_size = 0;
    std::set<std::size_t> numbers;
};

/// Rewrites and syncs the whole log, and collects its page numbers.
int write_log_again(sqlite3_file* log, LogPages& pages) {
    sqlite3_int64 size = 0;
    int code = log->pMethods->xFileSize(log, &size);
    std::array<std::uint8_t, kLogHeader> header{};
    if (code != SQLITE_OK || size < static_cast<sqlite3_int64>(header.size())) return code;
    code = write_again(log, header, 0);
    pages.page_size = number_at(header, kPageSizeAt);
    // SQLite ignores a log with such a page size, too.
    if (pages.page_size < kPageMin || pages.page_size > kPageMax) return code;
    std::vector<std::uint8_t> frame(kFrameHeader + pages.page_size);
    const auto step = static_cast<sqlite3_int64>(frame.size());
    for (sqlite3_int64 at = kLogHeader; code == SQLITE_OK && at + step <= size; at += step) {
        code = write_again(log, frame, at);
        pages.numbers.insert(number_at(frame, 0));
    }
    return code == SQLITE_OK ? sync_file(log) : code;
}

/// Rewrites and syncs those pages of the database that are also in its log, because an earlier
/// checkpoint may have written them.
int write_pages_again(sqlite3_file* database, const LogPages& pages) {
    std::vector<std::uint8_t> page(pages.page_size);
    for (const auto number : pages.numbers) {
        if (number == 0) continue;
        const auto at =
            (static_cast<sqlite3_int64>(number) - 1) * static_cast<sqlite3_int64>(pages.page_size);
        const int code = write_again(database, page, at);
        if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) return code;
    }
    return sync_file(database);
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
    const int access = mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    const int flags = access | (mode == Mode::read_write_create ? SQLITE_OPEN_CREATE : 0) |
                      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (auto whole = refuse_log_alone(file); !whole) return std::unexpected(whole.error());
    // A relative name such as `file:x` or `:memory:` has a special meaning to SQLite.
    std::error_code error;
    const auto path = std::filesystem::absolute(file, error);
    if (error) return std::unexpected(Fault{FaultKind::unavailable, error.message()});
    sqlite3* handle = nullptr;
    const int code =
        sqlite3_open_v2(path.c_str(), &handle, flags, vfs.empty() ? nullptr : vfs.c_str());
    SqliteDatabase database{handle};
    if (code != SQLITE_OK) return std::unexpected(sqlite_fault(handle, file));
    sqlite3_busy_timeout(handle, kBusyTimeoutMs);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return database;
}

// If the database file is empty, SQLite removes its log at the first read, even on a read-only
// connection.
Result<void, Fault> SqliteDatabase::refuse_log_alone(const std::filesystem::path& file) {
    std::error_code ignored;
    std::error_code is_missing;
    const auto real = std::filesystem::weakly_canonical(file, ignored);
    const auto bytes = std::filesystem::file_size(real, is_missing);
    if (!is_missing && bytes > 0) return {};
    if (!std::filesystem::exists(real.string() + "-wal", ignored)) return {};
    return std::unexpected(Fault{
        FaultKind::corrupt,
        "the file is missing or empty, but its log is there; nothing was changed, restore a backup"
    });
}

Result<void, Fault> SqliteDatabase::execute(const std::string& sql) {
    if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        return std::unexpected(sqlite_fault(handle_.get()));
    }
    return {};
}

// SQLite may have rolled back on its own. Then there is nothing to do.
Result<void, Fault> SqliteDatabase::roll_back() {
    if (sqlite3_get_autocommit(handle_.get()) != 0) return {};
    return execute("ROLLBACK");
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
        return std::unexpected(sqlite_fault(handle_.get()));
    }
    return SqliteStatement{statement};
}

void SqliteDatabase::take_over_checkpoints() {
    // Replaces SQLite's own hook, which would checkpoint every thousand pages.
    const auto count = [](void* pages_in_log, sqlite3*, const char*, int pages) {
        *static_cast<int*>(pages_in_log) = pages;
        return SQLITE_OK;
    };
    sqlite3_wal_hook(handle_.get(), count, pages_in_log_.get());
}

Result<bool, Fault> SqliteDatabase::checkpoint() {
    // A connection opens the log at its first read; without one, the checkpoint would find nothing
    // to move.
    int code = sqlite3_exec(handle_.get(), "PRAGMA user_version", nullptr, nullptr, nullptr);
    int in_log = 0;
    int moved = 0;
    if (code == SQLITE_OK)
        code = sqlite3_wal_checkpoint_v2(
            handle_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved
        );
    if (is_busy(code)) return false;
    if (code != SQLITE_OK) return std::unexpected(sqlite_fault(handle_.get()));
    return moved == in_log;
}

Result<void, Fault> SqliteDatabase::sync() {
    auto* file = file_of(handle_.get(), SQLITE_FCNTL_FILE_POINTER);
    const int code = file == nullptr ? SQLITE_NOTFOUND : sync_file(file);
    if (code != SQLITE_OK) return not_on_disk(code);
    return {};
}

// The order matters. First this rewrites and syncs the log. Otherwise a power cut during the next
// steps could leave only some of the new pages in the database, and no log with the others.
//
// Then it rewrites and syncs the database's pages that are also in the log. An earlier checkpoint
// may have moved them, and SQLite's checkpoint skips such pages as long as any connection keeps the
// log's index.
//
// Then SQLite's checkpoint moves the other pages and empties the log. Last, this syncs the empty
// log. Otherwise the old log could come back after a power cut, and SQLite would put its old pages
// over newer ones.
Result<void, Fault> SqliteDatabase::settle(std::chrono::milliseconds patience) {
    if (auto opened = execute("PRAGMA user_version"); !opened) return opened;
    auto* database = file_of(handle_.get(), SQLITE_FCNTL_FILE_POINTER);
    auto* log = file_of(handle_.get(), SQLITE_FCNTL_JOURNAL_POINTER);
    if (database == nullptr || log == nullptr) return not_on_disk(SQLITE_NOTFOUND);
    LogPages pages;
    if (const int code = write_log_again(log, pages); code != SQLITE_OK) return not_on_disk(code);
    if (const int code = write_pages_again(database, pages); code != SQLITE_OK)
        return not_on_disk(code);

    sqlite3_busy_timeout(handle_.get(), static_cast<int>(patience.count()));
    const int code = sqlite3_wal_checkpoint_v2(
        handle_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr
    );
    sqlite3_busy_timeout(handle_.get(), kBusyTimeoutMs);
    if (is_busy(code)) {
        return std::unexpected(
            Fault{FaultKind::in_use, "SQLite: another process keeps reading the database"}
        );
    }
    if (code != SQLITE_OK) return std::unexpected(sqlite_fault(handle_.get()));
    if (const int synced = sync_file(log); synced != SQLITE_OK) return not_on_disk(synced);
    return {};
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

Result<void, Fault> SqliteDatabase::check_name() {
    int has_moved = 0;
    const int code = sqlite3_file_control(
        handle_.get(), "main", SQLITE_FCNTL_HAS_MOVED, static_cast<void*>(&has_moved)
    );
    if (code != SQLITE_OK || has_moved == 0) return {};
    return std::unexpected(
        Fault{FaultKind::unavailable, "the database file was removed or replaced while it was open"}
    );
}

void SqliteStatement::bind(int index, std::int64_t value) {
    CHECK(sqlite3_bind_int64(handle_.get(), index, value) == SQLITE_OK);
}

void SqliteStatement::bind(int index, std::span<const std::uint8_t> bytes) {
    // An empty span may have a null address, which SQLite would bind as NULL instead of an empty
    // value.
    const void* data = bytes.empty() ? "" : static_cast<const void*>(bytes.data());
    CHECK(
        sqlite3_bind_blob64(handle_.get(), index, data, bytes.size(), SQLITE_STATIC) == SQLITE_OK
    );
}

void SqliteStatement::bind_text(int index, std::string_view text) {
    const char* data = text.empty() ? "" : text.data();
    CHECK(
        sqlite3_bind_text64(handle_.get(), index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8) ==
        SQLITE_OK
    );
}

void SqliteStatement::bind_blob(int index, std::string_view bytes) {
    bind(index, std::span{reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

Result<bool, Fault> SqliteStatement::step() {
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return std::unexpected(sqlite_fault(sqlite3_db_handle(handle_.get())));
}

void SqliteStatement::reset() {
    sqlite3_reset(handle_.get());
}

std::int64_t SqliteStatement::integer(int column) const {
    return sqlite3_column_int64(handle_.get(), column);
}

std::string_view SqliteStatement::text(int column) const {
    // sqlite3_column_blob returns a text unchanged, too; sqlite3_column_text would convert a blob.
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

std::span<const std::uint8_t> SqliteStatement::blob(int column) const {
    const auto* bytes =
        static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_.get(), column));
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

}  // namespace frontrow::io
