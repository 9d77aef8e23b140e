#include "end_to_end/server.h"
#include "support/seed.h"
#include "support/temp_folder.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

// The server is killed between the steps by which a scanner's device is paired and removed, and
// within them.

namespace frontrow::test {
namespace {

namespace json = boost::json;

class DevicesKilled : public testing::Test {
protected:
    struct Waiting {
        std::string id;
        std::string code;
    };

    void SetUp() override {
        server.emplace(folder.path());
        auto client = server->client();
        hall = make_hall(client, 2);
        event = "/api/v1/events/" + hall.event;
    }
    /// Kills the server, and starts it again.
    void kill() {
        server->process().kill();
        server.emplace(folder.path());
    }
    Answer send(const Request& request) const {
        return server->client().send(request).value_or(Answer{});
    }
    Answer post(std::string target, std::string body, const std::string& user = {}) const {
        return server->client().post(std::move(target), std::move(body), user).value_or(Answer{});
    }
    Waiting add() const {
        const auto added = post(event + "/devices", R"({"name":"gate"})");
        EXPECT_EQ(added.status, 201) << added.body;
        return {text_of(added.json(), "id"), text_of(added.json(), "pairing_code")};
    }
    static Request pairing(const Waiting& device) {
        return {
            .method = "POST",
            .target = "/api/v1/devices/pair",
            .headers = {},
            .body = json::serialize(json::object{{"code", device.code}})
        };
    }
    Request removal(const Waiting& device) const {
        return {
            .method = "DELETE", .target = event + "/devices/" + device.id, .headers = {}, .body = {}
        };
    }
    /// The status of the only device; nothing if there is none.
    std::string status() const {
        const auto listed = server->client().get(event + "/devices").value().json();
        const auto& all = listed.as_array();
        EXPECT_LE(all.size(), 1U);
        return all.empty() ? std::string{} : text_of(all.front(), "status");
    }
    Answer scan(const std::string& key, const std::string& code, std::string_view id) const {
        const json::object body{{"code", code}, {"event_id", hall.event}, {"scan_id", id}};
        return send(
            {.method = "POST",
             .target = "/api/v1/tickets/check-in",
             .headers = {{"X-API-Key", key}},
             .body = json::serialize(body)}
        );
    }
    /// The answer to what a device may ask for its event.
    unsigned status_with(const std::string& key) const {
        return send({.method = "GET",
                     .target = event + "/check-ins",
                     .headers = {{"X-API-Key", key}},
                     .body = {}}
        ).status;
    }
    std::string sold_code() const {
        const json::object wanted{
            {"event_id", hall.event}, {"seat_ids", {hall.seats[0]}}, {"idempotency_key", "one"}
        };
        const auto held = post("/api/v1/reservations", json::serialize(wanted), "alice");
        const auto id = text_of(held.json(), "id");
        EXPECT_EQ(post("/api/v1/reservations/" + id + "/confirm", "", "alice").status, 200U);
        const auto ticket = server->client().get("/api/v1/tickets/" + id + ".1", "alice");
        return text_of(ticket.value().json(), "code");
    }
    std::size_t count_keys_in_force() const {
        const auto keys = server->client().get("/api/v1/api-keys?limit=100").value().json();
        std::size_t count = 0;
        for (const auto& key : keys.as_array())
            count += key.as_object().contains("revoked_at") ? 0 : 1;
        return count;
    }
    void expect_nothing_left() const {
        EXPECT_EQ(status(), "");
        EXPECT_EQ(count_keys_in_force(), 0U);
        EXPECT_EQ(server->client().get(event + "/members").value().body, "[]");
    }
    /// Sends the request and kills the server at any point of its work, so there is no event to
    /// wait for. Returns whether it was answered.
    bool send_and_kill(const Request& request) {
        auto client = server->client();
        EXPECT_TRUE(client.write(Client::text_of(request)));
        std::this_thread::sleep_for(std::chrono::microseconds{random() % 6'000});
        server->process().kill();
        const bool is_answered = client.read().has_value();
        server.emplace(folder.path());
        return is_answered;
    }

    TempFolder folder;
    std::optional<Server> server;
    Hall hall;
    std::string event;
    std::mt19937_64 random{seed_of_this_run()};
};

TEST_F(DevicesKilled, between_two_steps_have_taken_each_of_them_for_good) {
    const auto code = sold_code();
    const auto device = add();
    kill();
    EXPECT_EQ(status(), "waiting");
    const auto paired = send(pairing(device));
    ASSERT_EQ(paired.status, 201U) << paired.body;
    const auto key = text_of(paired.json(), "api_key");
    kill();
    EXPECT_EQ(status(), "paired");
    EXPECT_EQ(send(pairing(device)).code(), "CODE_INVALID");
    constexpr std::string_view kScan = "0190c0de-0000-7000-8000-000000000001";
    EXPECT_EQ(scan(key, code, kScan).status, 200U);
    kill();
    EXPECT_EQ(scan(key, code, kScan).status, 200U) << "the same scan, told again";
    EXPECT_EQ(scan(key, code, "0190c0de-0000-7000-8000-000000000002").code(), "ALREADY_USED");
    EXPECT_EQ(send(removal(device)).status, 204U);
    kill();
    EXPECT_EQ(status_with(key), 401U);
    EXPECT_EQ(send(pairing(device)).code(), "CODE_INVALID");
    EXPECT_EQ(send(removal(device)).status, 404U);
    expect_nothing_left();
    EXPECT_EQ(server->stop(), 0);
    EXPECT_EQ(verify(folder.path()).exit_code, 0);
}

TEST_F(DevicesKilled, within_a_step_can_be_paired_or_removed_afterwards) {
    const int rounds = is_soak() ? 300 : 12;
    for (int round = 0; round < rounds && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        const auto device = add();
        const bool is_answered = send_and_kill(pairing(device));
        const auto again = send(pairing(device));
        if (again.status == 201U) {
            EXPECT_FALSE(is_answered) << "the code worked twice";
            EXPECT_EQ(status_with(text_of(again.json(), "api_key")), 200U);
        } else {
            EXPECT_EQ(again.code(), "CODE_INVALID");
        }
        EXPECT_LE(count_keys_in_force(), 1U);
        EXPECT_EQ(send(pairing(device)).code(), "CODE_INVALID");
        const bool is_removed = send_and_kill(removal(device));
        EXPECT_EQ(send(pairing(device)).code(), "CODE_INVALID");
        const auto removed = send(removal(device)).status;
        EXPECT_TRUE(removed == 404U || (removed == 204U && !is_removed)) << removed;
        expect_nothing_left();
    }
    EXPECT_EQ(server->stop(), 0);
    EXPECT_EQ(verify(folder.path()).exit_code, 0);
}

}  // namespace
}  // namespace frontrow::test
