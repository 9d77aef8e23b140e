#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace frontrow::io {

/// A reply from Redis.
struct RedisReply {
    enum class Kind : std::uint8_t { nothing, integer, text, list, error };

    Kind kind = Kind::nothing;
    std::int64_t integer = 0;
    /// The text of a text reply, or of an error inside a list. A whole reply that is an error
    /// becomes a RedisError instead.
    std::string text;
    std::vector<RedisReply> items;
};

enum class RedisErrorKind : std::uint8_t {
    /// There was no connection. Certainly not done.
    unavailable,
    /// Too many commands are outstanding. Certainly not done.
    overloaded,
    /// No answer came in time. The command may have been executed, or may still be.
    timed_out,
    /// The connection ended between the command and its answer. The command may have been executed.
    outcome_unknown,
    /// Redis returned an error.
    refused,
};

struct RedisError {
    RedisErrorKind kind{};
    /// For the log and the operator. Never contains a password.
    std::string what;
};

using RedisAnswer = Result<RedisReply, RedisError>;

}  // namespace frontrow::io
