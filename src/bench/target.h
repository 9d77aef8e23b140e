#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::bench {

/// A server to load: its address and the credentials that it requires.
struct Target {
    std::string host;
    std::uint16_t port = 80;
    /// The path under which the server has its API (`--base-path`), like `/shop`; usually empty.
    std::string base_path{};
    /// Empty for a server with --dev, where X-User-ID names the buyer and a request without it is
    /// an admin's. Never printed.
    std::string token;

    /// As in the Host header.
    std::string authority() const;
};

/// Parses `http://host[:port][/base/path]`. The fault says what would be right.
Result<Target, io::Fault> parse_target(std::string_view url);

}  // namespace frontrow::bench
