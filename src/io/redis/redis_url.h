#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::io {

/// The address of a Redis and the credentials for it.
struct RedisAddress {
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    std::string host;
    std::uint16_t port = 6'379;
    /// Empty for Redis's default user.
    std::string user;
    /// Empty if Redis needs none.
    std::string password;
    int database = 0;
};

/// Parses `redis://[user:password@]host[:port][/database]`. The error is a sentence for the person
/// who wrote the URL; it never quotes the URL or a password.
Result<RedisAddress, std::string> parse_redis_url(std::string_view url);

}  // namespace frontrow::io
