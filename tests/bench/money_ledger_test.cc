#include "bench/money_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frontrow::bench {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class Money : public testing::Test {
protected:
    Money() {
        ledger_.enter({"unpaid", 5'000, "created"}, false);
        ledger_.enter({"paid", 5'000, "paid"}, false);
        ledger_.enter({"back", 5'000, "refunded"}, true);
    }

    MoneyLedger ledger_;
    ServerMoney server_{
        .takings = {.orders = 2, .captured = 10'000, .refunded = 5'000},
        .orders =
            {{"back", 5'000, "refunded"}, {"unpaid", 5'000, "created"}, {"paid", 5'000, "paid"}},
    };
};

TEST_F(Money, agrees_with_a_server_that_shows_what_it_told) {
    EXPECT_EQ(ledger_.takings(), server_.takings);
    EXPECT_EQ(ledger_.returned(), 1U);
    EXPECT_THAT(ledger_.differences(server_), IsEmpty());
}

TEST_F(Money, that_the_servers_report_has_otherwise_is_noticed) {
    server_.takings.refunded = 0;
    EXPECT_THAT(
        ledger_.differences(server_),
        ElementsAre("the money doesn't agree: buyers were told of 2 paid orders, 10000 captured "
                    "and 5000 refunded, and the server's report has 2 paid orders, 10000 captured "
                    "and 0 refunded")
    );
}

TEST_F(Money, of_an_order_that_is_gone_is_noticed) {
    server_.orders.pop_back();
    EXPECT_THAT(
        ledger_.differences(server_),
        ElementsAre(AllOf(
            StartsWith("1 × orders that buyers were told of and the server doesn't show"),
            HasSubstr("the first: paid")
        ))
    );
}

TEST_F(Money, of_an_order_that_is_shown_otherwise_is_noticed) {
    server_.orders.back().status = "refunding";
    EXPECT_THAT(
        ledger_.differences(server_),
        ElementsAre(
            HasSubstr("paid was told to be 5000 and paid, and is shown as 5000 and refunding")
        )
    );
    server_.orders.back() = {"paid", 4'000, "paid"};
    EXPECT_THAT(ledger_.differences(server_), ElementsAre(HasSubstr("is shown as 4000 and paid")));
}

TEST_F(Money, of_an_order_that_nobody_placed_is_noticed) {
    server_.orders.push_back({"other", 5'000, "created"});
    EXPECT_THAT(
        ledger_.differences(server_),
        ElementsAre(AllOf(HasSubstr("no buyer was told of"), HasSubstr("other, 5000 and created")))
    );
}

}  // namespace
}  // namespace frontrow::bench
