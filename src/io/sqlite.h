#pragma once

#include "base/result.h"
#include "io/fault.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace frontrow::io {

class SqliteStatement;

/// A connection to an SQLite database. One thread at a time. Errors are returned as Faults with
/// SQLite's message; nothing throws.
class SqliteDatabase {
public:
    enum class Mode : std::uint8_t { read_only, read_write, read_write_create };

    /// `vfs` names a registered SQLite VFS (tests inject disk faults there); empty means the
    /// system's. Faults: unavailable, corrupt (the file is gone and only its write-ahead log is
    /// left; nothing is changed).
    static Result<SqliteDatabase, Fault>
    open(const std::filesystem::path& file, Mode mode, const std::string& vfs = {});

    /// Refuses a file that is missing or empty while its write-ahead log exists, as open() does.
    /// Faults: corrupt.
    static Result<void, Fault> refuse_log_alone(const std::filesystem::path& file);

    /// Runs statements that return no rows. Faults: storage_low (the disk is full; the commit
    /// certainly didn't happen, and the transaction may be rolled back), corrupt, unavailable.
    Result<void, Fault> execute(const std::string& sql);
    /// Rolls back the open transaction, if there is one.
    Result<void, Fault> roll_back();
    Result<SqliteStatement, Fault> prepare(std::string_view sql);
    /// From now on only checkpoint() moves pages from the write-ahead log into the database.
    void take_over_checkpoints();
    /// The number of pages in the write-ahead log after this connection's last commit, counted
    /// since the log last started over. Zero before the first commit, and always without
    /// take_over_checkpoints().
    int pages_in_log() const { return *pages_in_log_; }
    /// Moves as much as possible of the write-ahead log into the database without blocking other
    /// connections. Returns true if all of it is moved. After a fault nothing more may be
    /// committed: the log is the only complete copy, and a commit could overwrite it.
    Result<bool, Fault> checkpoint();
    /// Syncs the pages that checkpoint() moved. SQLite itself syncs only in a checkpoint that
    /// reaches the end of the log, and that call then blocks until all pages are synced. A fault
    /// means the same as a fault of checkpoint().
    Result<void, Fault> sync();
    /// Makes everything durable that a reader of this database sees, moves the whole log into the
    /// database and empties the log. Some pages that a reader sees may be only in the system's page
    /// cache: after a failed sync the kernel marks pages as clean, and no later sync writes them.
    /// So this rewrites every page that the log mentions. Only for the single writer. Waits for
    /// readers that are in the middle of a statement.
    ///
    /// Faults: in_use (such a reader didn't finish within `patience`), unavailable. If it fails or
    /// never returns, a reader sees the same as before.
    Result<void, Fault> settle(std::chrono::milliseconds patience);
    /// Checks every page of the file and the links between pages. Faults: corrupt, with SQLite's
    /// message.
    Result<void, Fault> check_pages();
    /// Fails if the file's name no longer leads to the open file.
    Result<void, Fault> check_name();
    /// Lets the close of the last connection move the log into the database and remove the log.
    /// Without this call, closing leaves both files as they are, so that a file that was inspected
    /// and refused isn't changed.
    void tidy_on_close();

private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };

    explicit SqliteDatabase(sqlite3* handle) : handle_{handle} {}

    /// SQLite's hook writes the number here, so this must outlive the handle. It is on the heap so
    /// that its address stays the same when the object moves.
    std::unique_ptr<int> pages_in_log_ = std::make_unique<int>(0);
    std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement: bind values, call step() until it returns false, then reset(). Must not
/// outlive its database.
class SqliteStatement {
public:
    void bind(int index, std::int64_t value);
    /// The bytes must stay valid until reset().
    void bind(int index, std::span<const std::uint8_t> bytes);
    void bind_text(int index, std::string_view text);
    void bind_blob(int index, std::string_view bytes);

    /// Returns true if there is a row, false if there are no more.
    Result<bool, Fault> step();
    void reset();

    std::int64_t integer(int column) const;
    /// The bytes of a text or a blob; valid until the next step or reset.
    std::string_view text(int column) const;
    std::span<const std::uint8_t> blob(int column) const;

private:
    friend class SqliteDatabase;
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const;
    };

    explicit SqliteStatement(sqlite3_stmt* handle) : handle_{handle} {}

    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

}  // namespace frontrow::io
