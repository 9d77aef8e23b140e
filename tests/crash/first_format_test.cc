#include "crash/journal_on_disk.h"
#include "io/sqlite.h"
#include "store/sqlite/backup.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/take_snapshot.h"
#include "support/one_machine.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace frontrow::test {
namespace {

using io::SqliteDatabase;
using store::sqlite::DataFolder;
using store::sqlite::Journal;

JournalShape first_format() {
    for (auto& shape : journal_shapes()) {
        if (shape.is_first_format) return shape;
    }
    throw std::logic_error("no shape has the first format");
}

/// A journal started by an old Frontrow, which wrote facts as text.
class FirstFormat : public testing::Test {
protected:
    void SetUp() override {
        disk_.image().put_into(disk_.folder());
        ASSERT_EQ(stored_as(disk_.folder()), "text text text text text text ");
    }

    /// SQLite's type of each row's facts.
    static std::string stored_as(const std::filesystem::path& folder) {
        auto database =
            SqliteDatabase::open(DataFolder::journal_of(folder), SqliteDatabase::Mode::read_only);
        auto select = database->prepare("SELECT typeof(facts) FROM journal ORDER BY batch");
        std::string types;
        while (select->step().value())
            types += std::string{select->text(0)} + " ";
        return types;
    }

    /// Opens the journal as a server does, and continues the sale.
    void sell_on(const std::filesystem::path& folder) {
        auto journal = Journal::open(DataFolder::journal_of(folder), {});
        ASSERT_TRUE(journal && journal->replay([](const domain::Fact&) {}));
        history_.add_batch(2);
        ASSERT_TRUE(history_.append_to(*journal));
    }

    JournalOnDisk disk_{first_format(), 7};
    History history_ = disk_.history().until(disk_.batches());
    TempFolder other_;
};

TEST_F(FirstFormat, goes_on_as_it_was_begun) {
    sell_on(disk_.folder());
    EXPECT_EQ(stored_as(disk_.folder()), "text text text text text text text ");
    const auto recovery = disk_.recover();
    ASSERT_FALSE(recovery.fault) << recovery.fault->what;
    EXPECT_EQ(recovery.lines, history_.lines_until(7));
}

TEST_F(FirstFormat, is_sold_from_and_starts_from_a_snapshot) {
    OneMachine machine;
    machine.clock.advance(std::chrono::days{1});
    disk_.image().put_into(machine.folder.path());
    machine.start();
    const auto event = machine.open_sale(5);
    ASSERT_TRUE(machine.execute(machine.sale.reserve(event, "bob", {machine.seat(1)})).value());
    const auto last_seq = machine.store().inventory().last_seq();
    machine.stop();
    EXPECT_FALSE(stored_as(machine.folder.path()).contains("blob"));
    const auto snapshot = store::sqlite::take_snapshot(machine.folder.path());
    ASSERT_TRUE(snapshot) << snapshot.error().what;
    EXPECT_EQ(snapshot->last_seq, last_seq);
    machine.start();
    EXPECT_EQ(machine.store().inventory().last_seq(), last_seq);
    EXPECT_TRUE(machine.troubles.empty());
}

TEST_F(FirstFormat, is_backed_up_row_by_row_and_goes_on_compressed_once_restored) {
    const auto as_it_was = disk_.recover();
    const auto file = other_.path() / "backup.db";
    const auto folder = other_.path() / "restored";
    const auto ignore = [](const store::engine::JournalEnd&) {};
    const auto backed_up = store::sqlite::back_up(disk_.folder(), file, ignore);
    ASSERT_TRUE(backed_up) << backed_up.error().what;
    EXPECT_EQ(backed_up->end, as_it_was.end);
    ASSERT_TRUE(store::sqlite::restore(file, folder, ignore));

    sell_on(folder);
    EXPECT_EQ(stored_as(folder), "text text text text text text blob ");
    const auto recovery = recover(folder);
    ASSERT_FALSE(recovery.fault) << recovery.fault->what;
    EXPECT_EQ(recovery.lines, history_.lines_until(7));
}

}  // namespace
}  // namespace frontrow::test
