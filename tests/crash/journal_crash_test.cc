#include "crash/journal_on_disk.h"
#include "store/embedded/journal_head.h"
#include "support/seed.h"

#include <gtest/gtest.h>

namespace frontrow::test {
namespace {

using io::FaultKind;

/// The log's last commits are cut here: enough of them that some take several pages.
constexpr std::size_t kLastBatches = 3;

class JournalCrash : public testing::TestWithParam<JournalShape> {
protected:
    JournalOnDisk disk_{GetParam(), seed_of_this_run()};
};

TEST_P(JournalCrash, recovers_whole_batches_wherever_its_log_is_cut) {
    const auto from = disk_.log_end(disk_.batches() - kLastBatches);
    const auto to = disk_.log_end(disk_.batches());
    for (auto cut = from; cut <= to; ++cut) {
        auto image = disk_.image();
        image.log.resize(cut);
        image.put_into(disk_.folder());
        const auto recovery = disk_.recover();
        const auto whole = disk_.batches_within(cut);
        ASSERT_FALSE(recovery.fault) << "cut at " << cut << ": " << recovery.fault->what;
        ASSERT_EQ(recovery.end.batch, whole) << "cut at " << cut;
        ASSERT_TRUE(recovery.lines == disk_.history().lines_until(whole)) << "cut at " << cut;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Journals,
    JournalCrash,
    testing::ValuesIn(journal_shapes()),
    [](const auto& info) { return info.param.name; }
);

}  // namespace
}  // namespace frontrow::test
