#include "http/session.h"

#include "http/ticks.h"
#include "io/stopwatch.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace frontrow::http {
namespace {

using Transfer = io::StreamSocket::Transfer;
using Moved = io::StreamSocket::State;

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

Session::Session(io::Poller& poller, int socket, Dispatcher& dispatcher)
    : socket_{poller, socket},
      dispatcher_{dispatcher},
      house_{dispatcher.services().house},
      reader_{dispatcher.limits()},
      context_{dispatcher.services(), reader_.request()} {
    enter(Phase::idle);
}

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
    socket_.cancel();
}

void Session::abort() {
    socket_.close();
}

io::Awaitable<void> Session::run() {
    for (;;) {
        context_.start();
        auto read = understand();
        while (read == Read::needs_more || read == Read::waits_to_be_told) {
            if (read == Read::waits_to_be_told) {
                read = co_await tell_to_go_on();
            } else {
                if (socket_.is_drained()) co_await socket_.until_readable();
                read = receive();
            }
        }
        if (read == Read::lost) break;
        const io::Stopwatch stopwatch;
        if (read == Read::complete && context_.is_admitted) {
            enter(Phase::handling);
            try {
                co_await context_.route->route.handler(context_);
            } catch (const std::exception& error) {
                dispatcher_.failed(context_, error);
            }
        }
        const bool keep_alive =
            read == Read::complete && context_.request.keep_alive && !house_.is_draining;
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

/// Goes on with what has come.
Session::Read Session::understand() {
    for (;;) {
        switch (reader_.advance()) {
            case RequestReader::Step::complete:
                if (context_.is_admitted) dispatcher_.look_at_body(context_);
                return Read::complete;
            case RequestReader::Step::need_more:
                return Read::needs_more;
            case RequestReader::Step::head: {
                reader_.limit_body(dispatcher_.admit(context_));
                // Who waits to be told to go on is told no at once; others have sent the body, or
                // will.
                const bool waits = reader_.wants_continue();
                if (waits) return context_.is_admitted ? Read::waits_to_be_told : Read::refused;
                if (!context_.is_admitted) reader_.discard_body();
                break;
            }
            case RequestReader::Step::malformed:
                fail(malformed());
                return Read::refused;
            case RequestReader::Step::headers_too_large:
                fail(headers_too_large(dispatcher_.limits()));
                return Read::refused;
            case RequestReader::Step::body_too_large:
                // Who isn't let in is told that, however much they bring.
                if (context_.is_admitted) fail(body_too_large(reader_.body_bytes_max()));
                return Read::refused;
        }
    }
}

/// Takes what has come of a request, if its time isn't up.
Session::Read Session::receive() {
    const auto [state, bytes] = socket_.receive(reader_.space());
    // Bytes that came just as an idle connection's time was up are a request, and are answered.
    const bool is_late = expired_ && phase_ != Phase::idle;
    if (state == Moved::moved && !is_late) {
        expired_ = false;
        reader_.received(bytes);
        if (phase_ == Phase::idle) enter(Phase::reading);
        return understand();
    }
    if (is_late) {
        fail(timed_out());
        return Read::refused;
    }
    return state == Moved::blocked && !expired_ ? Read::needs_more : Read::lost;
}

io::Awaitable<Session::Read> Session::tell_to_go_on() {
    outgoing_ = {kContinue, {}};
    co_return co_await send_rest() == Sent::broken ? Read::lost : understand();
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
        const auto [state, bytes] = socket_.send(head, body);
        if (state == Moved::blocked) return Sent::blocked;
        if (state == Moved::ended) return Sent::broken;
        const auto of_head = std::min(bytes, head.size());
        head.remove_prefix(of_head);
        body.remove_prefix(bytes - of_head);
    }
    return Sent::all;
}

/// Sends the rest, for as long as there is progress.
io::Awaitable<Session::Sent> Session::send_rest() {
    for (;;) {
        const auto sent = send_some();
        if (sent != Sent::blocked) co_return sent;
        if (phase_ == Phase::writing) enter(Phase::writing);
        co_await socket_.until_writable();
        if (expired_) co_return Sent::broken;
    }
}

/// A close with unread bytes resets the connection, and the client loses the answer with it: read
/// on for a little while.
io::Awaitable<void> Session::close_gently() {
    socket_.shutdown_send();
    expired_ = false;
    deadline_ = house_.ticks + ticks_of(kLingerTime);
    std::array<char, 4096> scrap;
    for (std::size_t left = kLingerBytesMax; left >= scrap.size() && !expired_;) {
        const auto [state, bytes] = socket_.receive(scrap);
        if (state == Moved::ended) break;
        if (state == Moved::blocked) co_await socket_.until_readable();
        left -= bytes;
    }
}

}  // namespace frontrow::http
