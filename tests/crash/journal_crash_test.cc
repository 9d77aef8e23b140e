#include "crash/journal_on_disk.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/journal_head.h"
#include "support/seed.h"

#include <gtest/gtest.h>

#include <sqlite3.h>

namespace frontrow::test {
namespace {

using io::FaultKind;
using store::sqlite::check_head;
using store::sqlite::DataFolder;
using store::sqlite::Journal;
using Op = FaultyVfs::Op;

/// A journal whose log is truncated: the result of a crash before commits were complete.
class CutJournal : public testing::TestWithParam<JournalShape> {
protected:
    void cut_at(std::size_t cut) {
        auto image = disk_.image();
        image.log.resize(cut);
        image.put_into(disk_.folder());
    }
    Recovery recover_cut_at(std::size_t cut) {
        cut_at(cut);
        return disk_.recover();
    }

    /// Large pages have ten times as many bytes, most of them similar; so the short form of the
    /// test cuts fewer batches there.
    std::uint64_t first_batch_cut() const {
        const std::uint64_t cut = GetParam().page_size > 1'000 && !is_soak() ? 1 : 3;
        return disk_.batches() - cut;
    }
    std::size_t cuts_from() const { return disk_.log_end(first_batch_cut()); }
    std::size_t cuts_to() const { return disk_.log_end(disk_.batches()); }

    JournalOnDisk disk_{GetParam(), seed_of_this_run()};
};

TEST_P(CutJournal, recovers_whole_batches_wherever_it_is_cut) {
    for (auto cut = cuts_from(); cut <= cuts_to(); ++cut) {
        const auto recovery = recover_cut_at(cut);
        const auto whole = disk_.batches_within(cut);
        ASSERT_FALSE(recovery.fault) << "cut at " << cut << ": " << recovery.fault->what;
        ASSERT_EQ(recovery.end.batch, whole) << "cut at " << cut;
        ASSERT_TRUE(recovery.lines == disk_.history().lines_until(whole)) << "cut at " << cut;
    }
}

TEST_P(CutJournal, is_refused_if_what_was_cut_off_had_been_acknowledged) {
    for (auto cut = cuts_from(); cut <= cuts_to(); cut += 61) {
        const auto recovery = recover_cut_at(cut);
        ASSERT_FALSE(recovery.fault);
        const auto checked = check_head(DataFolder::head_of(disk_.folder()), recovery.end);
        ASSERT_EQ(checked.has_value(), disk_.batches_within(cut) == disk_.batches());
        if (checked) continue;
        EXPECT_EQ(checked.error().kind, FaultKind::corrupt);
        const auto name = "batch " + std::to_string(disk_.batches()) + " was acknowledged";
        EXPECT_NE(checked.error().what.find(name), std::string::npos) << checked.error().what;
    }
}

TEST_P(CutJournal, goes_on_from_where_it_ends) {
    const auto file = DataFolder::journal_of(disk_.folder());
    for (auto cut = cuts_from(); cut <= cuts_to(); cut += 211) {
        cut_at(cut);
        const auto whole = disk_.batches_within(cut);
        auto added = disk_.history().until(whole);
        added.add_batch(4);
        {
            auto journal = Journal::open(file, {.read_only = false, .vfs = disk_.vfs()});
            ASSERT_TRUE(journal && journal->replay([](const auto&) {}));
            ASSERT_TRUE(added.append_to(*journal));
        }
        const auto recovery = disk_.recover();
        ASSERT_FALSE(recovery.fault) << "cut at " << cut << ": " << recovery.fault->what;
        ASSERT_EQ(recovery.end.batch, whole + 1) << "cut at " << cut;
        ASSERT_TRUE(recovery.lines == added.lines_until(whole + 1)) << "cut at " << cut;
    }
}

TEST_P(CutJournal, tells_a_reader_the_same) {
    for (auto cut = cuts_from(); cut <= cuts_to(); cut += 97) {
        cut_at(cut);
        const auto recovery = recover(disk_.folder(), disk_.vfs(), true);
        ASSERT_FALSE(recovery.fault) << "cut at " << cut << ": " << recovery.fault->what;
        ASSERT_TRUE(recovery.lines == disk_.history().lines_until(disk_.batches_within(cut)))
            << "cut at " << cut;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Journal,
    CutJournal,
    testing::ValuesIn(journal_shapes()),
    [](const auto& info) { return info.param.name; }
);

/// A journal that is written, and moved into its database, while the power fails.
class JournalPower : public testing::Test {
protected:
    /// Writes until the power fails or everything is written.
    void write_until_power_goes() {
        auto journal = Journal::open(file(), {.read_only = false, .vfs = vfs_.name()});
        if (!journal || !journal->replay([](const auto&) {})) return;
        while (history_.batches() < 9) {
            history_.add_batch(history_.batches() % 4 == 1 ? 12 : 2);
            if (!history_.append_to(*journal)) return;
            acknowledged_ = history_.batches();
            if (acknowledged_ % 3 == 0) (void)journal->checkpoint();
        }
    }

    void expect_all_acknowledged(std::uint64_t power_cut) const {
        const auto recovery = recover(folder_.path(), vfs_.name());
        ASSERT_FALSE(recovery.fault) << recovery.fault->what << ", power cut at " << power_cut;
        EXPECT_GE(recovery.end.batch, acknowledged_) << "power cut at " << power_cut;
        EXPECT_LE(recovery.end.batch, acknowledged_ + 1) << "power cut at " << power_cut;
        EXPECT_TRUE(recovery.lines == history_.lines_until(recovery.end.batch))
            << "power cut at " << power_cut;
    }

    /// Cuts the power at each write and sync in turn.
    void cut_everywhere(std::mt19937_64* survivors) {
        for (std::uint64_t at = 1;; ++at) {
            std::filesystem::remove_all(folder_.path());
            std::filesystem::create_directory(folder_.path());
            history_ = History{seed_};
            acknowledged_ = 0;
            vfs_.cut_power(at);
            write_until_power_goes();
            const bool is_cut = vfs_.is_power_cut();
            vfs_.restore_power(survivors);
            ASSERT_NO_FATAL_FAILURE(expect_all_acknowledged(at));
            if (!is_cut) break;
        }
        EXPECT_EQ(acknowledged_, 9);
    }

    std::filesystem::path file() const { return DataFolder::journal_of(folder_.path()); }

    const std::uint64_t seed_ = seed_of_this_run();
    TempFolder folder_;
    FaultyVfs vfs_;
    History history_{seed_};
    std::uint64_t acknowledged_ = 0;
};

TEST_F(JournalPower, keeps_what_it_acknowledged_though_nothing_unsynced_stays) {
    cut_everywhere(nullptr);
}

TEST_F(JournalPower, keeps_what_it_acknowledged_whatever_unsynced_stays) {
    std::mt19937_64 survivors{seed_};
    for (int round = 0; round < (is_soak() ? 200 : 3); ++round)
        ASSERT_NO_FATAL_FAILURE(cut_everywhere(&survivors));
}

TEST_F(JournalPower, fails_an_append_whose_write_or_sync_fails_and_keeps_those_before) {
    for (const auto op : {Op::write, Op::sync}) {
        for (const int code : {SQLITE_FULL, SQLITE_IOERR_WRITE}) {
            auto journal = Journal::open(file(), {.read_only = false, .vfs = vfs_.name()});
            ASSERT_TRUE(journal && journal->replay([](const auto&) {}));
            history_.add_batch(3);
            ASSERT_TRUE(history_.append_to(*journal));
            const auto kept = history_.batches();
            history_.add_batch(3);
            vfs_.fail(op, 1, code);
            const auto failed = history_.append_to(*journal);
            ASSERT_FALSE(failed);
            EXPECT_EQ(
                failed.error().kind,
                code == SQLITE_FULL ? FaultKind::storage_low : FaultKind::unavailable
            );
            journal = std::unexpected(io::Fault{});
            history_ = history_.until(recover(folder_.path(), vfs_.name()).end.batch);
            acknowledged_ = kept;
            expect_all_acknowledged(0);
        }
    }
}

/// A commit whose sync failed is still read after a restart, until the system drops it from its
/// cache. Then the log again contains the older commits that this one had overwritten. A checkpoint
/// has moved them into the database already, so the failed commit is lost.
TEST_F(JournalPower, is_not_settled_if_what_was_read_is_gone_before_it_is_durable) {
    {
        auto journal = Journal::open(file(), {.read_only = false, .vfs = vfs_.name()});
        ASSERT_TRUE(journal && journal->replay([](const auto&) {}));
        for (int i = 0; i < 4; ++i) {
            history_.add_batch(12);
            ASSERT_TRUE(history_.append_to(*journal));
        }
        // The next commit starts the log anew: it syncs the log's header, then itself.
        ASSERT_TRUE(journal->checkpoint().value());
        history_.add_batch(3);
        vfs_.fail(Op::sync, 2, SQLITE_IOERR_FSYNC);
        ASSERT_FALSE(history_.append_to(*journal));
    }
    auto journal = Journal::open(file(), {.read_only = false, .vfs = vfs_.name()});
    ASSERT_TRUE(journal && journal->replay([](const auto&) {}));
    ASSERT_EQ(journal->end().batch, history_.batches());
    vfs_.drop_cache_of_logs();
    const auto settled = journal->settle();
    ASSERT_FALSE(settled);
    EXPECT_EQ(settled.error().kind, FaultKind::corrupt);
    EXPECT_NE(settled.error().what.find("the system lost pages"), std::string::npos)
        << settled.error().what;
}

TEST_F(JournalPower, fails_a_copy_that_does_not_reach_the_disk) {
    auto copy = Journal::open(file(), {.is_copy = true, .vfs = vfs_.name()});
    ASSERT_TRUE(copy);
    history_.add_batch(3);
    ASSERT_TRUE(history_.append_to(*copy));
    vfs_.fail(Op::sync, 1, SQLITE_IOERR_FSYNC);
    EXPECT_FALSE(copy->finish_copy());
}

}  // namespace
}  // namespace frontrow::test
