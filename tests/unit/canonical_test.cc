#include "wire/requests.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace frontrow::wire {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

TEST(Canonical, is_the_same_for_any_spelling_of_the_same_request) {
    const auto form = [](std::string_view body) {
        const auto request = parse_reservation_request(body);
        EXPECT_TRUE(request) << body;
        return canonical(request->event, request->seats, request->hold);
    };
    const auto plain =
        form(R"({"event_id":"0192a4b8-1f3c-7def-8abc-0123456789ab",)"
             R"("seat_ids":["0192a4b8-1f3c-7def-9abc-0123456789ab"],"hold_seconds":60})");
    for (const auto same :
         {R"({ "hold_seconds" : 60, "seat_ids":["0192A4B8-1F3C-7DEF-9ABC-0123456789AB"],
               "event_id":"0192A4B8-1f3c-7def-8abc-0123456789ab" })"sv,
          R"({"event_id":"0192a4b8\u002d1f3c-7def-8abc-0123456789ab","\u0068old_seconds":60,)"
          R"("seat_ids":["0192a4b8-1f3c-7def-9abc-0123456789ab"],"idempotency_key":"k","z":1})"sv
         }) {
        EXPECT_EQ(form(same), plain);
    }
    for (const auto other :
         {R"({"event_id":"0192a4b8-1f3c-7def-8abc-0123456789ab",)"
          R"("seat_ids":["0192a4b8-1f3c-7def-9abc-0123456789ab"]})"sv,
          R"({"event_id":"0192a4b8-1f3c-7def-8abc-0123456789ab",)"
          R"("seat_ids":["0192a4b8-1f3c-7def-9abc-0123456789ab"],"hold_seconds":61})"sv,
          R"({"event_id":"0192a4b8-1f3c-7def-8abc-0123456789ac",)"
          R"("seat_ids":["0192a4b8-1f3c-7def-9abc-0123456789ab"],"hold_seconds":60})"sv,
          R"({"event_id":"0192a4b8-1f3c-7def-8abc-0123456789ab",)"
          R"("seat_ids":["0192a4b8-1f3c-7def-9abc-0123456789ac"],"hold_seconds":60})"sv}) {
        EXPECT_NE(form(other), plain);
    }
}

TEST(IdempotencyKey, is_1_to_255_characters_without_control_characters) {
    for (const auto& key : {"k"s, "\t席\n"s, std::string(255, 'k')})
        EXPECT_FALSE(check_idempotency_key(key)) << key;
    for (const auto& key : {""s, std::string(256, 'k'), "a\0b"s, "a\x1b"s, "a\x7f"s}) {
        const auto error = check_idempotency_key(key);
        ASSERT_TRUE(error) << key;
        EXPECT_EQ(error->field, "Idempotency-Key");
    }
}

}  // namespace
}  // namespace frontrow::wire
