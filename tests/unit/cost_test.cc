#include "http/cost.h"

#include <gtest/gtest.h>

#include <chrono>

namespace frontrow::http {
namespace {

using namespace std::chrono_literals;

class CostOfRequests : public testing::Test {
protected:
    /// A request that takes a second, but almost none of this thread's time.
    void wait_long() {
        cost.begin();
        cost.end(1s);
    }
    /// A request that uses up a turn of this thread.
    void work_long() {
        cost.begin();
        const auto until = io::processor_time() + 2 * limits.turn_time;
        while (io::processor_time() < until) {
        }
        cost.end(2 * limits.turn_time);
    }
    void be_quick() {
        cost.begin();
        cost.end(1us);
    }

    /// Much more than wait_long() may use, also under a sanitizer.
    Limits limits{.turn_time = 5ms};
    Cost cost{limits};
};

TEST_F(CostOfRequests, is_not_high_when_they_only_wait) {
    for (int i = 0; i < 3; ++i) {
        wait_long();
        EXPECT_FALSE(cost.is_high());
    }
}

TEST_F(CostOfRequests, is_high_from_the_second_that_works_long) {
    work_long();
    EXPECT_FALSE(cost.is_high());
    work_long();
    EXPECT_TRUE(cost.is_high());
}

TEST_F(CostOfRequests, is_high_also_when_quick_ones_come_between) {
    work_long();
    be_quick();
    EXPECT_FALSE(cost.is_high());
    work_long();
    EXPECT_TRUE(cost.is_high());
}

TEST_F(CostOfRequests, is_settled_once_others_went_first) {
    work_long();
    work_long();
    cost.settle();
    EXPECT_FALSE(cost.is_high());
}

}  // namespace
}  // namespace frontrow::http
