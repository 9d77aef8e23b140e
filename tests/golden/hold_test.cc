#include "end_to_end/client.h"
#include "golden/golden_folder.h"
#include "identity/request_mark.h"
#include "support/one_machine.h"
#include "wire/requests.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace frontrow::test {
namespace {

// Uses a store in this process, because a program's clock can't be moved. In the golden folders, no
// pending hold has been ended by a fact.
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

/// The request as the server reads it today.
domain::ReserveSeats request_of(const boost::json::value& reservation, std::string_view key) {
    io::Sha256 sha;
    const auto id_of = [&](std::string_view field) { return text_of(reservation, field); };
    domain::ReserveSeats request{
        .reservation = ReservationId{Bits128{1, 1}},
        .event = EventId::parse(id_of("event_id")).value(),
        .user = id_of("user_id"),
        .seats = {},
        .hold = {},
        .request = {},
    };
    for (const auto& seat : reservation.at("seat_ids").as_array())
        request.seats.push_back(SeatId::parse(std::string{seat.as_string()}).value());
    request.request = identity::mark_request(
        sha,
        request.user,
        "POST /reservations",
        key,
        wire::canonical(request.event, request.seats, request.hold)
    );
    return request;
}

// After an upgrade a repeated request must still be recognised.
TEST(Golden, requests_are_known_again_by_their_keys) {
    for (const auto& folder : golden_folders()) {
        SCOPED_TRACE(folder.name());
        const auto& all = folder.expected.at("reservations").as_array();
        // make.py used the key "pending" for the only pending reservation with two seats.
        const auto* pending = std::ranges::find_if(all, [](const auto& one) {
            return text_of(one, "left") == "pending" && one.at("seat_ids").as_array().size() == 2;
        });
        ASSERT_NE(pending, all.end());
        OneMachine machine;
        folder.put_into(machine.folder.path());
        machine.clock.set(parse_rfc3339(text_of(*pending, "expires_at")).value() - Millis{1});
        machine.start();
        auto request = request_of(*pending, "pending");
        const auto again = machine.execute(request).value();
        ASSERT_TRUE(again && again->replayed);
        EXPECT_EQ(again->status_now, domain::ReservationStatus::pending);
        std::ranges::reverse(request.seats);
        request.request.content = {7, 7};
        EXPECT_TRUE(machine.execute(request).value().value().replayed);
        request.request.key = {7, 7};
        EXPECT_EQ(
            machine.execute(request).value().error().reason, domain::Reason::seats_unavailable
        );
    }
}

}  // namespace
}  // namespace frontrow::test
