#pragma once

#include "base/bits128.h"

#include <chrono>
#include <optional>

namespace frontrow::domain {

/// Identifies a request that must not be carried out twice, by two digests. They are computed
/// outside the domain (identity/request_mark.h), so a mark takes a few dozen bytes, and the journal
/// contains no idempotency keys.
struct RequestMark {
    /// Digest of caller, route and Idempotency-Key.
    Bits128 key;
    /// Digest of the parsed command without the key.
    Bits128 content;

    friend bool operator==(const RequestMark&, const RequestMark&) = default;
};

/// The mark of a request; null if the request has no key.
inline const RequestMark* given(const std::optional<RequestMark>& request) {
    return request ? &*request : nullptr;
}
inline const RequestMark* given(const RequestMark& request) {
    return &request;
}

/// How long a key is remembered.
inline constexpr std::chrono::hours kRequestMemory{24};

}  // namespace frontrow::domain
