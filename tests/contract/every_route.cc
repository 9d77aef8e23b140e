#include "every_route.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace frontrow::test {
namespace {

/// A new number for each seat and key that is added.
std::string next_number() {
    static std::atomic<int> last = 0;
    return std::to_string(++last);
}

std::string part_for(std::string_view pattern, const SmallWorld& world) {
    if (pattern.starts_with("/swagger")) return "index.html";
    if (pattern.starts_with("/api/v1/events")) return world.venue.event;
    if (pattern.starts_with("/api/v1/seats")) return world.venue.seats[0];
    if (pattern.starts_with("/api/v1/users")) return "alice";
    if (pattern.starts_with("/api/v1/api-keys")) return world.api_key;
    if (pattern.starts_with("/api/v1/orders")) return world.order;
    if (pattern.starts_with("/api/v1/tickets")) return world.ticket;
    if (pattern.starts_with("/api/v1/payments")) return "simulator";
    if (pattern.starts_with("/api/v1/requests")) return world.refused_request;
    return world.reservation;
}

/// `category`: the name of the one that is added, and then changed; an allocation of it has the
/// same name.
std::string
body_for(const http::Route& route, const SmallWorld& world, const std::string& category) {
    const auto number = next_number();
    if (route.body == http::BodyKind::none) return {};
    if (route.pattern.ends_with("/check-in")) return R"({"code":")" + world.code + "\"}";
    if (route.pattern.ends_with("/check-in/batch"))
        return R"({"scans":[{"code":")" + world.code + R"(","scan_id":")" + world.reservation +
               R"(","scanned_at":"2026-01-01T00:00:00Z"}]})";
    if (route.pattern.ends_with("/holder")) return "{}";
    if (route.pattern.ends_with("/transfer")) return R"({"sub":"bob"})";
    if (route.pattern.starts_with("/api/v1/payments")) return R"({"id":"evt_1"})";
    if (route.pattern == "/api/v1/orders")
        return R"({"reservation_id":")" + world.reservation + R"(","email":"a@b.example"})";
    if (route.pattern.ends_with("/payments")) return R"({"token":"tok_ok"})";
    if (route.pattern.ends_with("/refund")) return R"({"return_to_sale":true})";
    if (route.pattern.ends_with("/settlement"))
        return R"({"payment_id":")" + world.order + R"(","result":"succeeded"})";
    if (route.pattern.ends_with("/orders"))
        return R"({"best_available":{"quantity":1},"method":"cash"})";
    if (route.pattern.ends_with("/seats"))
        return R"({"seat_number":"one-)" + number + R"(","price":1})";
    if (route.pattern.ends_with("/bulk"))
        return R"({"prefix":"many-)" + number + R"(","count":2,"price":1})";
    if (route.pattern.ends_with("/ticket-categories"))
        return R"({"name":")" + category + R"(","price":1,"total_stock":2})";
    if (route.pattern.ends_with("/allocations"))
        return R"({"name":")" + category + R"(","category":")" + category +
               R"(","quantity":1,"access_code":"c"})";
    if (route.pattern.ends_with("/allocations/{name}")) return R"({"limit":1})";
    if (route.pattern.ends_with("/{name}")) return R"({"price":2,"total_stock":1})";
    if (route.pattern.ends_with("/api-keys")) return R"({"name":"a gate","role":"scanner"})";
    if (route.pattern.ends_with("/api-keys/{id}")) return R"({"account":"a hall"})";
    if (route.pattern.ends_with("/devices")) return R"({"name":"a scanner"})";
    if (route.pattern.ends_with("/pair")) return R"({"code":")" + world.pairing_code + "\"}";
    if (route.pattern.ends_with("/members")) return R"({"sub":"carol","role":"scanner"})";
    if (route.pattern.ends_with("/confirm")) return R"({"terms_accepted":true})";
    if (route.pattern.ends_with("/extend")) return R"({"seconds":1})";
    // Leaves the sale open for the visits that follow.
    if (route.pattern.ends_with("/sale")) return R"({"action":"open"})";
    if (route.pattern.ends_with("/reservations/{id}"))
        return R"({"add":{"seat_ids":[")" + world.venue.seats[2] + R"("]}})";
    if (route.pattern.ends_with("/reservations"))
        return R"({"event_id":")" + world.venue.event + R"(","seat_ids":[")" +
               world.venue.seats[1] + R"("]})";
    return event_body();
}

/// Adds a seat, which alice takes.
void add_ticket(const TestServer& server, SmallWorld& world) {
    const auto seat = Caller(server, "")
                          .post(
                              "/api/v1/events/" + world.venue.event + "/seats",
                              R"({"seat_number":"sold","price":1})"
                          );
    Caller alice{server, "alice"};
    const auto held =
        alice.reserve(world.venue.event, {seat.text("id")}, "ticket of " + world.venue.event);
    alice.post("/api/v1/reservations/" + held.text("id") + "/confirm");
    world.ticket = held.text("id") + ".1";
    world.code = alice.get("/api/v1/tickets/" + world.ticket).text("code");
}

/// The member whom the previous route has added.
std::string query_for(const http::Route& route) {
    const bool is_removal =
        route.pattern.ends_with("/members") && route.method == http::Method::delete_;
    return is_removal ? "?sub=carol" : "";
}

}  // namespace

SmallWorld make_small_world(const TestServer& server) {
    SmallWorld world{.venue = make_venue(server, 3), .reservation = {}};
    const auto held =
        Caller(server, "alice")
            .reserve(
                world.venue.event, {world.venue.seats[0]}, "small world of " + world.venue.event
            );
    world.reservation = held.text("id");
    const auto key = Caller(server, "").post("/api/v1/api-keys", R"({"name":"n","role":"user"})");
    world.api_key = key.text("id");
    const auto order = Caller(server, "alice")
                           .post(
                               "/api/v1/orders",
                               R"({"reservation_id":")" + world.reservation + "\"}",
                               {{"Idempotency-Key", "order of " + world.reservation}}
                           );
    world.order = order.text("id");
    world.refused_request =
        Caller(server, "alice").get("/api/v1/orders/" + world.venue.event).header("trace-id");
    add_ticket(server, world);
    auto client = server.connect();
    add_device(client, {}, world);
    return world;
}

void add_device(HttpClient& client, const Headers& by, SmallWorld& world) {
    const auto path = "/api/v1/events/" + world.venue.event + "/devices";
    const auto added = client.ask("POST", path, by, R"({"name":"a gate"})");
    world.device = added.text("id");
    world.pairing_code = added.text("pairing_code");
}

std::vector<Visit> every_route(const SmallWorld& world) {
    std::vector<Visit> visits;
    const auto category = "standing-" + next_number();
    for (const auto& route : http::all_routes()) {
        std::string path{route.pattern};
        for (const auto& [part, value] :
             {std::pair{"{name}", category}, std::pair{"{device}", world.device}})
            if (const auto at = path.find(part); at != std::string::npos)
                path.replace(at, std::string_view{part}.size(), value);
        if (const auto at = path.find('{'); at != std::string::npos)
            path.replace(at, path.find('}') + 1 - at, part_for(route.pattern, world));
        visits.push_back(
            {.route = route,
             .method = std::string{http::name_of(route.method)},
             .path = std::move(path),
             .query = query_for(route),
             .body = body_for(route, world, category)}
        );
    }
    const auto last = std::ranges::find(visits, http::Method::delete_, [](const Visit& one) {
        return one.route.method;
    });
    std::rotate(last, last + 1, visits.end());
    return visits;
}

HttpAnswer visit(HttpClient& client, const Visit& one, Headers headers) {
    if (one.route.body != http::BodyKind::none)
        headers.emplace_back("Idempotency-Key", "visit-" + next_number());
    return client.ask(one.method, one.path + one.query, headers, one.body);
}

}  // namespace frontrow::test
