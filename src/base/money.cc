#include "base/money.h"

#include <algorithm>

namespace frontrow {

std::optional<Currency> Currency::parse(std::string_view text) {
    const bool valid =
        text.size() == 3 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!valid) return std::nullopt;
    Currency currency;
    std::ranges::copy(text, currency.code_.begin());
    return currency;
}

}  // namespace frontrow
