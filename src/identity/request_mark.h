#pragma once

#include "domain/idempotency.h"
#include "io/sha256.h"

#include <string_view>

namespace frontrow::identity {

/// Computes the mark of a request: one digest of the caller, the route and the idempotency key, and
/// one of `content`, the request in its canonical form.
domain::RequestMark mark_request(
    io::Sha256& sha,
    std::string_view caller,
    std::string_view route,
    std::string_view key,
    std::string_view content
);

}  // namespace frontrow::identity
