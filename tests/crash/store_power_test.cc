#include "crash/crowd.h"
#include "store/sqlite/data_folder.h"
#include "support/seed.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sqlite3.h>
#include <string_view>

namespace frontrow::test {
namespace {

using store::sqlite::DataFolder;

constexpr std::size_t kSeats = 60;

/// One machine that loses power again and again while a crowd buys.
class PowerCuts {
public:
    explicit PowerCuts(std::uint64_t seed)
        : random_{seed}, machine_{seed}, crowd_{machine_, open_sale(), kSeats, seed} {}

    void live_through_one(bool some_unsynced_stays) {
        const auto old_head = random_() % 2 == 0 ? std::string{} : head();
        machine_.vfs.cut_power(1 + random_() % 60);
        sell_until_dark();
        machine_.stop();
        machine_.vfs.restore_power(some_unsynced_stays ? &random_ : nullptr);
        // The head isn't synced: after a power cut an older version may be there, or none.
        if (random_() % 2 == 0) put_head(old_head);
        machine_.start();
        machine_.store().inventory().verify();
        crowd_.expect_kept();
    }

    const OneMachine& machine() const { return machine_; }
    const Crowd& crowd() const { return crowd_; }

private:
    EventId open_sale() {
        machine_.start();
        return machine_.open_sale(kSeats);
    }

    /// Sometimes all answers come before the next requests, sometimes not. Sometimes the power
    /// fails during a clean stop.
    void sell_until_dark() {
        const auto patience = random_() % 40;
        for (std::uint64_t turn = 0; machine_.failures.empty() && turn < patience; ++turn) {
            crowd_.send(1 + random_() % 8);
            if (random_() % 2 == 0) crowd_.hear_answers();
        }
        crowd_.hear_answers();
        machine_.failures.clear();
    }

    std::string head() const {
        std::ifstream file{DataFolder::head_of(machine_.folder.path())};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    void put_head(const std::string& line) const {
        const auto path = DataFolder::head_of(machine_.folder.path());
        std::filesystem::remove(path);
        if (!line.empty()) std::ofstream{path} << line;
    }

    std::mt19937_64 random_;
    OneMachine machine_;
    Crowd crowd_;
};

void live_through_power_cuts(bool some_unsynced_stays) {
    const auto seed = seed_of_this_run();
    std::size_t told = 0;
    std::size_t unknown = 0;
    FactCounts facts{};
    for (std::uint64_t i = 0; i < (is_soak() ? 2'000 : 20) && !testing::Test::HasFailure(); ++i) {
        SCOPED_TRACE("seed " + std::to_string(seed) + ", machine " + std::to_string(i));
        PowerCuts cuts{seed + i};
        for (int cut = 0; cut < 6; ++cut)
            cuts.live_through_one(some_unsynced_stays);
        add(facts, audit_journal_of(cuts.machine()));
        told += cuts.crowd().told();
        unknown += cuts.crowd().unknown();
    }
    std::cout << told << " answers, " << unknown << " unknown" << std::endl;
    EXPECT_GT(told, 500);
    EXPECT_GT(unknown, 20) << "the power never went while anybody waited";
    EXPECT_GT(facts[domain::FactBody{domain::ReservationChanged{}}.index()], 20);
    EXPECT_GT(facts[domain::FactBody{domain::AllocationEnded{}}.index()], 0);
}

TEST(StorePower, keeps_all_that_was_told_though_nothing_unsynced_stays) {
    live_through_power_cuts(false);
}

TEST(StorePower, keeps_all_that_was_told_whatever_unsynced_stays) {
    live_through_power_cuts(true);
}

/// Writes large facts until the power fails or the log has been moved and started anew. Returns the
/// event's last acknowledged version.
std::uint32_t write_megabytes(OneMachine& machine, EventId event) {
    std::uint32_t told = 0;
    for (int megabyte = 0; megabyte < 14; ++megabyte) {
        std::vector<Started<Result<domain::Outcome, io::Fault>>> answers;
        for (int i = 0; i < 33; ++i)
            answers.push_back(
                machine.start_command(machine.sale.update_event(event, machine.sale.large_spec()))
            );
        for (auto& one : answers) {
            const auto answer = one.get();
            if (!answer) return told;
            told = std::get<domain::Event>(answer.value()->entity).version;
        }
    }
    return told;
}

TEST(StorePower, keeps_all_that_was_told_while_its_log_is_moved_into_the_database) {
    const auto seed = seed_of_this_run();
    std::mt19937_64 random{seed};
    int cuts = 0;
    for (int i = 0; i < (is_soak() ? 200 : 4) && !testing::Test::HasFailure(); ++i) {
        OneMachine machine{seed};
        machine.start();
        const auto event = machine.open_sale(3);
        machine.vfs.cut_power(1 + random() % 9'000);
        const auto told = write_megabytes(machine, event);
        machine.stop();
        cuts += machine.vfs.is_power_cut() ? 1 : 0;
        machine.vfs.restore_power(i % 2 == 0 ? nullptr : &random);
        machine.start();
        const auto now = run(machine.io, machine.store().read(domain::read_event, event)).value();
        ASSERT_TRUE(now);
        EXPECT_GE(now->version, told);
        audit_journal_of(machine);
    }
    EXPECT_GT(cuts, 0) << "the power never went";
}

/// One machine with a failing sync, which is reported once. The machine is started again while the
/// system's cache still has everything, continues the sale, and then loses power.
class FailedSyncs {
public:
    explicit FailedSyncs(std::uint64_t seed)
        : random_{seed}, machine_{seed}, crowd_{machine_, open_sales(), kSeats, seed} {}

    /// `file`: the end of the name of the file whose sync fails.
    void live_through_one(std::string_view file) {
        const auto nth = 1 + random_() % (file.ends_with("-wal") ? 40 : 2);
        machine_.vfs.fail(FaultyVfs::Op::sync, nth, SQLITE_IOERR_FSYNC, file);
        for (int turn = 0; machine_.failures.empty() && turn < 200; ++turn)
            sell();
        EXPECT_FALSE(machine_.failures.empty()) << "nobody heard of it";
        machine_.failures.clear();
        machine_.stop();
        if (random_() % 2 == 0) lose_power_at_the_start();
        start();
        // After a few turns all new facts are in the log; after many the log has been started anew.
        for (auto turns = 1 + random_() % (random_() % 2 == 0 ? 8 : 80); turns > 0; --turns)
            sell();
        EXPECT_TRUE(machine_.failures.empty());
        machine_.vfs.cut_power();
        machine_.stop();
        restore_power();
        start();
    }

    const OneMachine& machine() const { return machine_; }
    const Crowd& crowd() const { return crowd_; }

private:
    EventId open_sales() {
        machine_.start();
        other_event_ = machine_.open_sale(1);
        return machine_.open_sale(kSeats);
    }
    /// Besides the crowd's requests, a large change fills the log.
    void sell() {
        auto large = machine_.start_command(
            machine_.sale.update_event(other_event_, machine_.sale.large_spec())
        );
        crowd_.send(1 + random_() % 4);
        if (random_() % 2 == 0) crowd_.send(1 + random_() % 4);
        crowd_.hear_answers();
        (void)large.get();
    }
    void lose_power_at_the_start() {
        machine_.vfs.cut_power(1 + random_() % 200);
        (void)machine_.try_start();
        machine_.stop();
        restore_power();
    }
    void restore_power() {
        machine_.vfs.restore_power(random_() % 2 == 0 ? nullptr : &random_);
        // The log may have been moved while the power went: that failure isn't the next round's.
        machine_.failures.clear();
    }
    void start() {
        machine_.start();
        machine_.store().inventory().verify();
        crowd_.expect_kept();
    }

    std::mt19937_64 random_;
    OneMachine machine_;
    EventId other_event_;
    Crowd crowd_;
};

void live_through_failed_syncs(std::string_view file) {
    const auto seed = seed_of_this_run();
    std::size_t told = 0;
    std::uint64_t machines = 0;
    for (; machines < (is_soak() ? 50 : 3) && !testing::Test::HasFailure(); ++machines) {
        SCOPED_TRACE("seed " + std::to_string(seed) + ", machine " + std::to_string(machines));
        FailedSyncs syncs{seed + machines};
        for (int failure = 0; failure < 3; ++failure)
            syncs.live_through_one(file);
        audit_journal_of(syncs.machine());
        told += syncs.crowd().told();
    }
    EXPECT_GT(told, 100 * machines);
}

TEST(StorePower, keeps_all_that_was_told_by_a_restart_after_a_failed_sync_of_the_log) {
    live_through_failed_syncs("journal.db-wal");
}

TEST(StorePower, keeps_all_that_was_told_by_a_restart_after_a_failed_sync_of_the_database) {
    live_through_failed_syncs("journal.db");
}

}  // namespace
}  // namespace frontrow::test
