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

/// A connection to an SQLite database. One thread at a time. Errors come back as Faults with
/// SQLite's words and never throw.
class SqliteDatabase {
public:
    enum class Mode : std::uint8_t { read_only, read_write, read_write_create };

    /// `vfs`: the name of a registered SQLite VFS, or empty for the system's; tests break the disk
    /// there. Faults: unavailable, corrupt (only the log is there, which isn't touched).
    static Result<SqliteDatabase, Fault>
    open(const std::filesystem::path& file, Mode mode, const std::string& vfs = {});

    /// Refuses a file that is missing or empty while its log is there, as open() does. Faults:
    /// corrupt.
    static Result<void, Fault> refuse_log_alone(const std::filesystem::path& file);

    /// Runs statements that return no rows. Faults: storage_low (the disk is full: what was to be
    /// committed surely wasn't, and may be rolled back), corrupt, unavailable.
    Result<void, Fault> execute(const std::string& sql);
    /// Ends the transaction that is open, if there is one, without a trace.
    Result<void, Fault> roll_back();
    Result<SqliteStatement, Fault> prepare(std::string_view sql);
    /// Nothing of the write-ahead log is moved into the database from now on but by checkpoint().
    void take_over_checkpoints();
    /// How many pages the log had after this connection's last commit, since it was last begun
    /// anew; zero before the first, and without take_over_checkpoints().
    int pages_in_log() const { return *pages_in_log_; }
    /// Moves what it can of the write-ahead log into the database without blocking anyone. Returns
    /// whether all of it is there now. After a fault nothing more may be committed: the log is the
    /// only place that has everything, and a commit may begin it anew.
    Result<bool, Fault> checkpoint();
    /// Has what checkpoint() moved on the disk. SQLite itself sees to that only when nothing has
    /// been added meanwhile: whoever moved the last page waited for all of them. A fault means the
    /// same as one of checkpoint().
    Result<void, Fault> sync();
    /// Makes everything that a reader of this database sees durable, moves the whole log into the
    /// database and empties the log. A reader may see pages that are in the system's cache only:
    /// the kernel treats the pages of a failed sync as written, and no later sync writes them. So
    /// this writes every page that the log mentions again. For the only writer; waits for readers
    /// in the middle of a statement.
    ///
    /// Faults: in_use (such a reader didn't end within `patience`), unavailable. If it fails or
    /// never returns, a reader sees the same as before.
    Result<void, Fault> settle(std::chrono::milliseconds patience);
    /// Looks at every page of the file and how they hang together. Faults: corrupt, in SQLite's
    /// words.
    Result<void, Fault> check_pages();
    /// Fails where the file's name doesn't lead to the file that is open.
    Result<void, Fault> check_name();
    /// Lets the last connection's close move the log into the database and remove it. Otherwise a
    /// close leaves both as they are, so that a file that was looked at and refused isn't changed.
    void tidy_on_close();

private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };

    explicit SqliteDatabase(sqlite3* handle) : handle_{handle} {}

    /// SQLite writes it, whose handle doesn't move; so it outlives that.
    std::unique_ptr<int> pages_in_log_ = std::make_unique<int>(0);
    std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement: bind, step until it says false, reset. Must not outlive its database.
class SqliteStatement {
public:
    void bind(int index, std::int64_t value);
    /// The bytes must stay until reset().
    void bind(int index, std::span<const std::uint8_t> bytes);
    void bind_text(int index, std::string_view text);
    void bind_blob(int index, std::string_view bytes);

    /// True: a row is there. False: done.
    Result<bool, Fault> step();
    void reset();

    std::int64_t integer(int column) const;
    /// Of a text or a blob; valid until the next step or reset.
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
