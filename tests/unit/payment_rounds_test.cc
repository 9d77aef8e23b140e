#include "payments/rounds.h"
#include "payments/saga.h"
#include "support/seeded_random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <ranges>
#include <set>
#include <vector>

namespace frontrow::payments {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What a look takes, and what may be under way.
constexpr std::size_t kPart = 4;
constexpr std::size_t kCharges = 6;
constexpr std::size_t kQuestions = 4;
constexpr std::size_t kPages = 2;
constexpr std::size_t kRefunds = 3;

/// Payments from this number on are made on the provider's page,
constexpr std::uint64_t kOnPage = 1'000;
/// and those from this number on aren't.
constexpr std::uint64_t kAfterPages = 2'000;

/// Looks at payments as a runner does. A payment's id is its number, and it began so many
/// milliseconds after the first.
class PaymentRounds : public testing::Test {
protected:
    void start(std::uint64_t first, std::uint64_t last) {
        for (auto number = first; number <= last; ++number)
            open_.push_back(number);
    }

    domain::Unfinished read(domain::UnfinishedSince since) const {
        domain::Unfinished unfinished;
        if (since.payments)
            unfinished.next_payment_since = take(open_, *since.payments, [&](auto id, auto began) {
                domain::UnfinishedPayment one;
                one.payment.id = PaymentId{id};
                one.payment.started_at = began;
                one.payment.pinned_until = began + std::chrono::hours{1};
                if (id.lo >= kOnPage && id.lo < kAfterPages)
                    one.payment.return_url = "https://shop.example/back";
                unfinished.payments.push_back(one);
            });
        if (since.refunds)
            unfinished.next_refund_since = take(refunds_, *since.refunds, [&](auto id, auto began) {
                domain::UnfinishedRefund one;
                one.refund.id = RefundId{id};
                one.refund.started_at = began;
                unfinished.refunds.push_back(one);
            });
        return unfinished;
    }

    /// One look of a runner. Returns the payments and refunds that it has begun.
    std::vector<std::uint64_t> look() {
        begun_.clear();
        for (bool is_all = false; !is_all;) {
            const auto fresh = read(rounds_.fresh());
            auto charges = saga_.next_charges(fresh, now_);
            begin(std::move(charges.tasks));
            if (!charges.has_all) break;
            is_all = rounds_.has_begun_fresh(fresh);
        }
        const auto part = read(rounds_.part());
        begin(saga_.next(part, now_));
        if (rounds_.has_passed_payments(part)) {
            saga_.has_seen_all_payments();
            ++rounds_done_;
        }
        if (rounds_.has_passed_refunds(part)) saga_.has_seen_all_refunds();
        return begun_;
    }

    /// The provider answers all questions: the buyers are on its page.
    void leave_all_pending() {
        for (const auto& [number, task] : under_way_)
            saga_.ended(task, Saga::End::pending, now_);
        under_way_.clear();
    }
    void leave_all_pending_but_refunds() {
        std::erase_if(under_way_, [&](const auto& entry) {
            if (entry.second.step == Saga::Step::repay) return false;
            saga_.ended(entry.second, Saga::End::pending, now_);
            return true;
        });
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
            leave_all_pending_but_refunds();
        }
        now_ += std::chrono::seconds{1};
    }

    test::SeededRandom random_{1};
    Saga saga_{
        {.charges_max = kCharges,
         .questions_max = kQuestions,
         .pages_max = kPages,
         .refunds_max = kRefunds},
        random_
    };
    Rounds rounds_;
    Instant now_{std::chrono::seconds{1}};
    std::vector<std::uint64_t> open_;
    std::vector<std::uint64_t> refunds_;
    std::map<std::uint64_t, Saga::Task> under_way_;
    std::vector<std::uint64_t> begun_;
    int rounds_done_ = 0;

private:
    /// Calls `add` for each of a part, and returns when the next one began.
    template <class Add>
    static std::optional<Instant>
    take(const std::vector<std::uint64_t>& all, Instant since, Add add) {
        std::size_t taken = 0;
        for (const auto number : all) {
            const auto began = Instant{Millis{number}};
            if (began < since) continue;
            if (taken++ == kPart) return began;
            add(Bits128{0, number}, began);
        }
        return std::nullopt;
    }
    void begin(std::vector<Saga::Task> tasks) {
        for (auto& task : tasks) {
            begun_.push_back(task.id.lo);
            under_way_.emplace(task.id.lo, std::move(task));
        }
    }
};

TEST_F(PaymentRounds, take_everything_at_each_look_if_it_is_little) {
    start(1, 3);
    refunds_ = {101, 102};
    EXPECT_THAT(look(), ElementsAre(1, 2, 3, 101, 102));
    EXPECT_EQ(rounds_done_, 1);
}

TEST_F(PaymentRounds, take_all_that_is_new_at_once_and_part_after_part_of_what_waits) {
    start(1, 6);
    EXPECT_THAT(look(), ElementsAre(1, 2, 3, 4, 5, 6));
    leave_all_pending();
    pass_round();
    EXPECT_THAT(look(), ElementsAre(1, 2, 3, 4));
    leave_all_pending();
    EXPECT_THAT(look(), ElementsAre(5, 6));
}

TEST_F(PaymentRounds, take_what_is_new_before_what_waits) {
    start(1, 6);
    look();
    leave_all_pending();
    pass_round();
    start(21, 21);
    EXPECT_THAT(look(), ElementsAre(21, 1, 2, 3, 4));
}

TEST_F(PaymentRounds, take_what_is_new_and_found_no_room_as_soon_as_there_is_some) {
    start(1, 9);
    EXPECT_THAT(look(), ElementsAre(1, 2, 3, 4, 5, 6));
    EXPECT_THAT(look(), IsEmpty()) << "there is no room";
    for (std::uint64_t number = 7; number <= 9; ++number) {
        settle(number - 6);
        EXPECT_THAT(look(), ElementsAre(number));
    }
}

TEST_F(PaymentRounds, let_no_refund_hold_up_a_payment) {
    for (std::uint64_t number = 101; number <= 150; ++number)
        refunds_.push_back(number);
    EXPECT_THAT(look(), ElementsAre(101, 102, 103));
    // None of them ends.
    start(1, 2);
    EXPECT_THAT(look(), ElementsAre(1, 2));
    leave_all_pending_but_refunds();
    pass_round();
    EXPECT_THAT(look(), ElementsAre(1, 2));
}

TEST_F(PaymentRounds, let_no_buyer_on_a_page_hold_up_another_who_pays) {
    start(1, 6);
    look();
    leave_all_pending();
    pass_round();
    EXPECT_THAT(look(), ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(look(), IsEmpty()) << "the follow-ups have no room, and none of them ends";
    start(21, 40);
    EXPECT_THAT(look(), ElementsAre(21, 22, 23, 24, 25, 26));
    settle(21);
    EXPECT_THAT(look(), ElementsAre(27));
}

TEST_F(PaymentRounds, ask_about_nobody_again_before_everybody_had_their_turn) {
    start(kOnPage + 1, kOnPage + 4);
    look();
    leave_all_pending();
    for (int round = 0; round < 3; ++round) {
        // All are due at each look.
        now_ += std::chrono::minutes{2};
        EXPECT_THAT(look(), ElementsAre(kOnPage + 1, kOnPage + 2));
        leave_all_pending();
        now_ += std::chrono::minutes{2};
        EXPECT_THAT(look(), ElementsAre(kOnPage + 3, kOnPage + 4));
        leave_all_pending();
    }
}

TEST_F(PaymentRounds, let_no_buyer_on_a_page_hold_up_the_question_about_a_card) {
    start(1, 1);
    start(kOnPage + 1, kOnPage + 3);
    look();
    leave_all_pending();
    now_ += std::chrono::minutes{2};
    EXPECT_THAT(look(), ElementsAre(1, kOnPage + 1, kOnPage + 2));
    saga_.ended(under_way_.at(1), Saga::End::unknown, now_);
    under_way_.erase(1);
    now_ += std::chrono::minutes{1};
    EXPECT_THAT(look(), ElementsAre(1)) << "none of the questions about pages ends";
}

TEST_F(PaymentRounds, let_no_part_full_of_pages_hold_up_the_parts_after_it) {
    start(kOnPage + 1, kOnPage + 20);
    start(kAfterPages, kAfterPages);
    pass_round();
    now_ += std::chrono::minutes{2};
    std::set<std::uint64_t> asked;
    for (int looks = 0; looks < 6; ++looks)
        std::ranges::copy(look(), std::inserter(asked, asked.end()));
    EXPECT_THAT(asked, ElementsAre(kOnPage + 1, kOnPage + 2, kAfterPages));
}

TEST_F(PaymentRounds, give_each_of_many_parts_their_turn) {
    start(kOnPage + 1, kOnPage + 20);
    pass_round();
    std::map<std::uint64_t, int> asked;
    for (int looks = 0; looks < 50; ++looks) {
        now_ += std::chrono::minutes{2};
        for (const auto number : look())
            ++asked[number];
        leave_all_pending();
    }
    EXPECT_EQ(asked.size(), 20U);
    const auto [least, most] = std::ranges::minmax(asked | std::views::values);
    EXPECT_GE(least, 3);
    EXPECT_LE(most - least, 1);
}

TEST_F(PaymentRounds, let_no_payment_hold_up_a_refund) {
    start(1, 50);
    look();
    refunds_ = {101};
    EXPECT_THAT(look(), ElementsAre(101));
}

TEST_F(PaymentRounds, ask_again_only_when_the_wait_is_over) {
    start(1, 10);
    while (rounds_done_ < 5) {
        look();
        leave_all_pending();
    }
    // The last one has a result: only a saga that has forgotten the others would begin them again
    // now.
    std::erase(open_, 10U);
    for (int looks = 0; looks < 10; ++looks)
        EXPECT_THAT(look(), IsEmpty());
}

/// One payment of the saga's, and what it does with it.
class PaymentSaga : public testing::Test {
protected:
    PaymentSaga() {
        one_.payment.id = PaymentId{{0, 1}};
        one_.payment.started_at = now_;
        one_.payment.pinned_until = now_ + std::chrono::minutes{10};
    }
    std::optional<Saga::Step> next() {
        domain::Unfinished unfinished;
        unfinished.payments.push_back(one_);
        const auto tasks = saga_.next(unfinished, now_);
        saga_.has_seen_all_payments();
        if (tasks.empty()) return std::nullopt;
        task_ = tasks.front();
        return task_.step;
    }
    void end(Saga::End how) { saga_.ended(task_, how, now_); }
    /// When the provider is asked for the next time, if its answer to the last question is this.
    Millis wait_after(Saga::End how) {
        end(how);
        const auto from = now_;
        while (!next())
            now_ += Millis{1};
        return now_ - from;
    }

    test::SeededRandom random_{1};
    Saga saga_{{}, random_};
    Instant now_{std::chrono::seconds{1}};
    domain::UnfinishedPayment one_;
    Saga::Task task_;
};

TEST_F(PaymentSaga, charges_nobody_for_what_is_no_longer_wanted) {
    one_.is_wanted = false;
    EXPECT_EQ(next(), Saga::Step::abandon);
}

TEST_F(PaymentSaga, abandons_at_once_what_is_no_longer_wanted) {
    one_.payment.return_url = "https://shop.example/back";
    EXPECT_EQ(next(), Saga::Step::charge);
    end(Saga::End::pending);
    EXPECT_EQ(next(), std::nullopt);
    one_.is_wanted = false;
    EXPECT_EQ(next(), Saga::Step::abandon);
    end(Saga::End::pending);
    EXPECT_EQ(next(), std::nullopt) << "but not again and again";
}

TEST_F(PaymentSaga, abandons_at_its_end_what_has_no_result) {
    EXPECT_EQ(next(), Saga::Step::charge);
    end(Saga::End::unknown);
    now_ = one_.payment.pinned_until - Millis{1};
    EXPECT_EQ(next(), Saga::Step::look_up);
    end(Saga::End::unknown);
    EXPECT_EQ(next(), std::nullopt);
    now_ = one_.payment.pinned_until;
    EXPECT_EQ(next(), Saga::Step::abandon);
}

TEST_F(PaymentSaga, asks_less_and_less_often_while_the_buyer_is_on_a_page) {
    one_.payment.return_url = "https://shop.example/back";
    ASSERT_EQ(next(), Saga::Step::charge);
    EXPECT_LE(wait_after(Saga::End::unknown), Millis{250}) << "the buyer waits for the page";
    EXPECT_GE(wait_after(Saga::End::pending), Millis{500});
    for (int i = 0; i < 5; ++i)
        wait_after(Saga::End::pending);
    EXPECT_GE(wait_after(Saga::End::pending), std::chrono::seconds{30});
    EXPECT_LE(wait_after(Saga::End::pending), std::chrono::seconds{60});
}

}  // namespace
}  // namespace frontrow::payments
