#include "store/sqlite/backup_file.h"

#include "io/file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace frontrow::store::sqlite {
namespace {

namespace fs = std::filesystem;
using io::Fault;
using io::FaultKind;

std::unexpected<Fault> no_backup(std::string why) {
    return std::unexpected(Fault{FaultKind::unavailable, std::move(why)});
}

std::string from_to(const char* what, std::uint64_t from, std::uint64_t to) {
    return std::string{what} + " " + std::to_string(from) + " to " + std::to_string(to);
}

Result<Journal, Fault> open_backup(const fs::path& file) {
    std::error_code ignored;
    const auto status = fs::status(file, ignored);
    if (!fs::exists(status)) return no_backup("there is no such file");
    if (!fs::is_regular_file(status)) return no_backup("it isn't a file");
    if (fs::file_size(file, ignored) == 0) return no_backup("it is empty");
    return Journal::open(file, {.read_only = true, .is_backup = true, .vfs = {}});
}

/// Returns the end mark; nothing if the backup has none and is accepted all the same.
Result<std::optional<EndMark>, Fault>
find_mark(Journal& backup, const AcceptUnsealed& accept_unsealed) {
    auto mark = backup.end_mark();
    if (!mark || *mark) return mark;
    const auto newest = backup.newest_batch();
    if (!newest) return std::unexpected(newest.error());
    const auto what =
        "it has no end mark (an older frontrow made it, or it is the journal of a "
        "data folder), so nothing proves that no batch is missing after batch " +
        std::to_string(*newest) + ", its last; side records aren't restored from it";
    if (!accept_unsealed)
        return no_backup(what + "; --accept-unsealed restores what it has all the same");
    accept_unsealed(what);
    if (auto whole = backup.check_pages(); !whole) return std::unexpected(whole.error());
    return mark;
}

/// Tells whether the file is as long as its header says (https://sqlite.org/fileformat2.html). If
/// the last page is nearly empty, SQLite doesn't notice that its end is missing.
bool has_its_length(const fs::path& file) {
    constexpr std::size_t kPageSizeAt = 16;
    constexpr std::size_t kPageCountAt = 28;
    std::array<char, 100> header{};
    auto opened = io::File::open_to_read(file);
    if (!opened || opened->read(header).value_or(0) < header.size()) return false;
    const auto number_at = [&](std::size_t at, std::size_t length) {
        std::uint64_t number = 0;
        for (std::size_t i = at; i < at + length; ++i)
            number = number << 8 | static_cast<unsigned char>(header[i]);
        return number;
    };
    // A page size of 65,536 doesn't fit into two bytes, and is written as 1.
    const auto size = number_at(kPageSizeAt, 2);
    const auto page_size = size == 1 ? 65'536 : size;
    return opened->size().value_or(0) >= number_at(kPageCountAt, 4) * page_size;
}

/// Computes the mark of the side records in a file.
Result<SideMark, Fault> read_side_mark(Journal& copy, std::uint64_t last_version) {
    SideTally tally;
    std::string after;
    for (;;) {
        const auto page = copy.side_records(after);
        if (!page) return std::unexpected(page.error());
        if (page->empty()) return tally.finish(last_version);
        for (const auto& record : *page)
            tally.add(record);
        after = page->back().name;
    }
}

/// Reads a copy back from its file, because the file may differ from what SQLite was told to write.
Result<void, Fault> check_backup(const fs::path& file, const EndMark& written) {
    auto copy = Journal::open(file, {.read_only = true, .is_backup = true, .vfs = {}});
    if (!copy) return std::unexpected(copy.error());
    const auto mark = copy->end_mark();
    if (!mark) return std::unexpected(mark.error());
    BatchTally tally;
    const auto add = [&](const JournalBatch& batch) { return tally.add(batch); };
    if (auto read = copy->walk(Journal::kToTheEnd, add); !read) return read;
    auto found = tally.finish();
    const auto side = read_side_mark(*copy, written.side->last_version);
    if (!side) return std::unexpected(side.error());
    found.side = *side;
    if (*mark != written || found != written) return not_what_was_copied(file);
    return {};
}

}  // namespace

UnfinishedFile::UnfinishedFile(fs::path path) : path_{std::move(path)} {
    remove();
}

UnfinishedFile::~UnfinishedFile() {
    remove();
}

void UnfinishedFile::remove() const {
    std::error_code ignored;
    fs::remove(path_, ignored);
}

Result<void, Fault> BatchTally::add(const JournalBatch& batch) {
    const auto lines = Journal::lines_of(batch);
    if (!lines) return std::unexpected(lines.error());
    lines_.update(*lines);
    mark_.batches = batch.batch;
    mark_.last_seq = batch.last_seq;
    return {};
}

EndMark BatchTally::finish() {
    mark_.lines = lines_.finish();
    return mark_;
}

Result<Journal, Fault> make_copy(const fs::path& file, bool is_backup) {
    const auto about = [&](Fault fault) {
        fault.what = "can't write " + file.string() + ": " + fault.what;
        return std::unexpected(std::move(fault));
    };
    if (const auto made = io::File::create(file); !made) return std::unexpected(made.error());
    auto copy = Journal::open(file, {.is_copy = true, .is_backup = is_backup, .vfs = {}});
    if (!copy) return about(copy.error());
    return copy;
}

std::unexpected<Fault> not_what_was_copied(const fs::path& file) {
    return std::unexpected(Fault{FaultKind::corrupt, file.string() + " isn't what was copied"});
}

NewBackup::NewBackup(const fs::path& to)
    : to_{to}, file_{to.string() + "." + std::to_string(::getpid()) + ".new"} {
}

Result<std::unique_ptr<NewBackup>, Fault> NewBackup::begin(const fs::path& to) {
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(to, ignored)))
        return no_backup(to.string() + " is there already; a backup is never overwritten");
    const auto folder = to.has_parent_path() ? to.parent_path() : fs::path{"."};
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        return no_backup(
            "can't make " + to.string() + ": the folder " + folder.string() + ": " +
            std::strerror(errno)
        );
    std::unique_ptr<NewBackup> backup{new NewBackup{to}};
    auto copy = make_copy(backup->file_.path(), true);
    if (!copy) return std::unexpected(copy.error());
    backup->copy_ = std::move(*copy);
    return backup;
}

Result<void, Fault> NewBackup::add(const SideRecord& record) {
    if (record.name.starts_with(kCursors)) return {};
    if (auto added = add_cursors_before(record.name); !added) return added;
    return write(record);
}

Result<void, Fault> NewBackup::add_cursors_before(std::string_view name) {
    for (; !cursors_.empty() && cursors_.front().name < name; cursors_.pop_front()) {
        if (auto written = write(cursors_.front()); !written) return written;
    }
    return {};
}

Result<void, Fault> NewBackup::write(const SideRecord& record) {
    side_records_.add(record);
    return copy_->add_side_record(record);
}

Result<void, Fault> NewBackup::add_batch(std::uint64_t last_seq, std::string_view facts) {
    const auto before = copy_->end();
    if (auto appended = copy_->append_stored(last_seq, facts); !appended) return appended;
    return batches_.add({
        .batch = before.batch + 1,
        .first_seq = before.last_seq + 1,
        .last_seq = last_seq,
        .facts = std::string{facts},
        .hash = {},
    });
}

Result<Copied, Fault> NewBackup::finish() {
    for (; !cursors_.empty(); cursors_.pop_front()) {
        if (auto written = write(cursors_.front()); !written)
            return std::unexpected(written.error());
    }
    auto mark = batches_.finish();
    mark.side = side_records_.finish(last_version_);
    const Copied copied{.end = copy_->end(), .side_records = mark.side->records};
    if (auto sealed = seal(mark); !sealed) return std::unexpected(sealed.error());
    auto named = check_backup(file_.path(), mark);
    if (named) named = io::publish(file_.path(), to_, io::IfThere::refuse);
    if (!named) return std::unexpected(named.error());
    return copied;
}

Result<void, Fault> NewBackup::seal(const EndMark& mark) {
    if (auto sealed = copy_->seal(mark); !sealed) return sealed;
    auto finished = copy_->finish_copy();
    copy_.reset();
    return finished;
}

Backup::Backup(fs::path from, Journal journal, std::optional<EndMark> mark)
    : from_{std::move(from)}, journal_{std::move(journal)}, mark_{mark} {
}

Result<Backup, Fault> Backup::open(const fs::path& from, const AcceptUnsealed& accept_unsealed) {
    const auto about_file = [&](Fault fault) {
        fault.what = from.string() + " can't be restored: " + fault.what;
        return std::unexpected(std::move(fault));
    };
    auto journal = open_backup(from);
    if (!journal) return about_file(journal.error());
    const auto mark = find_mark(*journal, accept_unsealed);
    if (!mark) return about_file(mark.error());
    return Backup{from, std::move(*journal), *mark};
}

std::unexpected<Fault> Backup::about(Fault fault) const {
    fault.what = from_.string() + " can't be restored: " + fault.what;
    return std::unexpected(std::move(fault));
}

/// The fault for an incomplete backup, which is valid up to its end().
Fault Backup::short_of_mark(const std::string& why) const {
    const auto& end = journal_.end();
    if (end.batch >= mark_->batches) return {FaultKind::corrupt, why};
    return {
        FaultKind::corrupt,
        from_to("batches", end.batch + 1, mark_->batches) + " (" +
            from_to("facts", end.last_seq + 1, mark_->last_seq) +
            ") are missing or damaged: " + why,
    };
}

Result<std::vector<JournalBatch>, Fault> Backup::next_batches() {
    auto batches = journal_.take_out(Journal::kToTheEnd);
    Result<void, Fault> counted;
    if (batches) {
        for (const auto& batch : *batches)
            if (counted) counted = batches_->add(batch);
    } else {
        counted = std::unexpected(batches.error());
    }
    if (!counted) {
        const bool is_damaged = mark_ && counted.error().kind == FaultKind::corrupt;
        return about(is_damaged ? short_of_mark(counted.error().what) : counted.error());
    }
    if (batches->empty() && mark_) {
        if (auto whole = check_end(); !whole) return about(whole.error());
    }
    return batches;
}

/// Refuses a backup whose rows don't match its mark.
Result<void, Fault> Backup::check_end() {
    auto found = batches_->finish();
    found.side = mark_->side;
    if (found == *mark_ && has_its_length(from_)) return {};
    if (found == *mark_) return std::unexpected(Fault{FaultKind::corrupt, "its end was cut off"});
    if (found.batches < mark_->batches && found.last_seq < mark_->last_seq)
        return std::unexpected(short_of_mark("it was cut off"));
    return std::unexpected(Fault{
        FaultKind::corrupt,
        "its facts don't match its end mark: the mark is of " + std::to_string(mark_->last_seq) +
            " facts in " + std::to_string(mark_->batches) + " batches, the file has " +
            std::to_string(found.last_seq) + " in " + std::to_string(found.batches),
    });
}

Result<std::vector<SideRecord>, Fault> Backup::next_side_records() {
    if (!mark_ || !mark_->side) return std::vector<SideRecord>{};
    auto page = journal_.side_records(after_);
    if (!page) return about(page.error());
    for (const auto& record : *page)
        side_records_->add(record);
    if (!page->empty()) {
        after_ = page->back().name;
        return page;
    }
    const auto found = side_records_->finish(mark_->side->last_version);
    if (found == *mark_->side) return page;
    return about({
        FaultKind::corrupt,
        "its side records don't match its end mark: the mark is of " +
            std::to_string(mark_->side->records) + ", the file has " +
            std::to_string(found.records),
    });
}

}  // namespace frontrow::store::sqlite
