#pragma once

#include <string_view>

namespace frontrow::http {

// What a request says of the forms that it takes, and of those that it has.

/// `Content-Type` says that it is JSON: `application/json`, or `application/…+json`.
bool is_json(std::string_view content_type);
bool is_csv(std::string_view content_type);

/// `Accept-Encoding` takes gzip.
bool accepts_gzip(std::string_view accept_encoding);

/// `If-None-Match` names this ETag (weakly compared, as RFC 9110, 13.1.2 has it), or any.
bool names_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace frontrow::http
