#include "bench/scenario.h"

#include "bench/presale.h"

#include <algorithm>
#include <array>

namespace frontrow::bench {
namespace {

/// So many requests of a scenario ask for so many tickets.
struct Demand {
    std::uint32_t requests = 0;
    std::uint32_t tickets = 0;
};

struct Traits {
    Scenario scenario;
    std::string_view name;
    std::string_view summary;
    Goods goods = Goods::seats;
    /// The event's tickets. 0: as many as the planned requests ask for.
    std::uint32_t tickets = 0;
    /// The load ends when all tickets have been asked for. Without requests: it doesn't.
    Demand demand;
    std::uint32_t tickets_per_request = 1;
    std::uint32_t tickets_max = 1'000'000;
    /// The event's tickets are a multiple of this.
    std::uint32_t grain = 1;
    /// By default so long that no hold ends before the seats are counted.
    std::chrono::seconds hold{3'600};
    std::span<const Refusal> refusals{};
};

/// In `mixed`, one of every kMixedOf requests is a reservation.
constexpr std::uint32_t kMixedOf = 5;
/// Groups have one to this many members, in turns.
constexpr std::uint32_t kGroupMax = 4;
/// Groups ask for a tenth more tickets than there are: 25 tickets are there for ten requests.
constexpr Demand kGroups{.requests = 11, .tickets = 25};

constexpr std::array kSeatTaken{Refusal::seat_unavailable};
constexpr std::array kSoldOut{Refusal::sold_out};
constexpr std::array kNoGroup{Refusal::sold_out, Refusal::not_together};

constexpr std::array<Traits, 9> kTraits{{
    {.scenario = Scenario::distinct,
     .name = "distinct",
     .summary = "every request wants a seat of its own",
     .demand = {.requests = 1, .tickets = 1}},
    {.scenario = Scenario::same_seat,
     .name = "same-seat",
     .summary = "everybody wants the same 100 seats",
     .tickets = 100,
     .refusals = kSeatTaken},
    {.scenario = Scenario::overlap,
     .name = "overlap",
     .summary = "every request wants four neighbours, all or none; the sets overlap",
     .tickets = 50'000,
     .tickets_per_request = 4,
     .refusals = kSeatTaken},
    {.scenario = Scenario::mixed,
     .name = "mixed",
     .summary = "four reads, then a reservation of a seat of its own",
     .demand = {.requests = kMixedOf, .tickets = 1}},
    {.scenario = Scenario::expiry,
     .name = "expiry",
     .summary = "holds of one second that run out under the load and are taken again",
     .tickets = 5'000,
     .hold = std::chrono::seconds{1},
     .refusals = kSeatTaken},
    {.scenario = Scenario::general_admission,
     .name = "general-admission",
     .summary = "groups of one to four want places without seats, a tenth more than there are",
     .goods = Goods::units,
     .demand = kGroups,
     .tickets_per_request = kGroupMax,
     .refusals = kSoldOut},
    {.scenario = Scenario::best_available,
     .name = "best-available",
     .summary = "groups of one to four want the best seats together, a tenth more than there are",
     .goods = Goods::best_seats,
     .demand = kGroups,
     .tickets_per_request = kGroupMax,
     .refusals = kNoGroup},
    {.scenario = Scenario::presale,
     .name = "presale",
     .summary = "every seat is held back; half of the crowd has a right access code",
     .goods = Goods::held_back_seats,
     .demand = {.requests = kPresaleOf, .tickets = kPresaleBuyers},
     .tickets_max = 100'000,
     .grain = kPresaleGrain},
    {.scenario = Scenario::orders,
     .name = "orders",
     .summary = "every buyer orders a seat of their own and pays; some cards are declined, and "
                "some money goes back",
     .demand = {.requests = 1, .tickets = 1}},
}};

const Traits& traits_of(Scenario scenario) {
    return kTraits[static_cast<std::size_t>(scenario)];
}

/// `tickets` for `requests`, rounded up. Not without requests.
std::uint64_t tickets_for(const Demand& demand, std::uint64_t requests) {
    return (requests * demand.tickets + demand.requests - 1) / demand.requests;
}

std::uint32_t
tickets_of(const Traits& traits, std::uint64_t requests, std::optional<std::uint32_t> wanted) {
    const auto tickets = wanted               ? *wanted
                         : traits.tickets > 0 ? traits.tickets
                                              : tickets_for(traits.demand, requests);
    const auto least = std::max(traits.tickets_per_request, traits.grain);
    const auto count = std::clamp<std::uint64_t>(tickets, least, traits.tickets_max);
    return static_cast<std::uint32_t>(count / traits.grain * traits.grain);
}

/// Spreads numbers over all seats, so that each seat comes up equally often.
std::uint32_t scattered(std::uint64_t number, std::uint32_t seats) {
    constexpr std::uint64_t golden = 0x9E37'79B9'7F4A'7C15;
    return static_cast<std::uint32_t>(((number * golden) >> 32) % seats);
}

}  // namespace

RefusalSigns signs_of(Refusal refusal) {
    switch (refusal) {
        case Refusal::seat_unavailable:
            return {409, "SEAT_UNAVAILABLE"};
        case Refusal::sold_out:
            return {409, "SOLD_OUT"};
        case Refusal::not_together:
            return {409, "NOT_TOGETHER"};
        case Refusal::allocation_used_up:
            return {409, "ALLOCATION_USED_UP"};
        case Refusal::code_invalid:
            break;
    }
    return {422, "CODE_INVALID"};
}

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

Goods goods_of(Scenario scenario) {
    return traits_of(scenario).goods;
}

std::string_view in_words(Goods goods) {
    return goods == Goods::units ? "units" : "seats";
}

std::uint32_t tickets_max(Scenario scenario) {
    return traits_of(scenario).tickets_max;
}

Plan::Plan(Scenario scenario, std::uint64_t requests, std::optional<std::uint32_t> tickets)
    : scenario_{scenario}, tickets_{tickets_of(traits_of(scenario), requests, tickets)} {
}

Ask Plan::ask(std::uint64_t number) const {
    const auto& traits = traits_of(scenario_);
    Ask ask{.tickets = traits.tickets_per_request, .buyer = number, .refusals = traits.refusals};
    constexpr std::array reads{
        Action::read_count, Action::read_event, Action::read_count, Action::read_seats
    };
    static_assert(reads.size() + 1 == kMixedOf);
    switch (scenario_) {
        case Scenario::distinct:
        case Scenario::same_seat:
        case Scenario::expiry:
        case Scenario::orders:
            ask.first_seat = static_cast<std::uint32_t>(number % tickets_);
            break;
        case Scenario::overlap:
            ask.first_seat = scattered(number, tickets_ - ask.tickets + 1);
            break;
        case Scenario::mixed:
            if (number % kMixedOf < reads.size()) ask.action = reads[number % kMixedOf];
            ask.first_seat = static_cast<std::uint32_t>(number / kMixedOf % tickets_);
            break;
        case Scenario::general_admission:
        case Scenario::best_available:
            ask.tickets = static_cast<std::uint32_t>(number % kGroupMax) + 1;
            break;
        case Scenario::presale:
            return presale_ask(number, tickets_);
    }
    return ask;
}

std::optional<std::uint64_t> Plan::requests_max() const {
    const auto& demand = traits_of(scenario_).demand;
    if (demand.requests == 0) return std::nullopt;
    return (std::uint64_t{tickets_} * demand.requests + demand.tickets - 1) / demand.tickets;
}

std::uint32_t Plan::tickets_per_request() const {
    return traits_of(scenario_).tickets_per_request;
}

std::optional<std::uint32_t> Plan::tickets_per_buyer() const {
    return scenario_ == Scenario::presale ? std::optional{kPresaleTicketsPerBuyer} : std::nullopt;
}

std::chrono::seconds Plan::hold() const {
    return traits_of(scenario_).hold;
}

}  // namespace frontrow::bench
