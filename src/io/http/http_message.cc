#include "io/http/http_message.h"

#include "base/ascii.h"

#include <algorithm>

namespace frontrow::io {

std::string_view HttpAnswer::header(std::string_view name) const {
    const auto found = std::ranges::find_if(headers, [&](const HttpHeader& one) {
        return same_ignoring_case(one.name, name);
    });
    return found == headers.end() ? std::string_view{} : found->value;
}

bool may_have_arrived(HttpErrorKind kind) {
    switch (kind) {
        case HttpErrorKind::unusable:
        case HttpErrorKind::overloaded:
        case HttpErrorKind::unavailable:
        case HttpErrorKind::address_refused:
        case HttpErrorKind::tls_failed:
            return false;
        case HttpErrorKind::timed_out:
        case HttpErrorKind::lost:
        case HttpErrorKind::too_large:
        case HttpErrorKind::not_http:
            return true;
    }
}

}  // namespace frontrow::io
