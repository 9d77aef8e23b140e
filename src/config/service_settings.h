#pragma once

#include "config/settings.h"

#include <optional>
#include <string>

namespace frontrow::config {

// Checks of the settings of services outside that Frontrow asks. `name`: the setting's variable.

/// Requires an https URL, or one that leads to this machine, without a user or password. `example`:
/// a good one. The error never repeats the URL, which may hold a secret.
std::optional<UsageError>
check_service_url(const std::string& url, const char* name, const char* example);
/// Requires a secret as Standard Webhooks does.
std::optional<UsageError> check_signing_secret(const std::string& secret, const char* name);

}  // namespace frontrow::config
