#pragma once

#include "base/ascii.h"
#include "http/request.h"

#include <algorithm>
#include <optional>
#include <string_view>

// Shared by both readers of requests: the fast path for plain ones, and the full one on top of
// Beast.

namespace frontrow::http {

inline void set_target(Request& request, std::string_view target) {
    const auto question = std::min(target.find('?'), target.size());
    request.path = target.substr(0, question);
    request.query = target.substr(std::min(question + 1, target.size()));
}

/// The header with that name, ignoring case, if Frontrow reads it. Inlined: it is called for every
/// header line, and a call would double its cost.
[[gnu::always_inline]] inline std::optional<Header> header_named(std::string_view name) {
    const auto is = [name](std::string_view lower) { return same_ignoring_case(name, lower); };
    // The length is compared first, so that most names that we don't read are skipped at once.
    switch (name.size()) {
        case 4:
            if (is("host")) return Header::host;
            break;
        case 6:
            if (is("cookie")) return Header::cookie;
            if (is("expect")) return Header::expect;
            if (is("origin")) return Header::origin;
            break;
        case 8:
            if (is("if-match")) return Header::if_match;
            break;
        case 9:
            if (is("x-api-key")) return Header::x_api_key;
            if (is("x-user-id")) return Header::x_user_id;
            if (is("forwarded")) return Header::forwarded;
            break;
        case 10:
            if (is("user-agent")) return Header::user_agent;
            if (is("webhook-id")) return Header::webhook_id;
            break;
        case 11:
            if (is("traceparent")) return Header::traceparent;
            break;
        case 12:
            if (is("content-type")) return Header::content_type;
            if (is("x-request-id")) return Header::x_request_id;
            break;
        case 13:
            if (is("authorization")) return Header::authorization;
            if (is("if-none-match")) return Header::if_none_match;
            if (is("verdict-token")) return Header::verdict_token;
            break;
        case 14:
            if (is("sec-fetch-site")) return Header::sec_fetch_site;
            break;
        case 15:
            if (is("accept-encoding")) return Header::accept_encoding;
            if (is("idempotency-key")) return Header::idempotency_key;
            if (is("x-forwarded-for")) return Header::x_forwarded_for;
            break;
        case 16:
            if (is("content-encoding")) return Header::content_encoding;
            if (is("stripe-signature")) return Header::stripe_signature;
            break;
        case 17:
            if (is("webhook-signature")) return Header::webhook_signature;
            if (is("webhook-timestamp")) return Header::webhook_timestamp;
            break;
        default:
            break;
    }
    return std::nullopt;
}

/// Whether a `Host` is valid: a name or an address, with or without a port (RFC 9110, 7.2).
bool is_host(std::string_view text);

/// The name of a header that a request may have only once, because it says who the caller is, what
/// is requested or under which condition: with two, it would be unclear which one counts. Empty for
/// other headers, of which the last counts.
std::string_view name_if_single(Header header);

}  // namespace frontrow::http
