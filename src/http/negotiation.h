#pragma once

#include <optional>
#include <string_view>

namespace frontrow::http {

// What a request says about the representations that its client accepts or already has.

/// Whether `Content-Type` is JSON: `application/json`, or `application/…+json`.
bool is_json(std::string_view content_type);
bool is_csv(std::string_view content_type);

/// Whether `Accept-Encoding` accepts gzip.
bool accepts_gzip(std::string_view accept_encoding);

/// Whether `If-Match` or `If-None-Match` is `*`, which matches any existing resource.
bool names_any(std::string_view condition);

/// Takes the next tag from an `If-Match` or `If-None-Match` list and returns the text between its
/// quotes (RFC 9110, 8.8.3). Skips anything that isn't a tag. Returns nothing at the end of the
/// list.
///
/// A proxy that compresses our answers changes their tags, and clients send them back in that form:
/// nginx writes `W/"v1"` for `"v1"`, Apache `"v1-gzip"` or `"v1-br"`. All of these return `v1`, so
/// our own tags must not end in `-gzip` or `-br`.
std::optional<std::string_view> take_tag(std::string_view& list);

/// Whether `If-None-Match` is `*` or lists the tag with this text between its quotes.
bool names_tag(std::string_view if_none_match, std::string_view tag);

}  // namespace frontrow::http
