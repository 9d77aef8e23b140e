#include "bench/presale.h"

#include <fmt/format.h>

#include <array>

namespace frontrow::bench {
namespace {

/// Codes from here on were never made.
constexpr std::uint64_t kWrongCodes = 1'000'000;
constexpr std::array kUsedUp{Refusal::allocation_used_up};
constexpr std::array kUnavailable{Refusal::seat_unavailable};
constexpr std::array kInvalid{Refusal::code_invalid};

}  // namespace

std::string code_text(std::uint64_t number) {
    return fmt::format("{}{:012}", kCodePrefix, number);
}

Ask presale_ask(std::uint64_t number, std::uint32_t seats) {
    const auto block = number / kPresaleOf;
    const auto turn = number % kPresaleOf;
    const auto first = static_cast<std::uint32_t>(block * kPresaleBuyers % seats);
    const auto allocation = first / (seats / kAllocations);
    const auto code = allocation + kAllocations * (block % (kCodes / kAllocations));
    Ask ask{
        .first_seat = first + static_cast<std::uint32_t>(turn % kPresaleBuyers),
        .buyer = number,
        .code = code,
    };
    // One buyer asks for a seat more than their limit, another for one seat.
    constexpr auto greedy = kPresaleTicketsPerBuyer + 1;
    static_assert(greedy + 1 == kPresaleBuyers);
    if (turn < greedy) {
        ask.buyer = number - turn;
        ask.refusals = kUsedUp;
    }
    if (turn < kPresaleBuyers) return ask;
    // The rivals want seats half the event away. So no rival stands in the way of a buyer with a
    // right code, not even for the moment in which a cluster's gate lets only one of them on.
    ask.first_seat = (ask.first_seat + seats / 2) % seats;
    ask.may_be_sold = false;
    ask.refusals = kUnavailable;
    switch (turn - kPresaleBuyers) {
        case 0:
            ask.code.reset();
            break;
        case 1:
            // The code opens another allocation than that of the seat.
            break;
        case 2:
            ask.code = kWrongCodes + number;
            ask.refusals = kInvalid;
            break;
        default:
            // Of the allocation that holds the seat back.
            ask.code = kCodes + (code + kAllocations / 2) % kLateCodes;
            ask.refusals = kInvalid;
    }
    return ask;
}

}  // namespace frontrow::bench
