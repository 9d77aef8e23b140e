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

/// What is wrong with a request. Its texts are literals.
struct Complaint {
    /// The header that is wrong. Empty if the bytes aren't a request at all.
    std::string_view field;
    /// Describes a valid value. A whole sentence if `field` is empty.
    std::string_view message = "What was sent isn't an HTTP/1.1 request.";
};

/// Parses the bytes of a connection into requests. A pure state machine: it is given bytes and
/// reports what it has read so far; the caller does all I/O.
///
/// For each request: while advance() returns need_more, read into space() and call received(). At
/// `head` everything before the body has arrived: say what to do with the body, and call advance()
/// again. At `complete`, answer and call next(), which keeps bytes of following requests. After any
/// other step, send one last answer and close. The reader has no buffer between requests. It
/// ignores empty lines before a request (RFC 9112, 2.2).
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

    /// Both must outlive the reader.
    RequestReader(const Limits& limits, BufferPool& buffers);
    ~RequestReader();

    /// Where to put the next bytes. Never empty.
    std::span<char> space();
    void received(std::size_t bytes);
    Step advance();

    /// At `head`: refuse a body longer than this.
    void limit_body(std::size_t bytes);
    std::size_t body_bytes_max() const;
    /// At `head`: skip the body, because the answer is already known.
    void discard_body();
    /// Whether the client waits for «100 Continue» before it sends the body.
    bool wants_continue() const;

    /// At `malformed`.
    Complaint complaint() const;

    /// Whether any byte of a request has arrived.
    bool has_begun() const;
    const Request& request() const;
    void next();

private:
    struct State;

    std::unique_ptr<State> state_;
};

}  // namespace frontrow::http
