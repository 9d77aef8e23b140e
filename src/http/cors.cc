#include "http/cors.h"

#include <algorithm>

namespace frontrow::http {

bool Cors::allows(std::string_view origin) const {
    return std::ranges::find(origins_, origin) != origins_.end();
}

void Cors::add_headers(const Request& request, Response& response) const {
    if (origins_.empty()) return;
    // Caches must not give this origin an answer that was made for another origin or for none.
    response.add_header("Vary", "Origin");
    const auto origin = request.header(Header::origin);
    if (!allows(origin)) return;
    response.add_header("Access-Control-Allow-Origin", origin);
    if (request.method != Method::options) {
        response.add_header(
            "Access-Control-Expose-Headers",
            "Allow, ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, "
            "Reservation-Status, Retry-After, Trace-Id, X-Request-Id"
        );
        return;
    }
    response.add_header("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
    response.add_header(
        "Access-Control-Allow-Headers",
        "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, "
        "traceparent, Verdict-Token, X-API-Key, X-Request-Id, X-User-ID"
    );
    response.add_header("Access-Control-Max-Age", "600");
}

}  // namespace frontrow::http
