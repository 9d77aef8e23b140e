#include "base/text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace frontrow {
namespace {

using namespace std::string_view_literals;

TEST(Text, from_outside_is_utf8_of_a_length_in_characters_without_control_characters) {
    constexpr auto kNone = std::optional<TextFlaw>{};
    const std::string ten_thousand(10'000, 'x');
    const struct {
        std::string_view text;
        std::optional<TextFlaw> of_one_line;
        std::optional<TextFlaw> of_many_lines;
    } rows[] = {
        {"a"sv, kNone, kNone},
        {"\xF0\x9F\x8E\xAB\xE5\xB8\xAD"sv, kNone, kNone},
        {"\xF4\x8F\xBF\xBF"sv, kNone, kNone},
        {"\xEF\xBF\xBE\xE2\x80\xA8"sv, kNone, kNone},
        {""sv, TextFlaw::wrong_length, TextFlaw::wrong_length},
        {"12345"sv, TextFlaw::wrong_length, TextFlaw::wrong_length},
        {ten_thousand, TextFlaw::wrong_length, TextFlaw::wrong_length},
        {"a\tb"sv, TextFlaw::control_character, kNone},
        {"\r\n"sv, TextFlaw::control_character, kNone},
        {"a\0b"sv, TextFlaw::control_character, TextFlaw::control_character},
        {"\x07"sv, TextFlaw::control_character, TextFlaw::control_character},
        {"\x7F"sv, TextFlaw::control_character, TextFlaw::control_character},
        {"\xE5\xB8\xAD\x1B"sv, TextFlaw::control_character, TextFlaw::control_character},
        // A continuation byte without a start byte doesn't count as a character.
        {"a\x80\x80\x80\x80\x80"sv, TextFlaw::not_utf8, TextFlaw::not_utf8},
        {"\xED\xA0\x80"sv, TextFlaw::not_utf8, TextFlaw::not_utf8},
        {"\xC0\x80"sv, TextFlaw::not_utf8, TextFlaw::not_utf8},
        {"\xFF"sv, TextFlaw::not_utf8, TextFlaw::not_utf8},
    };
    for (const auto& row : rows) {
        const auto told = testing::PrintToString(row.text.substr(0, 20));
        EXPECT_EQ(find_flaw(row.text, {1, 4}, TextLines::one), row.of_one_line) << told;
        EXPECT_EQ(find_flaw(row.text, {1, 4}, TextLines::many), row.of_many_lines) << told;
    }
}

TEST(Text, that_is_a_name_shows_something) {
    constexpr TextBounds kName{0, 5, TextKind::name};
    const struct {
        std::string_view text;
        std::optional<TextFlaw> flaw;
    } rows[] = {
        {"a", std::nullopt},
        {"  ~ ", std::nullopt},
        // An empty text can only have a wrong length.
        {"", std::nullopt},
        {"      ", TextFlaw::wrong_length},
        {" \xFF", TextFlaw::not_utf8},
        {"a\x1B", TextFlaw::control_character},
        {"\x7F", TextFlaw::control_character},
        {" ", TextFlaw::invisible},
        {"\t\n", TextFlaw::invisible},
        // The first and last of two, three and four bytes, and their neighbours.
        {"\u00A0", TextFlaw::invisible},
        {"\u00A1", std::nullopt},
        {"\u00AD", TextFlaw::invisible},
        {"\u1FFF", std::nullopt},
        {"\u2000", TextFlaw::invisible},
        {"\u200F", TextFlaw::invisible},
        {"\u2010", std::nullopt},
        {"\u2800", TextFlaw::invisible},
        {"\u2801", std::nullopt},
        {"\u3000", TextFlaw::invisible},
        {"\uFE00\uFE0F", TextFlaw::invisible},
        {"\uFFFD", std::nullopt},
        {"\U0001F3AB", std::nullopt},
        {"\U000E0000\U000E0FFF", TextFlaw::invisible},
        {"\U000E1000", std::nullopt},
        // An emoji between a joiner and a variation selector.
        {"\u200D\u2764\uFE0F", std::nullopt},
        {"\u200B\u00A0 \uFEFF", TextFlaw::invisible},
    };
    for (const auto& row : rows) {
        const auto told = testing::PrintToString(row.text);
        EXPECT_EQ(find_flaw(row.text, kName, TextLines::many), row.flaw) << told;
        // Texts that aren't names may be invisible.
        if (row.flaw == TextFlaw::invisible)
            EXPECT_EQ(find_flaw(row.text, {0, 5}, TextLines::many), std::nullopt) << told;
    }
}

TEST(Text, that_is_a_label_has_one_blank_at_a_time_and_nothing_that_cannot_be_seen) {
    constexpr TextBounds kLabel{0, 5, TextKind::label};
    const struct {
        std::string_view text;
        std::optional<TextFlaw> flaw;
    } rows[] = {
        {"", std::nullopt},
        {"A-1", std::nullopt},
        {"A 1 b", std::nullopt},
        {"1\u5217\u30001", std::nullopt},
        {"\u5217 1", std::nullopt},
        {"e\u0301", std::nullopt},
        {"A-1 ", TextFlaw::blank},
        {" A-1", TextFlaw::blank},
        {"A  1", TextFlaw::blank},
        {"\u30001", TextFlaw::blank},
        {"\u5217\u3000", TextFlaw::blank},
        {"1 \u30001", TextFlaw::blank},
        {"A-1\t", TextFlaw::invisible_character},
        {"A\n1", TextFlaw::invisible_character},
        {"\rA", TextFlaw::invisible_character},
        {"A\u00A01", TextFlaw::invisible_character},
        {"A\u20091", TextFlaw::invisible_character},
        {"A\u00AD1", TextFlaw::invisible_character},
        {"\u200BA", TextFlaw::invisible_character},
        {"A\uFEFF", TextFlaw::invisible_character},
        {"A\u202E1", TextFlaw::invisible_character},
        {"\u2764\uFE0F", TextFlaw::invisible_character},
        {"A\u00851", TextFlaw::invisible_character},
        {"A\x1B", TextFlaw::control_character},
        {" ", TextFlaw::invisible},
        {"\t\n", TextFlaw::invisible},
        {"\u200B", TextFlaw::invisible},
        {"123456", TextFlaw::wrong_length},
        {"A\xFF", TextFlaw::not_utf8},
    };
    for (const auto& row : rows)
        EXPECT_EQ(find_flaw(row.text, kLabel, TextLines::many), row.flaw)
            << testing::PrintToString(row.text);
}

}  // namespace
}  // namespace frontrow
