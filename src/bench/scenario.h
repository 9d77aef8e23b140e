#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace frontrow::bench {

enum class Scenario : std::uint8_t { distinct, same_seat, overlap, mixed, expiry };

/// By the name that the command line uses.
std::optional<Scenario> parse_scenario(std::string_view name);
std::string_view name_of(Scenario scenario);
/// One line on what the crowd wants.
std::string_view summary_of(Scenario scenario);

enum class Action : std::uint8_t { reserve, read_count, read_event, read_seats };

/// One request: what to do, and for a reservation the first of its seats.
struct Ask {
    Action action = Action::reserve;
    std::uint32_t first_seat = 0;
};

/// What the crowd does in a scenario, as a pure function of a request's number: any thread can ask
/// for any number, and every run asks for the same.
class Plan {
public:
    /// `requests`: how many are meant to be made, for scenarios that need seats for all of them.
    /// `seats`: as many as that, in place of what the scenario would have.
    Plan(Scenario scenario, std::uint64_t requests, std::optional<std::uint32_t> seats);

    Scenario scenario() const { return scenario_; }
    Ask ask(std::uint64_t number) const;
    /// After how many requests every seat has been asked for, where that is the end.
    std::optional<std::uint64_t> requests_max() const;

    std::uint32_t seats() const { return seats_; }
    std::uint32_t seats_per_request() const;
    std::chrono::seconds hold() const;
    /// Somebody else may be quicker: 409 is an answer that this scenario is about.
    bool has_rivals() const;

private:
    Scenario scenario_;
    std::uint32_t seats_;
};

}  // namespace frontrow::bench
