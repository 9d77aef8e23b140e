#pragma once

#include "http/router.h"

#include <span>

namespace frontrow::http {

/// Every route there is, as api/openapi.yaml has them; a test holds the two against each other.
std::span<const Route> all_routes();

}  // namespace frontrow::http
