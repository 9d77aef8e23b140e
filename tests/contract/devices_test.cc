#include "at_once.h"
#include "tickets_world.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Devices that scan tickets: a short-lived code pairs each with its event, and it can be revoked.

namespace frontrow::test {
namespace {

namespace json = boost::json;

constexpr auto kPair = "/api/v1/devices/pair";

class Devices : public TicketsWorld {
protected:
    void SetUp() override {
        // A scan isn't older than the sale.
        server.clock.advance(std::chrono::minutes{10});
    }
    static std::string devices_of(const std::string& event) {
        return "/api/v1/events/" + event + "/devices";
    }
    std::string path() const { return devices_of(venue.event); }
    HttpAnswer add(Caller& by, const std::string& name) {
        // The order of devices that are added within a millisecond is open.
        server.clock.advance(std::chrono::milliseconds{1});
        return by.post(path(), json::serialize(json::object{{"name", name}}));
    }
    HttpAnswer add(const std::string& name = "West 1") { return add(organizer, name); }
    static std::string pairing_body(const std::string& code) {
        return json::serialize(json::object{{"code", code}});
    }
    HttpAnswer pair(const std::string& code) { return stranger.post(kPair, pairing_body(code)); }
    /// A device that is paired with the venue's event.
    HttpAnswer paired() { return pair(add().text("pairing_code")); }
    HttpAnswer remove(const std::string& id) { return organizer.del(path() + "/" + id); }
    HttpAnswer listed(std::size_t number = 0) {
        auto answer = organizer.get(path());
        answer.json = answer.json.at(number);
        return answer;
    }

    /// Asks as the device.
    HttpAnswer with(
        const HttpAnswer& device,
        std::string_view method,
        std::string_view target,
        std::string_view body = {}
    ) {
        return client.ask(method, target, {{"X-API-Key", device.text("api_key")}}, body);
    }
    HttpAnswer scan(const HttpAnswer& device, const std::string& code, const std::string& event) {
        auto body = scan_body(code);
        if (!event.empty()) body["event_id"] = event;
        return with(device, "POST", check_in_path(), json::serialize(body));
    }
    unsigned status_with(const HttpAnswer& device) {
        return with(device, "GET", "/api/v1/reservations").status;
    }
    /// The names of the keys in force that are a device's.
    std::vector<std::string> keys_in_force() {
        std::vector<std::string> names;
        const auto keys = organizer.get("/api/v1/api-keys?limit=100");
        for (const auto& one : keys.json.as_array()) {
            const auto& key = one.as_object();
            if (key.at("account").as_string().starts_with("device:") && !key.contains("revoked_at"))
                names.emplace_back(key.at("name").as_string());
        }
        return names;
    }
    std::string members() { return organizer.get(event_path() + "/members").body; }
    void expect_nothing_kept() {
        EXPECT_EQ(server.side_records("device/"), std::vector<std::string>{});
        EXPECT_EQ(server.side_records("pairing/"), std::vector<std::string>{});
        EXPECT_EQ(keys_in_force(), std::vector<std::string>{});
    }

    HttpClient client = server.connect();
    Caller stranger{server, ""};
    Caller bob{server, "bob"};
};

TEST_F(Devices, are_paired_with_their_event_by_a_code_that_works_once) {
    const auto waiting = add("West 1");
    ASSERT_EQ(waiting.status, 201) << waiting.body;
    EXPECT_EQ(waiting.text("name"), "West 1");
    EXPECT_EQ(waiting.text("status"), "waiting");
    EXPECT_EQ(waiting.text("created_at"), to_rfc3339(server.clock.now()));
    EXPECT_EQ(
        waiting.text("expires_at"), to_rfc3339(server.clock.now() + std::chrono::minutes{10})
    );
    auto shown = waiting.json.as_object();
    shown.erase("pairing_code");
    EXPECT_EQ(organizer.get(path()).json, json::array{shown});
    server.clock.advance(std::chrono::minutes{1});
    const auto device = pair(waiting.text("pairing_code"));
    ASSERT_EQ(device.status, 201) << device.body;
    EXPECT_EQ(device.text("device_id"), waiting.text("id"));
    EXPECT_EQ(device.text("event_id"), venue.event);
    EXPECT_EQ(device.text("event_name"), organizer.get(event_path()).text("name"));
    EXPECT_EQ(pair(waiting.text("pairing_code")).code(), "CODE_INVALID");
    shown["status"] = "paired";
    shown["paired_at"] = to_rfc3339(server.clock.now());
    EXPECT_EQ(organizer.get(path()).json, json::array{shown});
    EXPECT_EQ(keys_in_force(), std::vector<std::string>{"West 1"});
    EXPECT_EQ(server.side_records("pairing/"), std::vector<std::string>{});
}

TEST_F(Devices, show_their_code_once_and_keep_its_digest_alone) {
    auto code = add().text("pairing_code");
    EXPECT_EQ(organizer.get(path()).body.find(code), std::string::npos);
    code.erase(5, 1);
    const auto names = server.side_records("pairing/");
    ASSERT_EQ(names.size(), 1U);
    EXPECT_EQ(names[0].find(code), std::string::npos);
    EXPECT_EQ(names[0].size(), std::string_view{"pairing/"}.size() + 32);
}

TEST_F(Devices, are_paired_by_a_code_as_a_person_types_it) {
    auto code = add().text("pairing_code");
    std::ranges::transform(code, code.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    std::ranges::replace(code, '-', ' ');
    std::ranges::replace(code, '1', 'l');
    std::ranges::replace(code, '0', 'o');
    EXPECT_EQ(pair("  " + code + "-").status, 201) << code;
}

TEST_F(Devices, are_refused_alike_with_a_code_that_is_wrong_used_or_expired) {
    const auto used = add().text("pairing_code");
    ASSERT_EQ(pair(used).status, 201);
    const auto removed = add();
    remove(removed.text("id"));
    const auto expired = add().text("pairing_code");
    server.clock.advance(std::chrono::minutes{10});
    for (const auto& code :
         {used,
          removed.text("pairing_code"),
          expired,
          std::string{"00000-00000"},
          std::string{"UUUUU-UUUUU"},
          std::string{"x"},
          expired + "0",
          std::string(100, '0')}) {
        const auto refused = pair(code);
        EXPECT_EQ(refused.status, 422) << code;
        EXPECT_EQ(refused.code(), "CODE_INVALID") << code;
        EXPECT_EQ(refused.text("message"), pair("y").text("message")) << code;
    }
    EXPECT_EQ(listed(1).text("status"), "expired");
    EXPECT_EQ(pair("").code(), "INVALID_REQUEST");
    EXPECT_EQ(keys_in_force().size(), 1U);
}

TEST_F(Devices, have_ten_minutes_to_be_paired) {
    const auto code = add().text("pairing_code");
    server.clock.advance(std::chrono::minutes{10} - std::chrono::milliseconds{1});
    EXPECT_EQ(listed().text("status"), "waiting");
    EXPECT_EQ(pair(code).status, 201);
    server.clock.advance(std::chrono::hours{24});
    EXPECT_EQ(listed().text("status"), "paired");
}

TEST_F(Devices, let_people_in_at_their_event_alone) {
    const auto code = sold(0);
    const auto other = make_venue(server, 1);
    const auto device = paired();
    const auto elsewhere =
        pair(organizer.post(devices_of(other.event), R"({"name":"n"})").text("pairing_code"));
    ASSERT_EQ(elsewhere.status, 201);
    EXPECT_EQ(scan(elsewhere, code, venue.event).code(), "FORBIDDEN");
    EXPECT_EQ(scan(elsewhere, code, other.event).code(), "WRONG_EVENT");
    EXPECT_EQ(scan(device, code, other.event).code(), "FORBIDDEN");
    EXPECT_EQ(scan(device, code, "").code(), "FORBIDDEN") << "which event isn't said";
    EXPECT_EQ(scan(device, code, venue.event).status, 200);
    EXPECT_EQ(scan(device, code, venue.event).code(), "ALREADY_USED");
    EXPECT_EQ(with(device, "GET", event_path() + "/check-ins").number("used"), 1);
    const auto others_counts = "/api/v1/events/" + other.event + "/check-ins";
    EXPECT_EQ(with(device, "GET", others_counts).code(), "FORBIDDEN");
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(Devices, organise_nothing) {
    const auto device = paired();
    const auto of_device = path() + "/" + device.text("device_id");
    EXPECT_EQ(with(device, "GET", path()).code(), "FORBIDDEN");
    EXPECT_EQ(with(device, "POST", path(), R"({"name":"n"})").code(), "FORBIDDEN");
    EXPECT_EQ(with(device, "DELETE", of_device).code(), "FORBIDDEN");
    EXPECT_EQ(with(device, "GET", event_path() + "/members").code(), "FORBIDDEN");
    EXPECT_EQ(
        with(device, "POST", event_path() + "/sale", R"({"action":"end"})").code(), "FORBIDDEN"
    );
    EXPECT_EQ(with(device, "POST", "/api/v1/events", event_body()).code(), "FORBIDDEN");
    EXPECT_EQ(with(device, "GET", "/api/v1/api-keys").code(), "FORBIDDEN");
    const auto ticket = path_of_ticket(ticket_of(buy(0)));
    EXPECT_EQ(with(device, "POST", ticket + "/reinstate").code(), "FORBIDDEN");
    EXPECT_EQ(with(device, "GET", ticket).code(), "NOT_FOUND");
}

TEST_F(Devices, that_are_removed_have_no_rights_from_then_on) {
    const auto code = sold(0);
    const auto device = paired();
    const auto waiting = add("West 2");
    EXPECT_EQ(remove(device.text("device_id")).status, 204);
    EXPECT_EQ(scan(device, code, venue.event).code(), "UNAUTHENTICATED");
    EXPECT_EQ(status_with(device), 401);
    EXPECT_EQ(members(), "[]");
    EXPECT_EQ(remove(device.text("device_id")).code(), "NOT_FOUND");
    EXPECT_EQ(remove(waiting.text("id")).status, 204);
    EXPECT_EQ(pair(waiting.text("pairing_code")).code(), "CODE_INVALID");
    EXPECT_EQ(organizer.get(path()).body, "[]");
    EXPECT_EQ(remove("x").code(), "INVALID_REQUEST");
    expect_nothing_kept();
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(Devices, can_be_removed_when_others_have_ended_some_of_their_rights) {
    const auto revoked = paired();
    const auto keys = organizer.get("/api/v1/api-keys");
    const std::string key{keys.json.at(0).at("id").as_string()};
    ASSERT_EQ(organizer.del("/api/v1/api-keys/" + key).status, 204);
    const auto expelled = paired();
    const auto account = "device:" + expelled.text("device_id");
    ASSERT_EQ(organizer.del(event_path() + "/members?sub=" + account).status, 204);
    EXPECT_EQ(scan(expelled, sold(0), venue.event).code(), "FORBIDDEN");
    EXPECT_EQ(remove(revoked.text("device_id")).status, 204);
    EXPECT_EQ(remove(expelled.text("device_id")).status, 204);
    EXPECT_EQ(members(), "[]");
    expect_nothing_kept();
}

TEST_F(Devices, are_paired_in_the_name_of_an_organiser_who_still_has_the_event) {
    organizer.post(event_path() + "/members", R"({"sub":"bob","role":"organizer"})");
    const auto kept = add(bob, "kept");
    ASSERT_EQ(kept.status, 201) << kept.body;
    const auto device = pair(kept.text("pairing_code"));
    EXPECT_EQ(device.status, 201);
    const auto keys = organizer.get("/api/v1/api-keys");
    EXPECT_EQ(keys.json.at(0).at("created_by").as_string(), "bob");
    const auto lost = add(bob, "lost");
    ASSERT_EQ(organizer.del(event_path() + "/members?sub=bob").status, 204);
    EXPECT_EQ(bob.get(path()).code(), "FORBIDDEN");
    EXPECT_EQ(pair(lost.text("pairing_code")).code(), "CODE_INVALID");
    EXPECT_EQ(keys_in_force(), std::vector<std::string>{"kept"});
    EXPECT_EQ(listed(1).text("status"), "expired");
    EXPECT_EQ(scan(device, sold(0), venue.event).status, 200) << "it is the event's by now";
}

TEST_F(Devices, are_those_of_the_events_organisers) {
    const auto other = make_venue(server, 1).event;
    const auto device = paired();
    EXPECT_EQ(bob.post(path(), R"({"name":"n"})").code(), "FORBIDDEN");
    EXPECT_EQ(bob.get(path()).code(), "FORBIDDEN");
    EXPECT_EQ(bob.del(path() + "/" + device.text("device_id")).code(), "FORBIDDEN");
    organizer.post("/api/v1/events/" + other + "/members", R"({"sub":"bob","role":"organizer"})");
    EXPECT_EQ(bob.get(devices_of(other)).body, "[]");
    EXPECT_EQ(bob.del(devices_of(other) + "/" + device.text("device_id")).code(), "NOT_FOUND");
    const std::string unknown = "018f7c2e-0a10-7000-8000-000000000001";
    EXPECT_EQ(organizer.get(devices_of(unknown)).code(), "NOT_FOUND");
    EXPECT_EQ(organizer.post(devices_of(unknown), R"({"name":"n"})").code(), "NOT_FOUND");
    EXPECT_EQ(status_with(device), 200);
}

TEST_F(Devices, are_at_most_a_hundred) {
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(add(std::to_string(i)).status, 201);
    EXPECT_EQ(add().status, 422);
    EXPECT_EQ(add().code(), "LIMIT_REACHED");
    const auto all = organizer.get(path()).json.as_array();
    ASSERT_EQ(all.size(), 100U);
    for (std::size_t i = 0; i < all.size(); ++i)
        EXPECT_EQ(all[i].at("name").as_string(), std::to_string(i));
    EXPECT_EQ(remove(std::string{all[0].at("id").as_string()}).status, 204);
    EXPECT_EQ(add().status, 201);
}

TEST_F(Devices, have_no_rights_if_their_event_can_have_no_more_members) {
    for (int i = 0; i < 100; ++i)
        organizer.post(
            event_path() + "/members",
            json::serialize(json::object{{"sub", "m" + std::to_string(i)}, {"role", "scanner"}})
        );
    const auto refused = paired();
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.code(), "LIMIT_REACHED");
    EXPECT_EQ(listed().text("status"), "expired");
    EXPECT_EQ(remove(listed().text("id")).status, 204);
    expect_nothing_kept();
}

TEST_F(Devices, have_no_rights_if_there_can_be_no_more_keys) {
    std::vector<std::string> requests;
    for (int i = 0; i < 1'000; ++i)
        requests.push_back(HttpClient::request_text(
            "POST", "/api/v1/api-keys", {}, R"({"name":"n","role":"user"})"
        ));
    send_at_once(server, requests);
    const auto refused = paired();
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.code(), "LIMIT_REACHED");
    EXPECT_EQ(members(), "[]") << "the membership came first, and is taken back";
    EXPECT_EQ(listed().text("status"), "expired");
    EXPECT_EQ(remove(listed().text("id")).status, 204);
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(Devices, pair_one_of_all_who_send_a_code_at_once) {
    for (int round = 0; round < 20; ++round) {
        const std::vector<std::string> requests(
            8, HttpClient::request_text("POST", kPair, {}, pairing_body(add().text("pairing_code")))
        );
        const auto answers = send_at_once(server, requests, 8, 1);
        EXPECT_EQ(std::ranges::count(answers, 201U, &HttpAnswer::status), 1);
        EXPECT_EQ(std::ranges::count(answers, 422U, &HttpAnswer::status), 7);
    }
    EXPECT_EQ(keys_in_force().size(), 20U);
}

TEST_F(Devices, that_are_removed_while_they_are_paired_have_no_rights) {
    for (int round = 0; round < 50; ++round) {
        const auto added = add();
        const std::vector<std::string> requests{
            HttpClient::request_text("POST", kPair, {}, pairing_body(added.text("pairing_code"))),
            HttpClient::request_text("DELETE", path() + "/" + added.text("id"), {}, "")
        };
        const auto answers = send_at_once(server, requests, 2, 1);
        EXPECT_EQ(answers[1].status, 204) << answers[1].body;
        if (answers[0].status == 201) {
            EXPECT_EQ(status_with(answers[0]), 401);
        } else {
            EXPECT_EQ(answers[0].code(), "CODE_INVALID");
        }
    }
    EXPECT_EQ(members(), "[]");
    expect_nothing_kept();
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

TEST_F(Devices, and_their_codes_survive_a_restart) {
    const auto code = sold(0);
    const auto device = paired();
    const auto waiting = add();
    server.restart();
    client = server.connect();
    Caller again{server, ""};
    EXPECT_EQ(scan(device, code, venue.event).status, 200);
    EXPECT_EQ(again.post(kPair, pairing_body(waiting.text("pairing_code"))).status, 201);
    EXPECT_EQ(again.del(path() + "/" + device.text("device_id")).status, 204);
    server.restart();
    client = server.connect();
    EXPECT_EQ(status_with(device), 401);
}

TEST_F(Devices, end_with_their_event) {
    const auto device = paired();
    const auto waiting = add();
    ASSERT_EQ(organizer.del(event_path()).status, 204);
    EXPECT_EQ(status_with(device), 401);
    EXPECT_EQ(pair(waiting.text("pairing_code")).code(), "CODE_INVALID");
    expect_nothing_kept();
}

}  // namespace
}  // namespace frontrow::test
