#include "asking_world.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

// What an event asks about the people who will use its tickets.

namespace frontrow::test {
namespace {

namespace json = boost::json;

class Holders : public AskingWorld {};

TEST_F(Holders, give_a_ticket_its_code_once_nothing_required_is_missing) {
    const auto id = ticket_of(buy(0));
    const auto bare = ticket(id);
    EXPECT_EQ(missing_in(bare), R"(["name","Size"])");
    EXPECT_FALSE(has(bare, "code") || has(bare, "holder_details")) << bare.body;
    for (const auto* way : {".svg", ".png"}) {
        const auto refused = alice.get(path_of_ticket(id, way));
        EXPECT_EQ(refused.status, 409);
        EXPECT_EQ(refused.code(), "HOLDER_MISSING");
    }
    const auto half = say(id, R"({"name":"Alice Liddell"})");
    ASSERT_EQ(half.status, 200) << half.body;
    EXPECT_EQ(missing_in(half), R"(["Size"])");
    EXPECT_FALSE(has(half, "code"));
    const auto whole = say(id, details("Alice Liddell", "M"));
    EXPECT_EQ(missing_in(whole), "");
    EXPECT_EQ(
        whole.json.at("holder_details"),
        json::parse(R"({"name":"Alice Liddell","answers":[{"label":"Size","text":"M"}]})")
    );
    EXPECT_TRUE(verified(whole.text("code")));
    EXPECT_EQ(ticket(id).body, whole.body);
    EXPECT_EQ(alice.get(path_of_ticket(id, ".svg")).status, 200);
    EXPECT_EQ(alice.get(path_of_ticket(id, ".png")).status, 200);
    server.restart();
    EXPECT_EQ(Caller(server, "alice").get(path_of_ticket(id)).body, whole.body);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(Holders, are_in_lists_with_their_own_tickets) {
    const auto order = buy(0, 3);
    say(ticket_of(order, 2), details("Bea", "S"));
    const auto other = buy(3, 1);
    for (const auto& path :
         {std::string{kReservations} + "/" + order.text("reservation_id") + "/tickets",
          std::string{kTickets} + "?offset=1"}) {
        const auto list = alice.get(path);
        ASSERT_EQ(list.status, 200) << list.body;
        ASSERT_EQ(list.json.as_array().size(), 3);
        for (std::size_t i = 0; i < 3; ++i) {
            const auto& one = list.json.at(i).as_object();
            EXPECT_EQ(one.contains("code"), i == 1) << path << list.body;
            EXPECT_EQ(one.contains("missing"), i != 1) << path << list.body;
            EXPECT_EQ(one.contains("holder_details"), i == 1) << path << list.body;
        }
    }
}

TEST_F(Holders, of_more_tickets_than_are_read_at_once_are_each_found) {
    organizer.post(event_path() + "/members", R"({"sub":"bob","role":"organizer"})");
    organizer.post(
        event_path() + "/ticket-categories", R"({"name":"Standing","price":0,"total_stock":200})"
    );
    const auto body = R"({"items":[{"category":"Standing","quantity":10}],"method":"free"})";
    for (int i = 0; i < 12; ++i) {
        const auto sold = bob.post(event_path() + "/orders", body, key());
        ASSERT_EQ(sold.status, 201) << sold.body;
        // The last one of each order has no name.
        for (int number = 1; number < 10; ++number) {
            const auto id = ticket_of(sold, number);
            ASSERT_EQ(say(bob, id, details("Guest " + id, "L")).status, 200);
        }
    }
    for (const auto* page : {"?limit=100", "?limit=20&offset=100"}) {
        const auto list = bob.get(kTickets + std::string{page});
        ASSERT_EQ(list.status, 200) << list.body;
        for (const auto& one : list.json.as_array()) {
            const std::string id{one.at("id").as_string()};
            const auto* const known = one.as_object().if_contains("holder_details");
            EXPECT_EQ(known == nullptr, id.ends_with(".10")) << id;
            if (known != nullptr) EXPECT_EQ(known->at("name").as_string(), "Guest " + id);
        }
    }
}

TEST_F(Holders, take_the_place_of_what_was_said_before_and_nothing_erases_it) {
    const auto id = ticket_of(buy(0));
    say(id,
        R"({"name":"A","answers":[{"label":"Size","text":"M"},{"label":"Diet","text":"none"}]})");
    const auto changed = say(id, details("B", "L"));
    EXPECT_EQ(
        changed.json.at("holder_details"),
        json::parse(R"({"name":"B","answers":[{"label":"Size","text":"L"}]})")
    );
    EXPECT_EQ(server.side_records("holder/"), std::vector{"holder/" + id});
    const auto erased = say(id, "{}");
    EXPECT_FALSE(has(erased, "holder_details") || has(erased, "code"));
    EXPECT_EQ(server.side_records("holder/"), std::vector<std::string>{});
    EXPECT_EQ(say(id, "{}").status, 200) << "there is nothing to erase";
}

TEST_F(Holders, are_asked_nothing_more_than_the_event_asks) {
    const auto id = ticket_of(buy(0));
    const auto refused = [&](std::string_view body) {
        const auto answer = say(id, body);
        EXPECT_EQ(answer.status, 422) << answer.body;
        EXPECT_EQ(answer.code(), "NOT_ASKED");
        return std::string{answer.json.at("errors").at(0).at("field").as_string()};
    };
    EXPECT_EQ(
        refused(R"({"answers":[{"label":"Size","text":"M"},{"label":"Age","text":"9"}]})"),
        "answers[1].label"
    );
    ask(R"(,"asks":{"questions":[{"label":"Diet"}]})");
    EXPECT_EQ(refused(R"({"name":"Alice"})"), "name");
    EXPECT_EQ(server.side_records("holder/"), std::vector<std::string>{});
    ask("");
    EXPECT_EQ(refused(R"({"answers":[{"label":"Diet","text":"x"}]})"), "answers[0].label");
    EXPECT_EQ(say(id, "{}").status, 200);
}

TEST_F(Holders, keep_their_codes_whatever_is_asked_later) {
    ask("");
    const auto id = ticket_of(buy(0));
    const auto code = code_of(id);
    EXPECT_FALSE(code.empty());
    ask(kAsks);
    EXPECT_FALSE(has(ticket(id), "code"));
    EXPECT_EQ(check_in(code).status, 200);
}

TEST_F(Holders, are_known_to_the_gate_by_name) {
    const auto order = buy(0, 2);
    const auto id = ticket_of(order);
    const auto code = say(id, details("Alice Liddell", "M")).text("code");
    const auto admitted = check_in(code);
    EXPECT_EQ(admitted.text("holder_name"), "Alice Liddell");
    EXPECT_EQ(admitted.body.find("Size"), std::string::npos) << "the answers aren't the gate's";
    EXPECT_EQ(check_in(code).body.find("Alice"), std::string::npos);
    const auto other = ticket_of(order, 2);
    const auto unnamed = say(other, details("Bea", "S")).text("code");
    say(other, "{}");
    const auto still = check_in(unnamed);
    EXPECT_EQ(still.status, 200);
    EXPECT_FALSE(has(still, "holder_name"));
}

TEST_F(Holders, are_forgotten_when_the_ticket_is_transferred) {
    const auto id = ticket_of(buy(0));
    say(id, details("Alice Liddell", "M"));
    const auto given = alice.post(path_of_ticket(id, "/transfer"), R"({"sub":"bob"})");
    ASSERT_EQ(given.status, 200) << given.body;
    EXPECT_EQ(server.side_records("holder/"), std::vector<std::string>{});
    const auto bobs = bob.get(path_of_ticket(id));
    EXPECT_EQ(missing_in(bobs), R"(["name","Size"])");
    EXPECT_EQ(bobs.body.find("Liddell"), std::string::npos);
    EXPECT_EQ(say(id, details("Alice", "M")).code(), "NOT_FOUND") << "it is bob's";
    const auto named = say(bob, id, details("Bob", "L"));
    EXPECT_TRUE(has(named, "code")) << named.body;
    const auto bought = ticket(id);
    EXPECT_EQ(bought.text("holder"), "another");
    for (const auto* field : {"holder_details", "missing", "code"})
        EXPECT_FALSE(has(bought, field)) << bought.body;
}

TEST_F(Holders, stay_when_the_ticket_is_issued_again) {
    const auto id = ticket_of(buy(0));
    const auto code = say(id, details("Alice Liddell", "M")).text("code");
    ASSERT_EQ(alice.post(path_of_ticket(id, "/reissue")).status, 200);
    const auto again = ticket(id);
    EXPECT_EQ(again.json.at("holder_details").at("name").as_string(), "Alice Liddell");
    EXPECT_NE(again.text("code"), code);
}

TEST_F(Holders, are_nobody_elses_to_name) {
    const auto order = buy(0);
    const auto id = ticket_of(order);
    EXPECT_EQ(say(bob, id, details("Bob", "L")).code(), "NOT_FOUND");
    organizer.post(event_path() + "/members", R"({"sub":"otto","role":"organizer"})");
    Caller otto{server, "otto"};
    EXPECT_EQ(say(otto, id, details("Otto", "L")).code(), "NOT_FOUND");
    refund(order);
    const auto gone = say(id, details("Alice", "M"));
    EXPECT_EQ(gone.status, 410);
    EXPECT_EQ(gone.code(), "TICKET_REFUNDED");
    EXPECT_EQ(server.side_records("holder/"), std::vector<std::string>{});
}

TEST_F(Holders, are_in_no_fact) {
    const auto id = ticket_of(buy(0));
    say(id, details("Alice Liddell", "extra large"));
    const auto facts = organizer.get("/api/v1/facts?limit=1000");
    ASSERT_EQ(facts.status, 200);
    for (const auto* secret : {"Liddell", "extra large"})
        EXPECT_EQ(facts.body.find(secret), std::string::npos);
}

}  // namespace
}  // namespace frontrow::test
