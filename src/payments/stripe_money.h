#pragma once

#include "base/money.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace frontrow::payments {

// Stripe's amounts are in the currency's minor unit, like ours, with the exceptions that
// https://docs.stripe.com/currencies lists.

/// Nothing if Stripe can't take this amount exactly: the currency has four decimals, it has three
/// and the last isn't 0, or Stripe knows it in whole units and the amount has a fraction.
std::optional<std::int64_t> to_stripe_amount(Amount amount, Currency currency);
/// Nothing if it isn't a whole number of our minor unit.
std::optional<Amount> from_stripe_amount(std::int64_t amount, Currency currency);

/// Stripe writes currencies in small letters. Nothing if the text is no currency.
std::optional<Currency> from_stripe_currency(std::string_view code);

}  // namespace frontrow::payments
