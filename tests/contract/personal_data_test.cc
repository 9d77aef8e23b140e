#include "asking_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

// What is kept about one person, exported and erased.

namespace frontrow::test {
namespace {

namespace json = boost::json;

class PersonalData : public AskingWorld {
protected:
    static std::string path_of_person(std::string_view id) {
        return "/api/v1/users/" + std::string{id} + "/personal-data";
    }
    json::value exported(std::string_view id) {
        const auto answer = organizer.get(path_of_person(id));
        EXPECT_EQ(answer.status, 200) << answer.body;
        return answer.json;
    }
    std::string erased(std::string_view id) { return organizer.del(path_of_person(id)).body; }
    /// An order with a contact, which alice has paid.
    HttpAnswer buy_with_contact(std::size_t seat) {
        const auto placed = order(reserve(seat), R"(,"email":"Alice@Example.org","locale":"en")");
        EXPECT_EQ(pay(placed).status, 200);
        return placed;
    }
    std::vector<std::string> records() const {
        auto all = server.side_records("contact/");
        for (const auto& one : server.side_records("holder/"))
            all.push_back(one);
        return all;
    }
};

TEST_F(PersonalData, of_an_account_are_its_contacts_and_what_it_said_of_its_tickets) {
    const auto first = buy_with_contact(0);
    const auto second = buy_with_contact(1);
    const auto id = ticket_of(first);
    say(id, details("Alice Liddell", "M"));
    std::vector<std::string> ids{first.text("id"), second.text("id")};
    std::ranges::sort(ids);
    json::array orders;
    for (const auto& order : ids)
        orders.push_back(
            json::object{{"order_id", order}, {"email", "Alice@Example.org"}, {"locale", "en"}}
        );
    const json::array answers{json::object{{"label", "Size"}, {"text", "M"}}};
    const json::value everything = {
        {"id", "alice"},
        {"orders", orders},
        {"tickets",
         json::array{
             json::object{{"ticket_id", id}, {"name", "Alice Liddell"}, {"answers", answers}}
         }}
    };
    EXPECT_EQ(exported("alice"), everything);
    const json::value nothing = {
        {"id", "bob"}, {"orders", json::array{}}, {"tickets", json::array{}}
    };
    EXPECT_EQ(exported("bob"), nothing);
    EXPECT_EQ(erased("bob"), R"({"orders":0,"tickets":0})");
    EXPECT_EQ(records().size(), 3);
    EXPECT_EQ(erased("alice"), R"({"orders":2,"tickets":1})");
    EXPECT_EQ(records(), std::vector<std::string>{});
    EXPECT_EQ(get(first).body.find("Example"), std::string::npos);
    EXPECT_EQ(missing_in(ticket(id)), R"(["name","Size"])");
    EXPECT_EQ(erased("alice"), R"({"orders":0,"tickets":0})");
}

TEST_F(PersonalData, are_found_by_an_address_too_whatever_its_case) {
    ask(R"(,"asks":{"questions":[{"label":"E-mail"}]})");
    const auto bought = buy_with_contact(0);
    organizer.post(event_path() + "/members", R"({"sub":"bob","role":"organizer"})");
    const auto at_box_office = bob.post(
        event_path() + "/orders",
        R"({"seat_ids":[")" + venue.seats[1] + R"("],"method":"cash","email":"alice@example.ORG"})",
        key()
    );
    ASSERT_EQ(at_box_office.status, 201) << at_box_office.body;
    const auto id = ticket_of(at_box_office);
    say(bob, id, R"({"answers":[{"label":"E-mail","text":"ALICE@example.org"}]})");
    const auto found = exported("alice%40example.org");
    EXPECT_EQ(found.at("orders").as_array().size(), 2);
    EXPECT_EQ(found.at("tickets").as_array().size(), 1);
    EXPECT_EQ(exported("example.org").at("orders").as_array().size(), 0);
    EXPECT_EQ(erased("Alice@Example.Org"), R"({"orders":2,"tickets":1})");
    EXPECT_EQ(records(), std::vector<std::string>{});
}

TEST_F(PersonalData, of_a_clerk_arent_those_of_the_buyers) {
    organizer.post(event_path() + "/members", R"({"sub":"bob","role":"organizer"})");
    const auto body =
        R"({"seat_ids":[")" + venue.seats[0] + R"("],"method":"cash","email":"carol@example.org"})";
    ASSERT_EQ(bob.post(event_path() + "/orders", body, key()).status, 201);
    EXPECT_EQ(erased("bob"), R"({"orders":0,"tickets":0})");
    EXPECT_EQ(exported("carol@example.org").at("orders").as_array().size(), 1);
}

TEST_F(PersonalData, of_one_among_hundreds_are_all_found) {
    organizer.post(event_path() + "/seats/bulk", R"({"prefix":"X","count":120,"price":1000})");
    organizer.post(event_path() + "/members", R"({"sub":"bob","role":"organizer"})");
    const std::string body = R"({"best_available":{"quantity":1},"method":"cash","email":")";
    for (int i = 0; i < 110; ++i) {
        const auto address = std::string{i % 10 == 0 ? "carol" : "dave"} + "@example.org\"}";
        ASSERT_EQ(bob.post(event_path() + "/orders", body + address, key()).status, 201);
    }
    EXPECT_EQ(exported("carol@example.org").at("orders").as_array().size(), 11);
    EXPECT_EQ(erased("carol@example.org"), R"({"orders":11,"tickets":0})");
    EXPECT_EQ(records().size(), 99);
}

TEST_F(PersonalData, are_for_admins_alone) {
    const auto path = path_of_person("alice");
    EXPECT_EQ(alice.get(path).code(), "FORBIDDEN");
    EXPECT_EQ(alice.del(path).code(), "FORBIDDEN");
}

}  // namespace
}  // namespace frontrow::test
