#pragma once

#include "base/id.h"
#include "base/instant.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::wire {

/// A request that was answered with an error, and why.
struct RefusedRequest {
    TraceId trace;
    std::string_view method;
    /// The route's pattern, never the path of the request.
    std::string_view route;
    unsigned status = 0;
    std::string_view code;
    std::string_view message;
    Instant at{};
    std::int64_t duration_ms = 0;
    /// What it was about, as far as the server found out.
    std::optional<EventId> event;
    std::optional<ReservationId> reservation;
    std::optional<OrderId> order;
};

void append_refused_request(std::string& out, const RefusedRequest& request);

}  // namespace frontrow::wire
