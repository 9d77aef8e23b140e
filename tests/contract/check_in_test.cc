#include "at_once.h"
#include "support/seed.h"
#include "tickets_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

// Gates: a ticket lets one person in, whichever gates ask, and whether or not they have a network.

namespace frontrow::test {
namespace {

namespace json = boost::json;

class Gates : public TicketsWorld {
protected:
    void SetUp() override {
        // A scan isn't older than the sale.
        server.clock.advance(std::chrono::minutes{10});
    }
    HttpAnswer
    with(Caller& caller, json::object body, std::string_view key, const std::string& value) {
        body[key] = value;
        return caller.post(check_in_path(), json::serialize(body));
    }
    std::string other_event() { return make_venue(server, 1).event; }
    /// Eight gates let people into a hall of its own, and all try each ticket.
    void let_eight_gates_race(std::size_t tickets) {
        const auto hall = make_venue(server, tickets, R"(,"max_seats_per_reservation":100)");
        const auto held = alice.reserve(hall.event, hall.seats, hall.event);
        const auto reservation = std::string{kReservations} + "/" + held.text("id");
        ASSERT_EQ(alice.post(reservation + "/confirm").status, 200);
        const auto sold_now = alice.get(reservation + "/tickets");
        std::vector<std::string> requests;
        for (const auto& one : sold_now.json.as_array())
            for (int gate = 0; gate < 8; ++gate) {
                const auto body = scan_body(
                    std::string{one.at("code").as_string()}, "gate " + std::to_string(gate)
                );
                requests.push_back(
                    HttpClient::request_text("POST", check_in_path(), {}, json::serialize(body))
                );
            }
        // Each connection is a gate, and they all try the same ticket next.
        const auto answers = send_at_once(server, requests, 8, 1);
        for (std::size_t ticket = 0; ticket < answers.size(); ticket += 8)
            expect_one_first(std::span{answers}.subspan(ticket, 8));
        EXPECT_EQ(std::ranges::count(answers, 200U, &HttpAnswer::status), tickets);
        const auto counts = organizer.get("/api/v1/events/" + hall.event + "/check-ins");
        EXPECT_EQ(counts.number("used"), static_cast<std::int64_t>(tickets));
    }
    /// One gate's scan was first, and all gates are told of it.
    static void expect_one_first(std::span<const HttpAnswer> answers) {
        std::set<std::string> first;
        std::size_t admitted = 0;
        for (const auto& answer : answers) {
            const bool is_first = answer.status == 200;
            ASSERT_TRUE(is_first || answer.status == 409) << answer.body;
            first.insert(json::serialize(answer.json.at(is_first ? "first" : "used")));
            admitted += is_first ? 1 : 0;
        }
        EXPECT_EQ(admitted, 1);
        EXPECT_EQ(first.size(), 1);
    }
};

TEST_F(Gates, admit_a_ticket_once_and_say_when_and_where_that_was) {
    const auto order = buy(0);
    const auto code = code_of(ticket_of(order));
    const auto at = to_rfc3339(server.clock.now());
    const auto in = check_in(code, "West");
    ASSERT_EQ(in.status, 200) << in.body;
    EXPECT_EQ(in.text("verdict"), "admitted");
    EXPECT_EQ(in.text("ticket_id"), ticket_of(order));
    EXPECT_EQ(in.text("seat_id"), venue.seats[0]);
    EXPECT_EQ(in.text("place"), "S-1");
    EXPECT_EQ(in.json.at("first").at("at").as_string(), at);
    EXPECT_EQ(in.json.at("first").at("gate"), "West");
    server.clock.advance(std::chrono::seconds{30});
    for (int i = 0; i < 2; ++i) {
        const auto refused = check_in(code, "East");
        EXPECT_EQ(refused.status, 409);
        EXPECT_EQ(refused.code(), "ALREADY_USED");
        EXPECT_EQ(
            refused.text("message"), "Somebody got in with the ticket at " + at + ", at gate West."
        );
        EXPECT_EQ(refused.json.at("used"), in.json.at("first"));
    }
    const auto seen = ticket(ticket_of(order));
    EXPECT_EQ(seen.text("status"), "used");
    EXPECT_EQ(seen.json.at("used"), in.json.at("first"));
    EXPECT_EQ(seen.text("code"), code) << "to show it again";
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(Gates, answer_a_scan_that_is_told_again_as_the_first_time) {
    const auto code = sold(0);
    const auto told = [&](int scan) {
        return with(organizer, scan_body(code), "scan_id", numbered_scan(scan));
    };
    const auto first = told(1);
    EXPECT_EQ(first.status, 200);
    server.clock.advance(std::chrono::seconds{1});
    const auto refused = told(2);
    EXPECT_EQ(refused.code(), "ALREADY_USED");
    EXPECT_FALSE(refused.body.contains(numbered_scan(1)))
        << "another gate could say it was its own";
    const auto again = told(1);
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    EXPECT_TRUE(again.json.at("repeated").as_bool());
    EXPECT_EQ(again.json.at("first"), first.json.at("first"));
    EXPECT_EQ(first.header("idempotency-replayed"), "");
    EXPECT_FALSE(first.json.as_object().contains("repeated"));
    EXPECT_EQ(told(2).code(), "ALREADY_USED");
}

TEST_F(Gates, take_an_idempotency_key_for_the_id_of_a_scan) {
    const auto body = json::serialize(scan_body(sold(0)));
    const Headers once{{"Idempotency-Key", "once"}};
    EXPECT_EQ(organizer.post(check_in_path(), body, once).status, 200);
    const auto again = organizer.post(check_in_path(), body, once);
    EXPECT_EQ(again.status, 200) << again.body;
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    const Headers other{{"Idempotency-Key", "other"}};
    EXPECT_EQ(organizer.post(check_in_path(), body, other).code(), "ALREADY_USED");
}

TEST_F(Gates, refuse_the_nil_id_for_a_scan) {
    const auto code = sold(0);
    const std::string nil = "00000000-0000-0000-0000-000000000000";
    const auto refused = with(organizer, scan_body(code), "scan_id", nil);
    EXPECT_EQ(refused.code(), "INVALID_REQUEST");
    EXPECT_EQ(refused.json.at("errors").at(0).at("field"), "scan_id");
    EXPECT_EQ(report({offline(code, nil)}).code(), "INVALID_REQUEST");
}

TEST_F(Gates, that_were_offline_leave_a_trace_of_what_they_report_too_late) {
    const auto id = ticket_of(buy(0));
    const auto code = code_of(id);
    ASSERT_EQ(alice.post(path_of_ticket(id, "/reissue")).status, 200);
    server.clock.advance(std::chrono::minutes{1});
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(
            verdicts(report({offline(code, numbered_scan(1), 10)})),
            std::vector<std::string>{"replaced"}
        );
    EXPECT_EQ(
        organizer.get(event_path() + "/check-ins").json.at("gates"),
        json::parse(R"([{"gate":"West","tickets":0,"late":1}])")
    );
    EXPECT_EQ(alice.post(path_of_ticket(id, "/reissue")).code(), "ALREADY_USED");
    Caller kim{server, "kim"};
    organizer.post(event_path() + "/members", R"({"sub":"kim","role":"organizer"})");
    EXPECT_EQ(kim.post(path_of_ticket(id, "/reissue")).status, 200);
    EXPECT_EQ(check_in(code_of(id)).status, 200);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(Gates, read_a_code_as_a_person_types_it) {
    auto code = sold(0);
    std::ranges::transform(code, code.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    for (auto at = code.size() / 2; at > 5; at -= 5)
        code.insert(at, "- ");
    EXPECT_EQ(check_in(code).status, 200);
}

TEST_F(Gates, refuse_what_is_no_code_or_a_forged_one) {
    const auto code = sold(0);
    for (const auto& text : {std::string{"FR1"}, code.substr(0, code.size() - 8), "FR2" + code}) {
        const auto refused = check_in(text);
        EXPECT_EQ(refused.status, 422);
        EXPECT_EQ(refused.code(), "CODE_INVALID") << refused.body;
    }
    // In the signature, in the place, in the number of the ticket; and signed with another key.
    for (const auto at : {code.size() - 20, code.size() - 115, std::size_t{64}, std::size_t{6}}) {
        auto tampered = code;
        tampered[at] = tampered[at] == 'A' ? 'B' : 'A';
        const auto refused = check_in(tampered);
        EXPECT_EQ(refused.status, 422);
        EXPECT_EQ(refused.code(), "TICKET_FORGED") << at << refused.body;
    }
    EXPECT_EQ(check_in(code).status, 200);
    EXPECT_EQ(checked_in("invalid"), 3);
    EXPECT_EQ(checked_in("forged"), 4);
}

TEST_F(Gates, refuse_another_events_ticket) {
    const auto code = sold(0);
    const auto refused = with(organizer, scan_body(code), "event_id", other_event());
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.code(), "WRONG_EVENT");
    const std::string unknown = "018f7c2e-0a10-7000-8000-000000000001";
    EXPECT_EQ(with(organizer, scan_body(code), "event_id", unknown).code(), "NOT_FOUND");
    EXPECT_EQ(with(organizer, scan_body(code), "event_id", venue.event).status, 200);
}

TEST_F(Gates, refuse_all_tickets_of_a_cancelled_event) {
    const auto id = ticket_of(buy(0));
    const auto code = code_of(id);
    const auto used = ticket_of(buy(1));
    ASSERT_EQ(check_in(code_of(used)).status, 200);
    ASSERT_EQ(organizer.post(event_path() + "/cancel").status, 202);
    const auto refused = check_in(code);
    EXPECT_EQ(refused.code(), "EVENT_CANCELLED");
    EXPECT_EQ(refused.status, 409);
    EXPECT_TRUE(eventually([&] { return ticket(id).text("status") == "refunded"; }));
    EXPECT_EQ(alice.post(path_of_ticket(id, "/reissue")).code(), "TICKET_REFUNDED");
}

TEST_F(Gates, take_a_ticket_again_that_an_organiser_has_reinstated) {
    const auto id = ticket_of(buy(0));
    const auto code = code_of(id);
    const auto reinstate = [&](Headers headers = {}) {
        return organizer.post(path_of_ticket(id, "/reinstate"), {}, std::move(headers));
    };
    EXPECT_EQ(reinstate().code(), "TICKET_UNUSED");
    EXPECT_EQ(check_in(code).status, 200);
    server.clock.advance(std::chrono::seconds{1});
    const Headers once{{"Idempotency-Key", "once"}};
    const auto taken_back = reinstate(once);
    EXPECT_EQ(taken_back.text("status"), "valid");
    EXPECT_FALSE(taken_back.json.as_object().contains("used"));
    EXPECT_EQ(reinstate(once).header("idempotency-replayed"), "true");
    EXPECT_EQ(
        verdicts(report({offline(code, numbered_scan(1), 60)})),
        std::vector<std::string>{"outdated"}
    );
    EXPECT_EQ(check_in(code).status, 200);
    EXPECT_EQ(check_in(code).code(), "ALREADY_USED");
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(Gates, are_those_of_an_events_members_who_see_their_event_alone) {
    const auto code = sold(0);
    const auto other = other_event();
    organizer.post(event_path() + "/members", R"({"sub":"gate","role":"scanner"})");
    organizer.post("/api/v1/events/" + other + "/members", R"({"sub":"gate-2","role":"scanner"})");
    Caller gate{server, "gate"};
    Caller elsewhere{server, "gate-2"};
    const auto counts = event_path() + "/check-ins";
    for (auto* nobody : {&alice, &elsewhere}) {
        EXPECT_EQ(
            nobody->post(check_in_path(), json::serialize(scan_body(code))).code(), "FORBIDDEN"
        );
        EXPECT_EQ(with(*nobody, scan_body(code), "event_id", venue.event).code(), "FORBIDDEN");
        EXPECT_EQ(nobody->get(counts).code(), "FORBIDDEN");
    }
    EXPECT_EQ(with(elsewhere, scan_body(code), "event_id", other).code(), "WRONG_EVENT");
    EXPECT_EQ(gate.post(check_in_path(), json::serialize(scan_body(code))).code(), "FORBIDDEN")
        << "which event isn't said";
    EXPECT_EQ(with(gate, scan_body(code), "event_id", venue.event).status, 200);
    EXPECT_EQ(gate.get(counts).number("used"), 1);
    EXPECT_EQ(elsewhere.get("/api/v1/events/" + other + "/check-ins").number("used"), 0);
    EXPECT_EQ(gate.get("/api/v1/events/x/check-ins").code(), "FORBIDDEN");
    EXPECT_EQ(organizer.get("/api/v1/events/x/check-ins").code(), "INVALID_REQUEST");
}

TEST_F(Gates, are_counted_by_event) {
    const auto order = buy(0, 4);
    check_in(code_of(ticket_of(order, 1)), "West");
    check_in(code_of(ticket_of(order, 2)), "East");
    check_in(code_of(ticket_of(order, 3)), "East");
    check_in(code_of(ticket_of(order, 3)), "West");
    check_in(code_of(ticket_of(order, 4)), "");
    buy(4);
    const auto counts = organizer.get(event_path() + "/check-ins");
    EXPECT_EQ(
        counts.json,
        json::parse(
            R"({"event_id":")" + venue.event +
            R"(","sold":5,"used":4,"gates":[)"
            R"({"gate":"","tickets":1},{"gate":"East","tickets":2},{"gate":"West","tickets":1}]})"
        )
    );
    EXPECT_EQ(checked_in("admitted"), 4);
    EXPECT_EQ(checked_in("already_used"), 1);
}

TEST_F(Gates, admit_one_of_eight_who_come_at_once) {
    const int halls = is_soak() ? 100 : 1;
    for (int hall = 0; hall < halls && !HasFailure(); ++hall)
        let_eight_gates_race(100);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(Gates, that_were_offline_come_to_the_same_verdict_in_whichever_order_they_report) {
    const auto order = buy(0, 2);
    server.clock.advance(std::chrono::minutes{1});
    // The same scans of two tickets, reported in both orders. The later one comes first in the
    // west.
    std::vector<std::vector<std::string>> said;
    for (const bool west_is_first : {true, false}) {
        const auto code = code_of(ticket_of(order, west_is_first ? 1 : 2));
        const auto west = [&] { return report({offline(code, numbered_scan(1), 20)}, "West"); };
        const auto east = [&] { return report({offline(code, numbered_scan(2), 40)}, "East"); };
        if (west_is_first) {
            EXPECT_EQ(verdicts(west()).front(), "admitted") << "nothing else is known yet";
            east();
        } else {
            east();
            west();
        }
        const auto online = check_in(code, "North");
        EXPECT_EQ(online.json.at("used").at("gate"), "East");
        said.push_back({verdicts(west()).front(), verdicts(east()).front()});
        EXPECT_EQ(
            ticket(ticket_of(order, west_is_first ? 1 : 2)).json.at("used").at("gate"), "East"
        );
    }
    EXPECT_EQ(said[0], (std::vector<std::string>{"already_used", "admitted"}));
    EXPECT_EQ(said[1], said[0]);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(Gates, that_were_offline_get_a_verdict_for_each_scan_in_order) {
    const auto order = buy(0, 3);
    const auto code = [&](int number) { return code_of(ticket_of(order, number)); };
    const auto replaced = code(2);
    alice.post(path_of_ticket(ticket_of(order, 2), "/reissue"));
    auto forged = code(1);
    forged[40] = forged[40] == 'A' ? 'B' : 'A';
    auto with_gate = offline(code(3), numbered_scan(6), 5);
    with_gate["gate"] = "Stage door";
    const auto answer = report({
        offline(code(1), numbered_scan(1), 10),
        offline("FR1", numbered_scan(2)),
        offline(forged, numbered_scan(3)),
        offline(code(1), numbered_scan(4), 9),
        offline(replaced, numbered_scan(5)),
        with_gate,
    });
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(
        verdicts(answer),
        (std::vector<std::string>{
            "admitted", "invalid", "forged", "already_used", "replaced", "admitted"
        })
    );
    EXPECT_EQ(answer.json.at(3).at("first"), answer.json.at(0).at("first"));
    EXPECT_EQ(answer.json.at(5).at("first").at("gate"), "Stage door");
    EXPECT_FALSE(answer.json.at(2).as_object().contains("ticket_id"));
    EXPECT_EQ(checked_in("replaced"), 1);
}

TEST_F(Gates, that_were_offline_report_five_hundred_scans_at_once_and_no_more) {
    const auto code = sold(0);
    server.clock.advance(std::chrono::minutes{10});
    json::array scans;
    for (int i = 0; i < 500; ++i)
        scans.push_back(offline(code, numbered_scan(i), 500 - i));
    const auto answer = report(scans);
    ASSERT_EQ(answer.status, 200) << answer.body.substr(0, 500);
    const auto said = verdicts(answer);
    EXPECT_EQ(std::ranges::count(said, "admitted"), 1);
    EXPECT_EQ(said.front(), "admitted");
    scans.push_back(offline(code, numbered_scan(500)));
    const auto refused = report(scans);
    EXPECT_EQ(refused.code(), "INVALID_REQUEST");
    EXPECT_EQ(refused.json.at("errors").at(0).at("message"), "must hold 1 to 500 scans");
}

TEST_F(Gates, that_were_offline_may_report_only_for_their_event) {
    const auto code = sold(0);
    organizer.post(event_path() + "/members", R"({"sub":"gate","role":"scanner"})");
    Caller gate{server, "gate"};
    json::object body{{"scans", json::array{offline(code, numbered_scan(1))}}};
    const auto path = check_in_path() + "/batch";
    EXPECT_EQ(gate.post(path, json::serialize(body)).code(), "FORBIDDEN");
    body["event_id"] = other_event();
    EXPECT_EQ(gate.post(path, json::serialize(body)).code(), "FORBIDDEN");
    EXPECT_EQ(
        verdicts(organizer.post(path, json::serialize(body))),
        std::vector<std::string>{"wrong_event"}
    );
    body["event_id"] = venue.event;
    EXPECT_EQ(
        verdicts(gate.post(path, json::serialize(body))), std::vector<std::string>{"admitted"}
    );
}

}  // namespace
}  // namespace frontrow::test
