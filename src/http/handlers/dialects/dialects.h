#pragma once

#include "http/router.h"

#include <span>
#include <vector>

namespace frontrow::http {

/// The dialect of clients who know a reservation by its event and its seat: `/api/…`.
std::span<const Route> seat_dialect_routes();
/// The dialect of clients who buy units of a category's stock: `/events`, `/reserve`, `/confirm`.
std::span<const Route> stock_dialect_routes();

/// The routes of a server: our own, with or without the metrics, and after them those of the
/// dialects, if it serves them.
std::vector<Route> routes(bool with_dialects, bool with_metrics = true);

}  // namespace frontrow::http
