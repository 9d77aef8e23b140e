#include "admission/rate_limiter.h"

#include "io/sha256.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::admission {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::SizeIs;
using enum RequestClass;
using enum RateSubject;

RateLimits limits_of(const std::vector<std::string>& changes) {
    RateLimits limits;
    for (const auto& change : changes)
        EXPECT_TRUE(limits.change(change)) << change;
    return limits;
}

/// One caller who may hold five times a second, and ten times at once.
class RateLimit : public testing::Test {
protected:
    bool take(RateCaller caller = 1) {
        return limiter_.take(hold, user, caller, now_)->is_admitted;
    }
    int take_all(RateCaller caller = 1) {
        int taken = 0;
        while (take(caller))
            ++taken;
        return taken;
    }

    RateLimiter::Time now_ = std::chrono::hours{1};
    RateLimiter limiter_{limits_of({"hold/user=5/s:10"}), 1'024};
};

TEST_F(RateLimit, admits_the_whole_burst_at_once_and_then_one_after_each_interval) {
    EXPECT_EQ(take_all(), 10);
    now_ += milliseconds{199};
    EXPECT_FALSE(take());
    now_ += milliseconds{1};
    EXPECT_TRUE(take());
    EXPECT_FALSE(take());
    now_ += seconds{1};
    EXPECT_EQ(take_all(), 5);
    now_ += std::chrono::hours{1};
    EXPECT_EQ(take_all(), 10) << "no more is saved up than the burst";
}

TEST_F(RateLimit, takes_nothing_for_a_request_that_it_refuses) {
    take_all();
    for (int i = 0; i < 1'000; ++i)
        EXPECT_FALSE(take());
    now_ += milliseconds{200};
    EXPECT_TRUE(take());
}

TEST_F(RateLimit, counts_each_caller_class_and_subject_apart) {
    take_all();
    EXPECT_TRUE(take(2));
    EXPECT_TRUE(limiter_.take(write, user, 1, now_)->is_admitted);
    EXPECT_TRUE(limiter_.take(hold, address, 1, now_)->is_admitted);
    EXPECT_EQ(limiter_.take(hold, key, 1, now_), std::nullopt) << "a key has no limit";
}

TEST_F(RateLimit, says_what_is_left_and_when_there_is_more) {
    auto use = *limiter_.take(hold, user, 1, now_);
    EXPECT_EQ(use.policy, R"("hold";q=10;w=2)");
    EXPECT_EQ(use.name, "hold");
    EXPECT_EQ(use.remaining, 9U);
    EXPECT_EQ(use.restored_in_seconds, 1U);
    EXPECT_EQ(use.retry_in_seconds, 0U);
    take_all();
    use = *limiter_.take(hold, user, 1, now_);
    EXPECT_EQ(use.remaining, 0U);
    EXPECT_EQ(use.restored_in_seconds, 2U);
    EXPECT_EQ(use.retry_in_seconds, 1U);
}

TEST_F(RateLimit, of_a_caller_who_used_it_up_stands_whatever_crowd_comes) {
    const auto bytes = limiter_.bytes();
    // As many callers as the table has entries for, so that some bucket is crowded.
    for (RateCaller caller = 1; caller <= 100; ++caller)
        take_all(caller);
    for (RateCaller caller = 1'000; caller < 1'001'000; ++caller)
        ASSERT_TRUE(take(caller));
    int refused = 0;
    for (RateCaller caller = 1; caller <= 100; ++caller)
        refused += take(caller) ? 0 : 1;
    EXPECT_EQ(refused, 100);
    EXPECT_EQ(limiter_.bytes(), bytes);
}

TEST_F(RateLimit, is_told_to_other_nodes_from_an_eighth_of_the_burst_on_and_with_all_of_it) {
    limiter_.collect();
    take();
    EXPECT_THAT(limiter_.take_untold(10), SizeIs(0));
    take();
    const auto used = [](seconds::rep ms) {
        return Field(&RateLimiter::Untold::used, microseconds{milliseconds{ms}});
    };
    EXPECT_THAT(limiter_.take_untold(10), ElementsAre(used(400)));
    EXPECT_THAT(limiter_.take_untold(10), SizeIs(0)) << "it was told";
    take();
    EXPECT_THAT(limiter_.take_untold(10), ElementsAre(used(200)));
}

TEST_F(RateLimit, counts_what_other_nodes_have_admitted) {
    limiter_.collect();
    take();
    take();
    const auto untold = limiter_.take_untold(10);
    ASSERT_THAT(untold, SizeIs(1));
    take();
    limiter_.learn(untold[0], seconds{1}, now_);
    EXPECT_EQ(take_all(), 4) << "ten, less five that all know of and one that isn't told yet";
}

TEST_F(RateLimit, isnt_restored_because_others_know_less) {
    limiter_.collect();
    take_all();
    const auto untold = limiter_.take_untold(10);
    ASSERT_THAT(untold, SizeIs(1));
    limiter_.learn(untold[0], microseconds{1}, now_);
    EXPECT_FALSE(take());
}

TEST_F(RateLimit, of_a_debt_is_paid_by_waiting) {
    limiter_.collect();
    take_all();
    const auto untold = limiter_.take_untold(10);
    // Three nodes have each admitted the whole burst before they knew of each other.
    limiter_.learn(untold.at(0), seconds{6}, now_);
    now_ += milliseconds{4'199};
    EXPECT_FALSE(take());
    now_ += milliseconds{1};
    EXPECT_TRUE(take());
}

TEST_F(RateLimit, isnt_believed_to_be_used_up_for_longer_than_a_few_windows) {
    limiter_.collect();
    take_all();
    const auto untold = limiter_.take_untold(10);
    ASSERT_THAT(untold, SizeIs(1));
    EXPECT_EQ(untold[0].window, seconds{2});
    for (const auto odd : {microseconds::max() / 4, microseconds{std::chrono::hours{1}}})
        limiter_.learn(untold[0], odd, now_);
    limiter_.learn(untold[0], microseconds{-1}, now_);
    now_ += seconds{8} - milliseconds{1'800} - milliseconds{1};
    EXPECT_FALSE(take());
    now_ += milliseconds{1};
    EXPECT_TRUE(take());
}

TEST_F(RateLimit, is_given_back_for_what_is_refused_for_another_reason) {
    limiter_.collect();
    take_all();
    limiter_.give_back(hold, user, 1, now_);
    EXPECT_EQ(limiter_.take_untold(10).at(0).used, seconds{2} - milliseconds{200});
    EXPECT_EQ(take_all(), 1);
    limiter_.give_back(hold, user, 2, now_);
    EXPECT_EQ(take_all(2), 10) << "no more than the burst";
    limiter_.give_back(write, key, 1, now_);
}

TEST(RateCallers, are_the_same_on_every_node_and_differ_by_subject) {
    io::Sha256 sha;
    io::Sha256 other;
    EXPECT_EQ(rate_caller(sha, user, "ann"), rate_caller(other, user, "ann"));
    EXPECT_NE(rate_caller(sha, user, "ann"), rate_caller(sha, user, "bob"));
    EXPECT_NE(rate_caller(sha, user, "ann"), rate_caller(sha, key, "ann"));
}

TEST(RateLimits, are_changed_one_by_one) {
    const auto limits =
        limits_of({"hold/user=5/s:20", "read/address=off", "write/key=300/m", "heavy-read/user=1/h"}
        );
    EXPECT_EQ(limits.of(hold, user), (admission::RateLimit{microseconds{200'000}, 20}));
    EXPECT_FALSE(limits.of(read, address).is_set());
    EXPECT_EQ(limits.of(write, key), (admission::RateLimit{microseconds{200'000}, 300}));
    EXPECT_EQ(limits.of(heavy_read, user).interval, std::chrono::hours{1});
}

TEST(RateLimits, refuse_what_they_dont_understand_and_say_what_they_do) {
    for (const auto* text :
         {"",
          "hold",
          "hold/user",
          "hold/user=",
          "hold/user=5",
          "hold/user=5/d",
          "hold/user=0/s",
          "hold/user=5/s:0",
          "hold/user=5/s:x",
          "hold/user=-1/s",
          "hold/user=1.5/s",
          "sell/user=5/s",
          "hold/guest=5/s",
          "hold=user/5/s",
          "hold/user=5/s:20:1",
          "hold/user=1000001/s",
          "hold/user = 5/s"}) {
        RateLimits limits;
        const auto changed = limits.change(text);
        ASSERT_FALSE(changed) << text;
        EXPECT_THAT(
            changed.error(),
            AllOf(HasSubstr(std::string{"'"} + text + "'"), HasSubstr("hold/user=5/s:20"))
        );
        EXPECT_EQ(limits.of(hold, user), RateLimits{}.of(hold, user)) << text;
    }
}

}  // namespace
}  // namespace frontrow::admission
