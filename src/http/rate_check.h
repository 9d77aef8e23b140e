#pragma once

#include "http/context.h"

namespace frontrow::http {

/// Checks each request against the limits of its address, and then of its user or key. It reads no
/// body and waits for nobody. One for all connections; one thread.
class RateCheck {
public:
    explicit RateCheck(const Services& services) : services_{services} {}

    /// Finds out which client sends the request.
    void find_client(Context& context);
    /// Takes the request from the limit of the client's address. Call it before the caller is
    /// identified, because that costs time; but not for a request by a good API key, which belongs
    /// to a server that may act for many. If the limit is used up, answers and returns false.
    bool admits_address(Context& context);
    /// The same for the user or key that was identified. What one user sends too much counts for
    /// nobody else at their address.
    bool admits_caller(Context& context);

private:
    admission::RateCaller address_of(Context& context) const;
    bool admits(Context& context, admission::RateSubject subject, admission::RateCaller caller);
    admission::RateLimiter::Time now() const;
    void warn_of_proxy(const Context& context);

    const Services& services_;
    bool has_warned_ = false;
};

/// Adds `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-09).
void add_rate_headers(Response& response, const admission::RateUse& use);

}  // namespace frontrow::http
