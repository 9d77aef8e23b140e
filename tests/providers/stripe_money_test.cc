#include "payments/stripe_money.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace frontrow::test {
namespace {

TEST(StripeMoney, is_ours_in_stripes_units_or_nothing) {
    struct Case {
        std::string currency;
        Amount ours;
        std::optional<std::int64_t> theirs;
    };
    const std::vector<Case> cases{
        {"JPY", 500, 500},
        {"EUR", 1'099, 1'099},
        {"KRW", 5'000, 5'000},
        {"HUF", 1'045, 1'045},
        {"TWD", 80'045, 80'045},
        {"ISK", 5, 500},
        {"UGX", 5, 500},
        {"MGA", 500, 5},
        {"MGA", 501, std::nullopt},
        {"KWD", 5'120, 5'120},
        {"KWD", 5'124, std::nullopt},
        {"CLF", 10'000, std::nullopt},
        {"XXX", 1, std::nullopt},
    };
    for (const auto& [code, ours, theirs] : cases) {
        SCOPED_TRACE(code);
        const auto currency = *Currency::parse(code);
        EXPECT_EQ(payments::to_stripe_amount(ours, currency), theirs);
        if (theirs) EXPECT_EQ(payments::from_stripe_amount(*theirs, currency), ours);
    }
    EXPECT_EQ(payments::from_stripe_amount(501, *Currency::parse("ISK")), std::nullopt);
}

TEST(StripeMoney, knows_currencies_in_small_letters) {
    EXPECT_EQ(payments::from_stripe_currency("eur"), Currency::parse("EUR"));
    EXPECT_EQ(payments::from_stripe_currency(""), std::nullopt);
    EXPECT_EQ(payments::from_stripe_currency("e1r"), std::nullopt);
}

}  // namespace
}  // namespace frontrow::test
