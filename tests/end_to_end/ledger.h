#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::test {

/// A reservation that a buyer was told of, as they were last told it is.
struct Booking {
    std::string id;
    std::string key;
    std::vector<std::string> seats;
    /// What was sent for it and what came back, to the letter.
    std::string request;
    std::string answer;
    /// pending, confirmed, cancelled or expired.
    std::string status;
    std::string expires_at;
    std::string confirmed_at;
};

enum class Step { reserve, confirm, cancel, extend };

/// A request that got no answer, or OUTCOME_UNKNOWN: it was carried out or it wasn't.
struct Doubt {
    Step step = Step::reserve;
    /// Which booking was to change; not for reserve.
    std::size_t booking = 0;
    /// For reserve: what was sent.
    std::string key;
    std::vector<std::string> seats;
    std::string request;
};

/// A buyer's memory: everything they were told and everything they never were.
struct Buyer {
    std::string name;
    std::vector<Booking> bookings;
    std::vector<Doubt> doubts;

    bool doubts_step(Step step, std::size_t booking) const {
        for (const auto& doubt : doubts) {
            if (doubt.step == step && step != Step::reserve && doubt.booking == booking)
                return true;
        }
        return false;
    }
};

}  // namespace frontrow::test
