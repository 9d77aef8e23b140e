#include "http/request_parser.h"

#include "base/ascii.h"
#include "http/request_parts.h"

#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

namespace frontrow::http {
namespace {

namespace beast_http = boost::beast::http;

constexpr std::string_view kTwice = "must be given only once";

Method method_of(beast_http::verb verb) {
    if (verb == beast_http::verb::get || verb == beast_http::verb::head) return Method::get;
    if (verb == beast_http::verb::post) return Method::post;
    if (verb == beast_http::verb::put) return Method::put;
    if (verb == beast_http::verb::patch) return Method::patch;
    if (verb == beast_http::verb::delete_) return Method::delete_;
    if (verb == beast_http::verb::options) return Method::options;
    return Method::other;
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](unsigned char c) {
        return (c < ' ' && c != '\t') || c == 0x7f;
    });
}

/// A target in absolute form, `http://authority/path?query`. Clients send it to proxies; servers
/// must accept it too (RFC 9112, 3.2.2).
struct AbsoluteTarget {
    std::string_view authority;
    /// Includes the query.
    std::string_view path;
};

std::optional<AbsoluteTarget> split_absolute(std::string_view target) {
    const auto after_scheme = target.find("://");
    if (after_scheme == std::string_view::npos) return std::nullopt;
    const auto scheme = target.substr(0, after_scheme);
    if (!same_ignoring_case(scheme, "http") && !same_ignoring_case(scheme, "https"))
        return std::nullopt;
    const auto rest = target.substr(after_scheme + 3);
    const auto authority = rest.substr(0, rest.find_first_of("/?#"));
    return AbsoluteTarget{.authority = authority, .path = rest.substr(authority.size())};
}

}  // namespace

void RequestParser::on_request_impl(
    beast_http::verb verb,
    View,
    View target,
    int version,
    Error& error
) {
    request_.is_http_1_0 = version < 11;
    request_.method = method_of(verb);
    request_.is_head = verb == beast_http::verb::head;
    if (!read_target({target.data(), target.size()})) error = beast_http::error::bad_target;
}

/// Accepts the origin form and the absolute form. The authority of an absolute target replaces
/// `Host`.
bool RequestParser::read_target(std::string_view target) {
    if (target.starts_with('/')) {
        set_target(request_, target);
        return true;
    }
    const auto absolute = split_absolute(target);
    if (!absolute || !is_host(absolute->authority)) return false;
    has_authority_ = true;
    request_.header(Header::host) = absolute->authority;
    set_target(request_, absolute->path);
    // An empty path means `/`. The view must point into the buffer, like all views of the request.
    if (request_.path.empty()) request_.path = target.substr(target.find('/'), 1);
    return true;
}

void RequestParser::on_field_impl(beast_http::field field, View name, View value, Error& error) {
    if (is_folded(name, value)) error = beast_http::error::bad_obs_fold;
    // Ignores trailers: the head alone determines the request and its caller.
    if (error || is_header_done()) return;
    if (field == beast_http::field::transfer_encoding) {
        has_transfer_encoding_ = true;
        has_unknown_coding_ |= !same_ignoring_case({value.data(), value.size()}, "chunked");
    }
    const auto known = header_named({name.data(), name.size()});
    if (known && !keep(*known, {value.data(), value.size()})) error = beast_http::error::bad_field;
}

/// Whether the header is folded, i.e. continues on the next line, which a server must refuse (RFC
/// 9112, 5.2). Beast then assembled the value in a temporary buffer, or the first line of the value
/// is empty.
bool RequestParser::is_folded(View name, View value) const {
    const bool lies_in_given = !std::less{}(value.data(), given.data()) &&
                               std::less{}(value.data(), given.data() + given.size());
    const auto* const name_end = name.data() + name.size();
    return !lies_in_given || std::find(name_end, value.data(), '\r') != value.data();
}

/// Returns false, with a complaint, if the header isn't allowed.
bool RequestParser::keep(Header header, std::string_view value) {
    if (header == Header::host) return keep_host(value);
    const auto name = name_if_single(header);
    if (request_.has(header) && !name.empty()) return refuse({name, kTwice});
    request_.header(header) = value;
    return true;
}

bool RequestParser::keep_host(std::string_view value) {
    if (std::exchange(has_host_, true)) return refuse({"Host", kTwice});
    if (!is_host(value))
        return refuse({"Host", "must be a name or an address, with a port or without"});
    if (!has_authority_) request_.header(Header::host) = value;
    return true;
}

/// Refuses transfer codings other than chunked: the end of a body in such a coding can't be found,
/// so its bytes would be taken for the next request (RFC 9112, 6.3).
void RequestParser::on_header_impl(Error& error) {
    const bool agrees = head_agrees();
    if (agrees && has_unknown_coding_) refusal = RequestReader::Step::unknown_coding;
    if (!agrees || has_unknown_coding_) error = beast_http::error::bad_transfer_encoding;
}

/// Checks rules about several headers. Returns false, with a complaint, if one is broken.
bool RequestParser::head_agrees() {
    const bool has_length = content_length().has_value();
    if (!has_host_ && !request_.is_http_1_0) return refuse({"Host", "is required by HTTP/1.1"});
    if (has_transfer_encoding_ && request_.is_http_1_0)
        return refuse({"Transfer-Encoding", "isn't known to HTTP/1.0: send a Content-Length"});
    if (has_transfer_encoding_ && has_length)
        return refuse({"Transfer-Encoding", "must not be given together with a Content-Length"});
    return true;
}

bool RequestParser::refuse(Complaint why) {
    complaint = why;
    return false;
}

std::size_t RequestParser::on_body_impl(View piece, Error&) {
    if (discards) return piece.size();
    const bool is_whole =
        body.empty() && request_.body.empty() && content_length_remaining() == piece.size();
    if (is_whole) {
        request_.body = {piece.data(), piece.size()};
    } else {
        body.append(piece.data(), piece.size());
        request_.body = body;
    }
    return piece.size();
}

/// Refuses control characters, which Beast accepts in quoted extensions.
void RequestParser::on_chunk_header_impl(std::uint64_t, View extension, Error& error) {
    if (has_control({extension.data(), extension.size()}))
        error = beast_http::error::bad_chunk_extension;
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, View piece, Error&) {
    if (discards) return piece.size();
    body.append(piece.data(), piece.size());
    request_.body = body;
    return piece.size();
}

}  // namespace frontrow::http
