#include "crash/journal_on_disk.h"
#include "io/sha256.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/journal_head.h"
#include "support/one_machine.h"
#include "support/seed.h"

#include <gtest/gtest.h>

#include <functional>

namespace frontrow::test {
namespace {

using io::FaultKind;
using store::sqlite::check_head;
using store::sqlite::DataFolder;

bool is_refusal(const io::Fault& fault) {
    return fault.kind == FaultKind::corrupt || fault.kind == FaultKind::unavailable;
}

/// The damages to the byte at this place. The short form flips one bit, a different one at each
/// place. The long form flips each bit, and all bits together.
std::vector<char> damages_at(std::size_t place) {
    if (!is_soak()) return {static_cast<char>(1 << place % 8)};
    std::vector<char> damages{static_cast<char>(0xFF)};
    for (int bit = 0; bit < 8; ++bit)
        damages.push_back(static_cast<char>(1 << bit));
    return damages;
}

/// A journal in which one byte is wrong.
class DamagedJournal : public testing::TestWithParam<JournalShape> {
protected:
    using Damaged = std::function<void(std::size_t at)>;

    /// Takes every `step`-th byte of one file of the image, from `from` to `to`. Puts the image
    /// into the folder once for each damage to such a byte, and calls `look`.
    void damage(
        CrashImage image,
        std::string CrashImage::* bytes,
        std::size_t from,
        std::size_t to,
        std::size_t step,
        const Damaged& look
    ) {
        for (auto at = from; at < to; at += step) {
            for (const char damage : damages_at(at)) {
                auto& byte = (image.*bytes)[at];
                byte = static_cast<char>(byte ^ damage);
                image.put_into(disk_.folder());
                ASSERT_NO_FATAL_FAILURE(look(at)) << "at byte " << at << ", xor " << int{damage};
                byte = static_cast<char>(byte ^ damage);
            }
        }
    }

    void expect_right_or_refused(const Recovery& recovery) const {
        if (recovery.fault) {
            ASSERT_TRUE(is_refusal(*recovery.fault)) << recovery.fault->what;
        }
        // The facts delivered before a refusal must be right, too.
        const auto& all = disk_.history().lines_until(disk_.batches());
        ASSERT_TRUE(all.starts_with(recovery.lines)) << "a fact that was never written";
        if (recovery.fault) return;
        ASSERT_TRUE(recovery.lines == disk_.history().lines_until(recovery.end.batch));
        const auto checked = check_head(DataFolder::head_of(disk_.folder()), recovery.end);
        ASSERT_EQ(checked.has_value(), recovery.end.batch == disk_.batches());
    }

    /// Large pages have ten times as many bytes, most of them similar; so the short form of the
    /// test damages only some of them.
    static bool has_many_bytes() { return GetParam().page_size > 1'000 && !is_soak(); }

    JournalOnDisk disk_{GetParam(), seed_of_this_run()};
};

/// Like DamagedJournal, with everything moved into the database and the log removed.
class DamagedDatabase : public DamagedJournal {};

TEST_P(DamagedJournal, ends_before_the_commit_whose_log_is_damaged) {
    const auto from = disk_.log_end(disk_.batches() - (has_many_bytes() ? 1 : 3));
    const auto to = disk_.log_end(disk_.batches());
    damage(disk_.image(), &CrashImage::log, from, to, 1, [this](std::size_t at) {
        const auto recovery = disk_.recover();
        ASSERT_FALSE(recovery.fault) << recovery.fault->what;
        ASSERT_EQ(recovery.end.batch, disk_.batches_within(at));
        expect_right_or_refused(recovery);
    });
}

TEST_P(DamagedJournal, ends_before_the_log_if_that_is_damaged_at_its_beginning) {
    damage(disk_.image(), &CrashImage::log, 0, 32, 1, [this](std::size_t) {
        const auto recovery = disk_.recover();
        ASSERT_FALSE(recovery.fault) << recovery.fault->what;
        ASSERT_LE(recovery.end.batch, disk_.batches());
        expect_right_or_refused(recovery);
    });
}

TEST_P(DamagedDatabase, never_tells_what_was_not_written_whatever_byte_of_it_is_damaged) {
    const auto image = disk_.checkpointed_image();
    ASSERT_TRUE(image.log.empty());
    int refused = 0;
    int whole = 0;
    const std::size_t step = has_many_bytes() ? 7 : 1;
    damage(image, &CrashImage::database, 0, image.database.size(), step, [&](std::size_t) {
        const auto recovery = disk_.recover();
        expect_right_or_refused(recovery);
        refused += recovery.fault ? 1 : 0;
        whole += !recovery.fault && recovery.end.batch == disk_.batches() ? 1 : 0;
    });
    EXPECT_GT(refused, 300) << "the damage wasn't where the rows are";
    EXPECT_GT(whole, 0) << "no damage was harmless, not even that to unused bytes";
}

TEST_P(DamagedDatabase, never_tells_what_was_not_written_however_short_it_is) {
    auto image = disk_.checkpointed_image();
    for (auto length = image.database.size(); length > 0; length -= std::min(length, 97uz)) {
        image.database.resize(length);
        image.put_into(disk_.folder());
        ASSERT_NO_FATAL_FAILURE(expect_right_or_refused(disk_.recover())) << length << " bytes";
    }
}

TEST_P(DamagedJournal, is_left_as_it_was_by_a_store_that_refuses_it) {
    OneMachine machine;
    machine.clock.advance(std::chrono::days{1});
    const auto batches = disk_.batches();
    int refused = 0;
    const auto open = [&](const CrashImage& image) {
        image.put_into(machine.folder.path());
        if (machine.try_start()) {
            // Expired holds are ended at once, which adds facts.
            EXPECT_GE(machine.store().inventory().last_seq(), disk_.history().last_seq());
            machine.store().inventory().verify();
            machine.stop();
            return;
        }
        ++refused;
        const auto after = CrashImage::of(machine.folder.path());
        EXPECT_TRUE(after.database == image.database);
        EXPECT_TRUE(after.log == image.log);
        EXPECT_TRUE(after.head == image.head);
    };
    for (auto at = 0uz; at < disk_.log_end(batches); at += 307) {
        auto image = disk_.image();
        image.log[at] = static_cast<char>(image.log[at] ^ 0x10);
        open(image);
        image = disk_.image();
        image.log.resize(at);
        open(image);
    }
    for (auto at = 20uz; at < disk_.image().database.size(); at += 311) {
        auto image = disk_.checkpointed_image();
        image.database[at] = static_cast<char>(image.database[at] ^ 0x10);
        open(image);
        image.database.resize(at);
        open(image);
    }
    auto image = disk_.image();
    image.database.clear();
    open(image);
    EXPECT_GT(refused, 20);
}

INSTANTIATE_TEST_SUITE_P(
    Journal,
    DamagedJournal,
    testing::ValuesIn(journal_shapes()),
    [](const auto& info) { return info.param.name; }
);
INSTANTIATE_TEST_SUITE_P(
    Journal,
    DamagedDatabase,
    testing::Values(journal_shapes()[0], journal_shapes()[1]),
    [](const auto& info) { return info.param.name; }
);

}  // namespace
}  // namespace frontrow::test
