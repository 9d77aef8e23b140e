#include "http/handlers/dialects/dialects.h"

#include "http/handlers/routes.h"

namespace frontrow::http {

std::vector<Route> routes(bool with_dialects, bool with_metrics) {
    const auto own = all_routes();
    auto all = with_metrics ? std::vector<Route>{own.begin(), own.end()} : routes_without_metrics();
    if (!with_dialects) return all;
    for (const auto& dialect : {seat_dialect_routes(), stock_dialect_routes()})
        all.insert(all.end(), dialect.begin(), dialect.end());
    return all;
}

}  // namespace frontrow::http
