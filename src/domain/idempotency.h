#pragma once

#include "base/bits128.h"

#include <chrono>
#include <optional>

namespace frontrow::domain {

/// The record of a request that must not be done twice: a digest of the caller and idempotency key,
/// and a digest of the content. Both digests are made outside the domain (identity/request_mark.h),
/// so a record takes a few dozen bytes, and no key is stored in the journal.
struct RequestMark {
    /// Digest of caller, route and Idempotency-Key.
    Bits128 key;
    /// Digest of the parsed command without the key.
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
