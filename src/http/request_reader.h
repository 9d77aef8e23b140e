#pragma once

#include "http/buffer_pool.h"
#include "http/limits.h"
#include "http/request.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace frontrow::http {

/// What is wrong with a request; its texts are there for ever.
struct Complaint {
    /// The header that is meant; empty where the whole is no request.
    std::string_view field;
    /// What would be right.
    std::string_view message = "What was sent isn't an HTTP/1.1 request.";
};

/// Makes requests of a connection's bytes. A pure machine: it is given bytes and says what they
/// have come to; all I/O is its caller's.
///
/// For each request: while advance() says need_more, read into space() and tell how much with
/// received(). At `head` everything but the body is there: say what to do with the body and go on.
/// At `complete` answer, then call next(); bytes of a following request are kept. After any other
/// step the connection is good for one last answer. Between requests it has no buffer. Empty lines
/// before a request are nothing (RFC 9112, 2.2).
class RequestReader {
public:
    enum class Step : std::uint8_t {
        need_more,
        head,
        complete,
        malformed,
        unknown_coding,
        headers_too_large,
        body_too_large
    };

    /// Both outlive the reader.
    RequestReader(const Limits& limits, BufferPool& buffers);
    ~RequestReader();

    /// Where to put the next bytes; never empty.
    std::span<char> space();
    void received(std::size_t bytes);
    Step advance();

    /// At `head`: a longer body is refused.
    void limit_body(std::size_t bytes);
    std::size_t body_bytes_max() const;
    /// At `head`: the body is passed over, because the answer is known.
    void discard_body();
    /// The sender waits for «100 Continue» before it sends the body.
    bool wants_continue() const;

    /// At `malformed`.
    Complaint complaint() const;

    /// The connection has sent something of a request.
    bool has_begun() const;
    const Request& request() const;
    void next();

private:
    struct State;

    std::unique_ptr<State> state_;
};

}  // namespace frontrow::http
