#pragma once

#include "http/buffer_pool.h"
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

/// One connection, from accept to close: reads requests, has each answered, writes the answer, in
/// order. Made and run on the server's thread.
///
/// However much its client sends or asks for, others have their turn after a few requests or a part
/// of a millisecond, and while it is idle it has no buffers.
///
/// Its times are kept by the server, which calls expire() when deadline() has passed: one timer for
/// all connections.
class Session {
public:
    /// What all connections share; it outlives them.
    struct Ports {
        io::Poller& poller;
        Dispatcher& dispatcher;
        io::TurnQueue& turns;
        BufferPool& buffers;
        /// How many requests have been begun, by all.
        std::uint64_t& requests;
    };

    /// `socket` is a connection's.
    Session(const Ports& ports, int socket);

    /// Returns when the connection is closed. Never throws.
    io::Awaitable<void> run();

    std::uint64_t deadline() const { return deadline_; }
    /// The deadline has passed: whatever is awaited is given up.
    void expire();
    /// Nothing of a request has come: closing now loses nothing.
    bool is_idle() const { return phase_ == Phase::idle; }
    /// Others wait for the memory of its answer, and its client takes its time.
    bool reads_slowly() const;
    /// Ends at once, whatever it was doing.
    void abort();

private:
    enum class Phase : std::uint8_t { idle, reading, handling, writing };
    enum class Sent : std::uint8_t { all, some, blocked, broken };
    /// What a request that is being read has come to.
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
    /// What a socket didn't take at once, but for a long body.
    std::string out_;
    /// What is still to be sent: a part of out_, and then a part of the answer's body.
    struct {
        std::string_view head;
        std::string_view body;

        std::size_t size() const { return head.size() + body.size(); }
    } outgoing_;
    Turn turn_;
    /// Its last answer alone took a turn's time: the next waits for those of others.
    bool is_costly_ = false;
    /// Of the answer that is being written: its bytes, when it was begun, and until when it must
    /// have been read.
    std::size_t answer_bytes_ = 0;
    std::uint64_t answer_began_ = 0;
    std::uint64_t answer_until_ = 0;
    Phase phase_ = Phase::idle;
    std::uint64_t deadline_ = 0;
    /// The request that is or was being read must be there by then.
    std::uint64_t request_until_ = 0;
    bool expired_ = false;
};

}  // namespace frontrow::http
