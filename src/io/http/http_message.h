#pragma once

#include "base/instant.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::io {

struct HttpHeader {
    std::string name;
    std::string value;
};
using HttpHeaders = std::vector<HttpHeader>;

struct HttpRequest {
    std::string method = "GET";
    /// Absolute, with scheme and host. A user or a password in it is refused: use a header.
    std::string url;
    /// The client writes Host, Content-Length and the other headers about the connection itself.
    HttpHeaders headers;
    std::string body;
    /// From the call until the whole answer is here, including the wait for a free connection.
    Millis time{10'000};
};

struct HttpAnswer {
    /// Any final status, 200 to 599. A redirect is an answer like any other: it isn't followed.
    int status = 0;
    HttpHeaders headers;
    /// As sent, which may be compressed if the request asked for that. If the service gave no
    /// length, the body ends with the connection, and may have been cut.
    std::string body;

    /// The value of the first header with this name; empty if there is none. `name` must be in
    /// lower case.
    std::string_view header(std::string_view name) const;
};

/// Why there is no answer. A kind exists only if some caller acts differently on it.
enum class HttpErrorKind : std::uint8_t {
    /// The request is invalid or not allowed, for example plain http. A retry is of no use.
    unusable,
    /// Too many calls wait already.
    overloaded,
    /// No connection could be used: the name wasn't found, the host refused or was silent, none was
    /// free in time, or the client is closed. A retry may succeed.
    unavailable,
    /// No address of the host is allowed.
    address_refused,
    /// The TLS handshake failed, for example because the certificate isn't for this host.
    tls_failed,
    /// No whole answer came in time. The request may have been received, or may still be.
    timed_out,
    /// The connection broke, or the caller stopped waiting, before there was a whole answer. The
    /// request may have been received.
    lost,
    /// The answer is larger than the client accepts. The request was received.
    too_large,
    /// The answer isn't HTTP. The request may have been received.
    not_http,
};

/// Returns false if certainly no byte of the request was sent, so that it may be sent again without
/// any key.
bool may_have_arrived(HttpErrorKind kind);

struct HttpError {
    HttpErrorKind kind{};
    /// For the log and the operator; contains no header's value, no body and no path.
    std::string what;
};

using HttpResult = Result<HttpAnswer, HttpError>;

}  // namespace frontrow::io
