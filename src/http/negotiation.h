#pragma once

#include <optional>
#include <string_view>

namespace frontrow::http {

// What a request says of the forms that it takes, and of those that it has.

/// `Content-Type` says that it is JSON: `application/json`, or `application/…+json`.
bool is_json(std::string_view content_type);
bool is_csv(std::string_view content_type);

/// `Accept-Encoding` takes gzip.
bool accepts_gzip(std::string_view accept_encoding);

/// `If-Match` or `If-None-Match` is `*`, and names whatever is there.
bool names_any(std::string_view condition);

/// Takes the next tag off those that `If-Match` or `If-None-Match` lists, and returns what stands
/// between its quotes (RFC 9110, 8.8.3); nothing at the list's end. What is no tag is passed over.
///
/// A proxy that compresses our answers changes their tags, and a client sends them back as the
/// proxy made them: nginx writes `W/"v1"` for `"v1"`, Apache `"v1-gzip"` or `"v1-br"`. Either is
/// returned as `v1`, so none of our tags may end like that.
std::optional<std::string_view> take_tag(std::string_view& list);

/// `If-None-Match` names the tag with this between its quotes, or any.
bool names_tag(std::string_view if_none_match, std::string_view tag);

}  // namespace frontrow::http
