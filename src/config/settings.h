#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::config {

/// What was wrong with a setting and what would be right; for the person at the command line.
struct UsageError {
    std::string message;
};

struct ServeSettings {
    std::string listen = "127.0.0.1:8080";
    std::filesystem::path data_dir = "data";
    std::string log_level = "info";
    std::string jwt_secret;
    std::string admin_api_key;
    std::string user_api_key;
    bool dev = false;
};

struct TokenSettings {
    std::string secret;
    std::string sub;
    std::string role = "user";
    std::int64_t ttl_seconds = 3'600;
};

struct StoreSettings {
    std::filesystem::path data_dir = "data";
};

struct HostPort {
    std::string host;
    std::uint16_t port = 0;
};

/// `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080` or `:8080` (all addresses).
Result<HostPort, UsageError> parse_listen(std::string_view text);

bool is_loopback(std::string_view host);

/// What no single setting shows: somebody must be able to prove who they are, and --dev stays at
/// home.
std::optional<UsageError> check(const ServeSettings& settings);

}  // namespace frontrow::config
