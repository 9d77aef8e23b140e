#include "store/feed.h"

#include "base/check.h"

#include <algorithm>
#include <charconv>

namespace frontrow::store {
namespace {

/// Any number with this many digits fits into 64 bits, also into a database's signed column.
constexpr std::size_t kSeqDigitsMax = 18;
constexpr std::size_t kHashDigits = 8;

bool is_decimal(char c) {
    return c >= '0' && c <= '9';
}

bool is_lower_hex(char c) {
    return is_decimal(c) || (c >= 'a' && c <= 'f');
}

template <class Number>
Number number_in(std::string_view digits, int base) {
    Number number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
    return number;
}

}  // namespace

std::uint32_t hash8_of(std::span<const std::uint8_t> hash) {
    CHECK(hash.size() >= sizeof(std::uint32_t));
    std::uint32_t first = 0;
    for (const auto byte : hash.first(sizeof first))
        first = first << 8 | byte;
    return first;
}

std::optional<FeedPosition> FeedPosition::parse(std::string_view text) {
    const auto dash = std::min(text.find('-'), text.size());
    const auto number = text.substr(0, dash);
    const bool is_number = !number.empty() && number.size() <= kSeqDigitsMax &&
                           std::ranges::all_of(number, is_decimal) &&
                           (number.front() != '0' || number.size() == 1);
    if (!is_number) return std::nullopt;
    FeedPosition position{.seq = number_in<std::uint64_t>(number, 10)};
    if (dash == text.size()) return position;
    const auto hash = text.substr(dash + 1);
    // No batch contains fact 0.
    if (position.seq == 0 || hash.size() != kHashDigits || !std::ranges::all_of(hash, is_lower_hex))
        return std::nullopt;
    position.hash8 = number_in<std::uint32_t>(hash, 16);
    return position;
}

std::string FeedPosition::to_string() const {
    auto text = std::to_string(seq);
    if (!hash8) return text;
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += '-';
    for (int shift = 28; shift >= 0; shift -= 4)
        text += kDigits[*hash8 >> shift & 0xF];
    return text;
}

std::span<const domain::Fact> FeedBatch::behind(std::uint64_t seq) const {
    const auto first = facts->front().seq;
    const auto before = seq < first ? 0 : std::min<std::uint64_t>(seq + 1 - first, facts->size());
    return std::span{*facts}.subspan(before);
}

}  // namespace frontrow::store
