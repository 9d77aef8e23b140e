#pragma once

#include "domain/idempotency.h"
#include "io/sha256.h"

#include <string_view>

namespace frontrow::identity {

/// The mark of a request: the caller, the route, the idempotency key, and what was requested
/// (`content`, in its canonical form).
domain::RequestMark mark_request(
    io::Sha256& sha,
    std::string_view caller,
    std::string_view route,
    std::string_view key,
    std::string_view content
);

}  // namespace frontrow::identity
