#include "crash/crowd.h"

#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/mman.h>
#include <unistd.h>

namespace frontrow::test {
namespace {

using io::FaultKind;
using Op = FaultyVfs::Op;
using Answer = Result<domain::Outcome, io::Fault>;
using Status = domain::ReservationStatus;

struct DiskFault {
    Op op = Op::write;
    int code = SQLITE_FULL;
};
constexpr std::array<DiskFault, 4> kFaults{{
    {Op::write, SQLITE_FULL},
    {Op::write, SQLITE_IOERR_WRITE},
    {Op::sync, SQLITE_FULL},
    {Op::sync, SQLITE_IOERR_FSYNC},
}};

/// Requests that arrive together, so that one batch contains their facts.
class Round {
public:
    Round(OneMachine& machine, EventId event, std::uint64_t first_seat) : machine_{machine} {
        for (std::uint64_t i = 0; i < 3; ++i) {
            requests_.push_back(
                machine.sale.reserve(event, "buyer-" + std::to_string(i), {seat(first_seat + i)})
            );
        }
    }

    void send() {
        for (const auto& request : requests_)
            sent_.push_back(machine_.start_command(request));
    }
    /// True if all seats were held, false if every outcome is unknown. A mixture fails the test.
    bool hear() {
        std::size_t held = 0;
        for (auto& one : sent_) {
            const auto answer = one.get();
            held += answer && *answer ? 1 : 0;
            EXPECT_TRUE(answer || answer.error().kind == FaultKind::outcome_unknown);
        }
        EXPECT_TRUE(held == 0 || held == requests_.size()) << held << " of a batch";
        return held > 0;
    }
    bool is_waiting() const {
        return std::ranges::none_of(sent_, [](const auto& one) { return one.is_done(); });
    }
    /// Whether the store has the reservations: all or none, else the test fails.
    bool is_there() {
        std::size_t there = 0;
        for (const auto& request : requests_) {
            const auto found = run(
                machine_.io,
                machine_.store().read(domain::read_reservation, request.reservation, request.user)
            );
            there += found.value() ? 1 : 0;
        }
        EXPECT_TRUE(there == 0 || there == requests_.size()) << there << " of a batch";
        return there > 0;
    }

private:
    SeatId seat(std::uint64_t index) const { return machine_.seat(index); }

    OneMachine& machine_;
    std::vector<domain::ReserveSeats> requests_;
    std::vector<Started<Answer>> sent_;
};

/// Expects that the failed store answers every request with a fault and changes nothing any more.
void expect_failed(OneMachine& machine, EventId event) {
    EXPECT_EQ(machine.failures.size(), 1);
    EXPECT_FALSE(machine.store().is_ready());
    const auto decided = machine.store().inventory().last_seq();
    const auto answer = machine.execute(machine.sale.reserve(event, "late", {machine.seat(60)}));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, FaultKind::outcome_unknown);
    const auto count = run(machine.io, machine.store().read(domain::read_counts, event));
    ASSERT_FALSE(count);
    EXPECT_EQ(count.error().kind, FaultKind::outcome_unknown);
    machine.clock.advance(std::chrono::hours{1});
    run_ready(machine.io);
    EXPECT_EQ(machine.store().inventory().last_seq(), decided);
    EXPECT_EQ(machine.failures.size(), 1);
}

/// Makes the disk fail at its `nth` write or sync while buyers send requests, and restarts the
/// store. Returns false if there was no `nth` operation.
bool survive(const DiskFault& fault, std::uint64_t nth, bool power_goes_too) {
    OneMachine machine;
    machine.start();
    const auto event = machine.open_sale(64);
    machine.vfs.fail(fault.op, nth, fault.code);
    std::vector<Round> rounds;
    bool is_kept = true;
    while (is_kept && rounds.size() < 4) {
        rounds.emplace_back(machine, event, 3 * rounds.size());
        rounds.back().send();
        is_kept = rounds.back().hear();
    }
    if (is_kept) return false;
    expect_failed(machine, event);

    if (power_goes_too) machine.vfs.cut_power();
    machine.stop();
    machine.vfs.repair();
    if (power_goes_too) machine.vfs.restore_power();
    machine.start();
    machine.store().inventory().verify();
    for (std::size_t i = 0; i + 1 < rounds.size(); ++i)
        EXPECT_TRUE(rounds[i].is_there()) << "a round that was acknowledged is lost";
    const bool last_is_there = rounds.back().is_there();
    EXPECT_FALSE(last_is_there && power_goes_too && fault.op == Op::sync)
        << "what was never synced outlived a power cut: the test tests nothing";
    Round next{machine, event, 30};
    next.send();
    EXPECT_TRUE(next.hear()) << "the store doesn't go on";
    audit_journal_of(machine);
    return true;
}

TEST(StoreFault, answers_outcome_unknown_once_a_write_or_sync_fails_and_keeps_all_before_it) {
    for (const auto& fault : kFaults) {
        for (const bool power_goes_too : {false, true}) {
            std::uint64_t nth = 1;
            while (survive(fault, nth, power_goes_too))
                ++nth;
            EXPECT_GT(nth, 3) << "too few writes or syncs failed";
        }
    }
}

TEST(StoreFault, that_stops_a_batch_leaves_the_next_one_unwritten_and_both_unknown) {
    for (const auto& fault : kFaults) {
        OneMachine machine;
        machine.start();
        const auto event = machine.open_sale(64);
        machine.vfs.fail(fault.op, 1, fault.code);
        if (fault.op == Op::sync) machine.vfs.hold_syncs();
        Round written{machine, event, 0};
        Round forming{machine, event, 3};
        written.send();
        run_ready(machine.io);
        if (fault.op == Op::sync) machine.vfs.wait_for_held_sync();
        forming.send();
        auto read =
            start(machine.io, machine.store().read(domain::read_events, domain::Page{.limit = 10}));
        auto count = start(machine.io, machine.store().read(domain::read_counts, event));
        if (fault.op == Op::sync) {
            run_ready(machine.io);
            EXPECT_TRUE(written.is_waiting() && forming.is_waiting() && !count.is_done());
            EXPECT_TRUE(read.is_done()) << "it rests on nothing that isn't durable";
            machine.vfs.release_syncs();
        }
        EXPECT_FALSE(written.hear());
        EXPECT_FALSE(forming.hear());
        EXPECT_EQ(count.get().error().kind, FaultKind::outcome_unknown);
        expect_failed(machine, event);

        machine.vfs.repair();
        machine.restart();
        written.is_there();
        EXPECT_FALSE(forming.is_there());
        EXPECT_EQ(machine.failures.size(), 1);
    }
}

TEST(StoreFault, while_it_opens_is_no_damage_and_leaves_a_folder_that_opens) {
    for (const auto& fault : kFaults) {
        for (std::uint64_t nth = 1;; ++nth) {
            OneMachine machine;
            machine.vfs.fail(fault.op, nth, fault.code);
            const auto started = machine.try_start();
            if (started) break;
            EXPECT_NE(started.error().kind, FaultKind::corrupt) << started.error().what;
            EXPECT_TRUE(machine.failures.empty());
            machine.vfs.repair();
            machine.start();
            machine.open_sale(3);
            machine.restart();
            EXPECT_EQ(machine.store().inventory().last_seq(), 2);
        }
    }
}

TEST(StoreFault, of_the_head_alone_is_a_failure_too) {
    OneMachine machine;
    machine.start();
    const auto event = machine.open_sale(64);
    machine.stop();
    const auto head = machine.folder.path() / "journal.head";
    std::filesystem::remove(head);
    // A file in memory, because it can be sealed against writing.
    const int memory = ::memfd_create("head", MFD_ALLOW_SEALING | MFD_CLOEXEC);
    ASSERT_GE(memory, 0);
    std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(memory), head);
    machine.start();
    ASSERT_EQ(::fcntl(memory, F_ADD_SEALS, F_SEAL_WRITE), 0);
    Round round{machine, event, 0};
    round.send();
    EXPECT_FALSE(round.hear());
    expect_failed(machine, event);
    machine.stop();
    std::filesystem::remove(head);
    ::close(memory);
    machine.start();
    EXPECT_TRUE(round.is_there()) << "the journal itself was whole";
}

/// Runs until the store has checked the fake disk again.
void wait_for_a_look(OneMachine& machine) {
    const auto work = boost::asio::make_work_guard(machine.io);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    machine.io.restart();
    for (const auto looks = machine.disk.looks; machine.disk.looks == looks;)
        ASSERT_GT(machine.io.run_one_until(deadline), 0) << "nobody looks at the disk";
}

class LowDisk : public testing::Test {
protected:
    void SetUp() override {
        machine_.start();
        event_ = machine_.open_sale(64);
        for (std::uint64_t i = 0; i < 3; ++i) {
            const auto request = reserve(i);
            if (i == 0) first_ = request;
            ASSERT_TRUE(execute(request).value());
            holds_.push_back(request.reservation);
        }
        machine_.disk.free = 1 << 20;
        wait_for_a_look(machine_);
    }

    Answer execute(const domain::Command& command) { return machine_.execute(command); }
    domain::ReserveSeats reserve(std::uint64_t seat) {
        return machine_.sale.reserve(event_, "buyer", {machine_.seat(seat)});
    }
    bool is_refused(const domain::Command& command) {
        const auto answer = execute(command);
        return !answer && answer.error().kind == FaultKind::storage_low;
    }

    OneMachine machine_;
    EventId event_;
    domain::ReserveSeats first_;
    std::vector<ReservationId> holds_;
};

TEST_F(LowDisk, refuses_what_takes_on_more) {
    const auto decided = machine_.store().inventory().last_seq();
    EXPECT_TRUE(is_refused(reserve(9)));
    EXPECT_TRUE(is_refused(machine_.sale.create_event()));
    EXPECT_TRUE(is_refused(machine_.sale.update_event(event_, machine_.sale.spec())));
    EXPECT_TRUE(is_refused(machine_.sale.add_seats(event_, "B", 2)));
    EXPECT_EQ(machine_.store().inventory().last_seq(), decided);
    EXPECT_TRUE(machine_.store().is_ready());
}

TEST_F(LowDisk, answers_what_takes_nothing_on) {
    const auto again = execute(first_);
    ASSERT_TRUE(again.value());
    EXPECT_TRUE(again.value()->replayed);
    const auto taken = execute(reserve(0));
    ASSERT_FALSE(taken.value());
    EXPECT_EQ(taken.value().error().reason, domain::Reason::seats_unavailable);
}

TEST_F(LowDisk, goes_on_with_what_ends_or_frees_a_hold_and_with_reads) {
    EXPECT_TRUE(execute(domain::ConfirmReservation{holds_[0], "buyer"}).value());
    EXPECT_TRUE(execute(domain::CancelReservation{holds_[1], "buyer"}).value());
    const std::chrono::seconds by{60};
    EXPECT_TRUE(execute(domain::ExtendReservation{holds_[2], "buyer", by}).value());
    auto& store = machine_.store();
    EXPECT_EQ(run(machine_.io, store.read(domain::read_counts, event_)).value()->available(), 62);
    const auto read = run(machine_.io, store.read(domain::read_reservation, holds_[0], "buyer"));
    EXPECT_EQ(read.value()->status, Status::confirmed);
    machine_.clock.advance(std::chrono::hours{1});
    EXPECT_EQ(run(machine_.io, store.read(domain::read_counts, event_)).value()->available(), 63);
}

TEST_F(LowDisk, ends_when_there_is_room_again) {
    machine_.disk.free = std::uint64_t{1} << 40;
    wait_for_a_look(machine_);
    EXPECT_TRUE(execute(reserve(9)).value());
    EXPECT_TRUE(execute(machine_.sale.create_event()).value());
}

TEST_F(LowDisk, is_seen_at_the_start) {
    machine_.restart();
    EXPECT_TRUE(is_refused(reserve(9)));
}

TEST(Overload, is_said_at_once_when_too_many_wait_and_ends_when_they_are_answered) {
    OneMachine machine;
    machine.start(4);
    const auto event = machine.open_sale(64);
    for (int again = 0; again < 2; ++again) {
        const auto base = 20u * static_cast<unsigned>(again);
        machine.vfs.hold_syncs();
        std::vector<Started<Answer>> waiting;
        for (unsigned i = 0; i < 4; ++i) {
            waiting.push_back(machine.start_command(
                machine.sale.reserve(event, "buyer", {machine.seat(base + i)})
            ));
        }
        run_ready(machine.io);
        machine.vfs.wait_for_held_sync();
        const auto decided = machine.store().inventory().last_seq();
        const auto one_more =
            machine.execute(machine.sale.reserve(event, "buyer", {machine.seat(base + 9)}));
        ASSERT_FALSE(one_more);
        EXPECT_EQ(one_more.error().kind, FaultKind::overloaded);
        EXPECT_EQ(machine.store().inventory().last_seq(), decided);

        machine.vfs.release_syncs();
        for (auto& one : waiting)
            EXPECT_TRUE(one.get().value());
        EXPECT_TRUE(
            machine.execute(machine.sale.reserve(event, "buyer", {machine.seat(base + 9)})).value()
        );
    }
}

}  // namespace
}  // namespace frontrow::test
