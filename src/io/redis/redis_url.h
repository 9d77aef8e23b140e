#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::io {

/// Where a Redis is and how to get in.
struct RedisAddress {
    /// A name, an IPv4 or an IPv6 address without brackets.
    std::string host;
    std::uint16_t port = 6'379;
    /// Empty for Redis's default user.
    std::string user;
    /// Empty if none is asked for.
    std::string password;
    int database = 0;
};

/// Reads `redis://[user:password@]host[:port][/database]`. What is wrong comes as a sentence for
/// the person who wrote it, which never repeats the URL or a password.
Result<RedisAddress, std::string> parse_redis_url(std::string_view url);

}  // namespace frontrow::io
