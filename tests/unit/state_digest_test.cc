#include "small_state.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::test {
namespace {

using Digests = StateLog::Digests;

TEST(StateDigest, is_of_what_rows_are_and_not_of_their_order) {
    SmallState one{Digests::on};
    one.accounts.add(Bits128{1, 1}, "one");
    one.accounts.add(Bits128{2, 2}, "two");
    SmallState other{Digests::on};
    other.accounts.add(Bits128{2, 2}, "gone");
    other.accounts.erase(0);
    other.accounts.add(Bits128{2, 2}, "2");
    other.accounts.add(Bits128{1, 1}, "one");
    EXPECT_NE(one.log.digest(), other.log.digest());
    other.accounts.replace(1, &Account::name, "two");
    EXPECT_EQ(one.log.digest(), other.log.digest());
    EXPECT_EQ(other.log.digest(), other.log.digest_anew());
}

TEST(StateDigest, counts_equal_rows) {
    SmallState state{Digests::on};
    std::vector<Bits128> digests;
    for (int i = 0; i < 4; ++i) {
        digests.push_back(state.log.digest());
        state.accounts.add(Bits128{1, 1}, "same");
    }
    std::ranges::sort(digests);
    EXPECT_EQ(std::ranges::adjacent_find(digests), digests.end());
}

TEST(StateDigest, is_told_by_part) {
    SmallState state{Digests::on};
    EXPECT_TRUE(state.log.digests_by_part().empty());
    state.accounts.add(Bits128{1, 1}, "one");
    ++state.steps.change();
    const auto digests = state.log.digests_by_part();
    ASSERT_EQ(digests.size(), 2);
    EXPECT_EQ(digests[0].first, "steps");
    EXPECT_EQ(digests[1].first, "accounts");
    EXPECT_EQ(sum_of(digests[0].second, digests[1].second), state.log.digest());
}

struct Counted {
    Counted(StateLog& log, std::uint32_t number) : count{log, "count", {0, number}} {}
    StateValue<int> count;
    /// So large that a page holds one row, and is freed with it.
    std::array<char, 3'000> space{};
};
void digest_fields(DigestWriter& /*writer*/, const Counted& /*row*/) {
}

TEST(StateDigest, loses_what_a_rows_own_parts_had_when_the_row_goes) {
    SmallState state{Digests::on};
    StateTable<Counted> counted{state.log, "counted"};
    const auto empty = state.log.digest();
    state.log.open();
    counted.parts_of(counted.add(state.log, 0U)).count.set(5);
    state.log.roll_back();
    EXPECT_EQ(state.log.digest(), empty);

    counted.parts_of(counted.add(state.log, 0U)).count.set(5);
    auto& hall = state.halls.parts_of(state.halls.add(state.log, 0U));
    hall.holders.grow(3, 1);
    EXPECT_NE(state.log.digest(), empty);
    EXPECT_EQ(state.log.digest(), state.log.digest_anew());
    counted.parts_of(0).count.set(6);
    counted.erase(0);
    state.halls.erase(0);
    EXPECT_EQ(state.log.digest(), empty);
}

/// The same row in an older version and in a newer one with more fields.
struct Older {
    int price = 0;
};
struct Newer {
    int price = 0;
    std::string label;
    std::vector<int> discounts;
};
void digest_fields(DigestWriter& writer, const Older& row) {
    writer.field(1, row.price);
}
void digest_fields(DigestWriter& writer, const Newer& row) {
    writer.field(1, row.price);
    writer.field(2, row.label);
    writer.field(3, row.discounts);
}

TEST(StateDigest, is_the_older_versions_while_nothing_of_a_newer_kind_was_written) {
    StateLog old_log{Digests::on};
    StateTable<Older> old_rows{old_log, "rows"};
    StateLog new_log{Digests::on};
    StateTable<Newer> new_rows{new_log, "rows"};
    StateTable<Newer> new_table{new_log, "more rows"};
    StateVector<int> new_vector{new_log, "more values"};
    StateValue<int> new_value{new_log, "one more"};
    old_rows.add(5);
    new_rows.add(5);
    new_value.change() = 3;
    EXPECT_NE(new_log.digest(), old_log.digest());
    new_value.change() = 0;
    EXPECT_EQ(new_log.digest(), old_log.digest());
    new_rows.change(0).label = "new";
    EXPECT_NE(new_log.digest(), old_log.digest());
}

TEST(StateDigest, tells_apart_parts_places_and_where_one_text_ends) {
    const auto of = [](std::string_view part, auto... values) {
        StateLog log{Digests::on};
        StateVector<std::string> texts{log, part};
        (texts.push_back(values), ...);
        return log.digest();
    };
    EXPECT_EQ(of("a", "x", "y"), of("a", "x", "y"));
    EXPECT_NE(of("a", "x", "y"), of("b", "x", "y"));
    EXPECT_NE(of("a", "x", "y"), of("a", "y", "x"));
    EXPECT_NE(of("a", "x", ""), of("a", "x"));
    EXPECT_NE(of("a", "xy", ""), of("a", "x", "y"));
    DigestWriter one_field{{}};
    one_field.field(1, 5);
    DigestWriter other_field{{}};
    other_field.field(2, 5);
    EXPECT_NE(one_field.finish(), other_field.finish());
    DigestWriter short_text{{}};
    short_text.field(1, std::string("a"));
    DigestWriter long_text{{}};
    long_text.field(1, std::string("a\0", 2));
    EXPECT_NE(short_text.finish(), long_text.finish());
    DigestWriter zero_first{{}};
    zero_first.field(1, std::vector<int>{0, 5});
    DigestWriter zero_last{{}};
    zero_last.field(1, std::vector<int>{5, 0});
    EXPECT_NE(zero_first.finish(), zero_last.finish());
}

TEST(StateDigest, is_another_for_every_length_and_every_byte_of_a_text) {
    const auto of = [](std::string_view text) {
        DigestWriter writer{{}};
        writer.field(1, text);
        return writer.finish();
    };
    std::vector<Bits128> digests;
    for (std::size_t length = 0; length <= 70; ++length) {
        std::string text(length, '\0');
        digests.push_back(of(text));
        for (auto& byte : text) {
            for (const char other : {'\x01', '\x80'}) {
                byte = other;
                digests.push_back(of(text));
            }
            byte = '\0';
        }
    }
    std::ranges::sort(digests);
    EXPECT_EQ(std::ranges::adjacent_find(digests), digests.end());
}

}  // namespace
}  // namespace frontrow::test
