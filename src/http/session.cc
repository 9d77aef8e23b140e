#include "http/session.h"

#include "http/session_socket.h"
#include "http/ticks.h"
#include "io/awaitable.h"
#include "io/stopwatch.h"

#include <boost/asio/as_tuple.hpp>

#include <array>
#include <limits>
#include <utility>

namespace frontrow::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto kAsTuple = asio::as_tuple(io::use_awaitable);
constexpr auto kNever = std::numeric_limits<std::uint64_t>::max();
/// Bodies up to here are sent in one piece with their head.
constexpr std::size_t kOnePieceMax = 32 << 10;
/// What a client that was refused goes on sending is read this far, so that it gets to see the
/// answer.
constexpr std::size_t kLingerBytesMax = 1 << 20;
constexpr std::chrono::milliseconds kLingerTime{2'000};

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Problem timed_out() {
    return {
        .status = 408, .code = "REQUEST_TIMEOUT", .message = "The request wasn't complete in time."
    };
}

Problem malformed() {
    return invalid_field("", "What was sent isn't an HTTP/1.1 request.");
}

Problem headers_too_large(const Limits& limits) {
    const auto kib = std::to_string(limits.header_bytes >> 10);
    return {
        .status = 431,
        .code = "HEADERS_TOO_LARGE",
        .message = "The headers must be at most " + kib + " KiB."
    };
}

Problem body_too_large(std::size_t bytes_max) {
    const auto kib = std::to_string(bytes_max >> 10);
    return {
        .status = 413,
        .code = "BODY_TOO_LARGE",
        .message = "The body must be at most " + kib + " KiB."
    };
}

}  // namespace

Session::Session(std::unique_ptr<Socket> socket, Dispatcher& dispatcher)
    : socket_{std::move(socket)},
      dispatcher_{dispatcher},
      house_{dispatcher.services().house},
      reader_{dispatcher.limits()},
      context_{dispatcher.services(), reader_.request()} {
    enter(Phase::idle);
}

Session::~Session() = default;

void Session::enter(Phase phase) {
    const auto& limits = dispatcher_.limits();
    phase_ = phase;
    switch (phase) {
        case Phase::idle:
            deadline_ = house_.ticks + ticks_of(limits.idle_time);
            break;
        case Phase::reading:
            deadline_ = house_.ticks + ticks_of(limits.request_time);
            break;
        case Phase::handling:
            deadline_ = kNever;
            break;
        case Phase::writing:
            deadline_ = house_.ticks + ticks_of(limits.stalled_write_time);
            break;
    }
}

void Session::expire() {
    expired_ = true;
    deadline_ = kNever;
    error_code ignored;
    socket_->tcp.cancel(ignored);
}

void Session::abort() {
    error_code ignored;
    socket_->tcp.close(ignored);
}

io::Awaitable<void> Session::run() {
    for (;;) {
        context_.start();
        const auto end = co_await read_request();
        if (end == End::close) break;
        const io::Stopwatch stopwatch;
        if (end == End::go_on && context_.is_admitted) {
            enter(Phase::handling);
            co_await dispatcher_.handle(context_);
        }
        const bool keep_alive =
            end == End::go_on && context_.request.keep_alive && !house_.is_draining;
        auto sent = begin_answer(keep_alive);
        if (sent == Sent::blocked) sent = co_await send_rest();
        dispatcher_.answered(context_, stopwatch.seconds());
        if (sent == Sent::broken) break;
        if (!keep_alive) {
            co_await close_gently();
            break;
        }
        reader_.next();
        enter(reader_.has_begun() ? Phase::reading : Phase::idle);
    }
    abort();
}

/// Reads up to the end of a request.
io::Awaitable<Session::End> Session::read_request() {
    for (;;) {
        switch (reader_.advance()) {
            case RequestReader::Step::complete:
                co_return End::go_on;
            case RequestReader::Step::head: {
                reader_.limit_body(dispatcher_.admit(context_));
                // Who waits to be told to go on is told no at once; others have sent the body, or
                // will.
                const bool waits = reader_.wants_continue();
                if (!context_.is_admitted && waits) co_return End::answer_and_close;
                if (!context_.is_admitted) reader_.discard_body();
                if (!waits) break;
                outgoing_ = {kContinue, {}};
                if (co_await send_rest() == Sent::broken) co_return End::close;
                break;
            }
            case RequestReader::Step::need_more: {
                const auto space = reader_.space();
                const auto [error, bytes] = co_await socket_->tcp.async_read_some(
                    asio::buffer(space.data(), space.size()), kAsTuple
                );
                // Bytes that came just as an idle connection's time was up are a request, and are
                // answered.
                if (!error && (!expired_ || phase_ == Phase::idle)) {
                    expired_ = false;
                    reader_.received(bytes);
                    if (phase_ == Phase::idle) enter(Phase::reading);
                    break;
                }
                if (!expired_ || phase_ == Phase::idle) co_return End::close;
                fail(timed_out());
                co_return End::answer_and_close;
            }
            case RequestReader::Step::malformed:
                fail(malformed());
                co_return End::answer_and_close;
            case RequestReader::Step::headers_too_large:
                fail(headers_too_large(dispatcher_.limits()));
                co_return End::answer_and_close;
            case RequestReader::Step::body_too_large:
                // Who isn't let in is told that, however much they bring.
                if (context_.is_admitted) fail(body_too_large(reader_.body_bytes_max()));
                co_return End::answer_and_close;
        }
    }
}

/// Answers in place of whatever the context held.
void Session::fail(Problem problem) {
    context_.is_admitted = false;
    context_.response.start();
    if (context_.trace == TraceId{}) context_.trace = dispatcher_.services().ids.next_trace();
    context_.fail(std::move(problem));
}

/// Most answers fit into the socket's buffer: one system call, no turn of the loop.
Session::Sent Session::begin_answer(bool keep_alive) {
    expired_ = false;
    enter(Phase::writing);
    out_.clear();
    dispatcher_.finish(context_);
    const auto& response = context_.response;
    response.write_head(out_, context_.trace, context_.request_id, keep_alive);
    const std::string_view body = context_.request.is_head ? std::string_view{} : response.body;
    if (body.size() > kOnePieceMax) {
        outgoing_ = {out_, body};
    } else {
        out_ += body;
        outgoing_ = {out_, {}};
    }
    return send_some();
}

/// Sends what the socket takes now.
Session::Sent Session::send_some() {
    auto& [head, body] = outgoing_;
    while (!head.empty() || !body.empty()) {
        const std::array<asio::const_buffer, 2> buffers{
            asio::buffer(head.data(), head.size()), asio::buffer(body.data(), body.size())
        };
        error_code error;
        // One buffer takes the shorter way through the kernel.
        const auto sent = body.empty() ? socket_->tcp.write_some(buffers[0], error)
                                       : socket_->tcp.write_some(buffers, error);
        if (error == asio::error::would_block) return Sent::blocked;
        if (error) return Sent::broken;
        const auto of_head = std::min(sent, head.size());
        head.remove_prefix(of_head);
        body.remove_prefix(sent - of_head);
    }
    return Sent::all;
}

/// Sends the rest, for as long as there is progress.
io::Awaitable<Session::Sent> Session::send_rest() {
    for (;;) {
        const auto sent = send_some();
        if (sent != Sent::blocked) co_return sent;
        if (phase_ == Phase::writing) enter(Phase::writing);
        const auto [error] = co_await socket_->tcp.async_wait(io::TcpSocket::wait_write, kAsTuple);
        if (error || expired_) co_return Sent::broken;
    }
}

/// A close with unread bytes resets the connection, and the client loses the answer with it: read
/// on for a little while.
io::Awaitable<void> Session::close_gently() {
    error_code ignored;
    socket_->tcp.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    expired_ = false;
    deadline_ = house_.ticks + ticks_of(kLingerTime);
    std::array<char, 4096> scrap;
    for (std::size_t left = kLingerBytesMax; left >= scrap.size() && !expired_;
         left -= scrap.size()) {
        const auto [error, bytes] =
            co_await socket_->tcp.async_read_some(asio::buffer(scrap), kAsTuple);
        if (error || bytes == 0) break;
    }
}

}  // namespace frontrow::http
