#pragma once

#include <chrono>
#include <cstddef>

namespace frontrow::http {

/// How much a client may ask of the server. Timeouts of connections are precise to a tenth of a
/// second.
struct Limits {
    std::size_t header_bytes = 16 << 10;
    // The longest body of a request, by the kind that its route takes (see BodyKind).
    std::size_t body_bytes = 64 << 10;
    std::size_t long_body_bytes = 256 << 10;
    std::size_t scans_body_bytes = 1 << 20;
    std::size_t allocation_body_bytes = 4 << 20;
    std::size_t bulk_body_bytes = 32 << 20;
    /// After a refusal, at most this much of the rest of the request is read and discarded, so that
    /// the client sees the answer. Discarding costs less than reading the longest allowed body, and
    /// the time limit of the request still applies.
    std::size_t thrown_away_bytes = 64 << 20;

    /// What a connection may do in one turn of the event loop before others get theirs: at most
    /// this many steps (a request, or a piece of one), for at most this long.
    unsigned turn_steps = 16;
    std::chrono::microseconds turn_time{200};
    /// The time slice for all connections that have used up their own turn and have more to do, or
    /// want an answer that takes long (io::TurnQueue).
    std::chrono::microseconds waiting_time{500};

    /// Memory of answers that are being made, sent or cached, over all connections.
    std::size_t answer_bytes = 48 << 20;
    /// The part of `answer_bytes` that may be used to cache answers that are requested again and
    /// again.
    std::size_t kept_answer_bytes = 16 << 20;

    /// From a request's first byte to its last.
    std::chrono::milliseconds request_time{10'000};
    /// Between an answer and the next request's first byte.
    std::chrono::milliseconds idle_time{60'000};
    /// A connection is closed if its client takes no byte of an answer for this long.
    std::chrono::milliseconds stalled_write_time{30'000};
    /// The lowest average rate at which a client must read an answer after the first
    /// `stalled_write_time`. Slower connections are closed.
    std::size_t read_bytes_per_second = 32 << 10;
    /// The same limit for times when answers are refused because `answer_bytes` are used up. It
    /// applies after the first `pressed_write_time`.
    std::size_t pressed_read_bytes_per_second = 1 << 20;
    std::chrono::milliseconds pressed_write_time{2'000};
    /// How long a stop waits for running requests.
    std::chrono::milliseconds drain_time{10'000};
};

// The contract's bounds on lists.

/// The largest `offset`. Cursors have no such limit.
inline constexpr std::size_t kOffsetMax = 10'000;
/// The most orders in one table.
inline constexpr std::size_t kOrdersInTableMax = 100'000;
/// The most tickets in one table of attendees.
inline constexpr std::size_t kAttendeesInTableMax = 100'000;
/// The most seats in one answer.
inline constexpr std::size_t kSeatsAnsweredMax = 100'000;

}  // namespace frontrow::http
