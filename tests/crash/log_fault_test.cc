#include "crash/crowd.h"
#include "io/sqlite.h"
#include "store/sqlite/data_folder.h"
#include "support/eventually.h"

#include <gtest/gtest.h>

#include <array>
#include <future>
#include <sqlite3.h>
#include <utility>

// Failures while SQLite's log is moved into the database.

namespace frontrow::test {
namespace {

using io::FaultKind;
using io::SqliteDatabase;
using store::sqlite::DataFolder;
using Op = FaultyVfs::Op;

/// A store whose log isn't empty.
class LogFault : public testing::Test {
protected:
    void SetUp() override { open_sale(); }

    void open_sale() {
        machine_.emplace();
        machine_->start();
        event_ = machine_->open_sale(10);
    }

    /// Returns the event's last acknowledged version.
    std::uint32_t write(int changes) {
        std::uint32_t told = 0;
        for (int i = 0; machine_->failures.empty() && i < changes; ++i) {
            const auto answer =
                machine_->execute(machine_->sale.update_event(event_, machine_->sale.large_spec()));
            if (answer) told = std::get<domain::Event>(answer.value()->entity).version;
        }
        return told;
    }
    void wait_for_failure() {
        const auto work = boost::asio::make_work_guard(machine_->io);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
        machine_->io.restart();
        while (machine_->failures.empty())
            ASSERT_GT(machine_->io.run_one_until(deadline), 0) << "nobody heard of it";
    }
    std::uint32_t version() {
        return run(machine_->io, machine_->store().read(domain::read_event, event_))
            .value()
            .value()
            .version;
    }
    std::filesystem::path journal() const {
        return DataFolder::journal_of(machine_->folder.path());
    }
    std::uint64_t log_size() const {
        std::error_code none;
        const auto size = std::filesystem::file_size(journal().string() + "-wal", none);
        return none ? 0 : size;
    }

    std::optional<OneMachine> machine_;
    EventId event_;
};

/// The operation that fails, and the code that SQLite gets.
constexpr std::array kLogFaults{
    std::pair{Op::write, SQLITE_FULL},
    std::pair{Op::write, SQLITE_IOERR_WRITE},
    std::pair{Op::sync, SQLITE_IOERR_FSYNC},
};

TEST_F(LogFault, of_a_checkpoint_is_one_of_the_journal_and_leaves_the_log) {
    for (const auto& [op, code] : kLogFaults) {
        open_sale();
        machine_->vfs.fail(op, 1, code, "journal.db");
        // A checkpoint is due before all of these are written.
        const auto told = write(100);
        ASSERT_NO_FATAL_FAILURE(wait_for_failure());
        EXPECT_EQ(machine_->failures.size(), 1);
        EXPECT_FALSE(machine_->store().is_ready());
        const auto late = machine_->execute(machine_->sale.update_event(event_, {}));
        ASSERT_FALSE(late);
        EXPECT_EQ(late.error().kind, FaultKind::outcome_unknown);
        machine_->stop();
        EXPECT_GT(log_size(), 0U) << "what is nowhere else was removed";

        machine_->vfs.cut_power();
        machine_->vfs.restore_power();
        machine_->start();
        EXPECT_GE(version(), told);
        audit_journal_of(*machine_);
    }
}

TEST_F(LogFault, of_the_last_checkpoint_is_told_when_the_store_is_closed) {
    for (const auto& [op, code] : kLogFaults) {
        open_sale();
        const auto told = write(5);
        machine_->vfs.fail(op, 1, code, "journal.db");
        auto closing = test::start(machine_->io, [](auto& store) -> io::Awaitable<bool> {
            co_await store.close();
            co_return true;
        }(machine_->store()));
        closing.get();
        EXPECT_EQ(machine_->failures.size(), 1);
        machine_->stop();
        EXPECT_GT(log_size(), 0U) << "what is nowhere else was removed";
        machine_->start();
        EXPECT_EQ(version(), told);
    }
}

/// A reader in the middle of a statement, which keeps the log from being removed.
class ReaderOfLog : public LogFault {
protected:
    void SetUp() override {
        LogFault::SetUp();
        write(5);
        // A clean stop would remove the log.
        machine_->vfs.cut_power();
        machine_->stop();
        machine_->vfs.restore_power();
        ASSERT_GT(log_size(), 0U);
        database_.emplace(
            SqliteDatabase::open(journal(), SqliteDatabase::Mode::read_only, machine_->vfs.name())
                .value()
        );
        reading_.emplace(database_->prepare("SELECT facts FROM journal").value());
        ASSERT_TRUE(reading_->step().value());
    }
    void TearDown() override {
        reading_.reset();
        database_.reset();
    }

    std::optional<SqliteDatabase> database_;
    std::optional<io::SqliteStatement> reading_;
};

TEST_F(ReaderOfLog, is_waited_for_by_a_start) {
    const auto syncs = machine_->vfs.count(Op::sync);
    // After two syncs the start waits for nothing but the reader, or soon will.
    auto end_of_reading = std::async(std::launch::async, [&] {
        EXPECT_TRUE(eventually([&] { return machine_->vfs.count(Op::sync) >= syncs + 2; }));
        reading_.reset();
    });
    const auto started = machine_->try_start();
    end_of_reading.get();
    ASSERT_TRUE(started) << started.error().what;
    EXPECT_EQ(version(), 6);
}

TEST_F(ReaderOfLog, who_does_not_end_keeps_a_start_from_succeeding_and_is_named) {
    const auto log = log_size();
    const auto started = machine_->try_start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().kind, FaultKind::in_use);
    EXPECT_NE(
        started.error().what.find("another process has been reading it for 10 s"), std::string::npos
    ) << started.error().what;
    EXPECT_EQ(log_size(), log);
    reading_.reset();
    machine_->start();
    EXPECT_EQ(version(), 6);
    EXPECT_EQ(log_size(), 0U);
}

}  // namespace
}  // namespace frontrow::test
