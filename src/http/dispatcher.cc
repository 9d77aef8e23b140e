#include "http/dispatcher.h"

#include "http/guest.h"
#include "http/negotiation.h"
#include "http/page_origin.h"
#include "http/query.h"
#include "http/recent_refusals.h"
#include "telemetry/trace.h"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <optional>
#include <utility>

namespace frontrow::http {
namespace {

constexpr std::size_t kRequestIdMax = 128;
/// The unread body of a refused request is skipped up to this size, so that the connection can go
/// on.
constexpr std::size_t kPassedOverMax = 1 << 20;
/// The prefix of all routes of one event. The first {…} part of such a route is the event's id.
constexpr std::string_view kOfOneEvent = "/api/v1/events/{id}";
/// The same for one reservation and one order.
constexpr std::string_view kOfOneReservation = "/api/v1/reservations/{id}";
constexpr std::string_view kOfOneOrder = "/api/v1/orders/{id}";
/// The route that tells why a request was refused.
constexpr std::string_view kWhy = "/api/v1/requests/{id}";

/// Whether the request id is visible ASCII of bounded length, so that headers and logs can repeat
/// it.
bool is_echoable(std::string_view id) {
    return id.size() <= kRequestIdMax &&
           std::ranges::all_of(id, [](char c) { return c > 0x20 && c < 0x7F; });
}

identity::Role role_for(Access access) {
    switch (access) {
        case Access::anyone:
        case Access::guest:
        case Access::user:
            return identity::Role::user;
        case Access::scanner:
            return identity::Role::scanner;
        case Access::organizer:
            return identity::Role::organizer;
        case Access::admin:
            return identity::Role::admin;
    }
}

/// Routes that read no body accept JSON too: many clients send `{}` with every POST.
bool takes(BodyKind kind, std::string_view content_type) {
    return is_json(content_type) || (kind == BodyKind::bulk_seats && is_csv(content_type));
}

std::size_t bytes_max(BodyKind kind, const Limits& limits) {
    switch (kind) {
        case BodyKind::none:
        case BodyKind::json:
            return limits.body_bytes;
        case BodyKind::long_json:
            return limits.long_body_bytes;
        case BodyKind::scans:
            return limits.scans_body_bytes;
        case BodyKind::allocation:
            return limits.allocation_body_bytes;
        case BodyKind::bulk_seats:
            return limits.bulk_body_bytes;
    }
}

telemetry::Subject subject_of(const Context& context) {
    auto subject = context.subject;
    if (context.route == nullptr) return subject;
    const auto pattern = context.route->route.pattern;
    if (pattern.starts_with(kOfOneEvent)) subject.event = EventId::parse(context.path_parts[0]);
    if (pattern.starts_with(kOfOneReservation))
        subject.reservation = ReservationId::parse(context.path_parts[0]);
    return subject;
}

}  // namespace

std::size_t Dispatcher::admit(Context& context) {
    const auto& request = context.request;
    context.trace = telemetry::parse_traceparent(request.header(Header::traceparent))
                        .value_or(services_.ids.next_trace());
    const auto request_id = request.header(Header::x_request_id);
    context.request_id = is_echoable(request_id) ? request_id : std::string_view{};
    const bool has_body = request.body_bytes.value_or(0) > 0;
    if (!route(context) || !check_page(context)) return kPassedOverMax;
    rate_check_.find_client(context);
    if (!identify(context) || !check_content_type(context, has_body)) return kPassedOverMax;
    context.is_admitted = true;
    return bytes_max(context.route->route.body, limits_);
}

bool Dispatcher::route(Context& context) {
    auto match = router_.find(context.request.method, context.request.path, context.path_parts);
    context.route = match.entry;
    if (match.entry != nullptr) return true;
    if (match.allowed.empty()) {
        context.fail(not_found("There is nothing at this path."));
    } else if (context.request.method == Method::options) {
        context.response.add_header("Allow", match.allowed);
        context.response.status = 204;
    } else {
        context.response.add_header("Allow", match.allowed);
        context.fail(
            {.status = 405,
             .code = "METHOD_NOT_ALLOWED",
             .message = "This path allows " + match.allowed + "."}
        );
    }
    return false;
}

/// With --dev every caller is trusted, so no page from elsewhere may send requests through a
/// browser.
bool Dispatcher::check_page(Context& context) const {
    if (!services_.authenticator.dev()) return true;
    const auto& request = context.request;
    std::string_view message;
    if (!is_loopback_host(request.header(Header::host))) {
        message =
            "With --dev the server is for this machine alone: ask localhost, 127.0.0.1 or [::1].";
    } else if (context.route->route.access != Access::anyone && is_for_another_page(request) &&
               !cors_.allows(request.header(Header::origin))) {
        message =
            "With --dev no page of another origin is served; if this one is yours, start the "
            "server with --cors-origin and its origin.";
    }
    if (message.empty()) return true;
    context.fail({.status = 403, .code = "FORBIDDEN", .message = std::string{message}});
    return false;
}

bool Dispatcher::identify(Context& context) {
    const auto access = context.route->route.access;
    if (access == Access::anyone) return rate_check_.admits_address(context);
    const identity::Credentials credentials{
        .authorization = context.request.header(Header::authorization),
        .api_key = context.request.header(Header::x_api_key),
        .dev_user = context.request.header(Header::x_user_id),
    };
    const bool is_by_key = identity::is_by_key(credentials);
    if (!is_by_key && !rate_check_.admits_address(context)) return false;
    auto principal = services_.authenticator.identify(credentials, services_.store.now());
    const bool acts_as_dev_admin =
        principal && !*principal && services_.authenticator.dev() && access > Access::user;
    if (acts_as_dev_admin)
        *principal = identity::Principal{
            .sub = std::string{identity::kDevSub}, .role = identity::Role::admin
        };
    if (principal && !*principal && access == Access::guest)
        return admit_guest(context) && rate_check_.admits_caller(context);
    if (!principal && principal.error().is_temporary) {
        context.fail(keys_not_read());
        return false;
    }
    if (!principal || !*principal) {
        if (is_by_key && !rate_check_.admits_address(context)) return false;
        const auto message = !principal ? principal.error().message
                             : services_.authenticator.dev()
                                 ? std::string_view{"This needs a caller: with --dev, the header "
                                                    "X-User-ID names one, like alice."}
                                 : std::string_view{"This needs a bearer token or an API key."};
        context.fail_to_identify(message);
        return false;
    }
    context.principal = std::move(**principal);
    if (!rate_check_.admits_caller(context)) return false;
    if (context.principal.role < role_for(access) &&
        !is_member_organizer(context, context.principal) &&
        context.route->route.owner != Owner::found_event) {
        context.fail(needs_role(identity::name_of(role_for(access))));
        return false;
    }
    return true;
}

/// A browser sends a guest's cookie by itself. So a page from elsewhere could act for the guest, if
/// it could send requests.
bool Dispatcher::admit_guest(Context& context) const {
    const auto& request = context.request;
    if (is_for_another_page_by_proxy(request) && !cors_.allows(request.header(Header::origin))) {
        context.fail(
            {.status = 403,
             .code = "FORBIDDEN",
             .message = "A page of another origin needs a bearer token: it can't act for a guest."}
        );
        return false;
    }
    context.principal = identify_guest(context);
    return true;
}

bool Dispatcher::is_member_organizer(const Context& context, const identity::Principal& principal)
    const {
    const auto& route = context.route->route;
    if (route.owner != Owner::event) return false;
    const auto event = EventId::parse(context.path_parts[0]);
    return event && services_.store.is_member_organizer(*event, principal.sub);
}

bool Dispatcher::check_content_type(Context& context, bool has_body) const {
    const auto& request = context.request;
    const auto kind = context.route->route.body;
    const bool is_encoded = request.has(Header::content_encoding);
    const bool is_taken = !has_body || takes(kind, request.header(Header::content_type));
    if (!is_encoded && is_taken) return true;
    const bool may_be_csv = kind == BodyKind::bulk_seats;
    context.fail(
        {.status = 415,
         .code = "UNSUPPORTED_MEDIA_TYPE",
         .message = is_encoded   ? "A request must come without a Content-Encoding."
                    : may_be_csv ? "The body must be application/json or text/csv."
                                 : "The body must be application/json."}
    );
    return false;
}

void Dispatcher::look_at_body(Context& context) const {
    const bool came_in_chunks = !context.request.body_bytes;
    if (!came_in_chunks) return;
    context.is_admitted = check_content_type(context, !context.request.body.empty());
}

void Dispatcher::failed(Context& context, const std::exception& error) {
    // Our own code doesn't throw, so this comes from a library (out of memory, for example).
    services_.log.error(
        "a request failed",
        {{"route", std::string{context.route->route.pattern}}, {"error", error.what()}}
    );
    // Drops the headers of the unfinished answer.
    context.response.start();
    context.fail(
        {.status = 500, .code = "INTERNAL", .message = "The server failed to answer this request."}
    );
}

void Dispatcher::finish(Context& context) const {
    cors_.add_headers(context.request, context.response);
    if (context.rate) add_rate_headers(context.response, *context.rate);
}

void Dispatcher::answered(const Context& context, double seconds) {
    const auto status = context.response.status;
    auto& metrics = context.route == nullptr ? router_.unrouted() : context.route->metrics;
    metrics.answered(status, seconds);
    if (!context.refusal_code.empty()) note_refusal(context, seconds);
    if (access_log_.wants(status, seconds)) log_access(context, seconds);
}

void Dispatcher::note_refusal(const Context& context, double seconds) const {
    const auto& route = context.route->route;
    // A question about a request isn't the newest request with that X-Request-Id.
    if (route.pattern == kWhy) return;
    const auto subject = subject_of(context);
    std::optional<OrderId> order;
    if (route.pattern.starts_with(kOfOneOrder)) order = OrderId::parse(context.path_parts[0]);
    services_.refusals.note(
        context.principal.sub,
        context.request_id,
        {.trace = context.trace,
         .method = name_of(context.request.method),
         .route = route.pattern,
         .status = context.response.status,
         .code = context.refusal_code,
         .message = context.refusal_message,
         .at = services_.store.now(),
         .duration_ms = static_cast<std::int64_t>(seconds * 1'000),
         .event = subject.event,
         .reservation = subject.reservation,
         .order = order}
    );
}

void Dispatcher::log_access(const Context& context, double seconds) const {
    const auto route =
        context.route == nullptr ? std::string_view{"unknown"} : context.route->route.pattern;
    access_log_.write({
        .method = name_of(context.request.method),
        .route = route,
        .status = context.response.status,
        .seconds = seconds,
        .trace = context.trace,
        .subject = subject_of(context),
    });
}

}  // namespace frontrow::http
