#pragma once

#include "http/router.h"

#include <span>
#include <vector>

namespace frontrow::http {

/// All routes. A test compares them with api/openapi.yaml.
std::span<const Route> all_routes();
/// The routes of an address where nobody shall see metrics.
std::vector<Route> routes_without_metrics();
/// The routes of an address of the operators' own: the metrics and the probes.
std::vector<Route> operator_routes();

}  // namespace frontrow::http
