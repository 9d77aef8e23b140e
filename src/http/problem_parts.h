#pragma once

#include "http/problem.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace frontrow::http {

// Kinds of problems that several tables have.

/// A request that doesn't fit what has become of the order, its reservation, its event or a
/// ticket.
inline Problem conflict(std::string_view code, std::string message) {
    return {.status = 409, .code = code, .message = std::move(message)};
}

/// A rule that the request breaks. `field`: empty if it is about no single field.
inline Problem rule_broken(std::string_view code, std::string field, std::string message) {
    return {
        .status = 422,
        .code = code,
        .message = message,
        .errors = {{std::move(field), std::move(message)}}
    };
}

inline Problem
retry_later(std::string_view code, std::string message, std::uint32_t after_seconds) {
    return {
        .status = 503,
        .code = code,
        .message = std::move(message),
        .retry_after_seconds = after_seconds
    };
}

}  // namespace frontrow::http
