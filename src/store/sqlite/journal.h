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
    /// As they are stored: lines of JSON, or a zstd frame of them. Which of the two their first
    /// bytes say, and not the kind of the column, which the hash doesn't cover.
    std::string facts;
    std::vector<std::uint8_t> hash;
};

/// The journal: batches of facts in an SQLite database, one row a batch, each row with a SHA-256
/// over itself and the row before. The format, and what each kind of damage leads to, stands in
/// docs/journal.md. Rows are only ever added. One thread at a time.
class Journal {
public:
    using TakeFact = std::function<void(domain::Fact&&)>;
    using TakeBatch = std::function<Result<void, io::Fault>(const JournalBatch&)>;

    static constexpr auto kToTheEnd = std::numeric_limits<std::int64_t>::max();
    /// The most that a batch has as lines: what a row of SQLite's can hold.
    static constexpr std::size_t kFactsBytesMax = 1'000'000'000;

    struct Options {
        bool read_only = false;
        /// For a new file that is filled in one go: nothing of it is durable, or even there, before
        /// finish_copy().
        bool is_copy = false;
        /// The file is a backup, which no data folder's journal may be: it must be restored first,
        /// so that nobody sells on from one that was cut off. With `is_copy` it gets room for an
        /// end mark and side records.
        bool is_backup = false;
        /// The name of an SQLite VFS; the system's if empty.
        std::string vfs;
    };

    static Result<Journal, io::Fault> open(const std::filesystem::path& file, Options options);

    /// A second connection to the file of an open journal, to move the log into the database. All
    /// the files that it needs are open when this returns.
    static Result<io::SqliteDatabase, io::Fault>
    open_log_mover(const std::filesystem::path& file, const std::string& vfs);

    // Each of these goes on along the chain from end(), up to `last_batch` at most, and checks it
    // on the way. Faults: corrupt (the message names the batch), unavailable. At its end the
    // journal is ready to append.

    /// Hands every fact in order to `take`.
    Result<void, io::Fault> replay(const TakeFact& take, std::uint64_t last_batch = kToTheEnd);
    /// The same of the next few batches, a few megabytes; false at the end.
    Result<bool, io::Fault> replay_some(const TakeFact& take);
    /// Hands out nothing: for facts of which is known what they come to. Four times as fast.
    Result<void, io::Fault> skip(std::uint64_t last_batch);
    /// Hands out every batch as it's stored.
    Result<void, io::Fault> walk(std::uint64_t last_batch, const TakeBatch& take);

    /// The next few batches, a few megabytes of facts, for who reads them later; none at the end.
    Result<std::vector<JournalBatch>, io::Fault> take_out(std::uint64_t last_batch);
    /// The facts of a batch as lines.
    static Result<std::string, io::Fault> lines_of(const JournalBatch& batch);
    /// Hands the facts of a batch, in order, to `take`.
    static Result<void, io::Fault> read_facts(const JournalBatch& batch, const TakeFact& take);

    /// The number of the newest batch that is durable now.
    Result<std::uint64_t, io::Fault> newest_batch();
    /// Where the journal ended with this batch, by its row alone; nothing if there is none.
    Result<std::optional<JournalEnd>, io::Fault> find(std::uint64_t batch);
    /// Goes on from here without a look at what lies before. `end` is one that find() gave, or the
    /// beginning.
    void start_from(const JournalEnd& end) {
        end_ = end;
        bytes_passed_ = 0;
    }

    /// Makes one batch durable: `lines` are its facts, a line of JSON each. When it returns the
    /// facts are on the disk. If it fails or never returns they are there whole or not at all, and
    /// only a new open() and replay() can tell which.
    Result<void, io::Fault> append(std::uint64_t last_seq, std::string_view lines);

    /// The same of facts as a row of any journal has them stored: lines, or a frame of them.
    Result<void, io::Fault> append_stored(std::uint64_t last_seq, std::string_view facts);

    /// How long SQLite's log was after the last append, since it was last begun anew.
    int pages_in_log() const { return database_.pages_in_log(); }

    /// Moves SQLite's log into the database; see io::SqliteDatabase::checkpoint.
    Result<bool, io::Fault> checkpoint() { return database_.checkpoint(); }

    /// Makes durable what was read, before anything is built on it: what a failed process left
    /// behind may be in the system's cache only. For a journal that was found whole; see
    /// io::SqliteDatabase::settle. Faults: in_use (after ten seconds of waiting for a reader),
    /// unavailable.
    Result<void, io::Fault> settle();

    /// Fails where the file's name doesn't lead to the file that is open: what is written there
    /// would be lost with the process.
    Result<void, io::Fault> check_name() { return database_.check_name(); }

    /// Lets the close move SQLite's log into the database and remove it: for a journal that was
    /// found whole and written without a fault. Any other is left as it is.
    void tidy_on_close() { database_.tidy_on_close(); }

    // Of a backup that is being filled, in the same transaction as its rows.
    Result<void, io::Fault> add_side_record(const SideRecord& record) {
        return write_side_row(database_, record);
    }
    Result<void, io::Fault> seal(const EndMark& mark) { return write_end_mark(database_, mark); }
    /// Ends the filling of a copy and syncs it. Its folder must still be synced.
    Result<void, io::Fault> finish_copy();

    /// A backup's end mark; nothing if it was made before there was one. Faults: corrupt.
    Result<std::optional<EndMark>, io::Fault> end_mark() { return read_end_mark(database_); }
    /// A backup's side records behind this name, a page of them.
    Result<std::vector<SideRecord>, io::Fault> side_records(std::string_view after) {
        return read_side_rows(database_, {}, after, SideRecords::kPage);
    }
    /// Has SQLite look at every page, for a file that no mark vouches for. Faults: corrupt.
    Result<void, io::Fault> check_pages() { return database_.check_pages(); }

    const JournalEnd& end() const { return end_; }
    /// How many bytes of facts, as lines, were gone along or appended so far.
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
