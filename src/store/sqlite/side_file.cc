#include "store/sqlite/side_file.h"

#include "io/file.h"
#include "store/sqlite/backup_file.h"
#include "store/sqlite/side_rows.h"

#include <chrono>
#include <fcntl.h>
#include <limits>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace frontrow::store::sqlite {
namespace {

namespace fs = std::filesystem;
using io::Fault;
using io::FaultKind;
using io::SqliteDatabase;
using SqliteMode = io::SqliteDatabase::Mode;

constexpr auto kSideFormat = 1;
constexpr auto kBesideRecords = R"sql(
CREATE TABLE last_version (version INTEGER NOT NULL) STRICT;
INSERT INTO last_version VALUES (0);
CREATE TABLE task_leases (name TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT;
PRAGMA user_version=1;
)sql";

constexpr auto kNextVersion = "UPDATE last_version SET version = version + 1 RETURNING version";
constexpr auto kSetVersion = "UPDATE last_version SET version = ?1";
constexpr auto kLastVersion = "SELECT version FROM last_version";
constexpr auto kEraseRow = "DELETE FROM side_records WHERE name = ?1";
constexpr auto kLeaseNumber = "SELECT number FROM task_leases WHERE name = ?1";
constexpr auto kRemains = "PRAGMA application_id";
constexpr auto kTakeTask =
    "INSERT INTO task_leases VALUES (?1, 1)"
    " ON CONFLICT (name) DO UPDATE SET number = number + 1 RETURNING number";

/// A file up to this size (1 MiB) is rewritten at each erasure, which takes some milliseconds.
constexpr std::uint64_t kPagesRewrittenAtOnce = 256;
constexpr auto kAnyPages = std::numeric_limits<std::uint64_t>::max();
/// The log is emptied when it has this many pages.
constexpr int kLogPagesMax = 256;
/// How long an erasure and a start wait for a reader in the middle of a statement.
constexpr std::chrono::seconds kChangePatience{1};
constexpr std::chrono::seconds kStartPatience{10};
/// How long a change waits for another process's change.
constexpr std::chrono::seconds kTurnPatience{5};

fs::path lock_of(const fs::path& file) {
    return file.string() + ".lock";
}

Fault about_side(const fs::path& file, Fault fault) {
    fault.what = "can't use " + file.string() + ": " + fault.what;
    return fault;
}

/// The first column of the first row as a number; 0 if there is no row.
template <class Bind>
Result<std::uint64_t, Fault>
read_number(SqliteDatabase& database, std::string_view sql, Bind bind) {
    auto statement = database.prepare(sql);
    if (!statement) return std::unexpected(statement.error());
    bind(*statement);
    const auto row = statement->step();
    if (!row) return std::unexpected(row.error());
    const auto number = *row ? static_cast<std::uint64_t>(statement->integer(0)) : 0;
    // A statement that returns rows has completed only after its last step.
    if (*row) {
        if (const auto rest = statement->step(); !rest) return std::unexpected(rest.error());
    }
    return number;
}

auto with_name(std::string_view name) {
    return [name](io::SqliteStatement& statement) { statement.bind_text(1, name); };
}

constexpr auto kWithNothing = [](io::SqliteStatement&) {};

/// Keeps other users from reading the file, whatever the umask. SQLite gives the log the same mode.
Result<void, Fault> make_private(const fs::path& file) {
    const int made = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    const bool is_private = made >= 0 && ::fchmod(made, 0600) == 0;
    if (made >= 0) ::close(made);
    if (is_private) return {};
    return std::unexpected(Fault{FaultKind::unavailable, "it can't be made private to its user"});
}

Result<void, Fault> make_tables(SqliteDatabase& database) {
    if (auto begun = database.execute("BEGIN IMMEDIATE"); !begun) return begun;
    if (auto made = make_side_table(database); !made) return made;
    return database.execute(kBesideRecords);
}

/// The tables exist once the open transaction is committed.
Result<void, Fault> prepare_to_fill(SqliteDatabase& database) {
    for (const auto* sql : {"PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF"}) {
        if (auto done = database.execute(sql); !done) return done;
    }
    return make_tables(database);
}

/// True if the log can be emptied later: when a reader ends or the disk has space.
bool can_wait(const Fault& fault) {
    return fault.kind == FaultKind::in_use || fault.kind == FaultKind::storage_low;
}

Result<void, Fault> check_format(std::uint64_t version) {
    if (version == kSideFormat) return {};
    return std::unexpected(Fault{
        FaultKind::unavailable,
        "it has format " + std::to_string(version) + " and this frontrow reads format " +
            std::to_string(kSideFormat)
    });
}

/// Refuses an empty file. Our files always have content, so an empty one is another program's, or
/// was one of ours and has lost its content.
Result<void, Fault> refuse_empty(const fs::path& file) {
    if (auto whole = SqliteDatabase::refuse_log_alone(file); !whole) return whole;
    std::error_code is_missing;
    if (fs::file_size(file, is_missing) > 0 || is_missing) return {};
    return std::unexpected(
        Fault{FaultKind::corrupt, "the file is empty; nothing was changed, restore a backup"}
    );
}

bool is_there(const fs::path& file) {
    std::error_code ignored;
    return fs::exists(fs::symlink_status(file, ignored));
}

/// Creates the file under another name, and renames it once it is complete.
Result<void, Fault> make_first(const fs::path& file) {
    const UnfinishedFile unfinished{file.string() + ".new"};
    {
        auto first = SideFile::make_copy(unfinished.path());
        if (!first) return std::unexpected(first.error());
        if (auto finished = first->finish_copy(0); !finished) return finished;
    }
    return io::publish(unfinished.path(), file, io::IfThere::refuse);
}

// SQLite overwrites removed records with zeros (secure_delete), but not the copies that it left
// behind when it moved records between pages. Only VACUUM removes those copies. While the file may
// contain such copies, its application_id is 1.

Result<void, Fault> note_remains(SqliteDatabase& database) {
    const auto noted = read_number(database, kRemains, kWithNothing);
    if (!noted) return std::unexpected(noted.error());
    return *noted > 0 ? Result<void, Fault>{} : database.execute("PRAGMA application_id=1");
}

/// If note_remains() has noted leftover copies of erased records and the file has at most
/// `pages_max` pages, removes them by VACUUM. If the disk is full, the copies and the note stay,
/// for a later try.
Result<void, Fault> forget_remains(SqliteDatabase& database, std::uint64_t pages_max) {
    const auto noted = read_number(database, kRemains, kWithNothing);
    if (!noted) return std::unexpected(noted.error());
    const auto pages = read_number(database, "PRAGMA page_count", kWithNothing);
    if (!pages) return std::unexpected(pages.error());
    if (*noted == 0 || *pages > pages_max) return {};
    auto rewritten = database.execute("VACUUM");
    if (!rewritten && rewritten.error().kind == FaultKind::storage_low) return {};
    return rewritten ? database.execute("PRAGMA application_id=0") : rewritten;
}

Result<void, Fault> prepare_to_write(SqliteDatabase& database, std::uint64_t pages_rewritten_max) {
    for (const auto* sql :
         {"PRAGMA secure_delete=ON",
          // A temporary file elsewhere could contain data that is erased here.
          "PRAGMA temp_store=MEMORY",
          "PRAGMA journal_mode=WAL",
          "PRAGMA synchronous=FULL"}) {
        if (auto done = database.execute(sql); !done) return done;
    }
    database.take_over_checkpoints();
    const auto version = read_number(database, "PRAGMA user_version", kWithNothing);
    if (!version) return std::unexpected(version.error());
    if (auto known = check_format(*version); !known) return known;
    if (auto settled = database.settle(kStartPatience); !settled) return settled;
    if (auto forgotten = forget_remains(database, pages_rewritten_max); !forgotten)
        return forgotten;
    return database.settle(kStartPatience);
}

}  // namespace

Result<SideFile, Fault> SideFile::open(const fs::path& file, const std::string& vfs) {
    return open_to_write(file, vfs, kAnyPages);
}

Result<SideFile, Fault> SideFile::open_beside(const fs::path& file) {
    return open_to_write(file, {}, kPagesRewrittenAtOnce);
}

Result<SideFile, Fault> SideFile::open_to_write(
    const fs::path& file,
    const std::string& vfs,
    std::uint64_t pages_rewritten_max
) {
    if (auto whole = refuse_empty(file); !whole)
        return std::unexpected(about_side(file, whole.error()));
    auto lock = io::FileLock::open(lock_of(file));
    if (!lock) return std::unexpected(about_side(file, lock.error()));
    const auto turn = lock->take(kStartPatience);
    if (!turn) return std::unexpected(about_side(file, turn.error()));
    if (!is_there(file)) {
        if (auto made = make_first(file); !made)
            return std::unexpected(about_side(file, made.error()));
    }
    if (auto made = make_private(file); !made)
        return std::unexpected(about_side(file, made.error()));
    auto database = SqliteDatabase::open(file, SqliteMode::read_write, vfs);
    if (!database) return std::unexpected(about_side(file, database.error()));
    if (auto ready = prepare_to_write(*database, pages_rewritten_max); !ready)
        return std::unexpected(about_side(file, ready.error()));
    SideFile side{std::move(*database)};
    side.lock_.emplace(std::move(*lock));
    side.pages_rewritten_max_ = pages_rewritten_max;
    return side;
}

Result<SideFile, Fault> SideFile::make_copy(const fs::path& file) {
    if (auto made = make_private(file); !made)
        return std::unexpected(about_side(file, made.error()));
    auto database = SqliteDatabase::open(file, SqliteMode::read_write);
    if (!database) return std::unexpected(about_side(file, database.error()));
    if (auto ready = prepare_to_fill(*database); !ready)
        return std::unexpected(about_side(file, ready.error()));
    return SideFile{std::move(*database)};
}

Result<std::optional<SideFile>, Fault> SideFile::open_to_read(const fs::path& file) {
    if (auto whole = refuse_empty(file); !whole)
        return std::unexpected(about_side(file, whole.error()));
    if (!is_there(file)) return std::nullopt;
    auto database = SqliteDatabase::open(file, SqliteMode::read_only);
    if (!database) return std::unexpected(about_side(file, database.error()));
    const auto version = read_number(*database, "PRAGMA user_version", kWithNothing);
    if (!version) return std::unexpected(about_side(file, version.error()));
    if (auto known = check_format(*version); !known)
        return std::unexpected(about_side(file, known.error()));
    return SideFile{std::move(*database)};
}

Result<std::optional<SideRecord>, Fault> SideFile::find(std::string_view name) {
    if (fault_) return std::unexpected(*fault_);
    auto page = read_side_rows(database_, name, {}, 1);
    if (!page) return std::unexpected(page.error());
    if (page->empty() || page->front().name != name) return std::nullopt;
    return std::move(page->front());
}

Result<std::vector<SideRecord>, Fault>
SideFile::list(std::string_view prefix, std::string_view after) {
    if (fault_) return std::unexpected(*fault_);
    auto page = read_side_rows(database_, prefix, after, SideRecords::kPage);
    if (page) keep_prefix(*page, prefix);
    return page;
}

Result<void, Fault> SideFile::walk(
    std::string_view prefix,
    const std::function<Result<void, Fault>(const SideRecord&)>& take
) {
    if (auto begun = database_.execute("BEGIN"); !begun) return begun;
    Result<void, Fault> taken;
    for (std::string after; taken;) {
        const auto page = list(prefix, after);
        if (!page) taken = std::unexpected(page.error());
        if (!page || page->empty()) break;
        for (const auto& record : *page)
            if (taken) taken = take(record);
        after = page->back().name;
    }
    const auto ended = database_.roll_back();
    return taken ? ended : taken;
}

Result<std::uint64_t, Fault> SideFile::last_version() {
    if (fault_) return std::unexpected(*fault_);
    return read_number(database_, kLastVersion, kWithNothing);
}

template <class Work>
auto SideFile::commit(Work work) -> decltype(work()) {
    if (fault_) return std::unexpected(*fault_);
    const auto turn = lock_->take(kTurnPatience);
    if (!turn)
        return std::unexpected(Fault{FaultKind::unavailable, "side.db: " + turn.error().what});
    // Data written to a removed file would be lost when the process ends.
    if (auto there = database_.check_name(); !there) return fail(there.error());
    // Another process may hold the database's lock; nothing was written yet.
    if (auto begun = database_.execute("BEGIN IMMEDIATE"); !begun)
        return std::unexpected(begun.error());
    auto done = work();
    const auto committed = done ? database_.execute("COMMIT") : std::unexpected(done.error());
    if (!committed) return give_up(committed.error(), done.has_value());
    // The change is committed, so its answer doesn't depend on emptying the log.
    if (auto emptied = empty_log_if_due(); !emptied) (void)fail(emptied.error());
    return done;
}

/// After a full disk the next change may succeed, because the transaction was rolled back. Any
/// other fault ends the use of the file.
std::unexpected<Fault> SideFile::give_up(Fault fault, bool was_committing) {
    const auto undone = database_.roll_back();
    if (undone && fault.kind == FaultKind::storage_low) return std::unexpected(std::move(fault));
    auto failed = fail(std::move(fault));
    if (was_committing) failed.error().kind = FaultKind::outcome_unknown;
    return failed;
}

std::unexpected<Fault> SideFile::fail(Fault fault) {
    fault_ = Fault{FaultKind::unavailable, "side.db failed and is left alone: " + fault.what};
    return std::unexpected(std::move(fault));
}

Result<void, Fault> SideFile::empty_log_if_due() {
    if (!is_log_due_ && database_.pages_in_log() < kLogPagesMax) return {};
    auto emptied = forget_remains(database_, kPagesRewrittenAtOnce);
    if (emptied) emptied = database_.settle(kChangePatience);
    if (!emptied && !can_wait(emptied.error())) return emptied;
    is_log_due_ = !emptied;
    return {};
}

Result<SideOutcome, Fault> SideFile::change(const SideChange& change) {
    return commit([&]() -> Result<SideOutcome, Fault> {
        const auto refusal = find_refusal(change);
        if (!refusal) return std::unexpected(refusal.error());
        if (*refusal) return SideOutcome{std::unexpected(**refusal)};
        const auto version = write(change);
        if (!version) return std::unexpected(version.error());
        return SideOutcome{*version};
    });
}

Result<std::optional<SideRefusal>, Fault> SideFile::find_refusal(const SideChange& change) {
    if (change.lease) {
        const auto number = read_number(database_, kLeaseNumber, with_name(change.lease->task));
        if (!number) return std::unexpected(number.error());
        if (*number != change.lease->number) return SideRefusal::lease_is_over;
    }
    const auto there = find(change.name);
    if (!there) return std::unexpected(there.error());
    const auto version = *there ? (*there)->version : 0;
    if (version != change.expected_version) return SideRefusal::version_differs;
    return std::nullopt;
}

Result<std::uint64_t, Fault> SideFile::write(const SideChange& change) {
    const auto version = read_number(database_, kNextVersion, kWithNothing);
    if (!version) return version;
    if (change.expected_version > 0) {
        if (auto noted = note_remains(database_); !noted) return std::unexpected(noted.error());
    }
    if (change.value) {
        const auto written = write_side_row(database_, {change.name, *change.value, *version});
        if (!written) return std::unexpected(written.error());
        return version;
    }
    const auto erased = read_number(database_, kEraseRow, with_name(change.name));
    if (!erased) return erased;
    is_log_due_ = true;
    return version;
}

Result<std::uint64_t, Fault> SideFile::take_task(std::string_view task) {
    return commit([&] { return read_number(database_, kTakeTask, with_name(task)); });
}

Result<void, Fault> SideFile::add(const SideRecord& record) {
    return write_side_row(database_, record);
}

// Syncs by the connection that wrote: a descriptor opened later may not be told of a failed write.
Result<void, Fault> SideFile::finish_copy(std::uint64_t last_version) {
    const auto bind = [last_version](io::SqliteStatement& statement) {
        statement.bind(1, static_cast<std::int64_t>(last_version));
    };
    if (const auto set = read_number(database_, kSetVersion, bind); !set)
        return std::unexpected(set.error());
    if (auto done = database_.execute("COMMIT"); !done) return done;
    return database_.sync();
}

Result<void, Fault> SideFile::finish() {
    if (fault_) return std::unexpected(*fault_);
    const auto turn = lock_->take(kTurnPatience);
    // Without a turn, leaves the log to the next process that changes the file.
    if (!turn) return {};
    auto emptied = forget_remains(database_, pages_rewritten_max_);
    if (emptied) emptied = database_.settle(kChangePatience);
    if (!emptied && !can_wait(emptied.error())) return fail(emptied.error());
    if (emptied) database_.tidy_on_close();
    return {};
}

}  // namespace frontrow::store::sqlite
