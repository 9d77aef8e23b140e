#include "payments/rounds.h"
#include "payments/saga.h"
#include "support/seeded_random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace frontrow::payments {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What a look takes, and what may be under way.
constexpr std::size_t kPart = 4;
constexpr std::size_t kRoom = 6;

/// Looks at payments as a runner does. A payment's id is its number, and it began so many
/// milliseconds after the first.
class PaymentRounds : public testing::Test {
protected:
    void start(std::uint64_t first, std::uint64_t last) {
        for (auto number = first; number <= last; ++number)
            open_.push_back(number);
    }

    domain::Unfinished read(Instant since) const {
        domain::Unfinished unfinished;
        for (const auto number : open_) {
            const auto began = Instant{Millis{number}};
            if (began < since) continue;
            if (unfinished.payments.size() == kPart) {
                unfinished.next_since = began;
                break;
            }
            domain::UnfinishedPayment one;
            one.payment.id = PaymentId{{0, number}};
            one.payment.started_at = began;
            one.payment.pinned_until = began + std::chrono::minutes{10};
            unfinished.payments.push_back(one);
        }
        return unfinished;
    }

    /// Returns the payments that the saga has begun, or nothing if it had no room for more.
    std::optional<domain::Unfinished> begin_since(Instant since) {
        auto part = read(since);
        for (auto& task : saga_.next(part, now_)) {
            begun_.push_back(task.id.lo);
            under_way_.emplace(task.id.lo, std::move(task));
        }
        if (saga_.is_full()) return std::nullopt;
        return part;
    }

    /// One look of a runner. Returns the payments that it has begun.
    std::vector<std::uint64_t> look() {
        begun_.clear();
        while (const auto since = rounds_.fresh_since()) {
            const auto fresh = begin_since(*since);
            if (!fresh) return begun_;
            rounds_.has_begun_fresh(*fresh);
            if (!fresh->next_since) break;
        }
        const auto part = begin_since(rounds_.part_since());
        if (part && rounds_.has_begun_part(*part)) {
            saga_.has_seen_all();
            ++rounds_done_;
        }
        return begun_;
    }

    /// The provider answers all questions: the buyers are on its page.
    void leave_all_pending() {
        for (const auto& [number, task] : under_way_)
            saga_.ended(task, Saga::End::pending, now_);
        under_way_.clear();
    }
    /// It answers one, and the payment has its result.
    void settle(std::uint64_t number) {
        saga_.ended(under_way_.at(number), Saga::End::settled, now_);
        under_way_.erase(number);
        std::erase(open_, number);
    }

    /// Ends a round, and then waits until all that is pending may be asked about again.
    void pass_round() {
        for (const auto before = rounds_done_; rounds_done_ == before;) {
            look();
            leave_all_pending();
        }
        now_ += std::chrono::seconds{1};
    }

    test::SeededRandom random_{1};
    Saga saga_{{.under_way_max = kRoom}, random_};
    Rounds rounds_;
    Instant now_{std::chrono::seconds{1}};
    std::vector<std::uint64_t> open_;
    std::map<std::uint64_t, Saga::Task> under_way_;
    std::vector<std::uint64_t> begun_;
    int rounds_done_ = 0;
};

TEST_F(PaymentRounds, take_everything_at_each_look_if_it_is_little) {
    start(1, 3);
    EXPECT_THAT(look(), ElementsAre(1, 2, 3));
    EXPECT_EQ(rounds_.fresh_since(), std::nullopt);
    EXPECT_EQ(rounds_done_, 1);
}

TEST_F(PaymentRounds, take_part_after_part_of_many) {
    start(1, 9);
    EXPECT_THAT(look(), ElementsAre(1, 2, 3, 4));
    leave_all_pending();
    // Nothing of the rest was looked at so far, so all of it is new.
    EXPECT_THAT(look(), ElementsAre(5, 6, 7, 8, 9));
    pass_round();
    // The newest is looked at with what is new, because more may have begun at its instant.
    EXPECT_THAT(look(), ElementsAre(9, 1, 2, 3, 4));
    leave_all_pending();
    EXPECT_THAT(look(), ElementsAre(5, 6, 7, 8));
}

TEST_F(PaymentRounds, take_what_is_new_before_what_waits) {
    start(1, 20);
    pass_round();
    start(21, 21);
    EXPECT_THAT(look(), ElementsAre(20, 21, 1, 2, 3, 4));
}

TEST_F(PaymentRounds, take_what_is_new_and_found_no_room_before_what_waits) {
    start(1, 20);
    pass_round();
    start(21, 30);
    EXPECT_THAT(look(), ElementsAre(20, 21, 22, 23, 24, 25));
    EXPECT_THAT(look(), IsEmpty()) << "there is no room";
    for (std::uint64_t number = 26; number <= 30; ++number) {
        settle(under_way_.begin()->first);
        EXPECT_THAT(look(), ElementsAre(number));
    }
    settle(under_way_.begin()->first);
    EXPECT_THAT(look(), ElementsAre(1)) << "nothing is new any more";
}

TEST_F(PaymentRounds, ask_again_only_when_the_wait_is_over) {
    start(1, 10);
    while (rounds_done_ < 3) {
        look();
        leave_all_pending();
    }
    // The last one has a result: only a saga that has forgotten the others would begin them again
    // now.
    std::erase(open_, 10U);
    for (int looks = 0; looks < 10; ++looks)
        EXPECT_THAT(look(), IsEmpty());
}

}  // namespace
}  // namespace frontrow::payments
