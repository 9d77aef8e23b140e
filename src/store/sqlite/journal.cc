#include "store/sqlite/journal.h"

#include "base/check.h"
#include "store/engine/frame.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace frontrow::store::sqlite {
namespace {

using io::Fault;
using io::FaultKind;
using io::SqliteDatabase;
using Mode = io::SqliteDatabase::Mode;

/// In the first format the facts of every row are text.
constexpr auto kFirstFormat = 1;
constexpr auto kFormat = 2;

// The row's number is the rowid, so an append touches only the last leaf.
constexpr auto kSchema = R"sql(
BEGIN;
CREATE TABLE IF NOT EXISTS journal (
    batch     INTEGER PRIMARY KEY,
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    facts     ANY NOT NULL,
    hash      BLOB NOT NULL
) STRICT;
PRAGMA user_version=2;
COMMIT;
)sql";

constexpr auto kInsert =
    "INSERT INTO journal (batch, first_seq, last_seq, facts, hash) VALUES (?1, ?2, ?3, ?4, ?5)";
constexpr auto kSelect =
    "SELECT batch, first_seq, last_seq, facts, hash FROM journal WHERE batch > ?1 ORDER BY batch "
    "LIMIT 256";
constexpr auto kFind = "SELECT last_seq, hash FROM journal WHERE batch = ?1";
/// About how many bytes one statement reads.
constexpr std::size_t kStatementBytes = 2 << 20;
/// More batches than the log can hold: it has some hundred pages, and each commit writes at least
/// one.
constexpr std::uint64_t kBatchesInLog = 1'024;
/// How long a start waits for a reader in the middle of a statement.
constexpr std::chrono::seconds kReaderPatience{10};
constexpr auto kNewest = "SELECT coalesce(max(batch), 0) FROM journal";

std::unexpected<Fault> corrupt(std::uint64_t batch, const std::string& why) {
    return std::unexpected(Fault{
        FaultKind::corrupt,
        "the journal is damaged at batch " + std::to_string(batch) + ": " + why +
            "; nothing was changed, restore a backup",
    });
}

/// With WAL and FULL a commit is on the disk when it returns. The Committer moves the log into the
/// database, outside the commits.
Result<void, Fault> prepare_for_writing(SqliteDatabase& database) {
    for (const auto* sql : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"}) {
        if (auto done = database.execute(sql); !done) return done;
    }
    database.take_over_checkpoints();
    return {};
}

/// A copy is synced as a whole at its end; until then there is nothing to protect.
Result<void, Fault> prepare_for_copying(SqliteDatabase& database) {
    for (const auto* sql : {"PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "BEGIN"}) {
        if (auto done = database.execute(sql); !done) return done;
    }
    return {};
}

Result<std::int64_t, Fault> read_integer(SqliteDatabase& database, std::string_view sql) {
    auto statement = database.prepare(sql);
    if (!statement) return std::unexpected(statement.error());
    auto row = statement->step();
    if (!row) return std::unexpected(row.error());
    return *row ? statement->integer(0) : 0;
}

/// Returns the journal's format. A new file gets its table before it has a log. So a journal with a
/// broken log looks like one that ends early, and not like a new file that may be overwritten.
Result<std::int64_t, Fault> find_format(SqliteDatabase& database, bool read_only) {
    auto version = read_integer(database, "PRAGMA user_version");
    if (!version) return version;
    if (*version >= kFirstFormat && *version <= kFormat) return version;
    if (*version == 0 && !read_only) {
        if (auto made = database.execute(kSchema); !made) return std::unexpected(made.error());
        return kFormat;
    }
    return std::unexpected(Fault{
        // Any other program's database has format 0.
        *version == 0 ? FaultKind::corrupt : FaultKind::unavailable,
        "the journal has format " + std::to_string(*version) + " and this frontrow reads formats " +
            std::to_string(kFirstFormat) + " to " + std::to_string(kFormat),
    });
}

Result<void, Fault> refuse_backup(SqliteDatabase& database) {
    const auto is_backup = has_end_mark_table(database);
    if (!is_backup) return std::unexpected(is_backup.error());
    if (!*is_backup) return {};
    return std::unexpected(Fault{
        FaultKind::unavailable,
        "a backup lies in the journal's place; `frontrow restore` checks that it's complete and "
        "makes "
        "a data folder from it",
    });
}

/// The length of the facts as lines. For a frame, the length that the frame states.
std::uint64_t line_bytes(std::string_view facts) {
    return io::zstd_content_bytes(facts).value_or(facts.size());
}

std::array<std::uint8_t, 24> big_endian(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    std::array<std::uint8_t, 24> bytes;
    auto out = bytes.begin();
    for (const auto number : {a, b, c}) {
        for (int shift = 56; shift >= 0; shift -= 8)
            *out++ = static_cast<std::uint8_t>(number >> shift);
    }
    return bytes;
}

}  // namespace

Journal::Journal(
    std::int64_t format,
    SqliteDatabase database,
    io::SqliteStatement insert,
    io::SqliteStatement select,
    io::SqliteStatement newest
)
    : format_{format},
      database_{std::move(database)},
      insert_{std::move(insert)},
      select_{std::move(select)},
      newest_{std::move(newest)} {
}

Result<Journal, Fault> Journal::open(const std::filesystem::path& file, Options options) {
    auto database = SqliteDatabase::open(
        file, options.read_only ? Mode::read_only : Mode::read_write_create, options.vfs
    );
    if (!database) return std::unexpected(database.error());
    if (options.read_only && options.is_backup) {
        // SQLite reads nothing from a file that is shorter than its header says. With this pragma
        // it reads what is there, so that the end mark tells what is missing.
        if (auto set = database->execute("PRAGMA writable_schema=ON"); !set)
            return std::unexpected(set.error());
    }
    const auto format = find_format(*database, options.read_only);
    if (!format) return std::unexpected(format.error());
    if (!options.is_backup) {
        if (auto none = refuse_backup(*database); !none) return std::unexpected(none.error());
    }
    if (!options.read_only) {
        const auto ready =
            options.is_copy ? prepare_for_copying(*database) : prepare_for_writing(*database);
        if (!ready) return std::unexpected(ready.error());
    }
    if (options.is_copy && options.is_backup) {
        if (auto made = make_end_mark_table(*database); !made) return std::unexpected(made.error());
        if (auto made = make_side_table(*database); !made) return std::unexpected(made.error());
    }
    auto insert = database->prepare(kInsert);
    if (!insert) return std::unexpected(insert.error());
    auto select = database->prepare(kSelect);
    if (!select) return std::unexpected(select.error());
    auto newest = database->prepare(kNewest);
    if (!newest) return std::unexpected(newest.error());
    return Journal{
        *format, std::move(*database), std::move(*insert), std::move(*select), std::move(*newest)
    };
}

Result<SqliteDatabase, Fault>
Journal::open_log_mover(const std::filesystem::path& file, const std::string& vfs) {
    auto database = SqliteDatabase::open(file, Mode::read_write, vfs);
    if (!database) return database;
    if (auto opened = database->checkpoint(); !opened) return std::unexpected(opened.error());
    return database;
}

Result<std::uint64_t, Fault> Journal::newest_batch() {
    auto row = newest_.step();
    const auto batch = row && *row ? static_cast<std::uint64_t>(newest_.integer(0)) : 0;
    newest_.reset();
    if (!row) return std::unexpected(row.error());
    return batch;
}

Result<std::optional<JournalEnd>, Fault> Journal::find(std::uint64_t batch) {
    auto statement = database_.prepare(kFind);
    if (!statement) return std::unexpected(statement.error());
    statement->bind(1, static_cast<std::int64_t>(batch));
    const auto row = statement->step();
    if (!row) return std::unexpected(row.error());
    JournalEnd end{.batch = batch};
    if (!*row || statement->blob(1).size() != end.hash.size()) return std::nullopt;
    end.last_seq = static_cast<std::uint64_t>(statement->integer(0));
    std::ranges::copy(statement->blob(1), end.hash.begin());
    return end;
}

Result<void, Fault> Journal::replay(const TakeFact& take, std::uint64_t last_batch) {
    return walk(last_batch, [&](const JournalBatch& row) { return read_facts(row, take); });
}

Result<bool, Fault> Journal::replay_some(const TakeFact& take) {
    return walk_some(kToTheEnd, [&](const JournalBatch& row) { return read_facts(row, take); });
}

Result<void, Fault> Journal::skip(std::uint64_t last_batch) {
    return walk(last_batch, [](const JournalBatch&) { return Result<void, Fault>{}; });
}

Result<void, Fault> Journal::walk(std::uint64_t last_batch, const TakeBatch& take) {
    for (;;) {
        const auto is_any = walk_some(last_batch, take);
        if (!is_any) return std::unexpected(is_any.error());
        if (!*is_any) return {};
    }
}

Result<bool, Fault> Journal::walk_some(std::uint64_t last_batch, const TakeBatch& take) {
    const auto batches = read_rows(last_batch);
    if (!batches) return std::unexpected(batches.error());
    for (const auto& batch : *batches) {
        if (auto checked = check_row(batch); !checked) return std::unexpected(checked.error());
        if (auto taken = take(batch); !taken) return std::unexpected(taken.error());
    }
    return !batches->empty();
}

Result<std::vector<JournalBatch>, Fault> Journal::take_out(std::uint64_t last_batch) {
    auto batches = read_rows(last_batch);
    if (!batches) return batches;
    for (const auto& batch : *batches) {
        if (auto checked = check_row(batch); !checked) return std::unexpected(checked.error());
    }
    return batches;
}

// A statement reads at most 256 rows and a few megabytes, and ends before the rows are processed.
// So even a slow reader beside a running server doesn't hold back checkpoints.
Result<std::vector<JournalBatch>, Fault> Journal::read_rows(std::uint64_t last_batch) {
    if (end_.batch >= last_batch) return std::vector<JournalBatch>{};
    std::vector<JournalBatch> rows;
    select_.bind(1, static_cast<std::int64_t>(end_.batch));
    for (std::size_t bytes = 0; bytes < kStatementBytes;) {
        const auto row = select_.step();
        if (!row && rows.empty()) {
            select_.reset();
            return std::unexpected(row.error());
        }
        // Returns the rows before a damaged page; the next statement starts with the page and
        // reports it.
        if (!row || !*row) break;
        const auto hash = select_.blob(4);
        rows.push_back({
            .batch = static_cast<std::uint64_t>(select_.integer(0)),
            .first_seq = static_cast<std::uint64_t>(select_.integer(1)),
            .last_seq = static_cast<std::uint64_t>(select_.integer(2)),
            .facts = std::string{select_.text(3)},
            .hash = {hash.begin(), hash.end()},
        });
        bytes += line_bytes(rows.back().facts);
    }
    select_.reset();
    rows.resize(std::min<std::uint64_t>(rows.size(), last_batch - end_.batch));
    return rows;
}

Result<void, Fault> Journal::check_row(const JournalBatch& row) {
    if (row.batch != end_.batch + 1) return corrupt(end_.batch + 1, "it is missing");
    if (row.first_seq != end_.last_seq + 1 || row.last_seq < row.first_seq)
        return corrupt(row.batch, "its facts don't follow the previous batch's");
    const auto hash = hash_of(row.batch, row.first_seq, row.last_seq, row.facts);
    if (!std::ranges::equal(hash, row.hash))
        return corrupt(row.batch, "its content doesn't match its hash");
    end_ = JournalEnd{row.batch, row.last_seq, hash};
    bytes_passed_ += line_bytes(row.facts);
    return {};
}

Result<std::string, Fault> Journal::lines_of(const JournalBatch& batch) {
    if (!io::is_zstd_frame(batch.facts)) return batch.facts;
    auto lines = io::zstd_decompress(batch.facts, kFactsBytesMax);
    if (!lines) return corrupt(batch.batch, "its facts can't be decompressed");
    return std::move(*lines);
}

Result<void, Fault> Journal::read_facts(const JournalBatch& batch, const TakeFact& take) {
    const auto stored = lines_of(batch);
    if (!stored) return std::unexpected(stored.error());
    auto last_seq = batch.first_seq - 1;
    const auto read = engine::read_lines(*stored, batch.first_seq, [&](domain::Fact&& fact) {
        last_seq = fact.seq;
        take(std::move(fact));
    });
    if (!read) return corrupt(batch.batch, read.error().what);
    if (last_seq != batch.last_seq)
        return corrupt(batch.batch, "it has fewer facts than its numbers say");
    return {};
}

Result<void, Fault> Journal::append(std::uint64_t last_seq, std::string_view lines) {
    CHECK(last_seq > end_.last_seq && !lines.empty() && lines.back() == '\n');
    if (format_ == kFirstFormat) return append_stored(last_seq, lines);
    if (lines.size() > kFactsBytesMax) {
        return std::unexpected(Fault{
            FaultKind::unavailable,
            "a batch of " + std::to_string(lines.size()) + " bytes is too large for the journal",
        });
    }
    return append_stored(last_seq, compressor_.compress(lines));
}

// Syncs by the connection that wrote: a descriptor opened later may not be told of a failed write.
Result<void, Fault> Journal::finish_copy() {
    if (auto done = database_.execute("COMMIT"); !done) return done;
    return database_.sync();
}

/// Checks again those batches that settle() may have rewritten. They differ from what was read
/// before if the system has dropped the only good copy of a page since then.
Result<void, Fault> Journal::prove_newest() {
    // Otherwise SQLite would return the pages that it has read before.
    if (auto dropped = database_.execute("PRAGMA shrink_memory"); !dropped) return dropped;
    const auto proven = end_;
    const auto bytes = bytes_passed_;
    const auto first = proven.batch - std::min(proven.batch, kBatchesInLog);
    JournalEnd before;
    if (first > 0) {
        const auto found = find(first);
        if (!found) return std::unexpected(found.error());
        if (!*found) return corrupt(first, "it is missing");
        before = **found;
    }
    start_from(before);
    if (auto whole = skip(proven.batch); !whole) return whole;
    if (end_ != proven) return corrupt(end_.batch + 1, "it is missing");
    bytes_passed_ = bytes;
    return {};
}

Result<void, Fault> Journal::settle() {
    auto settled = database_.settle(kReaderPatience);
    if (!settled && settled.error().kind == FaultKind::in_use) {
        settled.error().what =
            "the journal's log can't be moved into the database, because another process has been "
            "reading it for " +
            std::to_string(kReaderPatience.count()) +
            " s: end that process (fuser journal.db names it), and start again";
    }
    if (!settled) return settled;
    auto proven = prove_newest();
    if (!proven && proven.error().kind == FaultKind::corrupt) {
        proven.error().what =
            "the system lost pages of the journal after they were read and before they were "
            "durable: restore a backup";
    }
    return proven;
}

Result<void, Fault> Journal::append_stored(std::uint64_t last_seq, std::string_view facts) {
    const auto batch = end_.batch + 1;
    const auto first_seq = end_.last_seq + 1;
    const auto hash = hash_of(batch, first_seq, last_seq, facts);
    insert_.bind(1, static_cast<std::int64_t>(batch));
    insert_.bind(2, static_cast<std::int64_t>(first_seq));
    insert_.bind(3, static_cast<std::int64_t>(last_seq));
    if (io::is_zstd_frame(facts)) {
        insert_.bind_blob(4, facts);
    } else {
        insert_.bind_text(4, facts);
    }
    insert_.bind(5, hash);
    auto done = insert_.step();
    insert_.reset();
    if (!done) return std::unexpected(done.error());
    end_ = JournalEnd{batch, last_seq, hash};
    bytes_passed_ += line_bytes(facts);
    return {};
}

io::Sha256Digest Journal::hash_of(
    std::uint64_t batch,
    std::uint64_t first_seq,
    std::uint64_t last_seq,
    std::string_view facts
) {
    sha_->update(std::span<const std::uint8_t>{end_.hash});
    sha_->update(std::span<const std::uint8_t>{big_endian(batch, first_seq, last_seq)});
    sha_->update(facts);
    return sha_->finish();
}

}  // namespace frontrow::store::sqlite
