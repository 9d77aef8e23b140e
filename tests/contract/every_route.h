#pragma once

#include "http/handlers/routes.h"
#include "support/test_server.h"

#include <string>
#include <vector>

namespace frontrow::test {

/// One of everything, so that the path of every route leads to something: an event with seats, the
/// first of them held by alice, and an API key.
struct SmallWorld {
    Venue venue;
    std::string reservation;
    std::string api_key = {};
};

SmallWorld make_small_world(const TestServer& server);

/// A route with a path that leads to something in the small world, and a body that fits.
struct Visit {
    http::Route route;
    std::string method;
    std::string path;
    /// With its question mark, where the route needs one.
    std::string query;
    std::string body;

    bool is_for(http::Access access) const { return route.access == access; }
    /// It changes nothing.
    bool reads() const { return route.method == http::Method::get; }
};

/// Every route there is. Whatever a route creates is new with each call; the one that deletes the
/// event comes last.
std::vector<Visit> every_route(const SmallWorld& world);

/// A request that asks for this, with these headers more than it needs.
HttpAnswer visit(HttpClient& client, const Visit& one, Headers headers);

}  // namespace frontrow::test
