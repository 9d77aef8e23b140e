#pragma once

#include "http/context.h"
#include "http/cors.h"
#include "http/limits.h"
#include "http/router.h"
#include "telemetry/access_log.h"

#include <exception>

namespace frontrow::http {

/// Takes a request from its head to its answer: which route, who asks, may they, and then the
/// handler. One for all connections.
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

    /// Looks at the head alone. Where the request isn't admitted the context holds the answer.
    /// Returns how long a body to read.
    std::size_t admit(Context& context);
    /// Refuses an admitted request whose body came in chunks and isn't of a type that its route
    /// takes: by the head alone there might have been none.
    void look_at_body(Context& context) const;
    /// An admitted request's handler threw: logs it, and answers.
    void failed(Context& context, const std::exception& error);
    /// Adds what any answer has, a refusal of what was no request included; once, just before it's
    /// sent.
    void finish(Context& context) const { cors_.add_headers(context.request, context.response); }
    /// Counts and logs an answered request.
    void answered(const Context& context, double seconds);

    const Services& services() const { return services_; }
    const Limits& limits() const { return limits_; }

private:
    bool route(Context& context);
    bool check_page(Context& context) const;
    bool identify(Context& context);
    /// The caller is a member of the route's event with the role organizer. On the event's routes
    /// for organizers that is as good as a token with this role.
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
