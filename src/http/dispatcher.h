#pragma once

#include "http/context.h"
#include "http/cors.h"
#include "http/limits.h"
#include "http/rate_check.h"
#include "http/router.h"
#include "telemetry/access_log.h"

#include <exception>

namespace frontrow::http {

/// Does what is common to all requests: finds the route, authenticates and authorises the caller
/// before the handler runs, and counts and logs the answer afterwards. One for all connections.
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
          access_log_{access_log},
          rate_check_{services} {}

    /// Decides by the head alone whether the request is admitted. If it isn't, the context holds
    /// the answer. Returns how many bytes of body to read at most.
    std::size_t admit(Context& context);
    /// Checks the Content-Type of an admitted request with a chunked body. admit() can't: the head
    /// doesn't show whether a chunked body is empty, and an empty body needs no Content-Type.
    void look_at_body(Context& context) const;
    /// Call it if the handler of an admitted request threw. Logs the exception and answers with an
    /// error.
    void failed(Context& context, const std::exception& error);
    /// Adds the headers that every answer has, even a refusal of malformed input. Call it once,
    /// just before sending.
    void finish(Context& context) const;
    /// Counts and logs an answered request.
    void answered(const Context& context, double seconds);

    const Services& services() const { return services_; }
    const Limits& limits() const { return limits_; }

private:
    bool route(Context& context);
    bool check_page(Context& context) const;
    bool identify(Context& context);
    bool admit_guest(Context& context) const;
    /// Whether the caller is a member of the route's event with the role organizer. Such a member
    /// may use the event's routes for organizers even if their token lacks that role.
    bool is_member_organizer(const Context& context, const identity::Principal& principal) const;
    bool check_content_type(Context& context, bool has_body) const;
    void note_refusal(const Context& context, double seconds) const;
    void log_access(const Context& context, double seconds) const;

    Router& router_;
    const Services& services_;
    const Limits& limits_;
    const Cors& cors_;
    const telemetry::AccessLog& access_log_;
    RateCheck rate_check_;
};

}  // namespace frontrow::http
