#include "io/http/retry_after.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace frontrow::test {
namespace {

TEST(RetryAfter, is_a_number_of_seconds_or_a_date) {
    const auto now = *parse_rfc3339("2026-11-21T10:00:00.500Z");
    struct Case {
        std::string text;
        std::optional<Millis> wait;
    };
    const std::vector<Case> cases{
        {"0", Millis{0}},
        {"120", Millis{120'000}},
        {"Sat, 21 Nov 2026 10:00:30 GMT", Millis{29'500}},
        {"Sat, 21 Nov 2026 09:00:00 GMT", Millis{0}},
        {"", std::nullopt},
        {"-1", std::nullopt},
        {"1.5", std::nullopt},
        {"99999999999999999999", std::nullopt},
        {"soon", std::nullopt},
    };
    for (const auto& [text, wait] : cases)
        EXPECT_EQ(io::retry_after({.headers = {{"Retry-After", text}}}, now), wait) << text;
    EXPECT_EQ(io::retry_after({}, now), std::nullopt);
}

}  // namespace
}  // namespace frontrow::test
