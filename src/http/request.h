#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace frontrow::http {

enum class Method : std::uint8_t { get, post, put, patch, delete_, options, other };

std::string_view name_of(Method method);

/// The headers that Frontrow reads; all others are passed over.
enum class Header : std::uint8_t {
    accept_encoding,
    authorization,
    content_encoding,
    content_type,
    expect,
    host,
    idempotency_key,
    if_match,
    if_none_match,
    origin,
    sec_fetch_site,
    traceparent,
    x_api_key,
    x_request_id,
    x_user_id,
};
inline constexpr std::size_t kHeaderCount = 15;

/// A request as it lies in its connection's buffer: all views, valid until the answer is written.
struct Request {
    Method method = Method::other;
    std::string_view path;
    std::string_view query;
    std::array<std::string_view, kHeaderCount> headers{};
    /// How long the body is, as the head says; nothing where it comes in chunks.
    std::optional<std::uint64_t> body_bytes = 0;
    std::string_view body;
    bool keep_alive = true;
    /// The connection of such a client is kept only if it's told so.
    bool is_http_1_0 = false;
    /// Asked with HEAD: a GET whose answer is sent without its body.
    bool is_head = false;

    /// It is there, perhaps empty.
    bool has(Header name) const { return header(name).data() != nullptr; }
    /// Empty, too, if it isn't there.
    std::string_view header(Header name) const { return headers[static_cast<std::size_t>(name)]; }
    std::string_view& header(Header name) { return headers[static_cast<std::size_t>(name)]; }
};

}  // namespace frontrow::http
