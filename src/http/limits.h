#pragma once

#include <chrono>
#include <cstddef>

namespace frontrow::http {

/// What a client may ask of the server. Times are kept to a tenth of a second.
struct Limits {
    std::size_t header_bytes = 16 << 10;
    std::size_t body_bytes = 1 << 20;
    std::size_t bulk_body_bytes = 32 << 20;
    /// From a request's first byte to its last.
    std::chrono::milliseconds request_time{10'000};
    /// Between an answer and the next request's first byte.
    std::chrono::milliseconds idle_time{60'000};
    /// A writer that gets no byte through for this long gives up.
    std::chrono::milliseconds stalled_write_time{30'000};
    /// How long a stop waits for running requests.
    std::chrono::milliseconds drain_time{10'000};
};

}  // namespace frontrow::http
