#pragma once

#include "base/result.h"
#include "domain/facts.h"
#include "io/fault.h"
#include "io/sha256.h"
#include "io/sqlite.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::store::embedded {

/// Where a journal ends.
struct JournalEnd {
    std::uint64_t batch = 0;
    std::uint64_t last_seq = 0;
    io::Sha256Digest hash{};

    friend bool operator==(const JournalEnd&, const JournalEnd&) = default;
};

/// The journal: batches of facts in an SQLite database, one row a batch, each row with a SHA-256
/// over itself and the row before. The format, and what each kind of damage leads to, stands in
/// docs/journal.md. Rows are only ever added. One thread at a time.
class Journal {
public:
    struct Options {
        bool read_only = false;
        /// The name of an SQLite VFS; the system's if empty.
        std::string vfs;
    };

    static Result<Journal, io::Fault> open(const std::filesystem::path& file, Options options);

    /// Hands every fact in order to `take`, up to `last_batch` if given, checking the chain on the
    /// way. Faults: corrupt (the message names the batch), unavailable. After a full replay the
    /// journal is ready to append.
    Result<void, io::Fault> replay(
        const std::function<void(const domain::Fact&)>& take,
        std::optional<std::uint64_t> last_batch = {}
    );
    /// The number of the newest batch that is durable now.
    Result<std::uint64_t, io::Fault> newest_batch();

    /// Makes one batch durable: `facts` are lines of JSON. When it returns the facts are on the
    /// disk. If it fails or never returns they are there whole or not at all, and only a new open()
    /// and replay() can tell which.
    Result<void, io::Fault> append(std::uint64_t last_seq, std::string_view facts);

    /// Moves SQLite's log into the database; see io::SqliteDatabase::checkpoint.
    Result<int, io::Fault> checkpoint() { return database_.checkpoint(); }

    /// Lets the close move SQLite's log into the database and remove it: for a journal that was
    /// found whole and written without a fault. Any other is left as it is.
    void tidy_on_close() { database_.tidy_on_close(); }

    const JournalEnd& end() const { return end_; }

private:
    Journal(
        io::SqliteDatabase database,
        io::SqliteStatement insert,
        io::SqliteStatement select,
        io::SqliteStatement newest
    );
    Result<void, io::Fault> check_row(io::SqliteStatement& row);
    Result<void, io::Fault> take_lines(
        std::string_view lines,
        std::uint64_t last_seq,
        const std::function<void(const domain::Fact&)>& take
    ) const;
    io::Sha256Digest hash_of(
        std::uint64_t batch,
        std::uint64_t first_seq,
        std::uint64_t last_seq,
        std::string_view facts
    );

    io::SqliteDatabase database_;
    io::SqliteStatement insert_;
    io::SqliteStatement select_;
    io::SqliteStatement newest_;
    std::unique_ptr<io::Sha256> sha_ = std::make_unique<io::Sha256>();
    JournalEnd end_;
};

}  // namespace frontrow::store::embedded
