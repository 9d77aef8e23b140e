#include "store/embedded/journal.h"

#include "base/check.h"
#include "wire/fact_json.h"

#include <algorithm>
#include <array>

namespace frontrow::store::embedded {
namespace {

using io::Fault;
using io::FaultKind;
using io::SqliteDatabase;
using Mode = io::SqliteDatabase::Mode;

constexpr auto kFormat = 1;

// The row's number is the rowid, so that appending touches the last leaf alone.
constexpr auto kSchema = R"sql(
BEGIN;
CREATE TABLE IF NOT EXISTS journal (
    batch     INTEGER PRIMARY KEY,
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    facts     TEXT NOT NULL,
    hash      BLOB NOT NULL
) STRICT;
PRAGMA user_version=1;
COMMIT;
)sql";

constexpr auto kInsert =
    "INSERT INTO journal (batch, first_seq, last_seq, facts, hash) VALUES (?1, ?2, ?3, ?4, ?5)";
constexpr auto kSelect =
    "SELECT batch, first_seq, last_seq, facts, hash FROM journal WHERE batch > ?1 ORDER BY batch "
    "LIMIT 256";
/// What one statement of a replay reads, about.
constexpr std::size_t kStatementBytes = 2 << 20;
constexpr auto kNewest = "SELECT coalesce(max(batch), 0) FROM journal";

std::unexpected<Fault> corrupt(std::uint64_t batch, const std::string& why) {
    return std::unexpected(Fault{
        FaultKind::corrupt,
        "the journal is damaged at batch " + std::to_string(batch) + ": " + why +
            "; nothing was changed, restore a backup",
    });
}

/// WAL and FULL: a commit is on the disk when it returns. The log is moved into the database by the
/// Committer, outside the commits.
Result<void, Fault> prepare_for_writing(SqliteDatabase& database) {
    for (const auto* sql :
         {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=0"}) {
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

/// A new file is given its table before it has a log: a journal whose log is broken is then one
/// that ends early, and not one to be made anew over what can still be saved.
Result<void, Fault> check_format(SqliteDatabase& database, bool read_only) {
    auto version = read_integer(database, "PRAGMA user_version");
    if (!version) return std::unexpected(version.error());
    if (*version == kFormat) return {};
    if (*version == 0 && !read_only) return database.execute(kSchema);
    return std::unexpected(Fault{
        FaultKind::unavailable,
        "the journal has format " + std::to_string(*version) + " and this frontrow reads format " +
            std::to_string(kFormat),
    });
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
    SqliteDatabase database,
    io::SqliteStatement insert,
    io::SqliteStatement select,
    io::SqliteStatement newest
)
    : database_{std::move(database)},
      insert_{std::move(insert)},
      select_{std::move(select)},
      newest_{std::move(newest)} {
}

Result<Journal, Fault> Journal::open(const std::filesystem::path& file, Options options) {
    auto database = SqliteDatabase::open(
        file, options.read_only ? Mode::read_only : Mode::read_write_create, options.vfs
    );
    if (!database) return std::unexpected(database.error());
    if (auto format = check_format(*database, options.read_only); !format)
        return std::unexpected(format.error());
    if (!options.read_only) {
        if (auto ready = prepare_for_writing(*database); !ready)
            return std::unexpected(ready.error());
    }
    auto insert = database->prepare(kInsert);
    if (!insert) return std::unexpected(insert.error());
    auto select = database->prepare(kSelect);
    if (!select) return std::unexpected(select.error());
    auto newest = database->prepare(kNewest);
    if (!newest) return std::unexpected(newest.error());
    return Journal{
        std::move(*database), std::move(*insert), std::move(*select), std::move(*newest)
    };
}

Result<std::uint64_t, Fault> Journal::newest_batch() {
    auto row = newest_.step();
    const auto batch = row && *row ? static_cast<std::uint64_t>(newest_.integer(0)) : 0;
    newest_.reset();
    if (!row) return std::unexpected(row.error());
    return batch;
}

// Rows are read in short statements, of at most 256 and a few megabytes, so that a long replay
// beside a running server doesn't hold back its checkpoints for long.
Result<void, Fault> Journal::replay(
    const std::function<void(const domain::Fact&)>& take,
    std::optional<std::uint64_t> last_batch
) {
    end_ = JournalEnd{};
    for (bool more = true; more;) {
        more = false;
        std::size_t bytes = 0;
        select_.bind(1, static_cast<std::int64_t>(end_.batch));
        for (;;) {
            auto row = select_.step();
            if (!row) return std::unexpected(row.error());
            if (!*row || (last_batch && end_.batch >= *last_batch)) break;
            const auto before = end_.last_seq;
            if (auto checked = check_row(select_); !checked) return checked;
            CHECK(end_.last_seq > before);
            const auto lines = select_.text(3);
            if (auto taken = take_lines(lines, before, take); !taken) return taken;
            more = true;
            bytes += lines.size();
            if (bytes >= kStatementBytes) break;
        }
        select_.reset();
    }
    return {};
}

Result<void, Fault> Journal::check_row(io::SqliteStatement& row) {
    const auto batch = static_cast<std::uint64_t>(row.integer(0));
    const auto first_seq = static_cast<std::uint64_t>(row.integer(1));
    const auto last_seq = static_cast<std::uint64_t>(row.integer(2));
    if (batch != end_.batch + 1) return corrupt(end_.batch + 1, "it is missing");
    if (first_seq != end_.last_seq + 1 || last_seq < first_seq)
        return corrupt(batch, "its facts don't follow those before");
    const auto hash = hash_of(batch, first_seq, last_seq, row.text(3));
    if (!std::ranges::equal(hash, row.blob(4)))
        return corrupt(batch, "its content doesn't match its hash");
    end_ = JournalEnd{batch, last_seq, hash};
    return {};
}

Result<void, Fault> Journal::take_lines(
    std::string_view lines,
    std::uint64_t last_seq,
    const std::function<void(const domain::Fact&)>& take
) const {
    while (!lines.empty()) {
        const auto line_end = std::min(lines.find('\n'), lines.size() - 1);
        const auto fact = wire::parse_fact(lines.substr(0, line_end));
        if (!fact) {
            const auto& why = fact.error().fields.front();
            return corrupt(
                end_.batch,
                "fact " + std::to_string(last_seq + 1) + ": " + why.field + " " + why.message
            );
        }
        if (fact->seq != ++last_seq) return corrupt(end_.batch, "its facts are out of order");
        take(*fact);
        lines.remove_prefix(line_end + 1);
    }
    if (last_seq != end_.last_seq) return corrupt(end_.batch, "it has fewer facts than it says");
    return {};
}

Result<void, Fault> Journal::append(std::uint64_t last_seq, std::string_view facts) {
    CHECK(last_seq > end_.last_seq && !facts.empty() && facts.back() == '\n');
    const auto batch = end_.batch + 1;
    const auto first_seq = end_.last_seq + 1;
    const auto hash = hash_of(batch, first_seq, last_seq, facts);
    insert_.bind(1, static_cast<std::int64_t>(batch));
    insert_.bind(2, static_cast<std::int64_t>(first_seq));
    insert_.bind(3, static_cast<std::int64_t>(last_seq));
    insert_.bind_text(4, facts);
    insert_.bind(5, hash);
    auto done = insert_.step();
    insert_.reset();
    if (!done) return std::unexpected(done.error());
    end_ = JournalEnd{batch, last_seq, hash};
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

}  // namespace frontrow::store::embedded
