#include "http/request_parts.h"

#include "http/text.h"

#include <boost/url/parse.hpp>

namespace frontrow::http {
namespace {

/// The characters of host names and IPv4 addresses.
constexpr auto kIsInUsualHost = set_of(
    "-.0123456789"
    "abcdefghijklmnopqrstuvwxyz"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
);

bool is_usual_host(std::string_view text) {
    const auto* at = text.begin();
    while (at != text.end() && kIsInUsualHost[static_cast<unsigned char>(*at)])
        ++at;
    if (at == text.begin()) return false;
    if (at != text.end() && *at == ':') ++at;
    while (at != text.end() && *at >= '0' && *at <= '9')
        ++at;
    return at == text.end();
}

}  // namespace

bool is_host(std::string_view text) {
    if (is_usual_host(text)) return true;
    const auto authority =
        boost::urls::parse_authority(boost::urls::string_view{text.data(), text.size()});
    return authority && !authority->has_userinfo() && !authority->encoded_host().empty();
}

std::string_view name_if_single(Header header) {
    switch (header) {
        case Header::authorization:
            return "Authorization";
        case Header::content_type:
            return "Content-Type";
        case Header::host:
            return "Host";
        case Header::idempotency_key:
            return "Idempotency-Key";
        case Header::if_match:
            return "If-Match";
        case Header::if_none_match:
            return "If-None-Match";
        case Header::origin:
            return "Origin";
        case Header::sec_fetch_site:
            return "Sec-Fetch-Site";
        case Header::stripe_signature:
            return "Stripe-Signature";
        case Header::verdict_token:
            return "Verdict-Token";
        case Header::webhook_id:
            return "Webhook-Id";
        case Header::webhook_signature:
            return "Webhook-Signature";
        case Header::webhook_timestamp:
            return "Webhook-Timestamp";
        case Header::x_api_key:
            return "X-API-Key";
        case Header::x_user_id:
            return "X-User-ID";
        case Header::accept_encoding:
        case Header::content_encoding:
        case Header::cookie:
        case Header::expect:
        case Header::forwarded:
        case Header::traceparent:
        case Header::user_agent:
        case Header::x_forwarded_for:
        case Header::x_request_id:
            return {};
    }
}

}  // namespace frontrow::http
