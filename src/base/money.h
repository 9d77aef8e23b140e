#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace frontrow {

/// An amount in the minor unit of its currency (yen, cents). A price is at most kPriceMax, so that
/// the total of a reservation can't overflow.
using Amount = std::int64_t;
inline constexpr Amount kPriceMax = 1'000'000'000'000;

/// A currency code: three capital letters.
class Currency {
public:
    /// Returns nothing unless `text` is three capital letters.
    static std::optional<Currency> parse(std::string_view text);

    std::string_view code() const { return {code_.data(), code_.size()}; }
    /// How many decimals an amount in the major unit has: 0 for yen, 2 for euros. Returns nothing
    /// for a currency that ISO 4217 doesn't list today; tickets of an old event may be priced in
    /// such a currency.
    std::optional<int> exponent() const;

    friend bool operator==(const Currency&, const Currency&) = default;

private:
    std::array<char, 3> code_{'J', 'P', 'Y'};
};

}  // namespace frontrow
