#pragma once

#include "config/settings.h"

#include <optional>
#include <string>

namespace frontrow::config {

/// Requires the URL of a service that Frontrow calls: https, or http on this machine, without a
/// user or password. `setting` is its name, and `example` a good one. The error never repeats the
/// URL, which may hold a secret.
std::optional<UsageError>
check_service_url(const std::string& url, const char* setting, const char* example);

}  // namespace frontrow::config
