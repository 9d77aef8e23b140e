#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace frontrow::bench {

enum class Action : std::uint8_t { reserve, read_count, read_event, read_seats };

/// A refusal that a scenario may expect.
enum class Refusal : std::uint8_t {
    seat_unavailable,
    sold_out,
    not_together,
    allocation_used_up,
    code_invalid,
};
/// The status and the code of the answer that refuses so.
struct RefusalSigns {
    unsigned status = 0;
    std::string_view code;
};
RefusalSigns signs_of(Refusal refusal);

/// One request: the action and, for a reservation, what it asks for and how it may be answered.
struct Ask {
    Action action = Action::reserve;
    /// The first of its neighbouring seats, if it names seats.
    std::uint32_t first_seat = 0;
    std::uint32_t tickets = 1;
    /// The number of the buyer's first request.
    std::uint64_t buyer = 0;
    /// The number of the access code, if it sends one.
    std::optional<std::uint64_t> code{};
    /// False if the buyer has no right to the seats.
    bool may_be_sold = true;
    /// The expected refusals, beside 429 and 503.
    std::span<const Refusal> refusals{};
};

}  // namespace frontrow::bench
