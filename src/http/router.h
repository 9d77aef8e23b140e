#pragma once

#include "admission/rate_limits.h"
#include "http/base_path.h"
#include "http/context.h"
#include "telemetry/metrics.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::http {

/// Which callers may use a route. A route for one level is open to all levels after it. An event's
/// routes for organizers are also open to its members with that role. A caller without credentials
/// is a guest, whom a cookie names (guest.h).
enum class Access : std::uint8_t { anyone, guest, user, scanner, organizer, admin };

/// Whose things a route leads to. Those of others are answered 404.
enum class Owner : std::uint8_t {
    /// Nobody's: whoever may use the route may use it for all of them.
    nobody,
    /// The caller's own: a user's reservations, orders and tickets. No role opens another user's.
    caller,
    /// The event's in the path: its creator and its members may use them, and any admin. The
    /// dispatcher lets the event's organizers in, and the domain refuses the others.
    event,
    /// The same for an event that only the handler finds, from an order, a ticket or a code. The
    /// handler also decides whether a member without the role may use the route.
    found_event,
    /// A ticket's: the caller who has it, and those of its event.
    caller_or_event,
};

/// The body that a route takes, which also decides how long it may be.
enum class BodyKind : std::uint8_t {
    /// The body is ignored, but may have up to Limits::body_bytes.
    none,
    /// JSON of at most Limits::body_bytes.
    json,
    /// JSON of at most Limits::long_body_bytes, because the description of an event is long.
    long_json,
    /// JSON of at most Limits::scans_body_bytes, because a gate may report hundreds of codes.
    scans,
    /// JSON of at most Limits::allocation_body_bytes, because an allocation has lists of seats and
    /// codes.
    allocation,
    /// JSON or CSV of at most Limits::bulk_body_bytes.
    bulk_seats,
};

/// How long the owner's thread works on an answer.
enum class Weight : std::uint8_t {
    light,
    /// Light, and takes seats or tickets out of the sale or keeps them longer. So it has limits of
    /// its own.
    hold,
    /// Long enough to delay a sale, because the answer is rendered anew for each request and may be
    /// long. So the connection waits for its turn before each such request (io::TurnQueue).
    heavy,
};

using Handler = store::Awaitable<void> (*)(Context&);

/// Makes a problem the answer.
using ProblemWriter = void (*)(Response&, Problem, TraceId);

/// One row of the table of routes. `pattern` has at most two {…} parts. A part is a segment, or the
/// beginning of one: `{id}.svg`.
struct Route {
    Method method;
    std::string_view pattern;
    Access access;
    Owner owner;
    BodyKind body;
    Handler handler;
    Weight weight = Weight::light;
    /// Also served at the root of the host, not only below the base path, for callers that don't
    /// come through the proxy.
    bool is_also_at_root = false;
    /// The form of this route's errors.
    ProblemWriter write_problem = http::write_problem;
};

/// The decoded {…} parts of a path, in order.
using PathParts = std::array<std::string, 2>;

/// The segments between the slashes of a path or of a pattern.
class PathSegments {
public:
    /// Returns nothing if the path doesn't begin with a slash or has more segments than any route
    /// (kMax).
    static std::optional<PathSegments> split(std::string_view path);

    static constexpr std::size_t kMax = 8;

    /// Decodes the segments into `texts`, which must live as long as this object. Returns false if
    /// a segment can't be decoded or contains a NUL, since no seat, user or event has such a name.
    bool decode(std::array<std::string, kMax>& texts);
    /// Whether this path matches the pattern.
    bool fit(const PathSegments& pattern) const;
    /// Copies the {…} parts of a path that fits the pattern.
    void take_parts(const PathSegments& pattern, PathParts& parts) const;
    /// The number of {…} parts of a pattern.
    std::size_t count_parts() const;

private:
    std::array<std::string_view, kMax> each_;
    std::size_t count_ = 0;
};

/// A route with what the router precomputes for it.
struct RouteEntry {
    Route route;
    PathSegments segments;
    /// The limits under which its requests fall; nothing if there are none.
    std::optional<admission::RequestClass> limited_as;
    telemetry::Metrics::Route metrics;
};

/// Finds the route of a request. The first pattern in the table that a path fits is the path's
/// pattern, whatever the method. So a pattern like `/tickets/check-in` comes before
/// `/tickets/{id}`.
class Router {
public:
    struct Match {
        RouteEntry* entry = nullptr;
        /// If the path is known but not with this method: the methods that it allows, for `Allow`.
        std::string allowed;
    };

    Router(std::span<const Route> routes, telemetry::Metrics& metrics, BasePath base_path = {});

    /// Fills `parts` with the decoded {…} parts of the path.
    Match find(Method method, std::string_view path, PathParts& parts);
    /// Counts the requests that have no route.
    telemetry::Metrics::Route& unrouted() { return unrouted_; }

private:
    Match find(Method method, const PathSegments& asked, bool is_below_base, PathParts& parts);

    BasePath base_path_;
    std::vector<RouteEntry> entries_;
    telemetry::Metrics::Route unrouted_;
};

}  // namespace frontrow::http
