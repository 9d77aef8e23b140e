#include "http/rate_check.h"

#include "http/router.h"

#include <fmt/format.h>

#include <string_view>

namespace frontrow::http {

using admission::RateSubject;

void RateCheck::find_client(Context& context) {
    const auto& proxies = services_.admission.proxies;
    const auto header = proxies.header() == admission::ProxyHeader::forwarded
                            ? Header::forwarded
                            : Header::x_forwarded_for;
    const auto told = context.request.header(header);
    context.client = told.empty() ? context.peer : proxies.client_of(context.peer, told);
    if (told.empty() || has_warned_ || services_.admission.limiter == nullptr) return;
    if (!proxies.trusts(context.peer)) warn_of_proxy(context);
}

bool RateCheck::admits_address(Context& context) {
    if (services_.admission.limiter == nullptr) return true;
    const auto caller = address_of(context);
    if (!admits(context, RateSubject::address, caller)) return false;
    context.limited_address = caller;
    return true;
}

/// Most connections have one client, so its digest is made once.
admission::RateCaller RateCheck::address_of(Context& context) const {
    auto& last = context.last_client;
    if (!last || last->first != context.client) {
        const auto part = bytes_of(admission::limited_part(context.client).bits);
        const std::string_view id{reinterpret_cast<const char*>(part.data()), part.size()};
        last = {context.client, rate_caller(services_.sha, RateSubject::address, id)};
    }
    return last->second;
}

bool RateCheck::admits_caller(Context& context) {
    if (services_.admission.limiter == nullptr) return true;
    const auto subject = context.principal.is_key ? RateSubject::key : RateSubject::user;
    const auto caller = admission::rate_caller(services_.sha, subject, context.principal.sub);
    if (admits(context, subject, caller)) return true;
    const auto kind = context.route->limited_as;
    if (kind && context.limited_address)
        services_.admission.limiter->give_back(
            *kind, RateSubject::address, *context.limited_address, now()
        );
    return false;
}

bool RateCheck::admits(Context& context, RateSubject subject, admission::RateCaller caller) {
    const auto kind = context.route->limited_as;
    if (!kind) return true;
    const auto use = services_.admission.limiter->take(*kind, subject, caller, now());
    if (!use) return true;
    if (!use->is_admitted || !context.rate || use->remaining < context.rate->remaining)
        context.rate = use;
    if (use->is_admitted) return true;
    context.fail(too_many_requests(subject, use->retry_in_seconds));
    return false;
}

admission::RateLimiter::Time RateCheck::now() const {
    return std::chrono::floor<admission::RateLimiter::Time>(
        services_.admission.clock.read().since_boot
    );
}

/// Clients of an unknown proxy share the proxy's limits.
void RateCheck::warn_of_proxy(const Context& context) {
    has_warned_ = true;
    services_.log.warn(
        "a proxy sends requests that --trusted-proxies doesn't name, so all its clients have the "
        "limits of one address together",
        {{"address", admission::to_string(context.peer)}}
    );
}

void add_rate_headers(Response& response, const admission::RateUse& use) {
    fmt::memory_buffer text;
    fmt::format_to(
        std::back_inserter(text),
        "\"{}\";r={};t={}",
        use.name,
        use.remaining,
        use.restored_in_seconds
    );
    response.add_header("RateLimit-Policy", use.policy);
    response.add_header("RateLimit", {text.data(), text.size()});
}

}  // namespace frontrow::http
