#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace frontrow::bench {

enum class Scenario : std::uint8_t { distinct, same_seat, overlap, mixed, expiry };

/// Parses the name that the command line uses.
std::optional<Scenario> parse_scenario(std::string_view name);
std::string_view name_of(Scenario scenario);
/// One line about the scenario.
std::string_view summary_of(Scenario scenario);

enum class Action : std::uint8_t { reserve, read_count, read_event, read_seats };

/// One request: the action and, for a reservation, its first seat.
struct Ask {
    Action action = Action::reserve;
    std::uint32_t first_seat = 0;
};

/// The requests of a scenario, as a pure function of a request's number. Any thread can ask for any
/// number, and every run gets the same requests.
class Plan {
public:
    /// `requests`: how many requests are planned, for scenarios that need a seat for each. `seats`:
    /// replaces the scenario's own number of seats.
    Plan(Scenario scenario, std::uint64_t requests, std::optional<std::uint32_t> seats);

    Scenario scenario() const { return scenario_; }
    Ask ask(std::uint64_t number) const;
    /// The number of requests after which every seat has been requested. Absent if the scenario
    /// doesn't end there.
    std::optional<std::uint64_t> requests_max() const;

    std::uint32_t seats() const { return seats_; }
    std::uint32_t seats_per_request() const;
    std::chrono::seconds hold() const;
    /// True if buyers compete for a seat, so that a 409 is expected.
    bool has_rivals() const;

private:
    Scenario scenario_;
    std::uint32_t seats_;
};

}  // namespace frontrow::bench
