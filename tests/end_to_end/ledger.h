#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::test {

/// A reservation that a buyer was told of, in its last known state.
struct Booking {
    std::string id;
    std::string key;
    std::vector<std::string> seats;
    /// The exact request and answer.
    std::string request;
    std::string answer;
    /// pending, confirmed, cancelled or expired.
    std::string status;
    std::string expires_at;
    std::string confirmed_at;
};

enum class Step { reserve, confirm, cancel, extend };

/// A request without an answer, or with OUTCOME_UNKNOWN: it may or may not have been carried out.
struct Doubt {
    Step step = Step::reserve;
    /// The booking that the request would change; unused for reserve.
    std::size_t booking = 0;
    /// For reserve: the parts of the request.
    std::string key;
    std::vector<std::string> seats;
    std::string request;
};

/// A buyer's memory: all answers, and all requests without one.
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
