#include "domain/evolve.h"
#include "domain/inventory.h"
#include "io/sqlite.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/journal.h"
#include "support/one_machine.h"
#include "support/seed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <optional>
#include <sqlite3.h>

namespace frontrow::test {
namespace {

using store::engine::JournalEnd;
using store::sqlite::DataFolder;
using store::sqlite::Journal;
using Answer = Result<domain::Outcome, io::Fault>;

constexpr std::uint64_t kMegabyte = 1 << 20;

/// A store filled with large facts, a megabyte per batch.
class LargeJournal : public testing::Test {
protected:
    void SetUp() override {
        machine_.start();
        event_ = machine_.open_sale(10);
    }

    /// Writes one batch: a long description, repeated, and a block of seats with long names.
    void write_a_megabyte() {
        std::vector<Started<Answer>> answers;
        for (int i = 0; i < 28; ++i)
            answers.push_back(machine_.start_command(
                machine_.sale.update_event(event_, machine_.sale.large_spec())
            ));
        const auto section = std::string(40, 'S') + std::to_string(sections_++);
        answers.push_back(machine_.start_command(machine_.sale.add_seats(event_, section, 1'000)));
        for (auto& one : answers)
            ASSERT_TRUE(one.get().value());
        const auto log = std::filesystem::file_size(
            DataFolder::journal_of(machine_.folder.path()).string() + "-wal"
        );
        log_max_ = std::max<std::uint64_t>(log_max_, log);
        acknowledged_ = machine_.store().inventory().last_seq();
    }

    /// Replays the journal while the store runs. The result must contain everything that was
    /// acknowledged before.
    JournalEnd read_beside() const {
        const std::uint64_t acknowledged = acknowledged_;
        domain::Inventory inventory;
        auto journal =
            Journal::open(DataFolder::journal_of(machine_.folder.path()), {.read_only = true});
        EXPECT_TRUE(journal);
        const auto newest = journal->newest_batch().value();
        const auto replayed = journal->replay(
            [&](const domain::Fact& fact) { domain::evolve(inventory, fact); }, newest
        );
        EXPECT_TRUE(replayed) << replayed.error().what;
        EXPECT_EQ(journal->end().batch, newest);
        EXPECT_EQ(journal->end().last_seq, inventory.last_seq());
        EXPECT_GE(inventory.last_seq(), acknowledged);
        inventory.verify();
        return journal->end();
    }

    OneMachine machine_;
    EventId event_;
    std::uint64_t sections_ = 0;
    std::uint64_t log_max_ = 0;
    std::atomic<std::uint64_t> acknowledged_ = 0;
};

TEST_F(LargeJournal, has_a_bounded_log_and_may_be_read_beside_its_writer) {
    const std::uint64_t megabytes = is_soak() ? 1'000 : 60;
    std::uint64_t newest = 0;
    std::future<JournalEnd> reader;
    for (std::uint64_t i = 0; i < megabytes; ++i) {
        ASSERT_NO_FATAL_FAILURE(write_a_megabyte());
        // Only now and then: a reader without a pause would keep the log from starting anew.
        if (i % 20 == 6) reader = std::async(std::launch::async, [this] { return read_beside(); });
        if (i % 20 != 9) continue;
        const auto end = reader.get();
        EXPECT_GT(end.batch, newest);
        newest = end.batch;
    }
    EXPECT_GT(newest, megabytes / 2);

    const auto database =
        std::filesystem::file_size(DataFolder::journal_of(machine_.folder.path()));
    std::cout << "the log had up to " << log_max_ / kMegabyte << " MB, the database has "
              << database / kMegabyte << " MB" << std::endl;
    EXPECT_GT(database, megabytes * kMegabyte / 2) << "nothing was moved";
    EXPECT_LT(log_max_, 40 * kMegabyte);
    const auto last_seq = machine_.store().inventory().last_seq();
    machine_.restart();
    EXPECT_EQ(machine_.store().inventory().last_seq(), last_seq);
    EXPECT_EQ(read_beside().last_seq, last_seq);
}

TEST_F(LargeJournal, has_a_short_log_though_every_batch_is_small) {
    for (int i = 0; i < 1'500; ++i)
        ASSERT_TRUE(machine_.execute(machine_.sale.update_event(event_, machine_.sale.spec())));
    const auto file = DataFolder::journal_of(machine_.folder.path());
    EXPECT_EQ(Journal::open(file, {.read_only = true})->newest_batch().value(), 1'502U);
    EXPECT_LT(std::filesystem::file_size(file.string() + "-wal"), 8 * kMegabyte);
}

/// A database whose log was moved in part, because a reader still uses it.
class PartlyMovedLog : public testing::Test {
protected:
    void SetUp() override {
        writer_.emplace(open());
        for (const auto* sql :
             {"PRAGMA journal_mode=WAL",
              "PRAGMA synchronous=FULL",
              "PRAGMA wal_autocheckpoint=0",
              "CREATE TABLE row (text TEXT)"})
            ASSERT_TRUE(writer_->execute(sql));
        ASSERT_TRUE(write_row());
        reader_.emplace(open());
        auto reading = reader_->prepare("SELECT text FROM row").value();
        ASSERT_TRUE(reading.step().value());
        ASSERT_TRUE(write_row());
        ASSERT_FALSE(writer_->checkpoint().value()) << "all was moved";
    }

    io::SqliteDatabase open() {
        constexpr auto kMode = io::SqliteDatabase::Mode::read_write_create;
        return io::SqliteDatabase::open(file_, kMode, vfs_.name()).value();
    }
    /// A row of 200,000 bytes.
    Result<void, io::Fault> write_row() {
        return writer_->execute("INSERT INTO row SELECT hex(randomblob(100000))");
    }
    void lose_power() {
        vfs_.cut_power();
        reader_.reset();
        writer_.reset();
        vfs_.restore_power();
    }

    TempFolder folder_;
    std::filesystem::path file_ = folder_.path() / "some.db";
    FaultyVfs vfs_;
    std::optional<io::SqliteDatabase> writer_;
    /// An idle connection. While it is open, SQLite remembers which pages were moved already.
    std::optional<io::SqliteDatabase> reader_;
};

// SQLite itself syncs the database only in a checkpoint that moves the whole log. A checkpoint
// beside a writer or a reader never moves the whole log. A checkpoint that moved it would have to
// wait until all pages are synced.
TEST_F(PartlyMovedLog, is_on_the_disk_as_far_as_it_was_moved_once_it_is_synced) {
    ASSERT_TRUE(writer_->sync());
    lose_power();
    EXPECT_GT(std::filesystem::file_size(file_), 200'000U);
}

TEST_F(PartlyMovedLog, whose_syncs_failed_is_on_the_disk_once_it_is_settled) {
    vfs_.fail(FaultyVfs::Op::sync, 1, SQLITE_IOERR_FSYNC, "some.db");
    ASSERT_FALSE(writer_->sync());
    vfs_.fail(FaultyVfs::Op::sync, 1, SQLITE_IOERR_FSYNC, "-wal");
    ASSERT_FALSE(write_row());
    writer_.emplace(open());
    ASSERT_TRUE(writer_->settle(std::chrono::seconds{1}));
    lose_power();
    EXPECT_EQ(std::filesystem::file_size(file_.string() + "-wal"), 0U);
    auto again = open();
    auto count = again.prepare("SELECT count(*) FROM row WHERE length(text) = 200000").value();
    ASSERT_TRUE(count.step().value());
    EXPECT_GE(count.integer(0), 2);
}

}  // namespace
}  // namespace frontrow::test
