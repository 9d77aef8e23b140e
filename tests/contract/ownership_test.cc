#include "every_route.h"
#include "http/handlers/dialects/dialects.h"
#include "identity/token.h"
#include "support/openapi_check.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// Every operation of api/openapi.yaml that leads to somebody's things (`x-owner`), tried by others.

namespace frontrow::test {
namespace {

using http::Owner;
using identity::Role;

/// One operation of the document, with a request that leads to something of alice's or her event's.
struct OwnedOperation {
    std::string name;
    std::string owner;
    std::string method;
    std::string target;
    std::string body;

    bool is_read() const { return method == "GET"; }
};

/// The `x-owner` in the document, by operation; `nobody` if there is none.
std::map<std::string, std::string> owners_in_document() {
    std::map<std::string, std::string> owners;
    for (const auto& operation : openapi_operations()) {
        const auto space = operation.find(' ');
        std::string method = operation.substr(0, space);
        std::ranges::transform(method, method.begin(), [](char c) {
            return static_cast<char>(c | 0x20);
        });
        const auto& path = openapi_document().at("paths").at(operation.substr(space + 1));
        const auto* owner = path.at(method).as_object().if_contains("x-owner");
        owners[operation] = owner == nullptr ? "nobody" : std::string{owner->as_string()};
    }
    return owners;
}

TEST(Openapi, says_whose_things_each_route_leads_to) {
    const auto expected = [](Owner owner) -> std::string {
        switch (owner) {
            case Owner::nobody:
                return "nobody";
            case Owner::caller:
                return "caller";
            case Owner::event:
            case Owner::found_event:
                return "event";
            case Owner::caller_or_event:
                return "caller_or_event";
        }
    };
    const auto owners = owners_in_document();
    for (const auto& route : http::routes(true)) {
        const auto operation =
            std::string{http::name_of(route.method)} + " " + std::string{route.pattern};
        EXPECT_EQ(owners.at(operation), expected(route.owner)) << operation;
    }
}

TEST(Openapi, has_no_route_for_buyers_or_organizers_that_leads_to_nobodys_things) {
    for (const auto& route : http::routes(true)) {
        using http::Access;
        const bool is_for_all = route.access == Access::anyone || route.access == Access::admin;
        // Whoever makes an event owns it.
        const bool makes_event = route.pattern == "/events" || (route.pattern == "/api/v1/events" &&
                                                                route.method == http::Method::post);
        EXPECT_EQ(route.owner == Owner::nobody, is_for_all || makes_event) << route.pattern;
    }
}

/// Alice's reservation, order and ticket for an event of the house, and a server that accepts
/// tokens only.
class Ownership : public testing::Test {
protected:
    Ownership() : server{TestServer::Options{.dialects = true}}, world{make_small_world(server)} {
        server.set_auth({.jwt_secret = kJwtSecret, .user_api_key = "the-user-key"});
        server.restart();
        // A server forgets refused requests when it stops.
        auto client = server.connect();
        const auto refused = client.ask("POST", kReservations, as("alice", Role::user), "{}");
        world.refused_request = refused.text("trace_id");
    }

    Headers as(const std::string& sub, Role role) const {
        const auto token = identity::sign_token(
            kJwtSecret, {.sub = sub, .role = role}, server.clock.now(), std::chrono::hours{1}
        );
        return {{"Authorization", "Bearer " + token}};
    }

    /// In an order in which their owners could make them one after the other. Fails the test for an
    /// operation to which it knows no request.
    std::vector<OwnedOperation> owned_operations() const {
        auto known = dialects();
        for (const auto& one : every_route(world)) {
            known.push_back(
                {one.method + " " + std::string{one.route.pattern},
                 {},
                 one.method,
                 one.path + one.query,
                 one.body}
            );
        }
        auto owners = owners_in_document();
        std::erase_if(owners, [](const auto& one) { return one.second == "nobody"; });
        std::vector<OwnedOperation> all;
        for (auto& one : known) {
            const auto owner = owners.extract(one.name);
            if (owner.empty()) continue;
            one.owner = owner.mapped();
            all.push_back(std::move(one));
        }
        for (const auto& [name, owner] : owners)
            ADD_FAILURE() << "add a request for " << name;
        return all;
    }

    HttpAnswer ask(HttpClient& client, const OwnedOperation& one, Headers headers) {
        headers.emplace_back("Idempotency-Key", "key " + std::to_string(++keys_));
        return client.ask(one.method, one.target, headers, one.body);
    }

    /// Everything that alice can read of her own, and an admin of her event.
    std::map<std::string, std::string> all_there_is() {
        auto client = server.connect();
        std::map<std::string, std::string> bodies;
        for (const auto& one : owned_operations()) {
            if (!one.is_read()) continue;
            const auto by =
                one.owner == "event" ? as("root", Role::admin) : as("alice", Role::user);
            const auto answer = ask(client, one, by);
            EXPECT_EQ(answer.status, 200) << one.name << answer.body;
            bodies[one.name] = answer.body;
        }
        return bodies;
    }

    /// Whether the request names something of alice's, so that another must get 404.
    bool names_alices(const OwnedOperation& one) const {
        const bool is_by_seat =
            one.target.starts_with("/api/reservations/") || one.name == "POST /api/orders";
        return is_by_seat ||
               std::ranges::any_of(
                   secrets(),
                   [&](const std::string& secret) {
                       return one.target.contains(secret) || one.body.contains(secret);
                   }
               ) ||
               one.target.starts_with("/api/v1/users/alice");
    }
    std::vector<std::string> secrets() const {
        return {world.reservation, world.order, world.ticket};
    }

    TestServer server;
    SmallWorld world;

private:
    std::vector<OwnedOperation> dialects() const {
        const auto& event = world.venue.event;
        const auto& seat = world.venue.seats[0];
        const auto hold = "/api/reservations/" + event + "/" + seat;
        const auto by_seat = R"({"eventId":")" + event + R"(","seatId":")" + seat + "\"}";
        const std::string part = "/api/reservations/{eventId}/{seatId}";
        return {
            {"POST /api/reservations", {}, "POST", "/api/reservations", by_seat},
            {"POST " + part + "/extend", {}, "POST", hold + "/extend", R"({"holdSeconds":1})"},
            {"POST " + part + "/confirm", {}, "POST", hold + "/confirm", ""},
            {"DELETE " + part, {}, "DELETE", hold, ""},
            {"POST /api/orders", {}, "POST", "/api/orders", by_seat},
            {"POST /api/payments/authorize",
             {},
             "POST",
             "/api/payments/authorize",
             R"({"orderId":")" + world.order + "\"}"},
            {"POST /events/{id}/ticket-category",
             {},
             "POST",
             "/events/" + event + "/ticket-category",
             R"({"name":"VIP","price":1,"total_stock":1})"},
            {"POST /reserve",
             {},
             "POST",
             "/reserve",
             R"({"event_id":")" + event + R"(","category":"VIP","qty":1})"},
            {"POST /confirm",
             {},
             "POST",
             "/confirm",
             R"({"reservation_id":")" + world.reservation + R"(","payment_ok":true})"},
        };
    }

    int keys_ = 0;
};

TEST_F(Ownership, lets_no_other_user_read_or_change_anything_of_alices) {
    const auto before = all_there_is();
    const std::pair<std::string, Headers> others[] = {
        {"another user", as("mallory", Role::user)},
        {"a name that looks like hers", as("Alice", Role::user)},
        {"a scanner", as("sam", Role::scanner)},
        {"an organizer of other events", as("otto", Role::organizer)},
        {"an admin, who runs events and buys for nobody", as("root", Role::admin)},
        {"a key of a server", {{"X-API-Key", "the-user-key"}}},
    };
    for (const auto& [who, by] : others) {
        auto client = server.connect();
        for (const auto& one : owned_operations()) {
            if (one.owner == "event") continue;
            const bool is_of_event = one.owner == "caller_or_event" && by == others[4].second;
            if (is_of_event) continue;
            const auto answer = ask(client, one, by);
            const auto about = one.name + " by " + who + ": " + answer.body;
            if (names_alices(one)) EXPECT_EQ(answer.status, 404) << about;
            EXPECT_LT(answer.status, 500) << about;
            for (const auto& secret : secrets())
                EXPECT_FALSE(answer.body.contains(secret)) << about;
        }
    }
    EXPECT_EQ(all_there_is(), before);
}

TEST_F(Ownership, lets_nobody_read_or_change_an_event_that_is_not_theirs) {
    const auto before = all_there_is();
    const std::pair<std::string, Headers> others[] = {
        {"a buyer", as("alice", Role::user)},
        {"a scanner", as("sam", Role::scanner)},
        {"an organizer of other events", as("otto", Role::organizer)},
        {"a key of a server", {{"X-API-Key", "the-user-key"}}},
    };
    for (const auto& [who, by] : others) {
        auto client = server.connect();
        for (const auto& one : owned_operations()) {
            if (one.owner != "event") continue;
            const auto answer = ask(client, one, by);
            const auto about = one.name + " by " + who + ": " + answer.body;
            // Who may scan anywhere may show any code; the answer is that it is for another event.
            const bool is_scan =
                answer.body.contains("wrong_event") || answer.code() == "WRONG_EVENT";
            EXPECT_TRUE(answer.status == 403 || answer.status == 404 || is_scan) << about;
        }
    }
    EXPECT_EQ(all_there_is(), before);
}

/// Otherwise the 404 of others would say nothing.
TEST_F(Ownership, is_tried_with_requests_that_find_their_things_for_their_owner) {
    auto client = server.connect();
    for (const auto& one : owned_operations()) {
        const auto by = one.owner == "caller" ? as("alice", Role::user) : as("root", Role::admin);
        const auto answer = ask(client, one, by);
        EXPECT_TRUE(answer.status != 403 && answer.status != 404) << one.name << answer.body;
    }
}

}  // namespace
}  // namespace frontrow::test
