#include "base/money.h"

#include <algorithm>
#include <utility>

namespace frontrow {
namespace {

// The currencies in list one of ISO 4217 (2026), grouped by their number of decimals. Codes for
// which the list gives no number of decimals (metals, test codes) are left out.

constexpr std::string_view kNoDecimals =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF ";
constexpr std::string_view kTwoDecimals =
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP "
    "BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB "
    "EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES "
    "KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR "
    "MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD "
    "RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP "
    "TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG ";
constexpr std::string_view kThreeDecimals = "BHD IQD JOD KWD LYD OMR TND ";
constexpr std::string_view kFourDecimals = "CLF UYW ";

}  // namespace

std::optional<Currency> Currency::parse(std::string_view text) {
    const bool valid =
        text.size() == 3 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!valid) return std::nullopt;
    Currency currency;
    std::ranges::copy(text, currency.code_.begin());
    return currency;
}

std::optional<int> Currency::exponent() const {
    constexpr std::pair<std::string_view, int> kTables[] = {
        {kTwoDecimals, 2}, {kNoDecimals, 0}, {kThreeDecimals, 3}, {kFourDecimals, 4}
    };
    for (const auto& [codes, decimals] : kTables) {
        if (codes.contains(code())) return decimals;
    }
    return std::nullopt;
}

}  // namespace frontrow
