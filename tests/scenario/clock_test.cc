#include "support/figure_of.h"
#include "support/one_machine.h"

#include <gtest/gtest.h>

// A clock that is wrong must have no effect on a sale.

namespace frontrow::test {
namespace {

using namespace std::chrono_literals;
using domain::ReservationStatus;
using News = OneMachine::EmbeddedStore::ClockNews;

class WrongClock : public testing::Test {
protected:
    void SetUp() override {
        machine_.start();
        event_ = machine_.open_sale(100);
    }

    /// Sells the next seat.
    domain::Reservation sell() {
        const auto outcome =
            machine_.execute(machine_.sale.reserve(event_, "ann", {machine_.seat(next_seat_++)}));
        EXPECT_TRUE(outcome.value());
        return std::get<domain::Reservation>((*outcome)->entity);
    }
    ReservationStatus status(const domain::Reservation& of) {
        return run(machine_.io, machine_.store().read(domain::read_reservation, of.id, "ann"))
            .value()
            ->status;
    }
    std::uint32_t available() {
        return run(machine_.io, machine_.store().read(domain::read_counts, event_))
            .value()
            ->available();
    }
    /// Returns when the store has looked at its clock again.
    void let_it_look() {
        machine_.io.restart();
        for (const auto looks = machine_.disk.looks; machine_.disk.looks < looks + 2;)
            machine_.io.run_one();
    }
    std::vector<News> news() {
        let_it_look();
        std::vector<News> all;
        for (const auto& [what, ahead] : std::exchange(machine_.clock_news, {}))
            all.push_back(what);
        return all;
    }
    /// Restarts the store. Returns why it doesn't start; empty if it does.
    std::string restart() {
        machine_.stop();
        const auto started = machine_.try_start();
        return started ? "" : started.error().what;
    }

    OneMachine machine_;
    EventId event_;
    std::uint64_t next_seat_ = 0;
};

TEST_F(WrongClock, that_jumps_ends_no_hold_and_closes_no_sale) {
    for (const auto jump : {Millis{1h}, Millis{-1h}, Millis{24h * 365}, Millis{-24h * 365}}) {
        const auto hold = machine_.sale.spec().hold;
        const auto before = sell();
        machine_.clock.step(jump);
        const auto meanwhile = sell();
        EXPECT_EQ(meanwhile.created_at, before.created_at);
        EXPECT_EQ(status(before), ReservationStatus::pending);
        machine_.clock.advance(hold - 1ms);
        EXPECT_EQ(status(meanwhile), ReservationStatus::pending);
        machine_.clock.advance(1ms);
        EXPECT_EQ(status(before), ReservationStatus::expired) << "by the time that has passed";
        EXPECT_EQ(status(meanwhile), ReservationStatus::expired);
        EXPECT_EQ(available(), 100);
        machine_.clock.step(-jump);
        EXPECT_EQ(sell().created_at - before.created_at, hold);
        machine_.clock.advance(hold);
        EXPECT_EQ(restart(), "");
    }
}

TEST_F(WrongClock, raises_one_alarm_until_it_is_right_again) {
    EXPECT_EQ(news(), std::vector<News>{});
    machine_.clock.step(5s);
    EXPECT_EQ(news(), std::vector<News>{}) << "that little is followed";
    machine_.clock.step(1h);
    EXPECT_EQ(news(), std::vector<News>{News::disagrees});
    EXPECT_EQ(figure_of(machine_.store(), "clock_alarm"), 1);
    EXPECT_EQ(figure_of(machine_.store(), "clock_ahead_seconds"), 3'605);
    machine_.clock.step(-2h);
    sell();
    EXPECT_EQ(news(), std::vector<News>{}) << "it is told once";
    EXPECT_TRUE(machine_.store().is_ready());
    machine_.clock.step(1h - 5s);
    EXPECT_EQ(news(), std::vector<News>{News::agrees_again});
    EXPECT_EQ(figure_of(machine_.store(), "clock_alarm"), 0);
}

TEST_F(WrongClock, that_stays_ahead_is_taken_for_right_by_a_restart) {
    const auto held = sell();
    machine_.clock.step(1h);
    EXPECT_EQ(news(), std::vector<News>{News::disagrees});
    EXPECT_EQ(restart(), "");
    EXPECT_EQ(news(), std::vector<News>{});
    EXPECT_EQ(status(held), ReservationStatus::expired);
}

TEST_F(WrongClock, that_is_behind_the_newest_fact_is_refused_at_a_start) {
    const auto held = sell();
    machine_.clock.step(-5'001ms);
    const auto refused = restart();
    EXPECT_NE(refused.find(to_rfc3339(machine_.clock.now())), std::string::npos) << refused;
    EXPECT_NE(refused.find(to_rfc3339(held.created_at)), std::string::npos) << refused;
    EXPECT_NE(refused.find("--accept-clock"), std::string::npos) << refused;
    machine_.clock.step(1ms);
    EXPECT_EQ(restart(), "");
    EXPECT_EQ(machine_.store().now(), held.created_at) << "five seconds are waited for";
    EXPECT_EQ(status(held), ReservationStatus::pending);
}

TEST_F(WrongClock, that_is_accepted_goes_on_from_the_newest_fact) {
    const auto held = sell();
    machine_.clock.step(-24h);
    machine_.accept_clock = true;
    EXPECT_EQ(restart(), "");
    EXPECT_EQ(news(), std::vector<News>{News::disagrees});
    EXPECT_EQ(machine_.store().now(), held.created_at);
    machine_.clock.advance(machine_.sale.spec().hold - 1ms);
    EXPECT_EQ(status(held), ReservationStatus::pending);
    machine_.clock.advance(1ms);
    EXPECT_EQ(status(held), ReservationStatus::expired);
}

TEST_F(WrongClock, that_is_days_after_the_newest_fact_only_warns) {
    sell();
    machine_.stop();
    machine_.clock.advance(24h);
    machine_.start();
    EXPECT_EQ(news(), std::vector<News>{});
    machine_.stop();
    machine_.clock.advance(24h * 3);
    machine_.start();
    EXPECT_EQ(news(), std::vector<News>{News::long_after_newest_fact});
}

TEST(NewFolder, begins_at_any_time) {
    OneMachine machine;
    machine.clock.step(-24h * 365 * 50);
    machine.start();
    machine.stop();
    machine.clock.step(24h * 365 * 40);
    machine.start();
    EXPECT_TRUE(machine.clock_news.empty());
    EXPECT_EQ(machine.store().now(), machine.clock.now());
}

}  // namespace
}  // namespace frontrow::test
