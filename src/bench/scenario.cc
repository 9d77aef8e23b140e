#include "bench/scenario.h"

#include <algorithm>
#include <array>

namespace frontrow::bench {
namespace {

struct Traits {
    Scenario scenario;
    std::string_view name;
    std::string_view summary;
    /// The event's seats. 0: one for each planned reservation.
    std::uint32_t seats;
    std::uint32_t seats_per_request;
    std::chrono::seconds hold;
};

/// So long that no hold ends before the seats are counted.
constexpr std::chrono::seconds kLongHold{3'600};
/// The most seats that one event can have.
constexpr std::uint64_t kSeatsMax = 1'000'000;
/// In `mixed`, one of every kMixedOf requests is a reservation.
constexpr std::uint64_t kMixedOf = 5;

constexpr std::array<Traits, 5> kTraits{{
    {Scenario::distinct, "distinct", "every request wants a seat of its own", 0, 1, kLongHold},
    {Scenario::same_seat, "same-seat", "everybody wants the same 100 seats", 100, 1, kLongHold},
    {Scenario::overlap,
     "overlap",
     "every request wants four neighbours, all or none; the sets overlap",
     50'000,
     4,
     kLongHold},
    {Scenario::mixed,
     "mixed",
     "four reads, then a reservation of a seat of its own",
     0,
     1,
     kLongHold},
    {Scenario::expiry,
     "expiry",
     "holds of one second that run out under the load and are taken again",
     5'000,
     1,
     std::chrono::seconds{1}},
}};

const Traits& traits_of(Scenario scenario) {
    return kTraits[static_cast<std::size_t>(scenario)];
}

std::uint32_t seats_for(Scenario scenario, std::uint64_t requests) {
    if (traits_of(scenario).seats > 0) return traits_of(scenario).seats;
    const auto each = scenario == Scenario::mixed ? kMixedOf : 1;
    return static_cast<std::uint32_t>(
        std::clamp<std::uint64_t>((requests + each - 1) / each, 1, kSeatsMax)
    );
}

/// Spreads numbers over all seats, so that each seat comes up equally often.
std::uint32_t scattered(std::uint64_t number, std::uint32_t seats) {
    constexpr std::uint64_t golden = 0x9E37'79B9'7F4A'7C15;
    return static_cast<std::uint32_t>(((number * golden) >> 32) % seats);
}

}  // namespace

std::optional<Scenario> parse_scenario(std::string_view name) {
    for (const auto& traits : kTraits) {
        if (traits.name == name) return traits.scenario;
    }
    return std::nullopt;
}

std::string_view name_of(Scenario scenario) {
    return traits_of(scenario).name;
}

std::string_view summary_of(Scenario scenario) {
    return traits_of(scenario).summary;
}

Plan::Plan(Scenario scenario, std::uint64_t requests, std::optional<std::uint32_t> seats)
    : scenario_{scenario},
      seats_{std::max(
          seats.value_or(seats_for(scenario, requests)),
          traits_of(scenario).seats_per_request
      )} {
}

Ask Plan::ask(std::uint64_t number) const {
    switch (scenario_) {
        case Scenario::distinct:
        case Scenario::same_seat:
        case Scenario::expiry:
            return {Action::reserve, static_cast<std::uint32_t>(number % seats_)};
        case Scenario::overlap:
            return {Action::reserve, scattered(number, seats_ - seats_per_request() + 1)};
        case Scenario::mixed:
            break;
    }
    constexpr std::array actions{
        Action::read_count, Action::read_event, Action::read_count, Action::read_seats
    };
    const auto turn = number % kMixedOf;
    if (turn < actions.size()) return {actions[turn], 0};
    return {Action::reserve, static_cast<std::uint32_t>(number / kMixedOf % seats_)};
}

std::optional<std::uint64_t> Plan::requests_max() const {
    if (scenario_ == Scenario::distinct) return seats_;
    if (scenario_ == Scenario::mixed) return kMixedOf * seats_;
    return std::nullopt;
}

std::uint32_t Plan::seats_per_request() const {
    return traits_of(scenario_).seats_per_request;
}

std::chrono::seconds Plan::hold() const {
    return traits_of(scenario_).hold;
}

bool Plan::has_rivals() const {
    return scenario_ != Scenario::distinct && scenario_ != Scenario::mixed;
}

}  // namespace frontrow::bench
