#include "end_to_end/client.h"
#include "golden/golden_folder.h"
#include "support/one_machine.h"

#include <gtest/gtest.h>

namespace frontrow::test {
namespace {

// By its own clock, which the program can't be told: the holds that it left were never ended.
TEST(Golden, holds_that_were_left_are_kept_to_their_last_millisecond) {
    for (const auto& folder : golden_folders()) {
        SCOPED_TRACE(folder.name());
        for (const auto& one : folder.expected.at("reservations").as_array()) {
            if (text_of(one, "left") != "pending") continue;
            const domain::ConfirmReservation confirm{
                ReservationId::parse(text_of(one, "id")).value(), text_of(one, "user_id")
            };
            const auto expires_at = parse_rfc3339(text_of(one, "expires_at")).value();
            for (const bool is_in_time : {true, false}) {
                OneMachine machine;
                folder.put_into(machine.folder.path());
                machine.clock.set(is_in_time ? expires_at - Millis{1} : expires_at);
                machine.start();
                const auto outcome = machine.execute(confirm).value();
                EXPECT_EQ(outcome.has_value(), is_in_time);
                if (!is_in_time) EXPECT_EQ(outcome.error().reason, domain::Reason::hold_expired);
            }
        }
    }
}

}  // namespace
}  // namespace frontrow::test
