#include "io/carried_time.h"

#include "support/manual_clock.h"
#include "support/seed.h"

#include <gtest/gtest.h>

#include <random>

namespace frontrow::test {
namespace {

using namespace std::chrono_literals;
using io::CarriedTime;

class Carried : public testing::Test {
protected:
    Instant now() { return time_.at(clock_.read()); }
    Millis ahead() const { return time_.wall_ahead(); }

    ManualClock clock_;
    const Instant start_ = clock_.now();
    CarriedTime time_{clock_.read(), start_};
};

TEST_F(Carried, passes_as_the_steady_clock_does) {
    EXPECT_EQ(now(), start_);
    for (const auto by : {1ms, 3ms, 3'600'000ms, 30'000'000'000ms}) {
        const auto before = now();
        clock_.advance(by);
        EXPECT_EQ(now() - before, by);
        EXPECT_TRUE(time_.agrees());
    }
}

TEST_F(Carried, heeds_no_jump_and_agrees_again_after_it) {
    for (const auto jump : {Millis{5'001}, Millis{-5'001}, Millis{24h}, Millis{-24h * 400}}) {
        const auto before = now();
        clock_.step(jump);
        EXPECT_EQ(now(), before);
        EXPECT_FALSE(time_.agrees());
        EXPECT_EQ(ahead(), jump);
        clock_.advance(10min);
        EXPECT_EQ(now() - before, 10min) << "and doesn't follow it either";
        EXPECT_EQ(ahead(), jump);
        clock_.step(-jump);
        EXPECT_EQ(now() - before, 10min);
        EXPECT_TRUE(time_.agrees());
    }
}

TEST_F(Carried, agrees_within_five_seconds) {
    clock_.step(6s);
    now();
    EXPECT_FALSE(time_.agrees());
    clock_.step(-1s);
    now();
    EXPECT_TRUE(time_.agrees());
}

TEST_F(Carried, follows_a_small_step_by_a_thousandth_of_what_passes) {
    for (const auto step : {Millis{400}, Millis{-400}}) {
        clock_.step(step);
        const auto before = now();
        clock_.advance(100s);
        EXPECT_EQ(now() - before, 100s + step / 4);
        clock_.advance(300s);
        EXPECT_EQ(now() - before, 400s + step);
        clock_.advance(300s);
        EXPECT_EQ(now(), clock_.now()) << "and no further than it is";
    }
}

TEST_F(Carried, follows_as_well_when_it_is_asked_all_the_time) {
    clock_.step(-1s);
    auto reading = clock_.read();
    const auto before = time_.at(reading);
    for (int i = 0; i < 1'000'000; ++i) {
        reading.since_boot += 5us;
        if (i % 200 == 199) reading.wall += 1ms;
        time_.at(reading);
    }
    EXPECT_EQ(time_.at(reading) - before, 5s - 5ms);
}

TEST_F(Carried, may_begin_later_than_the_wall_clock_and_waits_for_it) {
    time_ = CarriedTime{clock_.read(), start_ + 2s};
    EXPECT_EQ(now(), start_ + 2s);
    EXPECT_EQ(ahead(), -2s);
    clock_.advance(2'000s);
    EXPECT_EQ(now(), clock_.now());
    time_ = CarriedTime{clock_.read(), clock_.now() + 1h};
    EXPECT_FALSE(time_.agrees());
}

TEST_F(Carried, never_falls_and_is_never_far_from_what_has_passed) {
    std::mt19937_64 random{seed_of_this_run()};
    auto last = now();
    Millis passed{0};
    for (int i = 0; i < 100'000; ++i) {
        if (random() % 3 == 0)
            clock_.step(Millis{static_cast<std::int64_t>(random() % 12'001) - 6'000});
        const Millis by{random() % 2'000};
        clock_.advance(by);
        passed += by;
        const auto time = now();
        ASSERT_GE(time, last);
        last = time;
    }
    EXPECT_LE(std::chrono::abs(last - start_ - passed), passed / 1'000 + 1ms);
}

}  // namespace
}  // namespace frontrow::test
