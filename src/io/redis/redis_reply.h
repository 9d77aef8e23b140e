#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace frontrow::io {

/// What Redis answered.
struct RedisReply {
    enum class Kind : std::uint8_t { nothing, integer, text, list, error };

    Kind kind = Kind::nothing;
    std::int64_t integer = 0;
    /// Also an error's words; a whole answer that is an error comes as a RedisError instead.
    std::string text;
    std::vector<RedisReply> items;
};

enum class RedisErrorKind : std::uint8_t {
    /// There was no connection. It surely wasn't done.
    unavailable,
    /// More is outstanding than can be taken on. It surely wasn't done.
    overloaded,
    /// No answer in time. It may have been done, or be done yet.
    timed_out,
    /// The connection ended between the command and its answer. It may have been done.
    outcome_unknown,
    /// Redis said no, in its own words.
    refused,
};

struct RedisError {
    RedisErrorKind kind{};
    /// For the log and the operator. Never holds a password.
    std::string what;
};

using RedisAnswer = Result<RedisReply, RedisError>;

}  // namespace frontrow::io
