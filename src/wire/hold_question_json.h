#pragma once

#include "base/id.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::wire {

/// What an operator's service is asked before a buyer gets a hold.
struct HoldQuestion {
    EventId event;
    /// The buyer's account.
    std::string_view user;
    /// How many tickets they want.
    std::uint64_t tickets = 0;
    /// The client's IP address.
    std::string address;
    /// The client's User-Agent; empty if it sent none.
    std::string_view user_agent;
    /// What the client sent for the service in Verdict-Token; empty if nothing.
    std::string_view token;
    TraceId trace;
};

std::string hold_question_json(const HoldQuestion& question);

}  // namespace frontrow::wire
