#include "support/read_qr.h"
#include "support/temp_folder.h"
#include "tickets_world.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <utility>
#include <vector>

// The tickets of what was sold, their codes, and giving them to others.

namespace frontrow::test {
namespace {

namespace json = boost::json;

class TicketRoutes : public TicketsWorld {
protected:
    /// An event with a gate, two seats in the Stalls, and the category Standing.
    struct Stage {
        std::string event;
        std::vector<std::string> seats;
    };
    Stage open_stage() {
        const auto made = organizer.post(
            "/api/v1/events",
            event_body(
                R"(,"gates":[{"name":"West","sections":["Stalls"]},{"name":"Yard","categories":["Standing"]}])"
            )
        );
        Stage stage{.event = made.text("id"), .seats = {}};
        const auto path = "/api/v1/events/" + stage.event;
        const auto seats = organizer.post(
            path + "/seats/bulk",
            R"({"seats":[{"seat_number":"A-1","section":"Stalls","row":"A","label":"1","price":9},)"
            R"({"seat_number":"B-1","section":"Balcony","price":9}]})"
        );
        for (const auto& seat : seats.json.as_array())
            stage.seats.emplace_back(seat.at("id").as_string());
        organizer.post(
            path + "/ticket-categories", R"({"name":"Standing","price":5,"total_stock":9})"
        );
        return stage;
    }
    static std::string decoded(const std::string& png) {
        const TempFolder folder;
        const auto file = folder.path() / "code.png";
        std::ofstream{file, std::ios::binary} << png;
        return read_qr(file);
    }
    static std::vector<std::string> ids_in(const HttpAnswer& list) {
        std::vector<std::string> ids;
        for (const auto& one : list.json.as_array())
            ids.emplace_back(one.at("id").as_string());
        return ids;
    }
    HttpAnswer transfer(const std::string& id, const std::string& to, Headers headers = {}) {
        const auto body = json::serialize(json::object{{"sub", to}});
        return alice.post(path_of_ticket(id, "/transfer"), body, std::move(headers));
    }

    Caller bob{server, "bob"};
};

TEST_F(TicketRoutes, give_a_ticket_for_each_seat_and_unit_once_the_reservation_is_confirmed) {
    const auto stage = open_stage();
    const auto held = alice.reserve(
        stage.event, stage.seats, "stage", R"(,"items":[{"category":"Standing","quantity":2}])"
    );
    const auto reservation = std::string{kReservations} + "/" + held.text("id");
    EXPECT_EQ(alice.get(reservation + "/tickets").body, "[]");
    ASSERT_EQ(alice.post(reservation + "/confirm").status, 200);
    const auto tickets = alice.get(reservation + "/tickets");
    std::vector<std::string> ids;
    for (int number = 1; number <= 4; ++number)
        ids.push_back(held.text("id") + "." + std::to_string(number));
    EXPECT_EQ(ids_in(tickets), ids);
    EXPECT_EQ(ids_in(alice.get(kTickets)), ids);
    auto first = tickets.json.at(0).as_object();
    const std::string code{first.at("code").as_string()};
    first.erase("code");
    EXPECT_EQ(
        json::serialize(first),
        json::serialize(json::object{
            {"id", ids[0]},
            {"reservation_id", held.text("id")},
            {"event_id", stage.event},
            {"seat_id", stage.seats[0]},
            {"seat_number", "A-1"},
            {"label", "1"},
            {"row", "A"},
            {"section", "Stalls"},
            {"gate", "West"},
            {"holder", "you"},
            {"status", "valid"},
            {"issue", 1},
        })
    );
    const auto says = verified(code);
    ASSERT_TRUE(says);
    EXPECT_EQ(
        *says,
        (tickets::CodeContents{
            .event = EventId::parse(stage.event)->bits(),
            .reservation = ReservationId::parse(held.text("id"))->bits(),
            .number = 1,
            .issue = 1,
            .starts_at = *parse_rfc3339("2027-01-01T10:00:00Z"),
            .place = "Stalls / A / 1",
            .gate = "West",
        })
    );
    const auto place = [&](std::size_t number) {
        const auto read = verified(alice.get(path_of_ticket(ids[number - 1])).text("code"));
        return read->place + ", gate " + read->gate;
    };
    EXPECT_EQ(place(2), "Balcony / B-1, gate ");
    EXPECT_EQ(place(3), "Standing, gate Yard");
    EXPECT_EQ(place(4), place(3));
    server.restart();
    EXPECT_EQ(Caller(server, "alice").get(reservation + "/tickets").body, tickets.body);
}

TEST_F(TicketRoutes, name_the_label_of_a_seat_even_if_its_section_is_too_long_for_a_code) {
    const auto stage = open_stage();
    const std::string section(60, 'S');
    const json::object seat{
        {"seat_number", std::string(40, 'n')}, {"section", section}, {"price", 0}
    };
    const auto made =
        organizer.post("/api/v1/events/" + stage.event + "/seats", json::serialize(seat));
    ASSERT_EQ(made.status, 201) << made.body;
    const auto held = alice.reserve(stage.event, {made.text("id")}, "long");
    alice.post(std::string{kReservations} + "/" + held.text("id") + "/confirm");
    EXPECT_EQ(verified(code_of(held.text("id") + ".1"))->place, std::string(40, 'n'));
}

TEST_F(TicketRoutes, list_what_one_has_part_by_part) {
    buy(0, 3);
    buy(3, 2);
    const auto all = ids_in(alice.get(kTickets));
    ASSERT_EQ(all.size(), 5);
    std::vector<std::string> walked;
    std::string path = std::string{kTickets} + "?limit=2";
    while (!path.empty()) {
        const auto part = alice.get(path);
        ASSERT_EQ(part.status, 200) << part.body;
        for (const auto& id : ids_in(part))
            walked.push_back(id);
        const auto link = part.header("link");
        path = link.empty() ? "" : link.substr(1, link.find('>') - 1);
    }
    EXPECT_EQ(walked, all);
    EXPECT_EQ(ids_in(alice.get(std::string{kTickets} + "?offset=4")), std::vector{all[4]});
    EXPECT_EQ(alice.get(std::string{kTickets} + "?cursor=x").code(), "INVALID_REQUEST");
    EXPECT_EQ(bob.get(kTickets).body, "[]");
}

TEST_F(TicketRoutes, draw_the_code) {
    const auto id = ticket_of(buy(0));
    const auto png = alice.get(path_of_ticket(id, ".png?scale=4"));
    ASSERT_EQ(png.status, 200);
    EXPECT_EQ(png.header("content-type"), "image/png");
    EXPECT_EQ(decoded(png.body), code_of(id));
    EXPECT_NE(alice.get(path_of_ticket(id, ".png")).body, png.body) << "the scale counts";
    const auto svg = alice.get(path_of_ticket(id, ".svg"));
    EXPECT_EQ(svg.header("content-type"), "image/svg+xml");
    EXPECT_EQ(svg.body.substr(0, 5), "<svg ");
    for (const auto* scale : {"0", "33", "x"})
        EXPECT_EQ(alice.get(path_of_ticket(id, ".svg?scale=") + scale).code(), "INVALID_REQUEST");
}

TEST_F(TicketRoutes, give_a_ticket_to_another_account_and_the_old_code_dies) {
    const auto id = ticket_of(buy(0));
    const auto old_code = code_of(id);
    const Headers once{{"Idempotency-Key", "once"}};
    const auto given = transfer(id, "bob", once);
    ASSERT_EQ(given.status, 200) << given.body;
    EXPECT_EQ(given.text("holder"), "another");
    EXPECT_EQ(given.number("issue"), 2);
    EXPECT_FALSE(given.json.as_object().contains("code"));
    const auto again = transfer(id, "bob", once);
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    EXPECT_EQ(again.body, given.body);
    EXPECT_EQ(transfer(id, "carol", once).code(), "IDEMPOTENCY_KEY_REUSED");
    EXPECT_EQ(transfer(id, "carol").code(), "NOT_FOUND") << "it is bob's";
    EXPECT_EQ(ticket(id).body, given.body) << "whoever bought it still sees it";
    EXPECT_EQ(alice.get(path_of_ticket(id, ".svg")).code(), "NOT_FOUND");
    EXPECT_EQ(alice.get(kTickets).body, "[]");
    const auto bobs = bob.get(path_of_ticket(id));
    EXPECT_EQ(bobs.text("holder"), "you");
    EXPECT_EQ(ids_in(bob.get(kTickets)), std::vector{id});
    EXPECT_EQ(bob.get(path_of_ticket(id, ".png")).status, 200);
    EXPECT_EQ(check_in(old_code).code(), "TICKET_REPLACED");
    EXPECT_EQ(check_in(old_code).status, 410);
    EXPECT_EQ(check_in(bobs.text("code")).status, 200);
    EXPECT_EQ(
        bob.post(path_of_ticket(id, "/transfer"), R"({"sub":"carol"})").code(), "ALREADY_USED"
    );
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(TicketRoutes, replace_a_code_for_the_holder_and_for_an_organiser) {
    const auto id = ticket_of(buy(0));
    const auto path = path_of_ticket(id, "/reissue");
    std::set<std::string> codes{code_of(id)};
    EXPECT_EQ(bob.post(path).code(), "NOT_FOUND");
    EXPECT_EQ(alice.post(path).number("issue"), 2);
    codes.insert(code_of(id));
    organizer.post(event_path() + "/members", R"({"sub":"bob","role":"organizer"})");
    const Headers once{{"Idempotency-Key", "once"}};
    const auto replaced = bob.post(path, {}, once);
    EXPECT_EQ(replaced.text("holder"), "another");
    EXPECT_EQ(bob.post(path, {}, once).header("idempotency-replayed"), "true");
    codes.insert(code_of(id));
    EXPECT_EQ(codes.size(), 3);
    EXPECT_EQ(ticket(id).number("issue"), 3);
    EXPECT_EQ(bob.get(path_of_ticket(id)).code(), "NOT_FOUND");
}

TEST_F(TicketRoutes, void_a_ticket_that_is_refunded) {
    const auto order = buy(0, 2);
    const auto id = ticket_of(order);
    const auto code = code_of(id);
    const auto refunded = refund(order, R"({"seat_ids":[")" + venue.seats[0] + R"("]})");
    ASSERT_EQ(refunded.status, 200) << refunded.body;
    EXPECT_EQ(ticket(id).text("status"), "refunded");
    EXPECT_FALSE(ticket(id).json.as_object().contains("code"));
    for (const auto* way : {".svg", ".png"})
        EXPECT_EQ(alice.get(path_of_ticket(id, way)).code(), "TICKET_REFUNDED");
    EXPECT_EQ(check_in(code).code(), "TICKET_REFUNDED");
    EXPECT_EQ(transfer(id, "bob").status, 410);
    EXPECT_EQ(alice.post(path_of_ticket(id, "/reissue")).code(), "TICKET_REFUNDED");
    EXPECT_EQ(organizer.post(path_of_ticket(id, "/reinstate")).code(), "TICKET_REFUNDED");
    EXPECT_EQ(ids_in(alice.get(kTickets)), std::vector{ticket_of(order, 2)});
    EXPECT_EQ(check_in(code_of(ticket_of(order, 2))).status, 200) << "the other one is good";
}

TEST_F(TicketRoutes, refund_a_unit_that_is_used_or_given_away_only_by_its_id) {
    organizer.post(
        event_path() + "/ticket-categories", R"({"name":"Standing","price":5,"total_stock":9})"
    );
    const auto held = alice.reserve(
        venue.event, {venue.seats[0]}, "units", R"(,"items":[{"category":"Standing","quantity":3}])"
    );
    const auto order = pay(this->order(held));
    ASSERT_EQ(check_in(code_of(ticket_of(order, 4))).status, 200);
    ASSERT_EQ(transfer(ticket_of(order, 3), "bob").status, 200);
    const auto units = [](int count) {
        return R"({"items":[{"category":"Standing","quantity":)" + std::to_string(count) + "}]}";
    };
    const auto refused = refund(order, units(2));
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(refused.code(), "TICKETS_IN_USE") << refused.body;
    EXPECT_TRUE(refused.text("message").starts_with("Of Standing, 1 unit can be refunded"));
    const auto unused = refund(order, units(1));
    ASSERT_EQ(unused.status, 200) << unused.body;
    EXPECT_EQ(unused.json.at("refunds").at(0).at("tickets"), json::array{ticket_of(order, 2)});
    EXPECT_EQ(bob.get(path_of_ticket(ticket_of(order, 3))).text("status"), "valid");
    const auto named =
        refund(order, json::serialize(json::object{{"tickets", {ticket_of(order, 3)}}}));
    ASSERT_EQ(named.status, 200) << named.body;
    EXPECT_EQ(named.json.at("refunds").at(1).at("amount"), 5);
    EXPECT_EQ(bob.get(path_of_ticket(ticket_of(order, 3))).text("status"), "refunded");
    EXPECT_EQ(ticket(ticket_of(order, 4)).text("status"), "used");
    EXPECT_EQ(
        refund(order, R"({"tickets":[")" + ticket_of(order, 3) + R"("]})").code(), "NOT_IN_ORDER"
    );
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(TicketRoutes, show_no_code_once_the_event_is_cancelled) {
    const auto stage = open_stage();
    const auto held = alice.reserve(stage.event, {stage.seats[0]}, "stage");
    alice.post(std::string{kReservations} + "/" + held.text("id") + "/confirm");
    const auto id = held.text("id") + ".1";
    ASSERT_EQ(ticket(id).text("status"), "valid");
    ASSERT_EQ(organizer.post("/api/v1/events/" + stage.event + "/cancel").status, 202);
    const auto seen = ticket(id);
    EXPECT_EQ(seen.text("status"), "cancelled");
    EXPECT_FALSE(seen.json.as_object().contains("code"));
    EXPECT_EQ(alice.get(path_of_ticket(id, ".svg")).code(), "EVENT_CANCELLED");
    EXPECT_EQ(alice.put(path_of_ticket(id, "/holder"), "{}").code(), "EVENT_CANCELLED");
}

TEST_F(TicketRoutes, give_no_ticket_to_an_account_that_no_person_has) {
    const auto id = ticket_of(buy(0));
    const auto hidden = "bob\xE2\x80\xAE";
    for (const std::string sub : {"dev", "user-api-key", "api-key:x", "device:x", hidden, "bob "}) {
        const auto refused = transfer(id, sub);
        EXPECT_EQ(refused.code(), "INVALID_REQUEST") << sub;
        EXPECT_EQ(refused.json.at("errors").at(0).at("field"), "sub");
    }
    EXPECT_EQ(transfer(id, "frontrow-guest:x").status, 200);
}

TEST_F(TicketRoutes, are_closed_to_others) {
    const auto order = buy(0);
    const auto id = ticket_of(order);
    organizer.post(event_path() + "/members", R"({"sub":"gate","role":"scanner"})");
    Caller gate{server, "gate"};
    for (auto* other : {&bob, &gate}) {
        for (const auto* way : {"", ".svg", ".png"})
            EXPECT_EQ(other->get(path_of_ticket(id, way)).code(), "NOT_FOUND") << way;
        EXPECT_EQ(
            other->get(std::string{kReservations} + "/" + order.text("reservation_id") + "/tickets")
                .code(),
            "NOT_FOUND"
        );
        EXPECT_EQ(
            other->post(path_of_ticket(id, "/transfer"), R"({"sub":"bob"})").code(), "NOT_FOUND"
        );
        EXPECT_EQ(other->post(path_of_ticket(id, "/reissue")).code(), "NOT_FOUND");
        EXPECT_EQ(other->post(path_of_ticket(id, "/reinstate")).code(), "FORBIDDEN");
    }
}

TEST_F(TicketRoutes, know_no_other_ids) {
    const auto order = buy(0);
    const auto reservation = order.text("reservation_id");
    for (const auto& id :
         {reservation,
          reservation + ".",
          reservation + ".0",
          reservation + ".01",
          reservation + ".+1",
          reservation + ".-1",
          reservation + ".4294967296",
          reservation + ".1.1",
          std::string{"x.1"},
          std::string{".1"}}) {
        EXPECT_EQ(alice.get(path_of_ticket(id)).code(), "INVALID_REQUEST") << id;
        EXPECT_EQ(alice.get(path_of_ticket(id, ".svg")).code(), "INVALID_REQUEST") << id;
    }
    EXPECT_EQ(alice.get(path_of_ticket(reservation + ".2")).code(), "NOT_FOUND");
    EXPECT_EQ(alice.get(path_of_ticket(venue.event + ".1")).code(), "NOT_FOUND");
}

TEST_F(TicketRoutes, publish_the_keys_to_anybody) {
    auto stranger = server.connect();
    const auto keys = stranger.ask("GET", kKeys);
    sold(0);
    EXPECT_EQ(stranger.ask("GET", kKeys).body, keys.body) << "it was there before it signed";
    EXPECT_EQ(keys.status, 200);
    EXPECT_EQ(keys.header("content-type"), "application/jwk-set+json");
    EXPECT_EQ(keys.header("cache-control"), "public, max-age=60");
    EXPECT_EQ(keys.json.at("keys").as_array().size(), 1);
    EXPECT_EQ(keys.body.find("\"d\""), std::string::npos) << "the private part";
    server.restart();
    EXPECT_EQ(server.connect().ask("GET", kKeys).body, keys.body);
}

}  // namespace
}  // namespace frontrow::test
