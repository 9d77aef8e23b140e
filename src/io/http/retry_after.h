#pragma once

#include "base/instant.h"
#include "io/http/http_message.h"

#include <optional>

namespace frontrow::io {

/// How long the service asks the caller to wait before the next attempt (Retry-After, in seconds or
/// as a date). Nothing if it doesn't say, or says it in a way that can't be read. A date in the
/// past gives 0.
std::optional<Millis> retry_after(const HttpAnswer& answer, Instant now);

}  // namespace frontrow::io
