#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace frontrow::test {

/// What a buyer was told about one attempt to pay.
enum class Outcome : std::uint8_t {
    /// Accepted, and without a result so far.
    open,
    paid,
    declined,
    /// Nobody was asked for money.
    refused,
};

/// One request to pay, which can be repeated under its key.
struct Attempt {
    std::string key;
    std::string body;
    /// Whether the simulator declines it whatever its seed.
    bool is_hopeless = false;
    Outcome outcome = Outcome::open;
};

/// Money that an organiser was told goes back, and what for.
struct GivenBack {
    std::string id;
    std::int64_t amount = 0;
    std::vector<std::string> seats;
    std::size_t units = 0;
    bool returns_to_sale = false;
};

/// A reservation and, if there is one, an order for it, as the buyer knows them.
struct Purchase {
    /// Empty if the box office sold it.
    std::string user;
    /// The number of the hall.
    std::size_t hall = 0;
    std::string reservation;
    /// Empty if nothing was ordered.
    std::string order;
    std::vector<std::string> seats;
    std::size_t units = 0;
    std::int64_t amount = 0;
    std::vector<Attempt> attempts;
    std::vector<GivenBack> refunds;

    std::size_t count(Outcome outcome) const {
        return static_cast<std::size_t>(std::ranges::count(attempts, outcome, &Attempt::outcome));
    }
    bool is_paid() const { return user.empty() || count(Outcome::paid) > 0; }
    std::size_t tickets() const { return seats.size() + units; }
    std::int64_t refunded() const {
        std::int64_t sum = 0;
        for (const auto& refund : refunds)
            sum += refund.amount;
        return sum;
    }
    /// How many tickets haven't been refunded.
    std::size_t tickets_left() const {
        auto left = tickets();
        for (const auto& refund : refunds)
            left -= refund.seats.size() + refund.units;
        return left;
    }
};

}  // namespace frontrow::test
