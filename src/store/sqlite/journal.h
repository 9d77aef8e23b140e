#pragma once

#include "base/result.h"
#include "domain/facts.h"
#include "io/fault.h"
#include "io/sha256.h"
#include "io/sqlite.h"
#include "io/zstd.h"
#include "store/engine/journal_end.h"
#include "store/sqlite/end_mark.h"
#include "store/sqlite/side_rows.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::store::sqlite {

using engine::JournalEnd;

/// A row of the journal.
struct JournalBatch {
    std::uint64_t batch = 0;
    std::uint64_t first_seq = 0;
    std::uint64_t last_seq = 0;
    /// The facts as stored: lines of JSON, or a zstd frame of them. The first bytes tell which; the
    /// column's type doesn't, because the hash doesn't cover it.
    std::string facts;
    std::vector<std::uint8_t> hash;
};

/// The journal: batches of facts in an SQLite database, one row per batch, each row with a SHA-256
/// of itself and the previous row's hash. docs/journal.md has the format, and what each kind of
/// damage leads to. Rows are only ever added. One thread at a time.
class Journal {
public:
    using TakeFact = std::function<void(domain::Fact&&)>;
    using TakeBatch = std::function<Result<void, io::Fault>(const JournalBatch&)>;

    static constexpr auto kToTheEnd = std::numeric_limits<std::int64_t>::max();
    /// The largest batch, as lines: what a row of SQLite can hold.
    static constexpr std::size_t kFactsBytesMax = 1'000'000'000;

    struct Options {
        bool read_only = false;
        /// For a new file that is filled in one go: nothing is durable, or even present, before
        /// finish_copy().
        bool is_copy = false;
        /// The file is a backup. A data folder's journal must not be one: it must be restored
        /// first, so that no sale continues on a backup that was cut off. With `is_copy` the file
        /// gets tables for an end mark and side records.
        bool is_backup = false;
        /// The name of an SQLite VFS; empty means the system's.
        std::string vfs;
    };

    static Result<Journal, io::Fault> open(const std::filesystem::path& file, Options options);

    /// A second connection to the file of an open journal, for moving the log into the database.
    /// All the files that it needs are open when this returns.
    static Result<io::SqliteDatabase, io::Fault>
    open_log_mover(const std::filesystem::path& file, const std::string& vfs);

    // Each of these follows the chain from end(), up to `last_batch` at most, and checks it on the
    // way. Faults: corrupt (the message names the batch), unavailable. Once end() is the journal's
    // end, the journal is ready to append.

    /// Passes every fact in order to `take`.
    Result<void, io::Fault> replay(const TakeFact& take, std::uint64_t last_batch = kToTheEnd);
    /// Like replay(), but only for the next few batches, a few megabytes. Returns false at the end.
    Result<bool, io::Fault> replay_some(const TakeFact& take);
    /// Only checks the chain and doesn't parse the facts, e.g. if a snapshot already contains their
    /// effect. Four times as fast as replay().
    Result<void, io::Fault> skip(std::uint64_t last_batch);
    /// Passes every batch to `take` in its stored form, without parsing the facts.
    Result<void, io::Fault> walk(std::uint64_t last_batch, const TakeBatch& take);

    /// The next few batches, a few megabytes of facts, for parsing later; empty at the end.
    Result<std::vector<JournalBatch>, io::Fault> take_out(std::uint64_t last_batch);
    /// The facts of a batch as lines.
    static Result<std::string, io::Fault> lines_of(const JournalBatch& batch);
    /// Passes the facts of a batch, in order, to `take`.
    static Result<void, io::Fault> read_facts(const JournalBatch& batch, const TakeFact& take);

    /// The number of the newest durable batch.
    Result<std::uint64_t, io::Fault> newest_batch();
    /// The journal's end at this batch, read from its row without checking the chain; nothing if
    /// there is no such row.
    Result<std::optional<JournalEnd>, io::Fault> find(std::uint64_t batch);
    /// Continues from `end` without checking the batches before it. `end` must come from find(), or
    /// be the beginning.
    void start_from(const JournalEnd& end) {
        end_ = end;
        bytes_passed_ = 0;
    }

    /// Makes one batch durable: `lines` are its facts, one line of JSON each. When it returns the
    /// facts are on the disk. If it fails or never returns, all or none of them are there, and only
    /// a new open() and replay() can tell which.
    Result<void, io::Fault> append(std::uint64_t last_seq, std::string_view lines);

    /// Like append(), but with facts as any journal stores them: lines, or a frame of lines.
    Result<void, io::Fault> append_stored(std::uint64_t last_seq, std::string_view facts);

    /// Length of SQLite's write-ahead log after the last append, counted since the log was last
    /// restarted.
    int pages_in_log() const { return database_.pages_in_log(); }

    /// Moves SQLite's log into the database; see io::SqliteDatabase::checkpoint.
    Result<bool, io::Fault> checkpoint() { return database_.checkpoint(); }

    /// Makes everything that was read durable, before anything is built on it: data that a failed
    /// process wrote may exist only in the system's page cache. Only for a journal that was found
    /// valid; see io::SqliteDatabase::settle. Faults: in_use (after waiting ten seconds for a
    /// reader), corrupt (the cache lost such data meanwhile), unavailable.
    Result<void, io::Fault> settle();

    /// Fails if the file's name no longer leads to the open file: data written to that file would
    /// be lost when the process ends.
    Result<void, io::Fault> check_name() { return database_.check_name(); }

    /// Makes the closing of the database move SQLite's log into it and remove the log. Only for a
    /// journal that was found valid and was written without a fault; any other journal is left as
    /// it is.
    void tidy_on_close() { database_.tidy_on_close(); }

    // These write to a backup in the making, in the transaction that also writes its batches.
    Result<void, io::Fault> add_side_record(const SideRecord& record) {
        return write_side_row(database_, record);
    }
    Result<void, io::Fault> seal(const EndMark& mark) { return write_end_mark(database_, mark); }
    /// Commits a filled copy and syncs it. Its folder must still be synced.
    Result<void, io::Fault> finish_copy();

    /// A backup's end mark; nothing if the backup was made before there were marks. Faults:
    /// corrupt.
    Result<std::optional<EndMark>, io::Fault> end_mark() { return read_end_mark(database_); }
    /// The next few side records of a backup, with names after `after`.
    Result<std::vector<SideRecord>, io::Fault> side_records(std::string_view after) {
        return read_side_rows(database_, {}, after, SideRecords::kPage);
    }
    /// Lets SQLite check every page, for a file without an end mark. Faults: corrupt.
    Result<void, io::Fault> check_pages() { return database_.check_pages(); }

    const JournalEnd& end() const { return end_; }
    /// Bytes of facts, as lines, that were read or appended so far.
    std::uint64_t bytes_passed() const { return bytes_passed_; }

private:
    Journal(
        std::int64_t format,
        io::SqliteDatabase database,
        io::SqliteStatement insert,
        io::SqliteStatement select,
        io::SqliteStatement newest
    );
    Result<bool, io::Fault> walk_some(std::uint64_t last_batch, const TakeBatch& take);
    Result<std::vector<JournalBatch>, io::Fault> read_rows(std::uint64_t last_batch);
    Result<void, io::Fault> prove_newest();
    Result<void, io::Fault> check_row(const JournalBatch& row);
    io::Sha256Digest hash_of(
        std::uint64_t batch,
        std::uint64_t first_seq,
        std::uint64_t last_seq,
        std::string_view facts
    );

    std::int64_t format_;
    io::ZstdCompressor compressor_;
    io::SqliteDatabase database_;
    io::SqliteStatement insert_;
    io::SqliteStatement select_;
    io::SqliteStatement newest_;
    std::unique_ptr<io::Sha256> sha_ = std::make_unique<io::Sha256>();
    JournalEnd end_;
    std::uint64_t bytes_passed_ = 0;
};

}  // namespace frontrow::store::sqlite
