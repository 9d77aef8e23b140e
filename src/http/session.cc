#include "http/session.h"

#include "http/session_socket.h"
#include "http/ticks.h"
#include "io/stopwatch.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <limits>

namespace frontrow::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
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
      reader_{dispatcher.limits()} {
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

asio::awaitable<void> Session::run() {
    for (;;) {
        Context context{dispatcher_.services(), reader_.request()};
        const auto end = co_await read_request(context);
        if (end == End::close) break;
        const io::Stopwatch stopwatch;
        if (end == End::go_on && context.is_admitted) {
            enter(Phase::handling);
            co_await dispatcher_.handle(context);
        }
        const bool keep_alive =
            end == End::go_on && context.request.keep_alive && !house_.is_draining;
        const bool is_sent = co_await write(context, keep_alive);
        dispatcher_.answered(context, stopwatch.seconds());
        if (!is_sent) break;
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
asio::awaitable<Session::End> Session::read_request(Context& context) {
    for (;;) {
        const auto step = reader_.advance();
        switch (step) {
            case RequestReader::Step::complete:
                co_return End::go_on;
            case RequestReader::Step::head: {
                reader_.limit_body(dispatcher_.admit(context));
                // Who waits to be told to go on is told no at once; others have sent the body, or
                // will.
                const bool waits = reader_.wants_continue();
                if (!context.is_admitted && waits) co_return End::answer_and_close;
                if (!context.is_admitted) reader_.discard_body();
                if (waits && !co_await write_out(kContinue, {})) co_return End::close;
                break;
            }
            case RequestReader::Step::need_more:
                if (co_await fill()) break;
                if (!expired_ || phase_ == Phase::idle) co_return End::close;
                fail(context, timed_out());
                co_return End::answer_and_close;
            case RequestReader::Step::malformed:
                fail(context, malformed());
                co_return End::answer_and_close;
            case RequestReader::Step::headers_too_large:
                fail(context, headers_too_large(dispatcher_.limits()));
                co_return End::answer_and_close;
            case RequestReader::Step::body_too_large:
                fail(context, body_too_large(reader_.body_bytes_max()));
                co_return End::answer_and_close;
        }
    }
}

/// Answers in place of whatever the context held.
void Session::fail(Context& context, Problem problem) {
    context.is_admitted = false;
    context.response.start();
    if (context.trace == TraceId{}) context.trace = dispatcher_.services().ids.next_trace();
    context.fail(std::move(problem));
}

/// Reads more; false when there is no more to come or the time is up.
asio::awaitable<bool> Session::fill() {
    const auto space = reader_.space();
    const auto [error, bytes] =
        co_await socket_->tcp.async_read_some(asio::buffer(space.data(), space.size()), kAsTuple);
    // Bytes that came just as an idle connection's time was up are a request, and are answered.
    if (error || (expired_ && phase_ != Phase::idle)) co_return false;
    expired_ = false;
    reader_.received(bytes);
    if (phase_ == Phase::idle) enter(Phase::reading);
    co_return true;
}

asio::awaitable<bool> Session::write(Context& context, bool keep_alive) {
    expired_ = false;
    enter(Phase::writing);
    out_.clear();
    const auto& response = context.response;
    response.write_head(out_, context.trace, context.request_id, keep_alive);
    const std::string_view body = context.request.is_head ? std::string_view{} : response.body;
    if (body.size() > kOnePieceMax) return write_out(out_, body);
    out_ += body;
    return write_out(out_, {});
}

/// Most answers fit into the socket's buffer: one system call, no turn of the loop. The rest waits
/// for room, and for as long as there is progress.
asio::awaitable<bool> Session::write_out(std::string_view head, std::string_view body) {
    while (!head.empty() || !body.empty()) {
        const std::array<asio::const_buffer, 2> buffers{
            asio::buffer(head.data(), head.size()), asio::buffer(body.data(), body.size())
        };
        error_code error;
        auto sent = socket_->tcp.write_some(buffers, error);
        if (error == asio::error::would_block) {
            deadline_ = house_.ticks + ticks_of(dispatcher_.limits().stalled_write_time);
            std::tie(error) =
                co_await socket_->tcp.async_wait(asio::ip::tcp::socket::wait_write, kAsTuple);
            sent = 0;
        }
        if (error || expired_) co_return false;
        const auto of_head = std::min(sent, head.size());
        head.remove_prefix(of_head);
        body.remove_prefix(sent - of_head);
    }
    co_return true;
}

/// A close with unread bytes resets the connection, and the client loses the answer with it: read
/// on for a little while.
asio::awaitable<void> Session::close_gently() {
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
