#pragma once

#include "bench/ask.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace frontrow::bench {

enum class Scenario : std::uint8_t {
    distinct,
    same_seat,
    overlap,
    mixed,
    expiry,
    general_admission,
    best_available,
    presale,
    orders,
};

/// Parses the name that the command line uses.
std::optional<Scenario> parse_scenario(std::string_view name);
std::string_view name_of(Scenario scenario);
/// One line about the scenario.
std::string_view summary_of(Scenario scenario);

/// What a scenario's event sells. The form of its reservations follows from it.
enum class Goods : std::uint8_t {
    /// Seats, which a request names.
    seats,
    /// Seats in rows, of which the server chooses the best.
    best_seats,
    /// Units of a category.
    units,
    /// Seats that allocations hold back. A request names them, and sends an access code.
    held_back_seats,
};
Goods goods_of(Scenario scenario);
/// `seats` or `units`.
std::string_view in_words(Goods goods);
/// The most seats or units that the scenario's event can have.
std::uint32_t tickets_max(Scenario scenario);

/// The requests of a scenario, as a pure function of a request's number. Any thread can ask for any
/// number, and every run gets the same requests.
class Plan {
public:
    /// `requests`: how many requests are planned, for scenarios that need tickets for each.
    /// `tickets`: replaces the scenario's own number of seats or units.
    Plan(Scenario scenario, std::uint64_t requests, std::optional<std::uint32_t> tickets);

    Scenario scenario() const { return scenario_; }
    Goods goods() const { return goods_of(scenario_); }
    Ask ask(std::uint64_t number) const;
    /// The number of requests after which every ticket has been requested. Absent if the scenario
    /// doesn't end there.
    std::optional<std::uint64_t> requests_max() const;

    /// The event's seats or units.
    std::uint32_t tickets() const { return tickets_; }
    /// The most tickets of one request. A request that names seats names just as many.
    std::uint32_t tickets_per_request() const;
    /// The most tickets that a buyer may have. Absent if there is no such limit.
    std::optional<std::uint32_t> tickets_per_buyer() const;
    std::chrono::seconds hold() const;

private:
    Scenario scenario_;
    std::uint32_t tickets_;
};

}  // namespace frontrow::bench
