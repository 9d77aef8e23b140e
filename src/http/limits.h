#pragma once

#include <chrono>
#include <cstddef>

namespace frontrow::http {

/// How much a client may ask of the server. Times of connections are kept to a tenth of a second.
struct Limits {
    std::size_t header_bytes = 16 << 10;
    // A request's body, by the kind that its route takes (see BodyKind).
    std::size_t body_bytes = 64 << 10;
    std::size_t long_body_bytes = 256 << 10;
    std::size_t bulk_body_bytes = 32 << 20;
    /// What a client goes on sending after a refusal is read and thrown away up to here, so that it
    /// gets to see the answer. It costs less than the longest body, and a body has no more time.
    std::size_t thrown_away_bytes = 64 << 20;

    /// What a connection may do in one turn of the loop before others go on: so many requests, or
    /// pieces of one, for so long.
    unsigned turn_steps = 16;
    std::chrono::microseconds turn_time{200};
    /// What all connections that have more to do get of the next turn, together.
    std::chrono::microseconds waiting_time{500};

    /// Memory of answers that are being made, sent or kept for others, over all connections.
    std::size_t answer_bytes = 48 << 20;
    /// Of it, answers that are asked for again and again are kept.
    std::size_t kept_answer_bytes = 16 << 20;

    /// From a request's first byte to its last.
    std::chrono::milliseconds request_time{10'000};
    /// Between an answer and the next request's first byte.
    std::chrono::milliseconds idle_time{60'000};
    /// A writer that gets no byte through for this long gives up.
    std::chrono::milliseconds stalled_write_time{30'000};
    /// A client that reads more slowly than this, after `stalled_write_time`, is given up.
    std::size_t read_bytes_per_second = 32 << 10;
    /// The same while an answer was refused because `answer_bytes` are used up, after
    /// `pressed_write_time`.
    std::size_t pressed_read_bytes_per_second = 1 << 20;
    std::chrono::milliseconds pressed_write_time{2'000};
    /// How long a stop waits for running requests.
    std::chrono::milliseconds drain_time{10'000};
};

// The contract's bounds of lists.

/// As far as `offset` leads into a list; a cursor leads to its end.
inline constexpr std::size_t kOffsetMax = 10'000;
/// How many seats one answer has at most.
inline constexpr std::size_t kSeatsAnsweredMax = 100'000;

}  // namespace frontrow::http
