#pragma once

#include "base/bits128.h"

#include <chrono>
#include <optional>

namespace frontrow::domain {

/// What is remembered of a request that must not be done twice: who asked for what under which key,
/// and a hash of what was asked. Both are digests made outside (identity/request_mark.h), so that
/// an entry is a few dozen bytes and no key lies in the journal.
struct RequestMark {
    /// Of caller, route and Idempotency-Key.
    Bits128 key;
    /// Of the parsed command without the key.
    Bits128 content;

    friend bool operator==(const RequestMark&, const RequestMark&) = default;
};

/// Null for a request without a key.
inline const RequestMark* given(const std::optional<RequestMark>& request) {
    return request ? &*request : nullptr;
}
inline const RequestMark* given(const RequestMark& request) {
    return &request;
}

/// How long a key is remembered.
inline constexpr std::chrono::hours kRequestMemory{24};

}  // namespace frontrow::domain
