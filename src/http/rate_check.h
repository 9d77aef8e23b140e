#pragma once

#include "http/context.h"

namespace frontrow::http {

/// Checks each request against the limits of its address, and then of its user or key. It reads no
/// body and waits for nobody. One for all connections; one thread.
class RateCheck {
public:
    explicit RateCheck(const Services& services) : services_{services} {}

    /// Finds out the client's address, and takes the request from the address's limit. Call it
    /// before the caller is identified, because that costs time. A request with an API key has no
    /// limit by address: it belongs to a server, which may act for many. If the limit is used up,
    /// answers and returns false.
    bool admits_address(Context& context);
    /// The same for the user or key that was identified.
    bool admits_caller(Context& context);
    /// The same for the address of a request whose API key turned out not to be one.
    bool admits_stranger(Context& context);

private:
    bool admits(Context& context, admission::RateSubject subject, admission::RateCaller caller);
    void warn_of_proxy(const Context& context);

    const Services& services_;
    bool has_warned_ = false;
};

/// Adds `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-09).
void add_rate_headers(Response& response, const admission::RateUse& use);

}  // namespace frontrow::http
