#pragma once

#include "admission/client_address.h"
#include "admission/rate_limits.h"
#include "base/result.h"
#include "config/settings.h"

#include <optional>
#include <string>

namespace frontrow::cli {

struct AdmissionChoice {
    /// Nothing: callers have no limits.
    std::optional<admission::RateLimits> rate_limits;
    admission::TrustedProxies proxies;
};

/// Reads the settings of limits and proxies. The error is a sentence that names the flag.
Result<AdmissionChoice, std::string> admission_choice(const config::ServeSettings& settings);

}  // namespace frontrow::cli
