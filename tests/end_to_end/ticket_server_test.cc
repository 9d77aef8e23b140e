#include "end_to_end/server.h"
#include "store/sqlite/side_file.h"
#include "support/seeded_random.h"
#include "tickets/key_file.h"
#include "tickets/key_registry.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

// `serve` with the keys for tickets: its own, rotated, lost ones and those of others.

namespace frontrow::test {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;
namespace json = boost::json;

class TicketServer : public testing::Test {
protected:
    /// Sells alice a ticket; returns its path.
    std::string sell_unseen(Server& server) const {
        auto client = server.client();
        const auto hall = make_hall(client, 1);
        const json::object wanted{
            {"event_id", hall.event}, {"seat_ids", {hall.seats[0]}}, {"idempotency_key", hall.event}
        };
        const auto held = client.post("/api/v1/reservations", json::serialize(wanted), "alice");
        const auto id = text_of(held.value().json(), "id");
        client.post("/api/v1/reservations/" + id + "/confirm", "", "alice");
        return "/api/v1/tickets/" + id + ".1";
    }
    /// The same; returns the ticket's code.
    std::string sell(Server& server) const {
        const auto path = sell_unseen(server);
        return text_of(server.client().get(path, "alice").value().json(), "code");
    }
    Answer check_in(Server& server, const std::string& code) const {
        auto client = server.client();
        const json::object scan{{"code", code}};
        return client.post("/api/v1/tickets/check-in", json::serialize(scan)).value();
    }
    std::size_t count_public(Server& server) const {
        const auto keys = server.client().get("/.well-known/frontrow-ticket-keys.json");
        return keys.value().json().at("keys").as_array().size();
    }
    Finished keys(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), "keys");
        arguments.insert(arguments.end(), {"--data-dir", data.string()});
        return run_program(arguments);
    }
    std::string signing() const {
        return tickets::read_key_file(file).value().value().keys.back().id().to_string();
    }
    void expect_no_start(const std::string& why) const {
        const auto finished = run_program(serve_arguments(data, {"--dev"}));
        EXPECT_EQ(finished.exit_code, 1);
        EXPECT_THAT(finished.err, HasSubstr("frontrow serve: "));
        EXPECT_THAT(finished.err, HasSubstr(why));
    }

    TempFolder folder;
    fs::path data = folder.path() / "data";
    fs::path file = data / "keys.json";
};

TEST_F(TicketServer, makes_its_keys_at_the_first_start_by_which_codes_are_verified) {
    Server server{data};
    EXPECT_EQ(static_cast<unsigned>(fs::status(file).permissions()), 0600U);
    const auto code = sell(server);
    const auto verified = run_program({"ticket", "verify", code, "--data-dir", data});
    EXPECT_EQ(verified.exit_code, 0) << verified.err;
    EXPECT_THAT(verified.out, HasSubstr("place: A-1\n"));
    EXPECT_EQ(server.stop(), 0);
    Server again{data};
    EXPECT_EQ(count_public(again), 1);
    EXPECT_EQ(check_in(again, code).status, 200);
}

TEST_F(TicketServer, signs_with_a_rotated_key_and_accepts_the_codes_of_the_old_one) {
    std::string old_code;
    {
        Server server{data};
        old_code = sell(server);
    }
    const auto older = folder.path() / "older.json";
    fs::copy_file(file, older);
    EXPECT_EQ(keys({"rotate"}).exit_code, 0);
    {
        Server server{data};
        EXPECT_EQ(count_public(server), 2);
        EXPECT_EQ(check_in(server, old_code).status, 200);
        EXPECT_EQ(check_in(server, sell(server)).status, 200);
    }
    const auto newest = signing();
    fs::rename(older, file);
    expect_no_start(file.string() + " lacks key " + newest);
}

TEST_F(TicketServer, does_not_start_without_its_keys_until_they_are_replaced) {
    std::string code;
    {
        Server server{data};
        code = sell(server);
    }
    const auto lost = signing();
    fs::remove(file);
    expect_no_start(
        "there is no key file " + file.string() +
        ", and this store's tickets are signed with key " + lost + ": put back a copy of the file"
    );
    EXPECT_FALSE(fs::exists(file)) << "no new keys instead of the lost ones";
    EXPECT_EQ(keys({"make", "--replace-lost"}).exit_code, 0);
    Server server{data};
    EXPECT_EQ(count_public(server), 2);
    EXPECT_EQ(check_in(server, code).status, 200);
    EXPECT_EQ(check_in(server, sell(server)).status, 200);
}

TEST_F(TicketServer, does_not_start_with_the_keys_of_another_store) {
    {
        Server server{data};
        sell(server);
    }
    {
        Server other{folder.path() / "other"};
    }
    const auto own = signing();
    fs::copy_file(
        folder.path() / "other" / "keys.json", file, fs::copy_options::overwrite_existing
    );
    expect_no_start(
        file.string() + " has the keys of another store; this one's tickets are signed with key " +
        own
    );
}

TEST_F(TicketServer, starts_with_any_keys_as_long_as_no_ticket_was_signed) {
    {
        Server server{data};
    }
    const auto first = signing();
    fs::remove(file);
    Server server{data};
    EXPECT_NE(signing(), first);
    EXPECT_EQ(count_public(server), 1) << "a gate may be prepared before the first ticket is read";
    EXPECT_EQ(check_in(server, sell(server)).status, 200);
    EXPECT_EQ(count_public(server), 1);
}

TEST_F(TicketServer, sells_on_if_it_can_not_sign_and_says_so) {
    Server server{data};
    const auto path = sell_unseen(server);
    SeededRandom random{1};
    tickets::KeyRing others;
    add_new_key(others, Instant{}, random);
    {
        auto records = store::sqlite::SideFile::open_beside(data / "side.db");
        ASSERT_TRUE(records);
        const auto record = write_registry(registry_with(others, std::nullopt));
        ASSERT_TRUE(records->change({.name = "ticket_keys", .value = record}).value());
    }
    for (int i = 0; i < 2; ++i) {
        const auto answer = server.client().get(path, "alice").value();
        EXPECT_EQ(answer.status, 503);
        EXPECT_EQ(answer.code(), "TICKET_KEYS_MISSING");
    }
    sell_unseen(server);
    EXPECT_EQ(server.stop(), 0);
    const auto log = server.process().err();
    const auto at = log.find("tickets can't be signed; this node sells");
    ASSERT_NE(at, std::string::npos) << log;
    EXPECT_EQ(log.find("tickets can't be signed", at + 1), std::string::npos) << "said once";
    EXPECT_THAT(log, HasSubstr("has the keys of another store"));
}

TEST_F(TicketServer, starts_again_after_it_was_killed_while_it_made_its_first_key) {
    const auto left_over = data / "keys.json.new";
    fs::create_directory(data);
    std::ofstream{left_over} << "{";
    {
        Server server{data};
        EXPECT_TRUE(fs::exists(file));
    }
    fs::rename(file, left_over);
    Server server{data};
    EXPECT_EQ(check_in(server, sell(server)).status, 200);
    EXPECT_FALSE(fs::exists(left_over));
}

TEST_F(TicketServer, makes_no_keys_in_place_of_a_secret_that_is_not_mounted_yet) {
    fs::create_directory(data);
    fs::create_symlink("/nowhere/keys.json", file);
    expect_no_start(file.string() + " is a link to a file that can't be reached");
    EXPECT_TRUE(fs::is_symlink(file));
}

TEST_F(TicketServer, does_not_start_with_keys_that_others_may_read) {
    {
        Server server{data};
    }
    fs::permissions(file, static_cast<fs::perms>(0644));
    expect_no_start("run chmod 600 " + file.string());
}

TEST_F(TicketServer, has_its_keys_where_the_setting_says) {
    const auto elsewhere = folder.path() / "secrets.json";
    Server server{data, {"--dev", "--keys-file", elsewhere}};
    EXPECT_TRUE(fs::exists(elsewhere));
    EXPECT_FALSE(fs::exists(file));
    EXPECT_EQ(check_in(server, sell(server)).status, 200);
}

}  // namespace
}  // namespace frontrow::test
