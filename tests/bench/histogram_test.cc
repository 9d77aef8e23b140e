#include "bench/histogram.h"

#include "support/seed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace frontrow::bench {
namespace {

using std::chrono::nanoseconds;

TEST(Histogram, tells_every_percentile_within_four_thousandths) {
    std::mt19937_64 random{test::seed_of_this_run()};
    // From nanoseconds to minutes, with all powers of ten equally likely.
    std::uniform_real_distribution<double> power{0, 11};
    Histogram histogram;
    std::vector<std::int64_t> all;
    for (int i = 0; i < 20'000; ++i) {
        all.push_back(static_cast<std::int64_t>(std::pow(10, power(random))));
        histogram.record(nanoseconds{all.back()});
    }
    std::ranges::sort(all);
    for (const double share : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
        const auto rank = static_cast<std::size_t>(std::ceil(share * 20'000)) - 1;
        const auto told = histogram.percentile(share).count();
        EXPECT_GE(told, all[rank]) << share;
        EXPECT_LE(static_cast<double>(told), static_cast<double>(all[rank]) * 1.004 + 1) << share;
    }
    EXPECT_EQ(histogram.max().count(), all.back());
    EXPECT_EQ(histogram.count(), 20'000U);
}

TEST(Histogram, of_two_threads_is_that_of_both) {
    Histogram one;
    Histogram other;
    Histogram both;
    for (int i = 1; i <= 1'000; ++i) {
        (i % 3 == 0 ? one : other).record(std::chrono::microseconds{i});
        both.record(std::chrono::microseconds{i});
    }
    one.add(other);
    one.add(Histogram{});
    EXPECT_EQ(one.count(), both.count());
    EXPECT_EQ(one.mean(), both.mean());
    for (const double share : {0.0, 0.5, 0.99, 1.0})
        EXPECT_EQ(one.percentile(share), both.percentile(share));
}

TEST(Histogram, takes_what_no_clock_should_tell) {
    Histogram histogram;
    EXPECT_EQ(histogram.percentile(0.5), nanoseconds{0});
    EXPECT_EQ(histogram.mean(), nanoseconds{0});
    histogram.record(nanoseconds{-5});
    histogram.record(std::chrono::hours{5});
    EXPECT_EQ(histogram.percentile(0.5), nanoseconds{0});
    EXPECT_GT(histogram.max(), std::chrono::minutes{18});
}

}  // namespace
}  // namespace frontrow::bench
