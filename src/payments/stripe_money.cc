#include "payments/stripe_money.h"

#include <algorithm>
#include <string>

namespace frontrow::payments {
namespace {

/// ISO 4217 gives these no decimals, but Stripe's API two, which must be zeros.
bool has_two_zeros_more(Currency currency) {
    return currency.code() == "ISK" || currency.code() == "UGX";
}

/// ISO 4217 gives the ariary two decimals (of five iraimbilanja each), and Stripe none.
bool has_no_decimals_there(Currency currency) {
    return currency.code() == "MGA";
}

constexpr std::int64_t kHundred = 100;

std::optional<std::int64_t> divided(std::int64_t amount) {
    return amount % kHundred == 0 ? std::optional{amount / kHundred} : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> to_stripe_amount(Amount amount, Currency currency) {
    const auto decimals = currency.exponent();
    if (!decimals || *decimals > 3) return std::nullopt;
    if (*decimals == 3) return amount % 10 == 0 ? std::optional{amount} : std::nullopt;
    if (has_two_zeros_more(currency)) return amount * kHundred;
    if (has_no_decimals_there(currency)) return divided(amount);
    return amount;
}

std::optional<Amount> from_stripe_amount(std::int64_t amount, Currency currency) {
    if (has_two_zeros_more(currency)) return divided(amount);
    if (has_no_decimals_there(currency)) return amount * kHundred;
    return amount;
}

std::optional<Currency> from_stripe_currency(std::string_view code) {
    std::string capitals{code};
    std::ranges::transform(capitals, capitals.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return Currency::parse(capitals);
}

}  // namespace frontrow::payments
