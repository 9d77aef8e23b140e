#include "http/session.h"

#include "http/text.h"
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
/// Bodies up to this size are sent in one piece with their head.
constexpr std::size_t kOnePieceMax = 32 << 10;
/// Longer bodies are sent in pieces of this size. A socket would accept megabytes at once, but that
/// takes milliseconds.
constexpr std::size_t kPieceMax = 64 << 10;
/// The least time to wait for the client to close its side of the connection.
constexpr std::chrono::milliseconds kLingerTime{2'000};

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Problem timed_out() {
    return {
        .status = 408, .code = "REQUEST_TIMEOUT", .message = "The request wasn't complete in time."
    };
}

Problem malformed(Complaint complaint) {
    return invalid_field(std::string{complaint.field}, std::string{complaint.message});
}

Problem unknown_coding() {
    return {
        .status = 501,
        .code = "NOT_IMPLEMENTED",
        .message = "The only Transfer-Encoding that is understood is chunked."
    };
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

Session::Session(const Ports& ports, int socket, admission::ClientAddress peer)
    : ports_{ports},
      socket_{ports.poller, socket},
      dispatcher_{ports.dispatcher},
      house_{dispatcher_.services().house},
      reader_{dispatcher_.limits(), ports.buffers},
      context_{dispatcher_.services(), reader_.request()},
      turn_{dispatcher_.limits()},
      cost_{dispatcher_.limits()} {
    context_.peer = peer;
    enter(Phase::idle);
}

void Session::enter(Phase phase) {
    const auto& limits = dispatcher_.limits();
    phase_ = phase;
    switch (phase) {
        case Phase::idle:
            deadline_ = house_.ticks + ticks_of(limits.idle_time);
            ports_.buffers.give_back(std::move(context_.response.body));
            context_.rest();
            break;
        case Phase::reading:
            deadline_ = request_until_ = house_.ticks + ticks_of(limits.request_time);
            ports_.buffers.lend(context_.response.body);
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
    // The server calls expire() again at the next tick, because cancel() doesn't wake a session
    // that waits for its turn.
    deadline_ = house_.ticks + 1;
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
                continue;
            }
            if (socket_.is_drained()) {
                co_await socket_.until_readable();
                turn_.begin();
                if (cost_.is_high()) co_await let_others_go_first();
            } else if (turn_.is_over()) {
                co_await let_others_go_first();
            }
            read = receive();
        }
        if (read == Read::lost) break;
        const io::Stopwatch stopwatch;
        const auto number = ++ports_.requests;
        cost_.begin();
        if (read == Read::complete && context_.is_admitted) {
            enter(Phase::handling);
            if (context_.route->route.weight == Weight::heavy && !turn_.is_waited_for())
                co_await let_others_go_first();
            try {
                co_await context_.route->route.handler(context_);
            } catch (const std::exception& error) {
                dispatcher_.failed(context_, error);
            }
        }
        const bool keep_alive =
            read == Read::complete && context_.request.keep_alive && !house_.is_draining;
        auto sent = begin_answer(keep_alive);
        if (sent != Sent::all) sent = co_await send_rest(sent);
        const auto elapsed = stopwatch.elapsed();
        dispatcher_.answered(context_, std::chrono::duration<double>(elapsed).count());
        // If another request began meanwhile, the time says nothing about this one.
        if (number == ports_.requests) cost_.end(elapsed);
        if (sent == Sent::broken) {
            if (expired_) dispatcher_.services().metrics.dropped(telemetry::Dropped::slow_reader);
            break;
        }
        if (!keep_alive) {
            co_await close_gently(read == Read::refused);
            break;
        }
        reader_.next();
        enter(reader_.has_begun() ? Phase::reading : Phase::idle);
        if (reader_.has_begun() && turn_.is_over()) co_await let_others_go_first();
    }
    abort();
}

/// Gives up the rest of this connection's turn.
io::Awaitable<void> Session::let_others_go_first() {
    cost_.settle();
    co_await ports_.turns.wait();
    turn_.begin_after_wait();
}

/// Continues the request with the bytes that have arrived.
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
                // A client that sent `Expect: 100-continue` waits: it is told to go on, or refused
                // before it sends the body. Other clients send the body anyway.
                const bool waits = reader_.wants_continue();
                if (waits) return context_.is_admitted ? Read::waits_to_be_told : Read::refused;
                if (!context_.is_admitted) reader_.discard_body();
                break;
            }
            case RequestReader::Step::malformed:
                fail(malformed(reader_.complaint()));
                return Read::refused;
            case RequestReader::Step::unknown_coding:
                fail(unknown_coding());
                return Read::refused;
            case RequestReader::Step::headers_too_large:
                fail(headers_too_large(dispatcher_.limits()));
                return Read::refused;
            case RequestReader::Step::body_too_large:
                // A refused request keeps its own answer, however large its body is.
                if (context_.is_admitted) fail(body_too_large(reader_.body_bytes_max()));
                return Read::refused;
        }
    }
}

/// Receives bytes of a request, unless its time is up.
Session::Read Session::receive() {
    const auto [state, bytes] = socket_.receive(reader_.space());
    // If a request begins to arrive just as an idle connection's time is up, it is answered.
    const bool is_late = expired_ && phase_ != Phase::idle;
    if (state == Moved::moved && !is_late) {
        reader_.received(bytes);
        // Empty lines don't keep the connection open.
        if (std::exchange(expired_, false) && !reader_.has_begun()) return Read::lost;
        if (phase_ == Phase::idle && reader_.has_begun()) enter(Phase::reading);
        return understand();
    }
    if (is_late) {
        fail(timed_out());
        return Read::refused;
    }
    if (state != Moved::blocked || expired_) return Read::lost;
    // Nothing has arrived after all: the connection stays idle, without a buffer.
    if (phase_ == Phase::idle) reader_.next();
    return Read::needs_more;
}

io::Awaitable<Session::Read> Session::tell_to_go_on() {
    outgoing_ = {kContinue, {}};
    co_return co_await send_rest(Sent::some) == Sent::broken ? Read::lost : understand();
}

/// Answers with the problem and drops any answer that the context held.
void Session::fail(Problem problem) {
    context_.is_admitted = false;
    context_.response.start();
    if (context_.trace == TraceId{}) context_.trace = dispatcher_.services().ids.next_trace();
    context_.fail(std::move(problem));
}

/// Most answers fit into the socket's buffer, and so take one system call and no turn of the event
/// loop.
Session::Sent Session::begin_answer(bool keep_alive) {
    expired_ = false;
    enter(Phase::writing);
    make_room();
    dispatcher_.finish(context_);
    const auto& response = context_.response;
    auto& out = ports_.buffers.scratch();
    response.write_head(
        out, house_.date, context_.trace, context_.request_id, connection_after(keep_alive)
    );
    const auto body = context_.request.is_head ? std::string_view{} : response.content();
    if (body.size() > kOnePieceMax) {
        outgoing_ = {out, body};
    } else {
        out += body;
        outgoing_ = {out, {}};
    }
    answer_bytes_ = outgoing_.size();
    const auto sent = send_some();
    if (sent == Sent::all || sent == Sent::broken || keep_rest()) return sent;
    dispatcher_.services().metrics.dropped(telemetry::Dropped::no_room);
    return Sent::broken;
}

/// An HTTP/1.0 client expects the connection to end unless the answer says `keep-alive`.
std::string_view Session::connection_after(bool keep_alive) const {
    if (!keep_alive) return "close";
    return context_.request.is_http_1_0 ? "keep-alive" : "";
}

/// Takes memory for a long answer that isn't shared, before it is sent, while it can still be
/// refused. Only a GET is refused: other requests have been carried out, and their client must be
/// told.
void Session::make_room() {
    auto& response = context_.response;
    const bool is_long = response.has_own_content() && response.body.size() > AnswerMemory::kSmall;
    if (!is_long || response.share) return;
    response.share = dispatcher_.services().answers.take(response.body.capacity());
    if (!response.share && context_.request.method == Method::get) fail(too_much_to_send());
}

/// Called when the socket hasn't taken the whole answer. Returns false if there is no memory to
/// keep the rest.
bool Session::keep_rest() {
    const auto& limits = dispatcher_.limits();
    auto& response = context_.response;
    const bool is_all_in_head = outgoing_.body.empty();
    out_ = outgoing_.head;
    outgoing_.head = out_;
    if (is_all_in_head) response.clear_content();
    const std::chrono::milliseconds reading_time{
        outgoing_.size() * 1'000 / limits.read_bytes_per_second
    };
    answer_began_ = house_.ticks;
    answer_until_ = house_.ticks + ticks_of(limits.stalled_write_time + reading_time);
    if (response.share) return true;
    const auto own = response.has_own_content() ? response.body.capacity() : 0;
    response.share = dispatcher_.services().answers.take(out_.capacity() + own);
    return response.share.has_value();
}

/// Sends the next piece, or as much of it as the socket takes.
Session::Sent Session::send_some() {
    auto& [head, body] = outgoing_;
    const auto [state, bytes] = socket_.send(head, body.substr(0, kPieceMax));
    if (state == Moved::blocked) return Sent::blocked;
    if (state == Moved::ended) return Sent::broken;
    const auto of_head = std::min(bytes, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(bytes - of_head);
    return outgoing_.size() == 0 ? Sent::all : Sent::some;
}

/// Sends the rest, as long as the client reads fast enough.
io::Awaitable<Session::Sent> Session::send_rest(Sent sent) {
    while (sent == Sent::some || sent == Sent::blocked) {
        if (sent == Sent::blocked) {
            wait_to_write();
            co_await socket_.until_writable();
            // A client that doesn't read its answers at once gets no turn of its own for each part.
            co_await let_others_go_first();
        } else if (turn_.is_over()) {
            co_await let_others_go_first();
        }
        if (expired_) co_return Sent::broken;
        sent = send_some();
    }
    free_memory(out_);
    co_return sent;
}

void Session::wait_to_write() {
    if (phase_ != Phase::writing) return;
    enter(Phase::writing);
    deadline_ = std::min(deadline_, answer_until_);
}

bool Session::reads_slowly() const {
    if (phase_ != Phase::writing || outgoing_.size() == 0) return false;
    const auto& limits = dispatcher_.limits();
    const auto time = (house_.ticks - answer_began_) * kTick;
    const auto expected = limits.pressed_read_bytes_per_second * time / std::chrono::seconds{1};
    return time > limits.pressed_write_time && answer_bytes_ - outgoing_.size() < expected;
}

/// If the socket were closed while it has unread bytes, that would reset the connection, and the
/// client would lose the answer. So this first reads on for a short time; after a refused request,
/// until the time for that request is up.
io::Awaitable<void> Session::close_gently(bool was_refused) {
    socket_.shutdown_send();
    context_.response.clear_content();
    expired_ = false;
    deadline_ = house_.ticks + ticks_of(kLingerTime);
    if (was_refused) deadline_ = std::max(deadline_, request_until_);
    std::array<char, 4096> scrap;
    for (auto left = dispatcher_.limits().thrown_away_bytes; left >= scrap.size() && !expired_;) {
        const auto [state, bytes] = socket_.receive(scrap);
        if (state == Moved::ended) break;
        if (state == Moved::blocked) {
            co_await socket_.until_readable();
            turn_.begin();
        } else if (turn_.is_over()) {
            co_await let_others_go_first();
        }
        left -= bytes;
    }
}

}  // namespace frontrow::http
