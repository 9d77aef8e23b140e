#pragma once

#include "http/handlers/routes.h"
#include "support/test_server.h"

#include <string>
#include <vector>

namespace frontrow::test {

/// One of each thing, so that the path of every route exists: an event with seats, the first of
/// them held by alice, a ticket, a device, and an API key.
struct SmallWorld {
    Venue venue;
    std::string reservation;
    std::string api_key = {};
    /// Alice's order of her reservation.
    std::string order = {};
    /// Alice's ticket for a seat that isn't one of the venue's, and its code.
    std::string ticket = {};
    std::string code = {};
    /// A device that waits to be paired, and its code, which works once.
    std::string device = {};
    std::string pairing_code = {};
    /// The trace of a request of alice's that was refused. The server forgets it when it stops.
    std::string refused_request = {};
};

SmallWorld make_small_world(const TestServer& server);

/// Adds the device to the world. `by`: an organiser of its event.
void add_device(HttpClient& client, const Headers& by, SmallWorld& world);

/// A route with a path that exists in the small world, and a fitting body.
struct Visit {
    http::Route route;
    std::string method;
    std::string path;
    /// With its question mark; empty if the route needs no query.
    std::string query;
    std::string body;

    bool is_for(http::Access access) const { return route.access == access; }
    /// Whether the request changes nothing.
    bool reads() const { return route.method == http::Method::get; }
};

/// All routes. Each call creates new things; the route that deletes the event comes last.
std::vector<Visit> every_route(const SmallWorld& world);

/// Sends the visit's request, with these headers in addition to the necessary ones.
HttpAnswer visit(HttpClient& client, const Visit& one, Headers headers);

}  // namespace frontrow::test
