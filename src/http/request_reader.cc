#include "http/request_reader.h"

#include "base/ascii.h"
#include "base/check.h"
#include "http/plain_request.h"
#include "http/request_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;

constexpr std::size_t kBodyBuffer = 16 << 10;

/// The shortest last chunk: "0\r\n\r\n".
constexpr std::size_t kLastChunkBytes = 5;

constexpr std::string_view kEmptyLine = "\r\n";

}  // namespace

struct RequestReader::State {
    State(const Limits& of_all, BufferPool& pool) : limits{of_all}, buffers{pool} {}
    ~State() { buffers.give_back(std::move(head)); }

    const Limits& limits;
    BufferPool& buffers;
    Request request;
    /// Reads requests that aren't plain. Once a request has begun, either this or `plain_body` is
    /// set.
    std::optional<RequestParser> parser;
    /// The body of a plain request, read by read_plain_request().
    std::optional<std::string_view> plain_body;
    /// Holds the head, into which the request's views point. Empty between requests.
    std::vector<char> head;
    std::size_t begin = 0;
    std::size_t end = 0;
    /// Holds the part of the body that didn't arrive with the head; otherwise empty.
    std::vector<char> rest;
    std::size_t rest_begin = 0;
    std::size_t rest_end = 0;
    bool head_done = false;
    std::size_t body_bytes_max = 0;
    bool body_is_too_large = false;
    bool discards_body = false;
    /// How many of the unread bytes has_bare_line_end() has checked. That function checks the lines
    /// before and after chunks.
    std::size_t looked_at = 0;
    /// The parser is called only with at least this many bytes. Once Beast 1.81 has seen the size
    /// line of the last chunk (`0`), it asserts that there are five bytes, so a client that sends
    /// only this line would stop the program.
    std::size_t bytes_wanted = 1;

    std::span<char> unread() {
        if (begin < end || rest.empty()) return std::span{head}.subspan(begin, end - begin);
        return std::span{rest}.subspan(rest_begin, rest_end - rest_begin);
    }

    void consume(std::size_t bytes) {
        (begin < end || rest.empty() ? begin : rest_begin) += bytes;
        if (bytes > 0) looked_at = 0;
    }

    /// Gives the unread bytes to the parser until it has parsed the head or the whole request, or
    /// needs more bytes.
    error_code feed() {
        error_code error;
        while (!error && !parser->is_done()) {
            const auto bytes = unread();
            if (bytes.size() < bytes_wanted) {
                error = beast_http::error::need_more;
                break;
            }
            const auto given = bytes.first(std::min(bytes.size(), unread_max()));
            parser->given = given;
            consume(parser->put(boost::asio::buffer(given.data(), given.size()), error));
            if (!head_done && parser->is_header_done()) break;
        }
        if (error != beast_http::error::need_more) return error;
        const auto left = unread();
        if (left.size() >= unread_max()) return beast_http::error::header_limit;
        if (head_done && has_bare_line_end(left)) return beast_http::error::bad_line_ending;
        // The parser consumes every complete line except that of the last chunk, so a complete line
        // left in the buffer is the last chunk's. A line end at the start of the buffer doesn't
        // count: it ends the previous chunk.
        const bool saw_last_chunk =
            head_done &&
            std::string_view{left.data(), left.size()}.find("\r\n", 1) != std::string_view::npos;
        bytes_wanted = saw_last_chunk ? kLastChunkBytes : 1;
        return error;
    }

    /// Whether a CR comes without LF, or an LF without CR. The parser would wait for the end of
    /// such a line and report nothing.
    bool has_bare_line_end(std::span<const char> lines) {
        for (; looked_at < lines.size(); ++looked_at) {
            const bool follows_cr = looked_at > 0 && lines[looked_at - 1] == '\r';
            if (follows_cr != (lines[looked_at] == '\n')) return true;
        }
        return false;
    }

    /// How many unparsed bytes the parser may be given at once. The limit is header_bytes for each
    /// of these parts: the head (less what is already parsed), a chunk's header line, and the last
    /// chunk with its trailer. A part that doesn't end within its limit is too long, however its
    /// bytes were split on arrival. A body that isn't chunked has no limit here.
    std::size_t unread_max() const {
        if (!head_done) return limits.header_bytes - begin;
        return parser->chunked() ? limits.header_bytes : std::numeric_limits<std::size_t>::max();
    }

    /// Moves a head that is still arriving to a larger buffer. The parser has read its first lines
    /// already, so the views into them are moved too.
    void grow_head() {
        std::vector<char> larger(2 * head.size());
        std::ranges::copy(head, larger.begin());
        const auto follow = [&](std::string_view& view) {
            if (!view.empty()) view = {larger.data() + (view.data() - head.data()), view.size()};
        };
        follow(request.path);
        follow(request.query);
        for (auto& header : request.headers)
            follow(header);
        head = std::move(larger);
    }

    /// Moves body bytes that aren't parsed yet (part of a chunk's header) to `rest`, where the next
    /// bytes are appended to them.
    void move_unread_to_rest() {
        const auto tail = std::span{head}.subspan(begin, end - begin);
        rest.resize(tail.size() + body_space());
        std::ranges::copy(tail, rest.begin());
        rest_begin = 0;
        rest_end = tail.size();
        begin = end;
    }

    /// The space to allocate for the rest of the body: no more than is still to come, if that is
    /// known.
    std::size_t body_space() const {
        const std::uint64_t left = parser->content_length_remaining().value_or(kBodyBuffer);
        return static_cast<std::size_t>(std::clamp<std::uint64_t>(left, 1, kBodyBuffer));
    }

    /// Reads the request if it is complete and plain. Otherwise returns false and changes nothing.
    bool read_plain() {
        const auto plain = read_plain_request({head.data() + begin, end - begin});
        if (!plain || plain->head_bytes > limits.header_bytes) return false;
        request = plain->request;
        plain_body = std::exchange(request.body, {});
        begin += plain->head_bytes + plain_body->size();
        return true;
    }

    void start_parser() {
        parser.emplace(request);
        parser->header_limit(static_cast<std::uint32_t>(limits.header_bytes));
        // No body limit yet: the parser stops after the head, and the limit is set there.
        parser->body_limit(boost::none);
        parser->eager(false);
    }

    Step advance_parser() {
        const auto error = feed();
        if (body_is_too_large) return Step::body_too_large;
        if (error == beast_http::error::need_more) return Step::need_more;
        if (error == beast_http::error::header_limit) return Step::headers_too_large;
        if (error == beast_http::error::body_limit) return Step::body_too_large;
        if (error) return parser->refusal;
        if (!head_done) {
            request.keep_alive = parser->keep_alive();
            request.body_bytes.reset();
            if (!parser->chunked()) request.body_bytes = parser->content_length().value_or(0);
            return at_head();
        }
        CHECK(parser->is_done());
        return Step::complete;
    }

    Step advance_plain() {
        if (!head_done) return at_head();
        if (body_is_too_large) return Step::body_too_large;
        if (!discards_body) request.body = *plain_body;
        return Step::complete;
    }

    Step at_head() {
        head_done = true;
        limit_body(limits.bulk_body_bytes);
        return Step::head;
    }

    void limit_body(std::size_t bytes) {
        const std::uint64_t length =
            plain_body ? plain_body->size() : parser->content_length().value_or(0);
        body_is_too_large = length > bytes;
        body_bytes_max = bytes;
        if (parser) parser->body_limit(bytes);
    }

    bool reads_request() const { return head_done || plain_body || parser; }

    /// True if nothing has arrived, or only the first half of an empty line, which may come before
    /// a request.
    bool is_blank() const { return end == 0 || (end == 1 && head.front() == kEmptyLine.front()); }

    /// Called between requests, when the next one begins at the front of the buffer.
    void drop_empty_lines() {
        const std::string_view unread{head.data(), end};
        std::size_t empty = 0;
        while (unread.substr(empty).starts_with(kEmptyLine))
            empty += kEmptyLine.size();
        if (empty > 0) std::ranges::copy(unread.substr(empty), head.begin());
        end -= empty;
        if (end == 0) buffers.give_back(std::move(head));
    }

    void discard_body() {
        discards_body = true;
        if (parser) parser->discards = true;
    }

    void forget_request() {
        request = {};
        parser.reset();
        plain_body.reset();
        head_done = body_is_too_large = discards_body = false;
        looked_at = 0;
        bytes_wanted = 1;
    }
};

RequestReader::RequestReader(const Limits& limits, BufferPool& buffers)
    : state_{std::make_unique<State>(limits, buffers)} {
}

RequestReader::~RequestReader() = default;

std::span<char> RequestReader::space() {
    auto& state = *state_;
    if (!state.head_done) {
        if (state.head.empty()) state.head = state.buffers.take();
        if (state.end == state.head.size()) state.grow_head();
        return std::span{state.head}.subspan(state.end);
    }
    if (state.rest.empty() || state.begin < state.end) state.move_unread_to_rest();
    if (state.rest_begin == state.rest_end) state.rest_begin = state.rest_end = 0;
    if (state.rest_end == state.rest.size()) {
        // Moves the unread bytes to the front first. The parser leaves at most part of a chunk
        // header unread, so this usually makes enough room.
        const auto unread =
            std::span{state.rest}.subspan(state.rest_begin, state.rest_end - state.rest_begin);
        std::ranges::copy(unread, state.rest.begin());
        state.rest_end = unread.size();
        state.rest_begin = 0;
        if (state.rest_end == state.rest.size()) state.rest.resize(2 * state.rest.size());
    }
    return std::span{state.rest}.subspan(state.rest_end);
}

void RequestReader::received(std::size_t bytes) {
    auto& state = *state_;
    (state.head_done ? state.rest_end : state.end) += bytes;
    if (!state.reads_request()) state.drop_empty_lines();
}

RequestReader::Step RequestReader::advance() {
    auto& state = *state_;
    if (!state.reads_request()) {
        if (state.is_blank()) return Step::need_more;
        if (!state.read_plain()) state.start_parser();
    }
    return state.plain_body ? state.advance_plain() : state.advance_parser();
}

void RequestReader::limit_body(std::size_t bytes) {
    state_->limit_body(bytes);
}

std::size_t RequestReader::body_bytes_max() const {
    return state_->body_bytes_max;
}

void RequestReader::discard_body() {
    state_->discard_body();
}

bool RequestReader::wants_continue() const {
    auto& state = *state_;
    return state.parser && !request().is_http_1_0 &&
           same_ignoring_case(request().header(Header::expect), "100-continue") &&
           !state.body_is_too_large && !state.parser->is_done() && state.unread().empty();
}

Complaint RequestReader::complaint() const {
    return state_->parser ? state_->parser->complaint : Complaint{};
}

bool RequestReader::has_begun() const {
    return state_->reads_request() || !state_->is_blank();
}

const Request& RequestReader::request() const {
    return state_->request;
}

void RequestReader::next() {
    auto& state = *state_;
    const auto left = state.unread();
    if (left.size() > state.head.size()) state.head.resize(left.size());
    std::ranges::copy(left, state.head.begin());
    state.begin = 0;
    state.end = left.size();
    state.rest = std::vector<char>{};
    state.rest_begin = state.rest_end = 0;
    state.forget_request();
    state.drop_empty_lines();
}

}  // namespace frontrow::http
