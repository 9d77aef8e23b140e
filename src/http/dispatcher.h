#pragma once

#include "http/context.h"
#include "http/cors.h"
#include "http/limits.h"
#include "http/router.h"
#include "telemetry/access_log.h"

#include <exception>

namespace frontrow::http {

/// Handles a request around its handler: finds the route, authenticates and authorises the caller,
/// and counts and logs the answer. One for all connections.
class Dispatcher {
public:
    Dispatcher(
        Router& router,
        const Services& services,
        const Limits& limits,
        const Cors& cors,
        const telemetry::AccessLog& access_log
    )
        : router_{router},
          services_{services},
          limits_{limits},
          cors_{cors},
          access_log_{access_log} {}

    /// Decides by the head alone whether the request is admitted. If not, the context holds the
    /// answer. Returns how many bytes of body to read at most.
    std::size_t admit(Context& context);
    /// Refuses an admitted request if its body came in chunks and its Content-Type isn't one that
    /// the route takes. By the head alone, the body could have been empty.
    void look_at_body(Context& context) const;
    /// The handler of an admitted request threw: logs it, and answers with an error.
    void failed(Context& context, const std::exception& error);
    /// Adds the headers that every answer has, even a refusal of malformed input. Call it once,
    /// just before sending.
    void finish(Context& context) const { cors_.add_headers(context.request, context.response); }
    /// Counts and logs an answered request.
    void answered(const Context& context, double seconds);

    const Services& services() const { return services_; }
    const Limits& limits() const { return limits_; }

private:
    bool route(Context& context);
    bool check_page(Context& context) const;
    bool identify(Context& context);
    /// Whether the caller is a member of the route's event with the role organizer. On the event's
    /// routes for organizers, that is as good as a token with that role.
    bool is_member_organizer(const Context& context, const identity::Principal& principal) const;
    bool check_content_type(Context& context, bool has_body) const;
    void log_access(const Context& context, double seconds) const;

    Router& router_;
    const Services& services_;
    const Limits& limits_;
    const Cors& cors_;
    const telemetry::AccessLog& access_log_;
};

}  // namespace frontrow::http
