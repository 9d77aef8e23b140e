#include "http/recent_refusals.h"

#include "base/utf8.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::http {
namespace {

const Instant kRefusedAt = *parse_rfc3339("2026-11-21T00:00:00Z");

TraceId trace_of(std::uint64_t number) {
    return {Bits128{7, number}};
}

std::string id_of(std::uint64_t number) {
    std::string text;
    append_hex128(text, trace_of(number).bits);
    return text;
}

class RecentRefusalsTest : public testing::Test {
protected:
    void note(std::string_view caller, std::uint64_t number, std::string_view message = "no") {
        refusals.note(
            caller,
            {},
            {.trace = trace_of(number), .status = 409, .message = message, .at = kRefusedAt}
        );
    }
    bool knows(std::string_view caller, std::uint64_t number) const {
        return refusals.find(caller, id_of(number), kRefusedAt) != nullptr;
    }

    RecentRefusals refusals{3};
};

TEST_F(RecentRefusalsTest, are_as_many_as_there_is_room_for_the_newest_of_them) {
    for (std::uint64_t i = 1; i <= 8; ++i) {
        EXPECT_FALSE(knows("ann", i));
        note("ann", i);
        for (std::uint64_t known = 1; known <= i; ++known)
            EXPECT_EQ(knows("ann", known), known + 3 > i) << known << " after " << i;
    }
}

TEST_F(RecentRefusalsTest, with_one_trace_are_each_callers_own) {
    note("ann", 1, "for ann");
    note("bob", 1, "for bob");
    EXPECT_EQ(refusals.find("ann", id_of(1), kRefusedAt)->message, "for ann");
    EXPECT_EQ(refusals.find("bob", id_of(1), kRefusedAt)->message, "for bob");
    EXPECT_FALSE(knows("cleo", 1));
}

TEST_F(RecentRefusalsTest, without_an_id_of_the_callers_are_not_found_by_none) {
    note("ann", 1);
    EXPECT_EQ(refusals.find("ann", "", kRefusedAt), nullptr);
}

TEST_F(RecentRefusalsTest, keep_the_beginning_of_a_long_message_and_whole_characters) {
    const auto room = RecentRefusals::kMessageBytesMax;
    for (std::size_t before = 0; before < 4; ++before) {
        std::string message(before, 'a');
        while (message.size() < 2 * room)
            message += "席";
        note("ann", 1, message);
        const auto kept = refusals.find("ann", id_of(1), kRefusedAt)->message;
        EXPECT_TRUE(is_utf8(kept) && message.starts_with(kept));
        EXPECT_LE(kept.size(), room);
        EXPECT_GT(kept.size() + 3, room);
    }
}

}  // namespace
}  // namespace frontrow::http
