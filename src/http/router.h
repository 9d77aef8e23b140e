#pragma once

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

/// Who may use a route; each includes those after it. An event's routes for organizers are open to
/// its members with that role as well.
enum class Access : std::uint8_t { anyone, user, scanner, organizer, admin };

/// What a route takes with a request, and by that how much.
enum class BodyKind : std::uint8_t {
    /// Nothing that is looked at; Limits::body_bytes may come.
    none,
    /// JSON of at most Limits::body_bytes.
    json,
    /// JSON of at most Limits::long_body_bytes: an event has a long description.
    long_json,
    /// JSON or CSV of at most Limits::bulk_body_bytes.
    bulk_seats,
};

using Handler = store::Awaitable<void> (*)(Context&);

/// A line of the table that the contract is. `pattern` has at most two {…} parts.
struct Route {
    Method method;
    std::string_view pattern;
    Access access;
    BodyKind body;
    Handler handler;
    /// Found at the root of the host as well as below the base path: its askers come by no proxy.
    bool is_also_at_root = false;
};

/// The decoded {…} parts of a path, in order.
using PathParts = std::array<std::string, 2>;

/// What stands between the slashes of a path, or of a pattern.
class PathSegments {
public:
    /// Nothing where it doesn't begin with a slash or has more segments than any route.
    static std::optional<PathSegments> split(std::string_view path);

    static constexpr std::size_t kMax = 8;

    /// Decodes each, into `texts`, which must live as long. False where one is nothing that a seat,
    /// a user or an event can be called: percent-encoding that doesn't decode, or a NUL.
    bool decode(std::array<std::string, kMax>& texts);
    /// This path is one of the pattern's.
    bool fit(const PathSegments& pattern) const;
    /// Of a path that fits.
    void take_parts(const PathSegments& pattern, PathParts& parts) const;
    /// How many {…} parts a pattern has.
    std::size_t count_parts() const;

private:
    std::array<std::string_view, kMax> each_;
    std::size_t count_ = 0;
};

/// A route as the router keeps it.
struct RouteEntry {
    Route route;
    PathSegments segments;
    telemetry::Metrics::Route metrics;
};

/// Finds the route of a request.
class Router {
public:
    struct Match {
        RouteEntry* entry = nullptr;
        /// The path is known, but not with this method: those that it's answered with, for
        /// `Allow`.
        std::string allowed;
    };

    Router(std::span<const Route> routes, telemetry::Metrics& metrics, BasePath base_path = {});

    /// Fills `parts` with the decoded {…} parts of the path.
    Match find(Method method, std::string_view path, PathParts& parts);
    /// Where requests without a route are counted.
    telemetry::Metrics::Route& unrouted() { return unrouted_; }

private:
    Match
    find(Method method, const PathSegments& asked, bool is_below_base, PathParts& parts);

    BasePath base_path_;
    std::vector<RouteEntry> entries_;
    telemetry::Metrics::Route unrouted_;
};

}  // namespace frontrow::http
