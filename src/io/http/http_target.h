#pragma once

#include "base/result.h"
#include "io/http/http_message.h"

#include <curl/curl.h>
#include <memory>
#include <string>

namespace frontrow::io {

struct FreeCurlUrl {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

/// A URL that may be called.
struct HttpTarget {
    std::unique_ptr<CURLU, FreeCurlUrl> url;
    /// Scheme, host and port, the same text for all URLs of one server.
    std::string server;
};

/// Only https is allowed, and http if `allows_plain_http`. Refuses, as `unusable`, what isn't an
/// absolute URL or names a user.
Result<HttpTarget, HttpError> parse_target(const std::string& url, bool allows_plain_http);

}  // namespace frontrow::io
