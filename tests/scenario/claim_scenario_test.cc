#include "scenario/store_scenario.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What buyers claim besides seats that they name: units of categories, the best seats, changes of
// what they hold, and tickets that an allocation holds back. On every kind of store.

namespace frontrow::test {
namespace {

using domain::Reason;
using std::chrono::seconds;

constexpr auto kFloor = "Floor";

class ClaimScenario : public StoreScenario {
protected:
    void SetUp() override {
        StoreScenario::SetUp();
        if (IsSkipped()) return;
        auto spec = world_->sale().spec();
        spec.hold = seconds{3'600};
        spec.max_seats_per_reservation = 100;
        event_ = open_sale(12, std::move(spec));
    }

    void add_floor(std::uint32_t stock) {
        ASSERT_TRUE(execute(domain::AddCategory{event_, Sale::organizer(), {kFloor, 3'000, stock}}
        ).value());
    }
    void add(domain::Allocation allocation) {
        const domain::AddAllocation command{event_, Sale::organizer(), std::move(allocation)};
        ASSERT_TRUE(execute(command).value());
    }

    domain::ReserveSeats
    units(const std::string& user, std::uint32_t quantity, std::optional<Bits128> code = {}) {
        auto command = world_->sale().reserve(event_, user, {});
        command.items = {{kFloor, quantity}};
        command.access_code = code;
        return command;
    }
    domain::ReserveSeats best(const std::string& user, std::uint32_t quantity) {
        auto command = world_->sale().reserve(event_, user, {});
        command.best = domain::BestWish{.quantity = quantity};
        return command;
    }

    std::vector<Started<Answer>> start_all(const std::vector<domain::ReserveSeats>& commands) {
        std::vector<Started<Answer>> answers;
        for (const auto& command : commands)
            answers.push_back(world_->start(command));
        return answers;
    }
    /// Waits for the answers. Returns the reservations that were made, and counts the refusals.
    std::vector<domain::Reservation> made_of(std::vector<Started<Answer>>& answers) {
        std::vector<domain::Reservation> made;
        for (auto& one : answers) {
            const auto answer = one.get();
            EXPECT_TRUE(answer) << "a fault";
            if (!answer) continue;
            if (*answer)
                made.push_back(accepted(answer));
            else
                ++refusals_[answer->error().reason];
        }
        return made;
    }
    std::size_t refusals(Reason reason) { return refusals_[reason]; }

    domain::CategoryView floor() {
        return world_->read(store().read(domain::read_categories, event_)).value().front();
    }
    std::vector<domain::AllocationView> allocations() {
        return world_->read(store().read(domain::read_allocations, event_, Sale::organizer()))
            .value();
    }

    EventId event_;

private:
    std::map<Reason, std::size_t> refusals_;
};

TEST_P(ClaimScenario, sells_a_hundred_units_to_a_thousand_buyers) {
    add_floor(100);
    std::vector<domain::ReserveSeats> crowd;
    for (int i = 0; i < 1'000; ++i)
        crowd.push_back(units("buyer-" + std::to_string(i), 1));
    auto answers = start_all(crowd);
    const auto made = made_of(answers);
    EXPECT_EQ(made.size(), 100U);
    EXPECT_EQ(refusals(Reason::sold_out), 900U);
    accepted(domain::CancelReservation{made[0].id, made[0].user});
    accepted(domain::ConfirmReservation{made[1].id, made[1].user});
    world_->restart();
    EXPECT_EQ(floor().counts, (domain::StockCounts{.reserved = 98, .confirmed = 1}));
    world_->move_clock(seconds{3'600});
    EXPECT_EQ(floor().available(), 99U);
    EXPECT_EQ(refused(units("late", 100)), Reason::sold_out);
    EXPECT_EQ(accepted(units("late", 99)).items.front().unit_price, 3'000);
}

TEST_P(ClaimScenario, gives_each_of_many_groups_the_best_seats_together) {
    std::vector<domain::ReserveSeats> groups;
    for (int i = 0; i < 8; ++i)
        groups.push_back(best("group-" + std::to_string(i), 3));
    auto answers = start_all(groups);
    domain::SeatIds sold;
    for (const auto& one : made_of(answers)) {
        ASSERT_EQ(one.seats.size(), 3U);
        EXPECT_EQ(one.seats.back(), one.seats.front().plus(2));
        std::ranges::copy(one.seats, std::back_inserter(sold));
    }
    std::ranges::sort(sold);
    EXPECT_EQ(sold, seats(0, 12));
    EXPECT_EQ(refusals(Reason::sold_out), 4U);
}

/// Ann and Bob each hold two seats and want the same third one, while Ann confirms.
TEST_P(ClaimScenario, changes_a_reservation_whole_or_not_at_all) {
    add_floor(3);
    const auto anns = accepted(request(event_, "ann", 0, 2));
    const auto bobs = accepted(request(event_, "bob", 2, 2));
    const auto change = [&](const domain::Reservation& of) {
        return domain::ChangeReservation{
            .reservation = of.id,
            .user = of.user,
            .add_seats = {seat(7)},
            .add_items = {{kFloor, 2}},
            .remove_seats = {of.seats.front()},
        };
    };
    std::vector<Started<Answer>> answers;
    for (int i = 0; i < 3; ++i) {
        answers.push_back(world_->start(change(bobs)));
        answers.push_back(world_->start(change(anns)));
    }
    answers.push_back(world_->start(domain::ConfirmReservation{anns.id, "ann"}));
    std::size_t changed = 0;
    for (std::size_t i = 0; i < 6; ++i)
        changed += answers[i].get().value() ? 1U : 0U;
    EXPECT_EQ(changed, 1U);
    EXPECT_EQ(accepted(answers.back().get()).status, Status::confirmed);
    world_->restart();
    std::uint32_t of_floor = 0;
    for (const auto& before : {anns, bobs}) {
        const auto now =
            world_->read(store().read(domain::read_reservation, before.id, before.user)).value();
        if (now.items.empty()) {
            EXPECT_EQ(now.seats, before.seats);
            continue;
        }
        of_floor += now.items.front().quantity;
        EXPECT_EQ(now.seats, (domain::SeatIds{before.seats.back(), seat(7)}));
        EXPECT_EQ(status_of(before.seats.front()), domain::SeatStatus::available);
    }
    EXPECT_EQ(of_floor, 2U);
    EXPECT_EQ(floor().available(), 1U);
    EXPECT_EQ(available(event_), 8U);
}

/// A hundred fans have a code each, and share ten others; the end comes while requests with both
/// are under way.
TEST_P(ClaimScenario, sells_a_presale_until_the_instant_of_its_end) {
    const auto code = [](std::uint64_t number) { return Bits128{7, number}; };
    const auto fan = [](std::uint64_t number) { return "fan-" + std::to_string(number); };
    const auto wish = [&](std::uint64_t number, std::uint64_t nth) {
        return units(fan(number), 1, code(nth % 2 == 0 ? number : 990 + number % 10));
    };
    add_floor(100);
    domain::Allocation presale{
        .name = "Presale",
        .category = kFloor,
        .quantity = 70,
        .limit = 60,
        .limit_per_user = 2,
        .until = store().now() + seconds{60},
    };
    for (std::uint64_t i = 0; i < 1'000; ++i)
        presale.codes.push_back(code(i));
    add(presale);

    std::vector<domain::ReserveSeats> crowd;
    for (std::uint64_t nth = 0; nth < 3; ++nth)
        for (std::uint64_t i = 0; i < 40; ++i)
            crowd.push_back(wish(i, nth));
    auto answers = start_all(crowd);
    const auto early = made_of(answers);
    EXPECT_EQ(early.size(), 60U);
    EXPECT_EQ(refusals(Reason::allocation_used_up), 60U);
    ASSERT_EQ(allocations().size(), 1U);
    EXPECT_EQ(allocations().front().used, 60U);
    EXPECT_EQ(floor().available(), 30U) << "ten are held back beyond the limit";
    for (std::size_t i = 0; i < 20; ++i)
        accepted(domain::CancelReservation{early[i].id, early[i].user});
    world_->restart();
    EXPECT_EQ(allocations().front().left(), 20U);
    EXPECT_EQ(floor().available(), 30U) << "what was given back is held back again";

    world_->move_clock(presale.until.value() - store().now() - Millis{1});
    crowd.clear();
    for (std::uint64_t i = 40; i < 60; ++i)
        crowd.push_back(wish(i, i));
    answers = start_all(crowd);
    run_ready(world_->io());
    world_->move_clock(Millis{1});
    for (std::uint64_t i = 60; i < 80; ++i)
        answers.push_back(world_->start(wish(i, i)));
    const auto last = made_of(answers).size();
    EXPECT_EQ(refusals(Reason::code_invalid), 40 - last);
    EXPECT_LE(last, 20U);
    if (GetParam().decides_at_once) EXPECT_EQ(last, 20U);
    EXPECT_EQ(refused(wish(90, 0)), Reason::code_invalid);
    EXPECT_TRUE(allocations().empty());
    EXPECT_EQ(floor().available(), 60 - last);
    EXPECT_EQ(refused(units("late", static_cast<std::uint32_t>(61 - last))), Reason::sold_out);
    accepted(units("late", static_cast<std::uint32_t>(60 - last)));
    world_->restart();
    EXPECT_EQ(floor().available(), 0U);
    EXPECT_TRUE(allocations().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Stores,
    ClaimScenario,
    testing::ValuesIn(store_kinds()),
    [](const auto& info) { return info.param.name; }
);

}  // namespace
}  // namespace frontrow::test
