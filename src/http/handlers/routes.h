#pragma once

#include "http/router.h"

#include <span>

namespace frontrow::http {

/// All routes. A test compares them with api/openapi.yaml.
std::span<const Route> all_routes();

}  // namespace frontrow::http
