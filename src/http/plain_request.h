#pragma once

#include "http/request.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace frontrow::http {

/// A request read at a glance, its body with it: all views into the bytes it was read from.
struct PlainRequest {
    Request request;
    /// Where its body begins.
    std::size_t head_bytes = 0;
};

/// The request that `bytes` begin with, if all of it is there and it is as plain as nearly every
/// client writes it; more may follow it. Pure, allocates nothing, and costs a fifth of what Beast's
/// parser does (docs/decisions/0013-plain-requests-are-read-at-a-glance.md).
///
/// Plain is less than what is right: HTTP/1.1, a method of ours, a path, a valid Host, at most one
/// Content-Length and one of each header that we read, no other word about connection or body than
/// `Connection: close` or `keep-alive`, and nothing but visible ASCII and single lines in the head.
/// Whatever is anything else, or isn't all there yet, is nothing here and for the full reader to
/// judge: so what a request means stays the full reader's to say.
/// tests/unit/plain_request_test.cc and the HTTP fuzzer hold the two against each other.
std::optional<PlainRequest> read_plain_request(std::string_view bytes);

}  // namespace frontrow::http
