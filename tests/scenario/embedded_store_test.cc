#include "domain/evolve.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/journal.h"
#include "support/figure_of.h"
#include "support/one_machine.h"
#include "wire/entity_json.h"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <sqlite3.h>

namespace frontrow::test {
namespace {

using domain::Reason;
using io::FaultKind;
using store::sqlite::DataFolder;
using store::sqlite::Journal;
using Answer = Result<domain::Outcome, io::Fault>;

/// Waits for the answer and checks it. Returns the fault if the answer is one.
template <class T>
io::Awaitable<std::optional<FaultKind>>
hear(io::Awaitable<Result<T, io::Fault>> question, std::function<void(const T&)> look) {
    const auto answer = co_await std::move(question);
    if (!answer) co_return answer.error().kind;
    look(*answer);
    co_return std::nullopt;
}

/// Ann has reserved seat 1, and the disk hangs before that is durable. No client may be told of it
/// yet, not even Ann.
class HangingDisk : public testing::Test {
protected:
    using Looks = std::function<void(const domain::Outcome&)>;

    void SetUp() override {
        machine_.start();
        other_event_ = machine_.open_sale(5);
        other_seat_ = machine_.seat(0);
        event_ = machine_.open_sale(10);
        anns_ = reserve("ann", 1);
        machine_.vfs.hold_syncs();
        ask("ann's seat", anns_, [](const auto& outcome) { EXPECT_TRUE(outcome); });
        run_ready(machine_.io);
        machine_.vfs.wait_for_held_sync();
    }

    template <class T>
    void ask(
        const std::string& about,
        io::Awaitable<Result<T, io::Fault>> question,
        std::type_identity_t<std::function<void(const T&)>> look
    ) {
        questions_.emplace_back(
            about, start(machine_.io, hear<T>(std::move(question), std::move(look)))
        );
    }
    void ask(const std::string& about, domain::Command command, Looks look) {
        ask(about, store().execute(std::move(command), machine_.sale.trace()), std::move(look));
    }
    static Looks refusal(Reason reason) {
        return [reason](const domain::Outcome& outcome) {
            EXPECT_TRUE(!outcome && outcome.error().reason == reason);
        };
    }

    /// Sends every request whose answer depends on ann's seat.
    void ask_what_rests_on_it();

    /// Runs everything that is ready, until the store has done its periodic checks twice.
    void let_things_happen() {
        for (const auto looks = machine_.disk.looks; machine_.disk.looks < looks + 2;)
            machine_.io.run_one();
        run_ready(machine_.io);
    }

    domain::ReserveSeats reserve(const std::string& user, std::uint64_t seat) {
        return machine_.sale.reserve(event_, user, {machine_.seat(seat)});
    }
    store::Store& store() { return machine_.store(); }

    OneMachine machine_;
    EventId other_event_;
    SeatId other_seat_;
    EventId event_;
    domain::ReserveSeats anns_;
    std::vector<std::pair<std::string, Started<std::optional<FaultKind>>>> questions_;
};

void HangingDisk::ask_what_rests_on_it() {
    ask("the same again", anns_, [](const auto& outcome) {
        EXPECT_TRUE(outcome && outcome->replayed);
    });
    auto other = reserve("ann", 2);
    other.request.key = anns_.request.key;
    other.request.content = {5, 5};
    ask("her key for another seat", other, refusal(Reason::idempotency_key_reused));
    ask("her seat for bob", reserve("bob", 1), refusal(Reason::seats_unavailable));
    ask("to delete the event", machine_.sale.delete_event(event_), refusal(Reason::event_has_sales)
    );
    ask("the count", store().read(domain::read_counts, event_), [](const auto& count) {
        EXPECT_EQ(count->available(), 9);
    });
    ask("the seat map", store().seat_map(event_), [](const auto& map) {
        EXPECT_EQ((*map)->statuses[1], domain::SeatStatus::reserved);
    });
    ask("her reservation",
        store().read(domain::read_reservation, anns_.reservation, "ann"),
        [](const auto& found) { EXPECT_EQ(found->status, domain::ReservationStatus::pending); });
    ask("her list",
        store().read(domain::read_reservations, "ann", domain::Page{.limit = 9}),
        [](const auto& list) { EXPECT_EQ(list.size(), 1); });
    ask("the seat", store().read(domain::read_seat, machine_.seat(1)), [](const auto& seat) {
        EXPECT_EQ(seat->status, domain::SeatStatus::reserved);
    });
    ask("the free seats", store().list_seats(event_, true, {.limit = 9}), [](const auto& list) {
        EXPECT_EQ(list->runs.size(), 2);
    });
    ask("to confirm", domain::ConfirmReservation{anns_.reservation, "ann"}, [](const auto& done) {
        EXPECT_TRUE(done);
    });
    ask("to cancel what is confirmed",
        domain::CancelReservation{anns_.reservation, "ann"},
        refusal(Reason::reservation_confirmed));
    ask("the event that she made of it",
        machine_.sale.update_event(event_, machine_.sale.spec()),
        [](const auto& done) { EXPECT_TRUE(done); });
    ask("that event", store().read(domain::read_event, event_), [](const auto& event) {
        EXPECT_EQ(event->version, 2);
    });
    ask("the events",
        store().read(domain::read_events, domain::Page{.limit = 9}),
        [](const auto& list) { EXPECT_EQ(list.size(), 2); });
}

TEST_F(HangingDisk, keeps_every_answer_that_rests_on_it_until_it_is_done) {
    ask_what_rests_on_it();
    let_things_happen();
    for (const auto& [about, answer] : questions_)
        EXPECT_FALSE(answer.is_done()) << about;
    machine_.vfs.release_syncs();
    for (auto& [about, answer] : questions_)
        EXPECT_EQ(answer.get(), std::nullopt) << about;
}

TEST_F(HangingDisk, makes_every_such_answer_unknown_if_it_fails_then) {
    ask_what_rests_on_it();
    let_things_happen();
    machine_.vfs.fail(FaultyVfs::Op::sync, 1, SQLITE_IOERR_FSYNC);
    machine_.vfs.release_syncs();
    for (auto& [about, answer] : questions_)
        EXPECT_EQ(answer.get(), FaultKind::outcome_unknown) << about;
    EXPECT_EQ(machine_.failures.size(), 1);
}

TEST_F(HangingDisk, keeps_no_answer_that_does_not_rest_on_it) {
    questions_.clear();
    ask("another event", store().read(domain::read_event, other_event_), [](const auto& event) {
        EXPECT_TRUE(event);
    });
    ask("the events",
        store().read(domain::read_events, domain::Page{.limit = 9}),
        [](const auto& list) { EXPECT_EQ(list.size(), 2); });
    ask("another event's count",
        store().read(domain::read_counts, other_event_),
        [](const auto& count) { EXPECT_EQ(count->available(), 5); });
    ask("another event's seat", store().read(domain::read_seat, other_seat_), [](const auto& seat) {
        EXPECT_EQ(seat->status, domain::SeatStatus::available);
    });
    ask("what isn't there",
        store().read(domain::read_reservation, ReservationId{}, "ann"),
        [](const auto& none) { EXPECT_FALSE(none); });
    ask("to confirm what isn't there",
        domain::ConfirmReservation{ReservationId{}, "ann"},
        refusal(Reason::reservation_not_found));
    run_ready(machine_.io);
    for (const auto& [about, answer] : questions_)
        EXPECT_TRUE(answer.is_done()) << about;
}

TEST_F(HangingDisk, tells_all_who_wait_for_a_batch_how_the_seats_are_at_its_end) {
    std::vector<std::shared_ptr<const domain::SeatMap>> maps;
    const auto ask_for_map = [&] {
        ask("the seat map", store().seat_map(event_), [&](const auto& map) { maps.push_back(*map); }
        );
        run_ready(machine_.io);
    };
    const auto sell = [&](std::uint64_t seat) {
        ask("a seat", reserve("bob", seat), [](const auto& sold) { EXPECT_TRUE(sold); });
        run_ready(machine_.io);
    };
    ask_for_map();
    sell(2);
    ask_for_map();
    ask("the free seats", store().list_seats(event_, true, {.limit = 2}), [](const auto& list) {
        // Seat 0, and the first one after the sold seats.
        ASSERT_EQ(list->runs.size(), 2);
        EXPECT_EQ(list->runs[0].first, 0);
        EXPECT_EQ(list->runs[1].first, 6);
    });
    ask("a part of all seats",
        store().list_seats(event_, false, {.limit = 1, .offset = 5}),
        [](const auto& list) {
            EXPECT_EQ(list->runs.at(0).statuses.at(0), domain::SeatStatus::reserved);
        });
    sell(3);
    ask_for_map();
    sell(4);
    sell(5);
    EXPECT_TRUE(maps.empty());
    machine_.vfs.release_syncs();
    for (auto& [about, answer] : questions_)
        EXPECT_EQ(answer.get(), std::nullopt) << about;
    ASSERT_EQ(maps.size(), 3);
    EXPECT_EQ(maps[0]->statuses[1], domain::SeatStatus::reserved);
    EXPECT_EQ(maps[0]->statuses[2], domain::SeatStatus::available);
    EXPECT_EQ(maps[1], maps[2]);
    for (const auto sold : {1, 2, 3, 4, 5})
        EXPECT_EQ(maps[1]->statuses[sold], domain::SeatStatus::reserved) << sold;
}

TEST_F(HangingDisk, has_no_seat_map_of_an_event_that_the_batch_deletes) {
    ask("the event's new name",
        machine_.sale.update_event(other_event_, machine_.sale.spec()),
        [](const auto& done) { EXPECT_TRUE(done); });
    ask("the seat map", store().seat_map(other_event_), [](const auto& map) { EXPECT_FALSE(map); });
    ask("to delete it", machine_.sale.delete_event(other_event_), [](const auto& done) {
        EXPECT_TRUE(done);
    });
    run_ready(machine_.io);
    machine_.vfs.release_syncs();
    for (auto& [about, answer] : questions_)
        EXPECT_EQ(answer.get(), std::nullopt) << about;
}

/// Buyers who arrive in consecutive turns of the loop.
class Batches : public testing::Test {
protected:
    void SetUp() override {
        machine_.start();
        event_ = machine_.open_sale(500);
        one_ = syncs_for({.turns = 1, .buyers_a_turn = 1});
    }

    struct Crowd {
        std::size_t turns = 0;
        std::size_t buyers_a_turn = 0;
    };
    std::uint64_t syncs_for(Crowd crowd) {
        const auto before = machine_.vfs.count(FaultyVfs::Op::sync);
        std::vector<Started<Answer>> answers;
        const auto buyers = crowd.turns * crowd.buyers_a_turn;
        const std::function<void()> come = [&] {
            for (std::size_t i = 0; i < crowd.buyers_a_turn; ++i)
                answers.push_back(machine_.start_command(
                    machine_.sale.reserve(event_, "buyer", {machine_.seat(next_seat_++)})
                ));
            if (answers.size() < buyers) boost::asio::post(machine_.io, come);
        };
        come();
        while (answers.size() < buyers)
            machine_.io.run_one();
        for (auto& one : answers)
            EXPECT_TRUE(one.get().value());
        return machine_.vfs.count(FaultyVfs::Op::sync) - before;
    }

    /// The number of syncs that one batch takes.
    std::uint64_t one_ = 0;

private:
    OneMachine machine_;
    EventId event_;
    std::uint64_t next_seat_ = 0;
};

TEST_F(Batches, take_in_who_comes_in_the_next_turns) {
    EXPECT_GT(one_, 0);
    EXPECT_EQ(syncs_for({.turns = 5, .buyers_a_turn = 1}), one_);
}

TEST_F(Batches, wait_for_a_few_turns_and_no_more) {
    EXPECT_GT(syncs_for({.turns = 100, .buyers_a_turn = 1}), one_);
}

TEST_F(Batches, that_are_large_wait_for_nobody) {
    EXPECT_EQ(syncs_for({.turns = 5, .buyers_a_turn = 40}), 2 * one_);
}

/// Many holds that expire at one instant.
class MassExpiry : public testing::Test {
protected:
    void hold_all(std::uint64_t holds) {
        machine_.start();
        event_ = machine_.open_sale(holds);
        std::vector<Started<Answer>> answers;
        for (std::uint64_t i = 0; i < holds; ++i)
            answers.push_back(machine_.start_command(reserve("buyer", i)));
        for (auto& one : answers)
            ASSERT_TRUE(one.get().value());
    }
    domain::ReserveSeats reserve(const std::string& user, std::uint64_t seat) {
        return machine_.sale.reserve(event_, user, {machine_.seat(seat)});
    }
    /// Runs until every expired hold has become a fact, or the sweeper has run a hundred times.
    void become_facts() {
        const auto ticks = machine_.disk.looks + 100;
        const auto& inventory = machine_.store().inventory();
        while (inventory.reservations().has_expired_holds(machine_.clock.now()) &&
               machine_.disk.looks < ticks)
            machine_.io.run_one();
    }

    OneMachine machine_;
    EventId event_;
    std::vector<Started<Answer>> waiting_;
};

TEST_F(MassExpiry, is_told_before_it_has_become_facts) {
    // More than can lapse in one turn, or become facts in a batch or two.
    constexpr std::uint64_t kHolds = 12'000;
    hold_all(kHolds);
    machine_.clock.advance(machine_.sale.spec().hold);
    auto count = start(machine_.io, machine_.store().read(domain::read_counts, event_));
    auto list = start(machine_.io, machine_.store().list_seats(event_, true, {.limit = 5}));
    auto map = start(machine_.io, machine_.store().seat_map(event_));
    bool is_anybody_else_served = false;
    boost::asio::post(machine_.io, [&] {
        is_anybody_else_served = !count.is_done() && !list.is_done() && !map.is_done();
    });
    EXPECT_EQ(count.get().value()->available(), kHolds);
    EXPECT_TRUE(is_anybody_else_served) << "all of them lapsed in one turn";
    EXPECT_EQ(list.get().value()->runs.at(0).statuses.size(), 5);
    EXPECT_EQ(
        std::ranges::count((*map.get().value())->statuses, domain::SeatStatus::available), kHolds
    );
    EXPECT_EQ(figure_of(machine_.store(), "active_reservations", "pending"), 0);
    EXPECT_GT(machine_.store().inventory().reservations().pending_count(), kHolds / 2)
        << "it waited for facts";
}

/// Another hold expires in every turn of the loop.
TEST_F(MassExpiry, that_goes_on_steadily_keeps_nobody_waiting) {
    constexpr std::uint64_t kHolds = 3'000;
    machine_.start();
    event_ = machine_.open_sale(kHolds);
    for (std::uint64_t i = 0; i < kHolds; ++i) {
        auto request = reserve("buyer", i);
        request.hold = machine_.sale.spec().hold;
        machine_.clock.advance(Millis{1});
        if (i + 1 < kHolds) {
            waiting_.push_back(machine_.start_command(request));
        } else {
            ASSERT_TRUE(machine_.execute(request).value());
        }
    }
    machine_.clock.advance(machine_.sale.spec().hold - Millis{kHolds / 2});
    auto count = start(machine_.io, machine_.store().read(domain::read_counts, event_));
    auto list = start(machine_.io, machine_.store().list_seats(event_, false, {.limit = kHolds}));
    auto map = start(machine_.io, machine_.store().seat_map(event_));
    const auto syncs = machine_.vfs.count(FaultyVfs::Op::sync);
    while (!count.is_done() || !list.is_done() || !map.is_done()) {
        machine_.clock.advance(Millis{1});
        machine_.io.run_one();
    }
    EXPECT_LE(machine_.vfs.count(FaultyVfs::Op::sync), syncs + 8) << "two batches at most";
    EXPECT_TRUE(machine_.store().inventory().reservations().pending_count() > 0)
        << "all had run out";
    const auto counted = count.get().value().value();
    EXPECT_EQ(counted.total, counted.available() + counted.reserved);
}

TEST_F(MassExpiry, lets_others_in_between_its_chunks) {
    constexpr std::uint64_t kHolds = 5'000;
    hold_all(kHolds);
    machine_.clock.advance(machine_.sale.spec().hold);
    // The sweeper runs, and its first facts wait to be written.
    while (machine_.store().inventory().reservations().pending_count() == kHolds)
        machine_.io.run_one();
    auto late = machine_.start_command(reserve("late", kHolds - 1));
    EXPECT_TRUE(late.get().value());
    EXPECT_TRUE(machine_.store().inventory().reservations().has_expired_holds(machine_.clock.now()))
        << "it waited for all of them";
    become_facts();
    EXPECT_EQ(
        run(machine_.io, machine_.store().read(domain::read_counts, event_)).value()->available(),
        kHolds - 1
    );

    std::uint64_t ended_before = 0;
    std::uint64_t ended_after = 0;
    bool came = false;
    auto journal =
        Journal::open(DataFolder::journal_of(machine_.folder.path()), {.read_only = true});
    ASSERT_TRUE(journal->replay([&](const domain::Fact& fact) {
        const auto* held = std::get_if<domain::ReservationHeld>(&fact.body);
        came = came || (held != nullptr && held->user == "late");
        if (std::holds_alternative<domain::ReservationExpired>(fact.body))
            ++(came ? ended_after : ended_before);
    }));
    EXPECT_EQ(ended_before + ended_after, kHolds);
    EXPECT_GT(ended_after, 0) << "it came after all of them";
}

TEST_F(MassExpiry, becomes_facts_though_nobody_asks) {
    hold_all(12'000);
    machine_.clock.advance(machine_.sale.spec().hold);
    become_facts();
    EXPECT_EQ(machine_.store().inventory().reservations().pending_count(), 0);
    EXPECT_EQ(figure_of(machine_.store(), "active_reservations", "pending"), 0);
    machine_.store().inventory().verify();
    EXPECT_EQ(
        run(machine_.io, machine_.store().read(domain::read_counts, event_)).value()->available(),
        12'000
    );
}

TEST(EmbeddedStore, has_its_folder_to_itself) {
    OneMachine machine;
    machine.start();
    const auto second = store::sqlite::EmbeddedStore::open(
        {.folder = machine.folder.path()},
        {.owner = machine.io.get_executor(),
         .clock = machine.clock,
         .disk = machine.disk,
         .on_failure = {}}
    );
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, FaultKind::in_use);
    EXPECT_NE(second.error().what.find(machine.folder.path()), std::string::npos);
    machine.open_sale(3);
    machine.restart();
    EXPECT_EQ(machine.store().inventory().last_seq(), 2);
}

TEST(EmbeddedStore, leaves_files_alone_that_it_does_not_know) {
    OneMachine machine;
    const auto folder = machine.folder.path();
    std::filesystem::create_directory(folder / "backups");
    for (const auto* name : {"notes.txt", "journal.db.old", "backups/journal.db"})
        std::ofstream{folder / name} << "mine";
    machine.start();
    machine.open_sale(3);
    machine.restart();
    for (const auto* name : {"notes.txt", "journal.db.old", "backups/journal.db"}) {
        std::string text;
        std::ifstream{folder / name} >> text;
        EXPECT_EQ(text, "mine") << name;
    }
}

TEST(EmbeddedStore, makes_its_folder_and_says_so_if_it_cannot) {
    TempFolder folder;
    const auto open = [&](const std::filesystem::path& path) {
        boost::asio::io_context io;
        const ManualClock clock;
        const FakeDiskSpace disk;
        const auto store = store::sqlite::EmbeddedStore::open(
            {.folder = path},
            {.owner = io.get_executor(), .clock = clock, .disk = disk, .on_failure = {}}
        );
        return store ? std::nullopt : std::optional{store.error().kind};
    };
    EXPECT_EQ(open(folder.path() / "a" / "b"), std::nullopt);
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "a" / "b" / "journal.db"));
    std::ofstream{folder.path() / "file"} << "x";
    EXPECT_EQ(open(folder.path() / "file" / "b"), FaultKind::unavailable);
}

TEST(EmbeddedStore, is_in_one_file_after_a_clean_stop) {
    OneMachine machine;
    machine.start();
    machine.open_sale(3);
    const auto log = DataFolder::journal_of(machine.folder.path()).string() + "-wal";
    EXPECT_TRUE(std::filesystem::exists(log));
    machine.stop();
    EXPECT_FALSE(std::filesystem::exists(log));
}

}  // namespace
}  // namespace frontrow::test
