#include "crash/journal_history.h"
#include "domain/evolve.h"
#include "io/sqlite.h"
#include "store/engine/snapshot.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/take_snapshot.h"
#include "support/eventually.h"
#include "support/one_machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

namespace frontrow::test {
namespace {

using io::FaultKind;
using store::engine::kGenerationsMax;
using store::engine::list_snapshots;
using store::engine::Snapshot;
using store::engine::write_snapshot;
using store::sqlite::DataFolder;
using store::sqlite::Journal;
using store::sqlite::take_snapshot;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace fs = std::filesystem;

/// A store that sells some seats, has a snapshot taken beside it, sells more, and so on.
class SnapshotOfStore : public testing::Test {
protected:
    SnapshotOfStore() {
        machine_.start();
        event_ = machine_.open_sale(500);
    }

    void sell(int reservations) {
        for (int i = 0; i < reservations; ++i) {
            const auto user = "buyer-" + std::to_string(sold_ % 7);
            auto request = machine_.sale.reserve(event_, user, {machine_.seat(sold_++)});
            ASSERT_TRUE(machine_.execute(request).value());
            if (i % 2 == 0) {
                const domain::ConfirmReservation confirm{request.reservation, user};
                ASSERT_TRUE(machine_.execute(confirm).value());
            }
        }
    }
    void take() { ends_.push_back(take_snapshot(folder()).value().last_seq); }
    /// Two snapshots, with facts between them and after them.
    void sell_and_take_twice() {
        sell(10);
        take();
        sell(10);
        take();
        sell(10);
        seq_ = machine_.store().inventory().last_seq();
    }

    /// Restarts the store. Everything must be there, and only the facts from `first` on may have
    /// been read.
    void expect_restarts_from(std::uint64_t first) {
        machine_.stop();
        machine_.start();
        expect_all_there();
        EXPECT_EQ(machine_.store().started_from(), first);
    }
    void expect_all_there() {
        EXPECT_EQ(machine_.store().inventory().last_seq(), seq_);
        machine_.store().inventory().verify();
        EXPECT_EQ(
            run(machine_.io, machine_.store().read(domain::read_counts, event_))
                .value()
                ->available(),
            500U - static_cast<std::uint32_t>(sold_)
        );
    }
    void expect_does_not_start(const std::string& why) {
        const auto started = machine_.try_start();
        ASSERT_FALSE(started);
        EXPECT_EQ(started.error().kind, FaultKind::corrupt);
        EXPECT_THAT(started.error().what, HasSubstr(why));
    }
    void execute_in_journal(const std::string& sql) {
        auto database = io::SqliteDatabase::open(
            DataFolder::journal_of(folder()), io::SqliteDatabase::Mode::read_write_create
        );
        ASSERT_TRUE(database->execute(sql));
    }
    void flip_a_bit(const fs::path& file) const {
        std::fstream stream{file, std::ios::binary | std::ios::in | std::ios::out};
        stream.seekg(200);
        const auto byte = static_cast<char>(stream.get() ^ 4);
        stream.seekp(200);
        stream.put(byte);
    }
    fs::path newest() const { return list_snapshots(folder()).at(0); }
    const fs::path& folder() const { return machine_.folder.path(); }

    OneMachine machine_;
    EventId event_;
    std::uint64_t sold_ = 0;
    std::uint64_t seq_ = 0;
    std::vector<std::uint64_t> ends_;
};

TEST_F(SnapshotOfStore, is_where_the_next_start_goes_on) {
    sell_and_take_twice();
    expect_restarts_from(ends_[1] + 1);
    EXPECT_THAT(machine_.troubles, IsEmpty());
    sell(5);
    seq_ = machine_.store().inventory().last_seq();
    expect_restarts_from(ends_[1] + 1);
    take();
    expect_restarts_from(ends_[2] + 1);
    EXPECT_EQ(ends_[2], seq_);
}

TEST_F(SnapshotOfStore, knows_requests_and_holds_as_the_journal_does) {
    sell(4);
    auto request = machine_.sale.reserve(event_, "ann", {machine_.seat(sold_++)});
    const auto first = machine_.execute(request).value();
    take();
    seq_ = ends_[0];
    expect_restarts_from(seq_ + 1);
    const auto again = machine_.execute(request).value();
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->entity, first->entity);
    machine_.clock.advance(machine_.sale.spec().hold);
    EXPECT_EQ(
        run(machine_.io, machine_.store().read(domain::read_counts, event_)).value()->available(),
        498U
    );
}

TEST_F(SnapshotOfStore, has_the_same_seat_map_by_the_same_version) {
    sell(9);
    const auto before = run(machine_.io, machine_.store().seat_map(event_)).value().value();
    take();
    seq_ = ends_[0];
    expect_restarts_from(seq_ + 1);
    const auto after = run(machine_.io, machine_.store().seat_map(event_)).value().value();
    EXPECT_EQ(after->version, before->version);
    EXPECT_EQ(after->statuses, before->statuses);
    EXPECT_EQ(after->layout(), before->layout());
}

TEST_F(SnapshotOfStore, that_is_bad_is_passed_over_for_the_one_before_and_then_for_the_journal) {
    sell_and_take_twice();
    flip_a_bit(newest());
    expect_restarts_from(ends_[0] + 1);
    EXPECT_THAT(machine_.troubles, ElementsAre(HasSubstr("doesn't match its checksum")));
    fs::resize_file(list_snapshots(folder()).at(1), 100);
    expect_restarts_from(1);
    EXPECT_THAT(machine_.troubles.back(), HasSubstr("is too short"));
    // The next snapshot is made from the journal alone, and the bad ones are removed.
    take();
    EXPECT_EQ(list_snapshots(folder()).size(), 1);
    expect_restarts_from(seq_ + 1);
}

TEST_F(SnapshotOfStore, is_kept_with_the_one_before_it_and_no_others) {
    for (int i = 0; i < 4; ++i) {
        sell(3);
        take();
    }
    take();
    EXPECT_EQ(list_snapshots(folder()).size(), 2);
    seq_ = ends_[3];
    expect_restarts_from(ends_[3] + 1);
    fs::remove(newest());
    expect_restarts_from(ends_[2] + 1);
}

TEST_F(SnapshotOfStore, is_not_believed_where_the_journal_is_older) {
    sell(10);
    take();
    const auto image = CrashImage::of(folder());
    const auto sold = sold_;
    seq_ = ends_[0];
    sell(10);
    take();
    machine_.stop();
    // As an operator does who restores an old copy of the journal by hand.
    image.put_into(folder());
    sold_ = sold;
    machine_.start();
    expect_all_there();
    EXPECT_EQ(machine_.store().started_from(), ends_[0] + 1);
    EXPECT_THAT(machine_.troubles, ElementsAre(HasSubstr("belongs to another journal")));

    // The journal continues with other batches, beyond the end of the newer snapshot. That snapshot
    // never matches again.
    sell(40);
    seq_ = machine_.store().inventory().last_seq();
    expect_restarts_from(ends_[0] + 1);
    take();
    expect_restarts_from(seq_ + 1);
    EXPECT_EQ(list_snapshots(folder()).size(), 2);
}

TEST_F(SnapshotOfStore, of_another_folder_is_not_believed) {
    OneMachine other{2};
    other.start();
    const auto event = other.open_sale(500);
    for (std::uint64_t i = 0; i < 100; ++i)
        ASSERT_TRUE(other.execute(other.sale.reserve(event, "bob", {other.seat(i)})).value());
    sell_and_take_twice();
    ASSERT_TRUE(take_snapshot(other.folder.path()));
    const auto theirs = list_snapshots(other.folder.path()).at(0);
    for (const auto& ours : list_snapshots(folder()))
        fs::copy_file(theirs, ours, fs::copy_options::overwrite_existing);
    expect_restarts_from(1);
    EXPECT_EQ(machine_.troubles.size(), 2);
}

TEST_F(SnapshotOfStore, hides_no_change_of_the_journals_past) {
    sell_and_take_twice();
    machine_.stop();
    execute_in_journal("UPDATE journal SET facts=CAST(facts || x'00' AS BLOB) WHERE batch=6");
    expect_does_not_start("damaged at batch 6");
}

TEST_F(SnapshotOfStore, hides_no_row_that_is_missing_in_the_journals_past) {
    sell_and_take_twice();
    machine_.stop();
    execute_in_journal("DELETE FROM journal WHERE batch=6");
    expect_does_not_start("damaged at batch 6: it is missing");
}

TEST_F(SnapshotOfStore, hides_no_loss_of_the_journals_end) {
    sell_and_take_twice();
    machine_.stop();
    const auto rows = std::to_string(ends_[1]);
    execute_in_journal("DELETE FROM journal WHERE last_seq > " + rows);
    expect_does_not_start("was acknowledged");
    execute_in_journal("DELETE FROM journal WHERE last_seq > 20");
    expect_does_not_start("was acknowledged");
    execute_in_journal("DELETE FROM journal");
    expect_does_not_start("was acknowledged");
}

TEST_F(SnapshotOfStore, is_not_taken_of_a_journal_that_lost_its_end) {
    sell_and_take_twice();
    machine_.stop();
    execute_in_journal("DELETE FROM journal WHERE last_seq > 20");
    const auto taken = take_snapshot(folder());
    ASSERT_FALSE(taken);
    EXPECT_THAT(taken.error().what, HasSubstr("was acknowledged"));
}

TEST_F(SnapshotOfStore, leaves_files_alone_that_are_no_snapshots_and_clears_its_own_leftovers) {
    for (const auto* name :
         {"snapshot-notes", "snapshot-1", "snapshot-00000000000000000001.bak", "snapshot.new"})
        std::ofstream{folder() / name} << "mine";
    std::ofstream{folder() / "snapshot-00000000000000000009.1234.new"} << "half";
    sell_and_take_twice();
    expect_restarts_from(ends_[1] + 1);
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator{folder()})
        names.insert(entry.path().filename());
    EXPECT_TRUE(names.contains("snapshot-notes") && names.contains("snapshot-1"));
    EXPECT_TRUE(names.contains("snapshot-00000000000000000001.bak"));
    EXPECT_TRUE(names.contains("snapshot.new"));
    EXPECT_FALSE(names.contains("snapshot-00000000000000000009.1234.new"));
}

TEST_F(SnapshotOfStore, is_not_touched_by_a_second_store) {
    sell_and_take_twice();
    std::ofstream{folder() / "snapshot-00000000000000000099.1234.new"} << "half";
    const auto second = store::sqlite::EmbeddedStore::open(
        {.folder = folder()},
        {.owner = machine_.io.get_executor(),
         .clock = machine_.clock,
         .disk = machine_.disk,
         .on_failure = {}}
    );
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, FaultKind::in_use);
    EXPECT_TRUE(fs::exists(folder() / "snapshot-00000000000000000099.1234.new"));
    EXPECT_EQ(list_snapshots(folder()).size(), 2);
}

TEST_F(SnapshotOfStore, is_taken_at_a_stop_if_there_is_much_to_read) {
    sell(10);
    run(machine_.io, [](store::Store& store) -> io::Awaitable<bool> {
        co_await store.close();
        co_return true;
    }(machine_.store()));
    EXPECT_THAT(list_snapshots(folder()), IsEmpty()) << "a few facts aren't worth it";
    machine_.snapshots.bytes_min = 4'000;
    machine_.restart();
    sell(10);
    seq_ = machine_.store().inventory().last_seq();
    run(machine_.io, [](store::Store& store) -> io::Awaitable<bool> {
        co_await store.close();
        co_return true;
    }(machine_.store()));
    EXPECT_EQ(list_snapshots(folder()).size(), 1);
    expect_restarts_from(seq_ + 1);
}

/// An error in a snapshot gets into the later snapshots that are made from it. These tests check
/// how many of them have the error.
class SnapshotOfALie : public SnapshotOfStore {
protected:
    /// Puts into the folder a snapshot that has a wrong name for the first event. The snapshot
    /// claims to be made from the journal's beginning.
    void lie() {
        auto journal = Journal::open(DataFolder::journal_of(folder()), {.read_only = true});
        domain::Inventory inventory;
        const auto replayed = journal->replay([&](domain::Fact&& fact) {
            if (auto* created = std::get_if<domain::EventCreated>(&fact.body))
                created->spec.name = "A lie";
            domain::evolve(inventory, fact);
        });
        ASSERT_TRUE(replayed);
        ASSERT_TRUE(write_snapshot(folder(), inventory, journal->end(), 1));
    }
    unsigned generation() const { return Snapshot::open(newest())->generation(); }
    /// Whether the newest snapshot, which was taken just now, is right.
    bool is_right() {
        auto snapshot = Snapshot::open(newest());
        return snapshot->differences_from(machine_.store().inventory()).value().empty();
    }
};

TEST_F(SnapshotOfALie, ends_with_the_eighth_and_the_next_is_made_from_the_journals_beginning) {
    sell(2);
    lie();
    for (unsigned made = 2; made <= kGenerationsMax; ++made) {
        sell(1);
        take();
        EXPECT_EQ(generation(), made);
        EXPECT_FALSE(is_right());
    }
    sell(1);
    take();
    EXPECT_EQ(generation(), 1U);
    EXPECT_TRUE(is_right());
    EXPECT_EQ(list_snapshots(folder()).size(), 2);
    sell(1);
    take();
    EXPECT_EQ(generation(), 2U);
    EXPECT_TRUE(is_right());
}

TEST_F(SnapshotOfALie, is_not_handed_on_by_a_stop_after_the_eighth) {
    const auto close = [](store::Store& store) -> io::Awaitable<bool> {
        co_await store.close();
        co_return true;
    };
    machine_.snapshots.bytes_min = 4'000;
    sell(2);
    take();
    // One snapshot at each stop, as with a server that is often started.
    for (unsigned made = 2; made <= kGenerationsMax; ++made) {
        machine_.restart();
        sell(10);
        run(machine_.io, close(machine_.store()));
        EXPECT_EQ(generation(), made);
    }
    const auto eighth = newest();
    machine_.restart();
    sell(10);
    run(machine_.io, close(machine_.store()));
    EXPECT_EQ(newest(), eighth);
    seq_ = machine_.store().inventory().last_seq();
    machine_.restart();
    expect_all_there();
    take();
    EXPECT_EQ(generation(), 1U);
    EXPECT_TRUE(is_right());
}

/// Snapshots are taken by a separate program, which may behave in any way.
class SnapshotProgram : public SnapshotOfStore {
protected:
    void restart_with(std::vector<std::string> command) {
        machine_.snapshots = {
            // At the start a snapshot is due. The next is due after less than two sales of 40
            // seats.
            .command = std::move(command),
            .environment = {"PASSWORD=told"},
            .bytes_min = 20'000,
        };
        machine_.restart();
    }
    /// Runs the store until the condition holds.
    template <class Condition>
    bool runs_until(Condition condition) {
        return eventually([&] {
            machine_.io.restart();
            machine_.io.run_one_for(std::chrono::milliseconds{50});
            return condition();
        });
    }
};

TEST_F(SnapshotProgram, is_started_once_the_journal_has_grown_and_told_the_folder) {
    const auto log = folder() / "log";
    const auto lines = [&] {
        std::ifstream file{log};
        return std::count(std::istreambuf_iterator<char>{file}, {}, '\n');
    };
    restart_with({"/bin/sh", "-c", "echo \"$* $PASSWORD\" >> \"$2/log\"", "snapshot"});
    EXPECT_TRUE(runs_until([&] { return lines() == 1; }));
    std::string line;
    std::getline(std::ifstream{log} >> std::ws, line);
    EXPECT_EQ(line, "--data-dir " + folder().string() + " told");
    sell(40);
    EXPECT_TRUE(runs_until([&] { return lines() == 2; }));
    EXPECT_THAT(machine_.troubles, IsEmpty());
}

TEST_F(SnapshotProgram, that_fails_or_is_not_there_is_told_and_sales_go_on) {
    restart_with({"/bin/false"});
    sell(20);
    EXPECT_TRUE(runs_until([&] { return machine_.troubles.size() == 1; }));
    EXPECT_THAT(machine_.troubles[0], HasSubstr("exit code 1"));
    sell(2);
    EXPECT_EQ(machine_.troubles.size(), 1) << "it is tried again when the next is due";
    restart_with({"/nowhere/frontrow"});
    sell(20);
    // The start tries once. On a machine so slow that the sales take longer than a tick, the tick
    // tries again.
    ASSERT_TRUE(runs_until([&] { return machine_.troubles.size() >= 2; }));
    EXPECT_THAT(machine_.troubles[1], HasSubstr("/nowhere/frontrow"));
    sell(1);
    seq_ = machine_.store().inventory().last_seq();
    expect_all_there();
}

TEST_F(SnapshotProgram, ends_with_the_store) {
    const auto pid_file = folder() / "pid";
    restart_with({"/bin/sh", "-c", "echo $$ > \"$2/pid\"; exec /bin/sleep 1000", "snapshot"});
    sell(20);
    pid_t pid = 0;
    EXPECT_TRUE(runs_until([&] { return bool{std::ifstream{pid_file} >> pid}; }));
    ASSERT_GT(pid, 0);
    EXPECT_EQ(::kill(pid, 0), 0);
    machine_.stop();
    EXPECT_NE(::kill(pid, 0), 0);
}

}  // namespace
}  // namespace frontrow::test
