#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::bench {

/// A server to be driven: where it is and what it wants to hear from whom.
struct Target {
    std::string host;
    std::uint16_t port = 80;
    /// Empty for a server with --dev: buyers name themselves, and who says nothing is an admin.
    /// Never printed.
    std::string token;

    /// As in the header Host.
    std::string authority() const;
};

/// `http://host[:port]`, and nothing behind it. The fault says what would be right.
Result<Target, io::Fault> parse_target(std::string_view url);

}  // namespace frontrow::bench
