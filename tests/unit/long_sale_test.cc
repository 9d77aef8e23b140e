#include "box_office.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Sells units of a category over and over again, and counts by hand what must be left.

namespace frontrow::domain {
namespace {

using testing::IsEmpty;
using namespace std::chrono_literals;

/// One category, with one presale after another that holds units of it back. Unlike BoxOffice,
/// doesn't read everything after every command.
class LongSale {
public:
    static constexpr std::uint32_t kTotal = 40;

    void open() {
        auto spec = BoxOffice::spec();
        spec.max_seats_per_reservation = 10;
        ASSERT_TRUE(act(CreateEvent{event_, BoxOffice::owner(), spec}));
        ASSERT_TRUE(act(AddCategory{event_, BoxOffice::owner(), {"Floor", 10, kTotal}}));
    }

    /// Reserves units, of the presale if `with_code`. Must be refused exactly if too few are left.
    void reserve(std::uint64_t number, std::uint32_t quantity, bool with_code) {
        const bool is_open = presale_.has_value();
        const auto before = with_code ? (is_open ? left_of_presale() : 0) : left();
        const auto outcome = act(ReserveSeats{
            .reservation = ReservationId{Bits128{3, number}},
            .event = event_,
            .user = "user-" + std::to_string(number % 50),
            .items = {{"Floor", quantity}},
            .request = {.key = Bits128{4, number}, .content = {}},
            .access_code = with_code ? std::optional{kCode} : std::nullopt,
        });
        ASSERT_EQ(outcome.has_value(), before >= quantity);
        if (!outcome) {
            EXPECT_EQ(
                answer(outcome),
                with_code ? (is_open ? "allocation_used_up" : "code_invalid") : "sold_out"
            );
            return;
        }
        if (with_code) ++sold_by_code_;
        live_.push_back({std::get<Reservation>(outcome->entity), with_code ? presales_ : 0});
    }
    void cancel(std::uint64_t choice) {
        if (live_.empty()) return;
        const auto given_up = live_.begin() + static_cast<std::ptrdiff_t>(choice % live_.size());
        const auto& one = given_up->reservation;
        ASSERT_TRUE(act(CancelReservation{one.id, one.user}));
        live_.erase(given_up);
    }
    /// Gives one unit of a reservation back, if it has several.
    void give_back_one(std::uint64_t choice) {
        if (live_.empty()) return;
        auto& one = live_[choice % live_.size()].reservation;
        const auto outcome = act(ChangeReservation{
            .reservation = one.id, .user = one.user, .remove_items = {{"Floor", 1}}
        });
        ASSERT_EQ(outcome.has_value(), units_of(one.items) > 1);
        if (outcome) one = std::get<Reservation>(outcome->entity);
    }
    /// Begins a presale of some of the free units, or changes the running one or ends it early.
    void change_presale(std::uint64_t choice) {
        const auto free = std::min(left(), 12U);
        if (presale_ && choice % 5 == 0) {
            ASSERT_TRUE(act(EndAllocation{event_, BoxOffice::owner(), "Presale"}));
            presale_.reset();
        } else if (presale_) {
            const AllocationChange change{.limit = 1 + choice % 12};
            ASSERT_TRUE(act(ChangeAllocation{event_, BoxOffice::owner(), "Presale", change}));
            presale_ = changed_by(*presale_, change);
        } else if (free > 0) {
            presale_ = Allocation{
                .name = "Presale",
                .category = "Floor",
                .quantity = free,
                .until = now_ + 120s * (1 + choice % 4),
                .codes = {kCode},
            };
            ++presales_;
            ASSERT_TRUE(act(AddAllocation{event_, BoxOffice::owner(), *presale_}));
        }
    }
    /// Lets time pass. Facts end some of what has run out, or none.
    void pass_time(std::chrono::seconds by, std::uint64_t round) {
        now_ += by;
        if (presale_ && !is_in_force(*presale_, now_)) {
            if (used_of_presale() < presale_->quantity) ++ended_with_some_left_;
            presale_.reset();
        }
        std::erase_if(live_, [&](const Held& one) { return one.reservation.expires_at <= now_; });
        if (round % 4 == 0) inventory_.lapse(now_, round % 3);
        if (round % 11 == 0) ASSERT_TRUE(act(ExpireHolds{static_cast<std::uint32_t>(round % 4)}));
    }

    void expect_exact() const {
        std::uint64_t held = 0;
        for (const auto& one : live_)
            held += units_of(one.reservation.items);
        const auto used = used_of_presale();
        const auto held_back = presale_ ? presale_->quantity - used : 0;
        ASSERT_EQ(left(), kTotal - held - held_back);
        const auto views = inventory_.list_allocations(row(), now_);
        ASSERT_EQ(views.size(), presale_ ? 1 : 0);
        if (presale_) ASSERT_EQ(views.front(), (AllocationView{views.front().allocation, used}));
        if (presale_) ASSERT_EQ(*views.front().allocation, *presale_);
    }
    void expect_sound() const {
        inventory_.verify();
        EXPECT_THAT(audit_.violations(), IsEmpty());
        EXPECT_THAT(compare(audit_, inventory_), IsEmpty());
    }
    /// A sale that never sold by code, or that sold its presales out, would prove little.
    void expect_varied() const {
        EXPECT_GT(presales_, 100U);
        EXPECT_GT(sold_by_code_, 100U);
        EXPECT_GT(ended_with_some_left_, 50U);
    }

private:
    struct Held {
        Reservation reservation;
        /// The number of the presale that gave the units; 0 if none did.
        std::uint32_t presale = 0;
    };

    static constexpr Bits128 kCode{7, 7};

    Outcome act(const Command& command) {
        auto decision = decide_and_raise(inventory_, command, now_);
        for (auto& fact : decision.facts) {
            const Fact made{inventory_.last_seq() + 1, now_, {}, fact.event, std::move(fact.body)};
            evolve_for_good(inventory_, made);
            audit_.observe(made);
        }
        return std::move(decision.outcome);
    }

    const EventRow& row() const { return *inventory_.plans().find(event_); }
    std::uint32_t left() const {
        return inventory_.list_categories(row(), now_).front().available();
    }
    std::uint32_t used_of_presale() const {
        std::uint64_t used = 0;
        for (const auto& one : live_)
            if (one.presale == presales_) used += units_of(one.reservation.items);
        return static_cast<std::uint32_t>(used);
    }
    std::uint32_t left_of_presale() const {
        const auto max = presale_->tickets_max();
        return max - std::min(max, used_of_presale());
    }

    Instant now_ = kOpening;
    Inventory inventory_;
    Audit audit_;
    EventId event_{Bits128{1, 1}};
    std::vector<Held> live_;
    /// Absent from its end on.
    std::optional<Allocation> presale_;
    std::uint32_t presales_ = 0;
    std::uint32_t sold_by_code_ = 0;
    std::uint32_t ended_with_some_left_ = 0;
};

/// Whatever is reserved, changed, cancelled, held back, and left to run out, by facts and by the
/// clock.
TEST(StockOfALongSale, is_exact_over_ten_thousand_rounds) {
    LongSale sale;
    sale.open();
    for (std::uint64_t round = 1; round <= 10'000 && !testing::Test::HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        sale.reserve(round, 1 + round % 7, round % 2 == 0);
        if (round % 3 == 0) sale.cancel(round);
        if (round % 13 == 0) sale.give_back_one(round);
        if (round % 10 == 0) sale.change_presale(round / 10);
        sale.expect_exact();
        sale.pass_time(round % 5 == 0 ? 90s : 1s, round);
        sale.expect_exact();
        if (round % 500 == 0) sale.expect_sound();
    }
    sale.expect_varied();
}

}  // namespace
}  // namespace frontrow::domain
