#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace frontrow::http {

enum class Method : std::uint8_t { get, post, put, patch, delete_, options, other };

std::string_view name_of(Method method);

/// The headers that Frontrow reads. It ignores all others.
enum class Header : std::uint8_t {
    accept_encoding,
    authorization,
    content_encoding,
    content_type,
    cookie,
    expect,
    forwarded,
    host,
    idempotency_key,
    if_match,
    if_none_match,
    origin,
    sec_fetch_site,
    stripe_signature,
    traceparent,
    user_agent,
    verdict_token,
    webhook_id,
    webhook_signature,
    webhook_timestamp,
    x_api_key,
    x_forwarded_for,
    x_request_id,
    x_user_id,
};
inline constexpr std::size_t kHeaderCount = 24;

/// A request in its connection's buffer. All views are valid until the answer is written.
struct Request {
    Method method = Method::other;
    std::string_view path;
    std::string_view query;
    std::array<std::string_view, kHeaderCount> headers{};
    /// The length of the body as the head gives it. Nothing if the body comes in chunks.
    std::optional<std::uint64_t> body_bytes = 0;
    std::string_view body;
    bool keep_alive = true;
    /// An HTTP/1.0 client keeps the connection only if the answer says `keep-alive`.
    bool is_http_1_0 = false;
    /// The method was HEAD. It is handled as a GET, and the answer is sent without its body.
    bool is_head = false;

    /// Whether the header is present; it may be empty.
    bool has(Header name) const { return header(name).data() != nullptr; }
    /// Empty also if the header is absent.
    std::string_view header(Header name) const { return headers[static_cast<std::size_t>(name)]; }
    std::string_view& header(Header name) { return headers[static_cast<std::size_t>(name)]; }
};

}  // namespace frontrow::http
