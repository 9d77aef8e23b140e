#pragma once

#include "base/id.h"
#include "domain/refusal.h"
#include "domain/ticket.h"
#include "wire/parse_error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::wire {

/// An error as a client sees it (RFC 9457). `code` is stable; `message` is one plain sentence.
/// Neither contains anything internal.
struct Problem {
    unsigned status = 500;
    std::string_view title;
    std::string_view code;
    std::string message;
    std::vector<FieldError> errors;
    std::vector<domain::SeatConflict> conflicts;
    /// Choices of free seats.
    std::vector<domain::SeatIds> alternatives;
    std::optional<std::uint32_t> retry_after_seconds;
    /// With a ticket that was used: the first scan.
    std::optional<domain::TicketScan> used{};
};

void append_problem(std::string& out, const Problem& problem, TraceId trace);

}  // namespace frontrow::wire
