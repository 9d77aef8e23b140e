#include "base/id.h"
#include "base/instant.h"
#include "base/money.h"
#include "base/utf8.h"

#include <gtest/gtest.h>

#include <limits>
#include <rapidcheck.h>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kUuid = "0192a4b8-1f3c-7def-8abc-0123456789ab";
constexpr Bits128 kAllOnes{~std::uint64_t{0}, ~std::uint64_t{0}};

Instant at_ms(std::int64_t ms) {
    return Instant{Millis{ms}};
}

TEST(Uuid, of_version_7_holds_the_time_the_version_and_the_variant) {
    for (const auto random : {Bits128{}, kAllOnes, Bits128{0x1234'5678'9abc'def0, 42}}) {
        const auto bits = uuid_v7(at_ms(0x0192'a4b8'1f3c), random);
        EXPECT_EQ(bits.hi >> 16, 0x0192'a4b8'1f3cU);
        EXPECT_EQ(made_at(bits), at_ms(0x0192'a4b8'1f3c));
        EXPECT_EQ(bits.hi >> 12 & 0xF, 7U);
        EXPECT_EQ(bits.hi & 0xFFF, random.hi & 0xFFF);
        EXPECT_EQ(bits.lo >> 62, 0b10U);
    }
}

TEST(Uuid, leaves_room_for_a_run_of_ids_below_its_variant) {
    const EventId first{uuid_v7(at_ms(1), kAllOnes)};
    const auto last = first.plus((std::uint64_t{1} << 61) - 1);
    EXPECT_EQ(last.bits().hi, first.bits().hi);
    EXPECT_EQ(last.bits().lo >> 62, 0b10U);
    EXPECT_GT(last, first);
}

TEST(Uuid, made_later_sorts_later) {
    EXPECT_LT(uuid_v7(at_ms(1'000), kAllOnes), uuid_v7(at_ms(1'001), Bits128{}));
}

TEST(Uuid, is_written_in_lower_case_and_read_in_either) {
    const auto lower = parse_uuid(kUuid);
    ASSERT_TRUE(lower);
    EXPECT_EQ(lower->hi, 0x0192'a4b8'1f3c'7defU);
    EXPECT_EQ(lower->lo, 0x8abc'0123'4567'89abU);
    EXPECT_EQ(parse_uuid("0192A4B8-1F3C-7DEF-8ABC-0123456789AB"), lower);
    EXPECT_EQ(EventId{*lower}.to_string(), kUuid);
}

TEST(Uuid, survives_writing_and_reading) {
    EXPECT_TRUE(rc::check([](std::uint64_t hi, std::uint64_t lo) {
        std::string text = "before ";
        append_uuid(text, {hi, lo});
        RC_ASSERT(text.starts_with("before "));
        RC_ASSERT((parse_uuid(text.substr(7)) == Bits128{hi, lo}));
    }));
}

TEST(Uuid, of_any_other_form_is_refused) {
    for (const auto text :
         {""sv,
          "0192a4b8-1f3c-7def-8abc-0123456789a"sv,
          "0192a4b8-1f3c-7def-8abc-0123456789abc"sv,
          "0192a4b8-1f3c-7def-8abc-0123456789ag"sv,
          "0192a4b81f3c7def8abc0123456789ab"sv,
          "0192a4b8-1f3c7-def-8abc-0123456789ab"sv,
          "0192a4b8-1f3c-7def-8abc+0123456789ab"sv,
          "{192a4b8-1f3c-7def-8abc-0123456789a}"sv,
          " 192a4b8-1f3c-7def-8abc-0123456789ab"sv,
          "0192a4b8-1f3c-7def-8abc-0123456789a\0"sv,
          "0192a4b8-1f3c-7def-8abc-0123456789a\xe3"sv,
          "----------------------------------—"sv}) {
        EXPECT_FALSE(parse_uuid(text)) << text;
    }
}

TEST(Uuid, with_any_one_byte_changed_is_another_or_none) {
    for (std::size_t i = 0; i < kUuid.size(); ++i) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string text{kUuid};
            text[i] = static_cast<char>(byte);
            const bool is_hyphen = kUuid[i] == '-';
            const bool valid = is_hyphen ? text[i] == '-' : std::isxdigit(byte) != 0;
            EXPECT_EQ(parse_uuid(text).has_value(), valid) << text;
        }
    }
}

TEST(Id, plus_counts_on_from_the_first) {
    const SeatId first{Bits128{7, 0x8000'0000'0000'00ff}};
    EXPECT_EQ(first.plus(0), first);
    EXPECT_EQ(first.plus(1).bits(), (Bits128{7, 0x8000'0000'0000'0100}));
    std::set<SeatId> run;
    for (std::uint64_t i = 0; i < 1'000; ++i)
        run.insert(first.plus(i));
    EXPECT_EQ(run.size(), 1'000U);
    EXPECT_EQ(*run.begin(), first);
    EXPECT_EQ(*run.rbegin(), first.plus(999));
}

TEST(Hex128, survives_writing_and_reading) {
    EXPECT_TRUE(rc::check([](std::uint64_t hi, std::uint64_t lo) {
        std::string text;
        append_hex128(text, {hi, lo});
        RC_ASSERT(text.size() == 32U);
        RC_ASSERT((parse_hex128(text) == Bits128{hi, lo}));
    }));
}

TEST(Hex128, is_written_in_lower_case_with_every_leading_zero) {
    std::string text;
    append_hex128(text, {0xAB, 0xCDEF});
    EXPECT_EQ(text, "00000000000000ab000000000000cdef");
}

TEST(Hex128, takes_32_digits_and_nothing_else) {
    EXPECT_TRUE(parse_hex128("00000000000000AB000000000000cdef"));
    EXPECT_FALSE(parse_hex128(""));
    EXPECT_FALSE(parse_hex128("0000000000000000000000000000000"));
    EXPECT_FALSE(parse_hex128("000000000000000000000000000000000"));
    EXPECT_FALSE(parse_hex128("0000000000000000000000000000000g"));
    EXPECT_FALSE(parse_hex128("0x000000000000000000000000000000"));
    EXPECT_FALSE(parse_hex128("-0000000000000000000000000000000"));
}

TEST(Rfc3339, is_read_with_any_offset_and_written_in_utc) {
    const struct {
        std::string_view text;
        std::string_view utc;
    } rows[] = {
        {"2026-11-21T01:00:00Z", "2026-11-21T01:00:00.000Z"},
        {"2026-11-21T10:00:00+09:00", "2026-11-21T01:00:00.000Z"},
        {"2026-11-21T10:00:00-05:30", "2026-11-21T15:30:00.000Z"},
        {"2026-11-21T00:00:00+09:00", "2026-11-20T15:00:00.000Z"},
        {"2026-12-31T23:59:59-00:01", "2027-01-01T00:00:59.000Z"},
        {"2026-11-21T01:00:00+00:00", "2026-11-21T01:00:00.000Z"},
        {"2026-11-21T01:00:00-00:00", "2026-11-21T01:00:00.000Z"},
        {"2026-11-21T01:00:00+23:59", "2026-11-20T01:01:00.000Z"},
        {"2026-11-21t01:00:00z", "2026-11-21T01:00:00.000Z"},
        {"2026-11-21 01:00:00Z", "2026-11-21T01:00:00.000Z"},
        {"2026-11-21T01:00:00.5Z", "2026-11-21T01:00:00.500Z"},
        {"2026-11-21T01:00:00.05Z", "2026-11-21T01:00:00.050Z"},
        {"2026-11-21T01:00:00.123Z", "2026-11-21T01:00:00.123Z"},
        {"2026-11-21T01:00:00.1239999999999999999Z", "2026-11-21T01:00:00.123Z"},
        {"2026-11-21T01:00:00.999999+09:00", "2026-11-20T16:00:00.999Z"},
        {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
        {"2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"},
        {"2017-01-01T08:59:60+09:00", "2017-01-01T00:00:00.000Z"},
        {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"},
        {"1969-12-31T23:00:00-01:00", "1970-01-01T00:00:00.000Z"},
        {"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
    };
    for (const auto& row : rows) {
        const auto at = parse_rfc3339(row.text);
        ASSERT_TRUE(at) << row.text;
        EXPECT_EQ(to_rfc3339(*at), row.utc) << row.text;
    }
}

TEST(Rfc3339, of_another_form_or_of_a_time_that_does_not_exist_is_refused) {
    for (const auto text :
         {""sv,
          "2026-11-21"sv,
          "2026-11-21T01:00:00"sv,
          "2026-11-21T01:00Z"sv,
          "2026-11-21T01:00:00.Z"sv,
          "2026-11-21T01:00:00,5Z"sv,
          "2026-11-21T01:00:00.5"sv,
          "2026-11-21T01:00:00ZZ"sv,
          "2026-11-21T01:00:00Z "sv,
          " 2026-11-21T01:00:00Z"sv,
          "2026-11-21T01:00:00Z\0"sv,
          "2026-11-21_01:00:00Z"sv,
          "2026/11/21T01:00:00Z"sv,
          "26-11-21T01:00:00Z"sv,
          "+2026-11-21T01:00:00Z"sv,
          "2026-1-21T01:00:00Z"sv,
          "2026-11-21T1:00:00Z"sv,
          "2026-11-21T01:00:00+9:00"sv,
          "2026-11-21T01:00:00+0900"sv,
          "2026-11-21T01:00:00+09"sv,
          "2026-11-21T01:00:00+24:00"sv,
          "2026-11-21T01:00:00+09:60"sv,
          "2026-00-21T01:00:00Z"sv,
          "2026-13-21T01:00:00Z"sv,
          "2026-11-00T01:00:00Z"sv,
          "2026-11-31T01:00:00Z"sv,
          "2026-02-29T01:00:00Z"sv,
          "2100-02-29T01:00:00Z"sv,
          "2026-11-21T24:00:00Z"sv,
          "2026-11-21T01:60:00Z"sv,
          "2026-11-21T01:00:61Z"sv,
          "2026-11-21T-1:00:00Z"sv,
          "١٢٣٤-11-21T01:00:00Z"sv,
          "1969-12-31T23:59:59.999Z"sv,
          "1970-01-01T00:00:00+00:01"sv,
          "9999-12-31T23:59:59-00:01"sv,
          "9999-12-31T23:59:60Z"sv,
          "0000-01-01T00:00:00Z"sv}) {
        EXPECT_FALSE(parse_rfc3339(text)) << text;
    }
}

TEST(Rfc3339, cut_anywhere_is_refused) {
    constexpr auto text = "2026-11-21T10:00:00.123+09:00"sv;
    ASSERT_TRUE(parse_rfc3339(text));
    for (std::size_t length = 0; length < text.size(); ++length)
        EXPECT_FALSE(parse_rfc3339(text.substr(0, length))) << text.substr(0, length);
}

TEST(Rfc3339, survives_writing_and_reading) {
    constexpr std::int64_t year_10000 = 253'402'300'800'000;
    EXPECT_TRUE(rc::check([] {
        const auto at = at_ms(*rc::gen::inRange<std::int64_t>(0, year_10000));
        const auto text = to_rfc3339(at);
        RC_ASSERT(text.size() == 24U);
        RC_ASSERT(parse_rfc3339(text) == at);
    }));
}

TEST(Currency, is_three_capital_letters) {
    EXPECT_EQ(Currency{}.code(), "JPY");
    for (const auto code : {"JPY"sv, "EUR"sv, "AAA"sv, "ZZZ"sv}) {
        const auto currency = Currency::parse(code);
        ASSERT_TRUE(currency) << code;
        EXPECT_EQ(currency->code(), code);
    }
    for (const auto code :
         {""sv, "JP"sv, "JPYY"sv, "jpy"sv, "JP1"sv, "JP "sv, "@AZ"sv, "[AZ"sv, "円"sv, "JP\0"sv}) {
        EXPECT_FALSE(Currency::parse(code)) << code;
    }
    EXPECT_EQ(Currency::parse("JPY"), Currency{});
    EXPECT_NE(Currency::parse("EUR"), Currency{});
}

TEST(Currency, has_the_decimals_of_iso_4217) {
    const struct {
        std::string_view code;
        std::optional<int> decimals;
    } rows[] = {
        {"JPY", 0},
        {"XPF", 0},
        {"BIF", 0},
        {"EUR", 2},
        {"USD", 2},
        {"AED", 2},
        {"ZWG", 2},
        {"KWD", 3},
        {"TND", 3},
        {"CLF", 4},
        {"UYW", 4},
        // A metal, the test code, no currency, a replaced one, and codes that never existed.
        {"XAU", {}},
        {"XTS", {}},
        {"XXX", {}},
        {"DEM", {}},
        {"AAA", {}},
        {"XYZ", {}},
        // Neighbouring letters in the table that don't form a code.
        {"DAF", {}},
        {"EDA", {}},
        {"IFC", {}},
    };
    for (const auto& row : rows)
        EXPECT_EQ(Currency::parse(row.code)->exponent(), row.decimals) << row.code;
}

TEST(Currency, is_one_of_those_that_iso_4217_lists_or_of_the_rest) {
    int listed = 0;
    for (char a = 'A'; a <= 'Z'; ++a)
        for (char b = 'A'; b <= 'Z'; ++b)
            for (char c = 'A'; c <= 'Z'; ++c)
                listed += Currency::parse(std::string{a, b, c})->exponent().has_value() ? 1 : 0;
    EXPECT_EQ(listed, 165);
}

TEST(Utf8, takes_every_well_formed_length_to_its_edges) {
    for (const auto text :
         {""sv,
          "\0"sv,
          "plain"sv,
          "\x7f"sv,
          "\xc2\x80"sv,
          "\xdf\xbf"sv,
          "\xe0\xa0\x80"sv,
          "\xed\x9f\xbf"sv,
          "\xee\x80\x80"sv,
          "\xef\xbf\xbf"sv,
          "\xf0\x90\x80\x80"sv,
          "\xf4\x8f\xbf\xbf"sv,
          "a\xc3\xa9 席 🎫 z"sv}) {
        EXPECT_TRUE(is_utf8(text)) << testing::PrintToString(text);
    }
}

TEST(Utf8, refuses_overlong_forms_surrogates_cut_sequences_and_what_is_past_the_end) {
    for (const auto text :
         {"\x80"sv,
          "\xbf"sv,
          "\xc0\x80"sv,
          "\xc1\xbf"sv,
          "\xc2"sv,
          "\xc2z"sv,
          "\xc2\xc2\x80"sv,
          "\xe0\x80\x80"sv,
          "\xe0\x9f\xbf"sv,
          "\xe3\x81"sv,
          "\xe3\x81z"sv,
          "\xed\xa0\x80"sv,
          "\xed\xbf\xbf"sv,
          "\xf0\x80\x80\x80"sv,
          "\xf0\x8f\xbf\xbf"sv,
          "\xf0\x9f\x8e"sv,
          "\xf4\x90\x80\x80"sv,
          "\xf5\x80\x80\x80"sv,
          "\xf8\x88\x80\x80\x80"sv,
          "\xfe"sv,
          "\xff"sv,
          "good\xff"sv,
          "\xffgood"sv}) {
        EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(text);
    }
}

/// The text is checked eight bytes at a time. The result must depend on every byte of the text, and
/// on no byte after it.
TEST(Utf8, tells_printable_ascii_by_every_byte) {
    for (std::size_t size = 0; size < 26; ++size) {
        for (const char filling : {' ', 'm', '~'}) {
            std::string text(size, filling);
            EXPECT_TRUE(is_printable_ascii(text));
            EXPECT_TRUE(is_utf8(text));
            for (std::size_t at = 0; at < size; ++at) {
                for (int byte = 0; byte < 256; ++byte) {
                    text[at] = static_cast<char>(byte);
                    ASSERT_EQ(is_printable_ascii(text), byte >= 0x20 && byte <= 0x7E)
                        << testing::PrintToString(text);
                    ASSERT_EQ(is_utf8(text), byte < 0x80) << testing::PrintToString(text);
                }
                text[at] = filling;
            }
        }
    }
}

/// The UTF-8 bytes of a code point, valid or not.
std::string encode(std::uint32_t point) {
    const auto tail = [&](int shift) { return static_cast<char>(0x80 | (point >> shift & 0x3F)); };
    if (point < 0x80) return {static_cast<char>(point)};
    if (point < 0x800) return {static_cast<char>(0xC0 | point >> 6), tail(0)};
    if (point < 0x10000) return {static_cast<char>(0xE0 | point >> 12), tail(6), tail(0)};
    return {static_cast<char>(0xF0 | point >> 18), tail(12), tail(6), tail(0)};
}

TEST(Utf8, takes_all_code_points_but_the_surrogates) {
    for (std::uint32_t point = 0; point < 0x12'0000; ++point) {
        const bool exists = point <= 0x10'FFFF && (point < 0xD800 || point > 0xDFFF);
        ASSERT_EQ(is_utf8(encode(point)), exists) << std::hex << point;
    }
}

}  // namespace
}  // namespace frontrow
