#include "crash/journal_on_disk.h"

#include "base/check.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/journal_head.h"

#include <algorithm>

namespace frontrow::test {
namespace {

using store::sqlite::DataFolder;
using store::sqlite::Journal;
using store::sqlite::JournalHead;

std::uint32_t big_endian(const std::string& bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i)
        number = number << 8 | static_cast<std::uint8_t>(bytes[at + i]);
    return number;
}

/// The end of each commit in an SQLite log. The remains of an older log are recognised by another
/// salt (https://sqlite.org/fileformat2.html#walformat).
std::vector<std::size_t> find_commits(const std::string& log) {
    constexpr std::size_t kHeader = 32;
    constexpr std::size_t kFrameHeader = 24;
    const auto frame = kFrameHeader + big_endian(log, 8);
    std::vector<std::size_t> ends;
    for (auto at = kHeader; at + frame <= log.size(); at += frame) {
        if (log.compare(at + 8, 8, log, 16, 8) != 0) break;
        if (big_endian(log, at + 4) != 0) ends.push_back(at + frame);
    }
    return ends;
}

constexpr auto kFirstSchema = R"sql(
CREATE TABLE journal (
    batch     INTEGER PRIMARY KEY,
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    facts     TEXT NOT NULL,
    hash      BLOB NOT NULL
) STRICT;
PRAGMA user_version=1;
)sql";

void make_database(const std::filesystem::path& file, const JournalShape& shape) {
    auto database = io::SqliteDatabase::open(file, io::SqliteDatabase::Mode::read_write_create);
    CHECK(database->execute("PRAGMA page_size=" + std::to_string(shape.page_size)).has_value());
    const auto* schema = shape.is_first_format ? kFirstSchema : "PRAGMA user_version=0";
    CHECK(database->execute(schema).has_value());
}

}  // namespace

std::vector<JournalShape> journal_shapes() {
    return {
        {.name = "usual_pages", .page_size = 4'096, .log_was_started_anew = false},
        {.name = "small_pages", .page_size = 512, .log_was_started_anew = false},
        {.name = "small_pages_in_a_new_log", .page_size = 512, .log_was_started_anew = true},
        {.name = "first_format", .page_size = 512, .is_first_format = true},
    };
}

JournalOnDisk::JournalOnDisk(const JournalShape& shape, std::uint64_t seed) : history_{seed} {
    constexpr int kBatches = 6;
    make_database(DataFolder::journal_of(folder()), shape);
    auto journal = Journal::open(DataFolder::journal_of(folder()), {.vfs = vfs_.name()});
    auto head = JournalHead::establish(DataFolder::head_of(folder()), {});
    CHECK(journal.has_value() && head.has_value());
    for (int i = 0; i < kBatches; ++i) {
        if (shape.log_was_started_anew && i == 2) CHECK(journal->checkpoint().value());
        history_.add_batch(i % 3 == 1 ? 5 : 1);
        CHECK(history_.append_to(*journal).has_value());
        CHECK(head->write(journal->end()).has_value());
    }
    image_ = CrashImage::of(folder());
    commit_ends_ = find_commits(image_.log);
}

CrashImage JournalOnDisk::checkpointed_image() {
    image_.put_into(folder());
    {
        auto journal = Journal::open(DataFolder::journal_of(folder()), {.vfs = vfs_.name()});
        CHECK(journal && journal->replay([](const domain::Fact&) {}));
        journal->tidy_on_close();
    }
    return CrashImage::of(folder());
}

std::size_t JournalOnDisk::log_end(std::uint64_t batch) const {
    return commit_ends_.at(commit_ends_.size() - 1 - (batches() - batch));
}

std::uint64_t JournalOnDisk::batches_within(std::size_t length) const {
    return batches() - static_cast<std::uint64_t>(std::ranges::count_if(
                           commit_ends_, [length](auto end) { return end > length; }
                       ));
}

}  // namespace frontrow::test
