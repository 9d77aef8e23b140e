#include "io/http/http_target.h"

#include "base/ascii.h"
#include "base/check.h"

#include <algorithm>
#include <utility>

namespace frontrow::io {
namespace {

std::string part_of(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return {};
    std::string copy{text};
    curl_free(text);
    return copy;
}

std::unexpected<HttpError> unusable_url(std::string what) {
    return std::unexpected(HttpError{HttpErrorKind::unusable, std::move(what)});
}

}  // namespace

Result<HttpTarget, HttpError> parse_target(const std::string& url, bool allows_plain_http) {
    HttpTarget target{.url{curl_url()}};
    CHECK(target.url != nullptr);
    // libcurl would read only up to the zero.
    if (url.contains('\0')) return unusable_url("the URL contains a zero byte");
    const auto error =
        curl_url_set(target.url.get(), CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER);
    if (error != CURLUE_OK) {
        return unusable_url(std::string{"the URL can't be used: "} + curl_url_strerror(error));
    }
    const auto scheme = part_of(target.url.get(), CURLUPART_SCHEME);
    if (scheme != "https" && !(scheme == "http" && allows_plain_http)) {
        return unusable_url(
            "the URL must begin with https://" +
            std::string{allows_plain_http ? " or http://" : ""} + ", not with " + scheme + "://"
        );
    }
    auto host = part_of(target.url.get(), CURLUPART_HOST);
    std::ranges::transform(host, host.begin(), [](char c) { return lower_case(c); });
    target.server = scheme + "://" + host + ":" + part_of(target.url.get(), CURLUPART_PORT);
    return target;
}

}  // namespace frontrow::io
