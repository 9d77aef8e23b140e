#pragma once

#include "http/buffer_pool.h"
#include "http/cost.h"
#include "http/dispatcher.h"
#include "http/request_reader.h"
#include "http/turn.h"
#include "io/awaitable.h"
#include "io/stream_socket.h"
#include "io/turn_queue.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace frontrow::http {

/// One connection, from accept to close: reads requests, has them handled, and writes the answers,
/// in order. Construct and run it on the server's thread.
///
/// However much its client sends or requests, other connections get their turn after a few requests
/// or a fraction of a millisecond. While idle it has no buffers.
///
/// It has no timer: the server calls expire() once deadline() has passed, so one timer serves all
/// connections.
class Session {
public:
    /// Shared by all connections, and must outlive them.
    struct Ports {
        io::Poller& poller;
        Dispatcher& dispatcher;
        io::TurnQueue& turns;
        BufferPool& buffers;
        /// The number of requests begun on all connections.
        std::uint64_t& requests;
    };

    /// `socket` is the descriptor of an accepted connection from `peer`. The session owns it.
    Session(const Ports& ports, int socket, admission::ClientAddress peer);

    /// Returns when the connection is closed. Never throws.
    io::Awaitable<void> run();

    std::uint64_t deadline() const { return deadline_; }
    /// Call it when the deadline has passed. Cancels whatever the session awaits.
    void expire();
    /// Whether no byte of a request has arrived, so that closing now loses nothing.
    bool is_idle() const { return phase_ == Phase::idle; }
    /// Whether the client reads its answer below the stricter rate that applies while other answers
    /// are refused for lack of memory.
    bool reads_slowly() const;
    /// Closes the connection at once, whatever the session is doing.
    void abort();

private:
    enum class Phase : std::uint8_t { idle, reading, handling, writing };
    enum class Sent : std::uint8_t { all, some, blocked, broken };
    /// The state of a request that is being read.
    enum class Read : std::uint8_t { needs_more, waits_to_be_told, complete, refused, lost };

    Read understand();
    Read receive();
    io::Awaitable<Read> tell_to_go_on();
    Sent begin_answer(bool keep_alive);
    std::string_view connection_after(bool keep_alive) const;
    void make_room();
    bool keep_rest();
    Sent send_some();
    io::Awaitable<Sent> send_rest(Sent sent);
    void wait_to_write();
    io::Awaitable<void> let_others_go_first();
    io::Awaitable<void> close_gently(bool was_refused);
    void fail(Problem problem);
    void enter(Phase phase);

    Ports ports_;
    io::StreamSocket socket_;
    Dispatcher& dispatcher_;
    const House& house_;
    RequestReader reader_;
    Context context_;
    /// The bytes that the socket didn't take at once, except those of a long body.
    std::string out_;
    /// What remains to be sent: a part of out_, then a part of the answer's body.
    struct {
        std::string_view head;
        std::string_view body;

        std::size_t size() const { return head.size() + body.size(); }
    } outgoing_;
    Turn turn_;
    Cost cost_;
    /// The answer being written: its size, the tick in which it was begun, and the tick by which
    /// the client must have read it.
    std::size_t answer_bytes_ = 0;
    std::uint64_t answer_began_ = 0;
    std::uint64_t answer_until_ = 0;
    Phase phase_ = Phase::idle;
    std::uint64_t deadline_ = 0;
    /// The tick by which the current or last request must have arrived.
    std::uint64_t request_until_ = 0;
    bool expired_ = false;
};

}  // namespace frontrow::http
