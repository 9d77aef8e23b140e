#include "payments/reconciliation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::test {
namespace {

using domain::PaymentMethod;
using payments::Movement;
using payments::Reconciliation;
using Kind = Reconciliation::Kind;

Bits128 number(std::uint64_t number) {
    return {0x0197'0000'0000'7000, number};
}

/// An event in euros, and facts about payments by Stripe.
class ReconciliationTest : public testing::Test {
protected:
    ReconciliationTest() {
        domain::EventSpec spec;
        spec.currency = *Currency::parse("EUR");
        observe(domain::EventCreated{.spec = spec, .created_by = "o"});
    }

    void observe(domain::FactBody body) {
        books.observe(
            {.seq = ++seq, .at = now, .event = EventId{number(1)}, .body = std::move(body)}
        );
    }
    void intend(
        std::uint64_t payment,
        Amount amount = 3'000,
        const std::string& provider = "stripe",
        PaymentMethod method = PaymentMethod::provider
    ) {
        const OrderId order{number(payment)};
        observe(domain::OrderPlaced{.order = order, .lines = {}, .amount = amount});
        observe(domain::PaymentIntended{
            .order = order,
            .payment = PaymentId{number(payment)},
            .method = method,
            .provider = provider,
            .token = {},
            .return_url = {},
            .pinned_until = now + std::chrono::minutes{10},
        });
    }
    void dispute(std::uint64_t payment, bool is_disputed = true) {
        const PaymentId id{number(payment)};
        observe(domain::PaymentDisputed{OrderId{number(payment)}, id, is_disputed});
    }
    void list_dispute(std::uint64_t payment, bool is_standing = true) {
        books.take(payments::Dispute{PaymentId{number(payment)}, is_standing, "dp"});
    }
    void succeed(std::uint64_t payment) {
        observe(domain::PaymentSucceeded{
            OrderId{number(payment)}, PaymentId{number(payment)}, "pi_" + std::to_string(payment)
        });
    }
    void pay(std::uint64_t payment, Amount amount = 3'000) {
        intend(payment, amount);
        succeed(payment);
    }
    void settle(std::uint64_t payment, bool is_done) {
        const OrderId order{number(payment)};
        const PaymentId id{number(payment)};
        if (is_done)
            observe(domain::PaymentSucceeded{order, id, "", "root"});
        else
            observe(domain::PaymentDeclined{order, id, "", "root"});
    }
    void decline(std::uint64_t payment) {
        observe(domain::PaymentDeclined{OrderId{number(payment)}, PaymentId{number(payment)}, "no"}
        );
    }
    void intend_refund(std::uint64_t refund, std::uint64_t payment, Amount amount) {
        observe(domain::RefundIntended{
            .order = OrderId{number(payment)},
            .refund = RefundId{number(refund)},
            .payment = PaymentId{number(payment)},
            .amount = amount,
            .seats = {},
            .items = {},
            .by = {},
        });
    }
    void settle_refund(std::uint64_t refund, std::uint64_t payment, bool is_done) {
        const OrderId order{number(payment)};
        const RefundId id{number(refund)};
        if (is_done)
            observe(domain::RefundSucceeded{order, id, "", "root"});
        else
            observe(domain::RefundFailed{order, id, "", "root"});
    }
    void give_back(std::uint64_t refund, std::uint64_t payment, Amount amount) {
        intend_refund(refund, payment, amount);
        observe(domain::RefundSucceeded{OrderId{number(payment)}, RefundId{number(refund)}, "re"});
    }

    void move(std::uint64_t payment, Amount amount = 3'000, const char* currency = "EUR") {
        books.take(Movement{
            .payment = PaymentId{number(payment)},
            .refund = std::nullopt,
            .reference = "pi",
            .amount = amount,
            .currency = *Currency::parse(currency),
        });
    }
    void move_back(std::optional<std::uint64_t> refund, std::uint64_t payment, Amount amount) {
        books.take(Movement{
            .payment = PaymentId{number(payment)},
            .is_refund = true,
            .refund = refund ? std::optional{RefundId{number(*refund)}} : std::nullopt,
            .reference = "re",
            .amount = amount,
            .currency = *Currency::parse("EUR"),
        });
    }

    /// The differences, each as its kind and the number of its payment.
    std::vector<std::pair<Kind, std::uint64_t>> found() const {
        std::vector<std::pair<Kind, std::uint64_t>> found;
        for (const auto& one : books.differences())
            found.emplace_back(one.kind, one.payment.bits().lo);
        return found;
    }

    Instant now = *parse_rfc3339("2026-11-21T10:00:00Z");
    Reconciliation books{"stripe"};
    std::uint64_t seq = 0;
};

using Found = std::vector<std::pair<Kind, std::uint64_t>>;

TEST_F(ReconciliationTest, finds_nothing_where_both_agree) {
    pay(1);
    pay(2, 500);
    intend(3);
    decline(3);
    give_back(10, 1, 1'000);
    // Others' payments, and those at the box office, are none of this provider's business.
    intend(4, 3'000, "webhook");
    succeed(4);
    intend(5, 3'000, "", PaymentMethod::cash);
    succeed(5);
    // A free order has no money to give back.
    give_back(11, 5, 3'000);
    give_back(12, 2, 0);
    books.expect_all(now);
    move(2, 500);
    move(1);
    move_back(10, 1, 1'000);
    EXPECT_EQ(found(), Found{});
    EXPECT_EQ(books.totals().payments, 2u);
    EXPECT_EQ(books.totals().refunds, 1u);
}

TEST_F(ReconciliationTest, finds_each_kind_of_difference) {
    for (std::uint64_t payment = 1; payment <= 4; ++payment)
        pay(payment);
    intend(5);
    decline(5);
    intend(7, 3'000, "webhook");
    succeed(7);
    books.expect_all(now);
    move(1, 2'999);
    move(2, 3'000, "USD");
    move(3);
    move(3);
    move(5);
    move(6);
    move(7);
    EXPECT_EQ(
        found(),
        (Found{
            {Kind::other_sum, 1},
            {Kind::other_sum, 2},
            {Kind::twice, 3},
            {Kind::not_moved_here, 5},
            {Kind::not_here, 6},
            {Kind::not_here, 7},
            {Kind::not_there, 4},
        })
    );
}

TEST_F(ReconciliationTest, compares_what_is_left_of_a_payment_that_a_person_has_settled) {
    for (std::uint64_t payment = 1; payment <= 9; ++payment)
        intend(payment);
    for (const std::uint64_t payment : {1U, 2U, 3U, 4U})
        settle(payment, false);
    for (const std::uint64_t payment : {5U, 6U, 7U, 8U, 9U})
        settle(payment, true);
    books.expect_all(now);
    // Nothing, or as much as was taken, has gone back of a failed one.
    move(2, 2'000);
    move(3, 2'000);
    move_back(std::nullopt, 3, 1'500);
    move_back(30, 3, 500);
    move(4, 20, "USD");
    // What was missing of a sold one was taken elsewhere. What was too much has gone back, or not.
    move(6, 2'000);
    move(7, 3'500);
    move_back(std::nullopt, 7, 500);
    move(8, 3'500);
    move(9);
    move_back(std::nullopt, 9, 3'000);
    EXPECT_EQ(
        found(),
        (Found{
            {Kind::not_moved_here, 2},
            {Kind::not_moved_here, 4},
            {Kind::other_sum, 8},
            {Kind::other_sum, 9},
        })
    );
    EXPECT_EQ(books.differences()[0].there->amount, 2'000);
    EXPECT_EQ(books.differences()[3].there->amount, 0);
    EXPECT_EQ(books.differences()[3].here->amount, 3'000);
    move(1, std::numeric_limits<Amount>::max());
    move(1, std::numeric_limits<Amount>::max());
    EXPECT_EQ(books.differences()[0].there->amount, std::numeric_limits<Amount>::max());
}

TEST_F(ReconciliationTest, expects_a_payment_that_succeeded_after_a_person_had_called_it_failed) {
    intend(1);
    settle(1, false);
    succeed(1);
    books.expect_all(now);
    EXPECT_EQ(found(), (Found{{Kind::not_there, 1}}));
    move(1);
    EXPECT_EQ(found(), Found{});
}

TEST_F(ReconciliationTest, compares_refunds_that_a_person_has_settled) {
    for (std::uint64_t payment = 1; payment <= 6; ++payment) {
        pay(payment);
        intend_refund(10 + payment, payment, 1'000);
    }
    for (const std::uint64_t payment : {1U, 2U, 3U, 4U})
        settle_refund(10 + payment, payment, true);
    settle_refund(15, 5, false);
    observe(domain::RefundSucceeded{OrderId{number(6)}, RefundId{number(16)}, "re"});
    settle_refund(16, 6, false);
    books.expect_all(now);
    for (std::uint64_t payment = 1; payment <= 6; ++payment)
        move(payment);
    // The first was paid by bank transfer, others at the provider, under its id or without one.
    move_back(12, 2, 1'000);
    move_back(std::nullopt, 3, 600);
    move_back(std::nullopt, 3, 400);
    move_back(std::nullopt, 4, 1'001);
    move_back(15, 5, 1'000);
    // It had gone out before it came back.
    move_back(16, 6, 1'000);
    EXPECT_EQ(found(), (Found{{Kind::not_moved_here, 5}, {Kind::other_sum, 4}}));
    // Once more than was settled.
    move_back(std::nullopt, 2, 1'000);
    EXPECT_EQ(
        found(), (Found{{Kind::not_moved_here, 5}, {Kind::not_here, 2}, {Kind::other_sum, 4}})
    );
}

TEST_F(ReconciliationTest, finds_each_kind_of_difference_in_refunds) {
    pay(1);
    pay(2);
    give_back(10, 1, 100);
    give_back(11, 1, 200);
    give_back(12, 1, 300);
    intend_refund(13, 1, 400);
    observe(domain::RefundFailed{OrderId{number(1)}, RefundId{number(13)}, "no"});
    books.expect_all(now);
    move(1);
    move(2);
    move_back(10, 1, 101);
    move_back(12, 2, 300);
    move_back(13, 1, 400);
    move_back(14, 1, 500);
    move_back(std::nullopt, 1, 600);
    move_back(std::nullopt, 1, 600);
    EXPECT_EQ(
        found(),
        (Found{
            {Kind::other_sum, 1},
            {Kind::other_sum, 2},
            {Kind::not_moved_here, 1},
            {Kind::not_here, 1},
            {Kind::not_here, 1},
            {Kind::not_here, 1},
            {Kind::not_there, 1},
        })
    );
    const auto missing = books.differences().back();
    EXPECT_EQ(missing.refund, RefundId{number(11)});
    EXPECT_EQ(missing.here->amount, 200);
    EXPECT_FALSE(missing.there);
}

TEST_F(ReconciliationTest, does_not_mind_what_happens_meanwhile) {
    intend(1);
    pay(2);
    intend_refund(10, 2, 100);
    intend_refund(11, 2, 100);
    books.expect_all(now);
    move(1);
    move(2);
    move(3);
    move_back(10, 2, 100);
    // The facts that have come since: one that was moved, one whose result comes later, and one
    // that was asked only after the provider had listed its books.
    succeed(1);
    intend(3);
    pay(4);
    give_back(12, 4, 50);
    EXPECT_EQ(found(), Found{});
    EXPECT_EQ(books.totals().open, 3u);
}

TEST_F(ReconciliationTest, finds_what_was_moved_there_and_stays_open_here) {
    using std::chrono::minutes;
    intend(1);
    intend(2);
    pay(3);
    intend_refund(10, 3, 100);
    now += minutes{10};
    intend_refund(11, 3, 200);
    // The first two holds ended ten minutes ago.
    now += minutes{10};
    intend(4);
    books.expect_all(now);
    move(1);
    move(2);
    move(3);
    move(4);
    move_back(10, 3, 100);
    move_back(11, 3, 200);
    // Its result has come meanwhile.
    succeed(2);
    EXPECT_EQ(
        found(), (Found{{Kind::still_open, 1}, {Kind::still_open, 3}, {Kind::still_open, 3}})
    );
}

TEST_F(ReconciliationTest, does_not_mind_what_is_open_for_less_than_ten_minutes_after_its_end) {
    intend(1);
    pay(2);
    now += std::chrono::minutes{10} + std::chrono::milliseconds{1};
    intend_refund(10, 2, 100);
    now += std::chrono::minutes{10} - std::chrono::milliseconds{2};
    books.expect_all(now);
    move(1);
    move(2);
    move_back(10, 2, 100);
    EXPECT_EQ(found(), Found{});
}

TEST_F(ReconciliationTest, compares_disputes) {
    for (std::uint64_t payment = 1; payment <= 8; ++payment)
        pay(payment);
    dispute(1);
    dispute(2);
    dispute(5);
    dispute(6);
    dispute(6, false);
    books.expect_all(now);
    for (std::uint64_t payment = 1; payment <= 8; ++payment)
        move(payment);
    list_dispute(1);
    list_dispute(3);
    list_dispute(4, false);
    list_dispute(6, false);
    // It was won, and another one stands.
    list_dispute(7);
    list_dispute(7, false);
    // Another store's.
    list_dispute(99);
    // One ended meanwhile, after it was listed, and another one began.
    list_dispute(5);
    dispute(5, false);
    dispute(8);
    EXPECT_EQ(
        found(),
        (Found{{Kind::disputed_here, 2}, {Kind::disputed_there, 3}, {Kind::disputed_there, 7}})
    );
}

TEST_F(ReconciliationTest, expects_what_succeeded_after_a_decline) {
    intend(1);
    decline(1);
    succeed(1);
    books.expect_all(now);
    move(1);
    EXPECT_EQ(found(), Found{});
}

}  // namespace
}  // namespace frontrow::test
