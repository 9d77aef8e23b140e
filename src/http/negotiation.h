#pragma once

#include <string>
#include <string_view>

namespace frontrow::http {

// What a request says of the forms that it takes, and of those that it has.

inline constexpr std::string_view kCsv = "text/csv";

/// A `Content-Type` without its parameters, in lower case.
std::string media_type(std::string_view content_type);

/// `Accept-Encoding` takes gzip.
bool accepts_gzip(std::string_view accept_encoding);

/// `If-None-Match` names this ETag (weakly compared, as RFC 9110, 13.1.2 has it), or any.
bool names_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace frontrow::http
