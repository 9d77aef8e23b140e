#pragma once

#include "http/dispatcher.h"
#include "http/request_reader.h"
#include "io/awaitable.h"
#include "io/stream_socket.h"

#include <cstdint>
#include <string>

namespace frontrow::http {

/// One connection, from accept to close: reads requests, has each answered, writes the answer, in
/// order. Made and run on the server's thread.
///
/// Its times are kept by the server, which calls expire() when deadline() has passed: one timer for
/// all connections.
class Session {
public:
    /// `socket` is a connection's; the rest outlives the session.
    Session(io::Poller& poller, int socket, Dispatcher& dispatcher);

    /// Returns when the connection is closed. Never throws.
    io::Awaitable<void> run();

    std::uint64_t deadline() const { return deadline_; }
    /// The deadline has passed: whatever is awaited is given up.
    void expire();
    /// Nothing of a request has come: closing now loses nothing.
    bool is_idle() const { return phase_ == Phase::idle; }
    /// Ends at once, whatever it was doing.
    void abort();

private:
    enum class Phase : std::uint8_t { idle, reading, handling, writing };
    enum class Sent : std::uint8_t { all, blocked, broken };
    /// What a request that is being read has come to.
    enum class Read : std::uint8_t { needs_more, waits_to_be_told, complete, refused, lost };

    Read understand();
    Read receive();
    io::Awaitable<Read> tell_to_go_on();
    Sent begin_answer(bool keep_alive);
    Sent send_some();
    io::Awaitable<Sent> send_rest();
    io::Awaitable<void> close_gently();
    void fail(Problem problem);
    void enter(Phase phase);

    io::StreamSocket socket_;
    Dispatcher& dispatcher_;
    const House& house_;
    RequestReader reader_;
    /// Kept from request to request for its memory.
    Context context_;
    std::string out_;
    /// What is still to be sent: a part of out_, and then a part of the answer's body.
    struct {
        std::string_view head;
        std::string_view body;
    } outgoing_;
    Phase phase_ = Phase::idle;
    std::uint64_t deadline_ = 0;
    bool expired_ = false;
};

}  // namespace frontrow::http
