#include "domain/audit.h"
#include "domain/audit_comparison.h"
#include "store/engine/snapshot.h"
#include "store/sqlite/data_folder.h"
#include "support/one_machine.h"
#include "support/seed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>

// The facts that a store writes to its journal, and those that it accepts from one.

namespace frontrow::test {
namespace {

using domain::Reason;
using io::FaultKind;
using store::engine::JournalEnd;
using store::engine::Snapshot;
using store::sqlite::DataFolder;
using store::sqlite::Journal;
using testing::IsEmpty;

using Answer = Result<domain::Outcome, io::Fault>;

/// A text that request parsing might let through some day.
std::string hostile_text(std::mt19937_64& random) {
    static const std::array<std::string, 16> pieces{
        "a",
        "\x07",
        std::string(1, '\0'),
        "\x7F",
        "\n",
        "\"\\",
        "\xE2\x80\xA8",
        "\xEF\xBF\xBF",
        "\xCD\xB8",
        "\xF4\x8F\xBF\xBF",
        "\xC2\x85",
        std::string(3'000, 'x'),
        "\xED\xA0\x80",
        "\xFF",
        "\xE5\xB8",
        "\xC0\x80",
    };
    std::string text;
    for (auto count = random() % 3; count > 0; --count)
        text += pieces[random() % pieces.size()];
    return text;
}

class StoreFacts : public testing::Test {
protected:
    void expect_the_same_after_a_restart() {
        const TempFolder folder;
        const JournalEnd end{.batch = 1, .last_seq = machine_.store().inventory().last_seq()};
        ASSERT_TRUE(write_snapshot(folder.path(), machine_.store().inventory(), end, 1));
        machine_.restart();
        auto before = Snapshot::open(store::engine::list_snapshots(folder.path()).at(0));
        EXPECT_THAT(before->differences_from(machine_.store().inventory()).value(), IsEmpty());
    }
    /// Makes the checks of `frontrow verify`.
    void expect_in_order() {
        auto journal =
            Journal::open(DataFolder::journal_of(machine_.folder.path()), {.read_only = true});
        domain::Audit audit;
        const auto replayed =
            journal->replay([&](const domain::Fact& fact) { audit.observe(fact); });
        EXPECT_TRUE(replayed) << replayed.error().what;
        EXPECT_TRUE(audit.violations().empty()) << audit.violations().front().what;
        EXPECT_THAT(compare(audit, machine_.store().inventory()), IsEmpty());
    }
    domain::CreateEvent create_event_named(std::string name) {
        auto spec = machine_.sale.spec();
        spec.name = std::move(name);
        return machine_.sale.create_event(std::move(spec));
    }

    OneMachine machine_;
};

TEST_F(StoreFacts, that_could_not_be_read_back_are_refused_to_their_caller_alone) {
    machine_.start();
    const auto event = machine_.open_sale(4);
    const auto last_seq = machine_.store().inventory().last_seq();
    auto before = machine_.start_command(machine_.sale.reserve(event, "ann", {machine_.seat(0)}));
    auto bad_name = machine_.start_command(create_event_named("\xFF"));
    auto bad_user =
        machine_.start_command(machine_.sale.reserve(event, "\xED\xA0\x80", {machine_.seat(1)}));
    auto after = machine_.start_command(machine_.sale.reserve(event, "bob", {machine_.seat(2)}));
    EXPECT_TRUE(before.get().value());
    EXPECT_TRUE(after.get().value());
    for (auto* bad : {&bad_name, &bad_user}) {
        const auto answer = bad->get().value();
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().reason, Reason::not_writable);
    }
    EXPECT_EQ(machine_.store().inventory().last_seq(), last_seq + 2);
    EXPECT_TRUE(machine_.store().is_ready());
    expect_the_same_after_a_restart();
    expect_in_order();
    EXPECT_THAT(machine_.failures, IsEmpty());
}

TEST_F(StoreFacts, of_whatever_text_are_refused_or_are_the_same_after_a_restart) {
    std::mt19937_64 random{seed_of_this_run()};
    machine_.start();
    const auto event = machine_.open_sale(400);
    int accepted = 0;
    int refused = 0;
    for (int i = 0; i < 300; ++i) {
        const auto command = [&]() -> domain::Command {
            switch (random() % 4) {
                case 0:
                    return create_event_named(hostile_text(random));
                case 1:
                    return machine_.sale.add_seats(
                        event, hostile_text(random) + std::to_string(i), 2
                    );
                case 2:
                    return domain::CreateApiKey{
                        .key = ApiKeyId{{1, random()}},
                        .name = hostile_text(random),
                        .prefix = hostile_text(random),
                        .digest = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)},
                        .by = hostile_text(random),
                    };
                default:
                    const auto seat = machine_.seat(static_cast<std::uint64_t>(i));
                    return machine_.sale.reserve(event, hostile_text(random), {seat});
            }
        }();
        const auto answer = machine_.execute(command).value();
        ++(answer ? accepted : refused);
        if (!answer) EXPECT_EQ(answer.error().reason, Reason::not_writable);
    }
    EXPECT_GT(accepted, 50);
    EXPECT_GT(refused, 50);
    expect_the_same_after_a_restart();
    expect_in_order();
}

TEST_F(StoreFacts, of_one_batch_are_no_more_than_the_journal_can_hold) {
    // A text of 30 KB may take six times as many bytes.
    machine_.batch_bytes_max = 400'000;
    machine_.start();
    const auto large = [&] {
        return machine_.start_command(machine_.sale.create_event(machine_.sale.large_spec()));
    };
    auto first = large();
    auto second = large();
    auto third = large();
    EXPECT_TRUE(first.get().value());
    EXPECT_TRUE(second.get().value());
    const auto answer = third.get();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, FaultKind::overloaded);
    EXPECT_TRUE(large().get().value()) << "the next batch has room";
    expect_the_same_after_a_restart();
}

/// A journal of an old Frontrow, whose rules differ from today's.
class OldFacts : public StoreFacts {
protected:
    void write(const std::vector<std::string>& facts) {
        auto journal = Journal::open(DataFolder::journal_of(machine_.folder.path()), {});
        std::string lines;
        for (std::size_t i = 0; i < facts.size(); ++i) {
            lines += R"({"seq":)" + std::to_string(i + 1) +
                     R"(,"trace_id":"00000000000000000000000000000000",)" + facts[i] + "}\n";
        }
        ASSERT_TRUE(journal->append(facts.size(), lines));
    }

    static constexpr auto kOfEvent = R"("event_id":"019aa396-8400-7d0a-8b1e-3c6f0a52d911",)";
    EventId event_ = *EventId::parse("019aa396-8400-7d0a-8b1e-3c6f0a52d911");
    SeatId seat_ = *SeatId::parse("019aa397-6e60-7b21-9a04-51d2c3b4a590");
};

TEST_F(OldFacts, open_sell_on_and_verify_whatever_may_be_asked_for_today) {
    const auto at = [&](const char* second) {
        return kOfEvent + (R"("at":"2020-01-01T00:00:)" + std::string{second} + R"(.000Z",)");
    };
    const std::string long_text(20'000, 'x');
    write({
        // The event ends before it begins, has no seats, holds seats for a year, and has a user
        // name as `seed` wrote it.
        at("00") + R"("type":"EventCreated","data":{"created_by":"\u0007)" + long_text +
            R"(","name":"bell\u0007","description":")" + long_text + long_text +
            R"(","venue":"\u0000","start_at":"2090-01-02T00:00:00Z",)"
            R"("end_at":"2090-01-01T00:00:00Z","total_seats":0,"hold_seconds":31536000,)"
            R"("max_seats_per_reservation":4000000000,"currency":"JPY","payment":"none"})",
        at("01") + R"("type":"SeatsAdded","data":{"first_seat_id":")" + seat_.to_string() +
            R"(","seats":[{"seat_number":")" + long_text +
            R"(","section":"\u0001","price":500000000000000,"x":5e9},{"seat_number":"2","price":0},)"
            R"({"seat_number":"3","price":7},{"seat_number":"4","price":7}]})",
        at("02") +
            R"("type":"ReservationHeld","data":{)"
            R"("reservation_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e1f","user_id":"\u0007)" +
            long_text + R"(","seat_ids":[")" + seat_.to_string() +
            R"("],"total_amount":500000000000000,"expires_at":"2020-12-31T00:00:00.000Z",)"
            R"("request_key":"9c56cc51b374c3ba189210d5b6d4bf57",)"
            R"("request_content":"e3b0c44298fc1c149afbf4c8996fb924"})",
        // Far longer than today's limit on extensions.
        at("03") + R"("type":"ReservationExtended","data":{)"
                   R"("reservation_id":"019ac7d9-a40c-7f53-8d2e-6b7a8c9d0e1f",)"
                   R"("expires_at":"2080-01-01T00:00:00.000Z"})",
        at("04") +
            R"("type":"EventUpdated","data":{"name":"","start_at":"2090-01-02T00:00:00Z",)"
            R"("end_at":"1970-01-01T00:00:00Z","total_seats":-5,"hold_seconds":1000000000000,)"
            R"("max_seats_per_reservation":100000})",
    });
    machine_.start();
    EXPECT_EQ(machine_.store().inventory().plans()[0].event.spec.name, "");
    const auto wanted = machine_.sale.reserve(event_, "ann", {seat_.plus(1), seat_.plus(2)});
    const auto held = machine_.execute(wanted).value();
    ASSERT_TRUE(held);
    EXPECT_EQ(std::get<domain::Reservation>(held->entity).expires_at, kLastInstant);
    expect_the_same_after_a_restart();
    const auto again = machine_.execute(wanted).value();
    ASSERT_TRUE(again && again->replayed);
    EXPECT_EQ(again->entity, held->entity);
    EXPECT_TRUE(machine_.execute(domain::ConfirmReservation{wanted.reservation, "ann"}).value());
    EXPECT_TRUE(machine_.execute(machine_.sale.reserve(event_, "bob", {seat_.plus(3)})).value());
    expect_the_same_after_a_restart();
    expect_in_order();
}

}  // namespace
}  // namespace frontrow::test
