#include "end_to_end/server.h"
#include "golden/golden_folder.h"
#include "store/sqlite/data_folder.h"
#include "store/sqlite/side_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>

namespace frontrow::test {
namespace {

using testing::HasSubstr;

namespace json = boost::json;
namespace fs = std::filesystem;

/// The secret that make.py gave the servers.
constexpr auto kSecret = "FRONTROW_JWT_SECRET=the secret of every golden folder, 32 bytes and more";

/// Compares the expected fields; a later program may add others.
void expect_same(const json::value& told, const json::value& expected) {
    for (const auto& field : expected.as_object()) {
        const auto* found = told.as_object().if_contains(field.key());
        ASSERT_TRUE(found) << field.key() << " isn't told of " << told;
        EXPECT_EQ(*found, field.value()) << field.key() << " of " << told;
    }
}

/// A server on a copy of a golden folder, with the users of its sale.
class GoldenServer {
public:
    explicit GoldenServer(const fs::path& data) : server_{data, {}, {kSecret}} {}

    Answer
    ask(std::string method, std::string path, const std::string& user, json::object body = {}) {
        return send({"Authorization", "Bearer " + token(user)}, std::move(method), path, body);
    }
    Answer get(std::string path) { return ask("GET", std::move(path), "somebody"); }
    Answer make_event_with(const std::string& key) {
        const json::object event{
            {"name", "New"},
            {"start_at", "2099-12-01T18:00:00Z"},
            {"end_at", "2099-12-01T20:00:00Z"},
            {"total_seats", 1}
        };
        return send({"X-API-Key", key}, "POST", "/events", event);
    }
    /// Reads what only the event's organiser may see.
    Answer get_with(const std::string& key, const std::string& path) {
        return send({"X-API-Key", key}, "GET", path, {});
    }
    int stop() { return server_.stop(); }

private:
    using Header = std::pair<std::string, std::string>;

    Answer send(Header who, std::string method, const std::string& path, const json::object& body) {
        Request request{.method = std::move(method), .target = "/api/v1" + path};
        request.headers.push_back(std::move(who));
        if (!body.empty()) {
            request.body = json::serialize(body);
        }
        return client_.send(request).value();
    }
    const std::string& token(const std::string& user) {
        auto& token = tokens_[user];
        if (token.empty()) {
            token = run_program({"token", "--sub", user}, {kSecret}).out;
            token.resize(token.find('\n'));
        }
        return token;
    }

    Server server_;
    Client client_ = server_.client();
    std::map<std::string, std::string> tokens_;
};

/// Runs `check(folder, data)` on a copy of each folder.
template <class Check>
void on_each(Check check) {
    const auto folders = golden_folders();
    ASSERT_GE(folders.size(), 5U);
    for (const auto& folder : folders) {
        SCOPED_TRACE(folder.name());
        const TempFolder scratch;
        const auto data = scratch.path() / "data";
        folder.put_into(data);
        check(folder.expected, data);
    }
}

void expect_in_order(const fs::path& data) {
    const auto verified = verify(data);
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
    EXPECT_THAT(verified.out, HasSubstr("in order"));
}

void expect_totals(const json::value& totals, const fs::path& data) {
    const auto number = [&](std::string_view name) { return json::serialize(totals.at(name)); };
    const auto expected = number("facts") + " facts: " + number("events") + " events, " +
                          number("seats") + " seats, " + number("reservations") +
                          " reservations, " + number("confirmed") + " of them confirmed, " +
                          number("seats_sold") + " seats sold";
    EXPECT_THAT(verify(data).out, HasSubstr(expected));
}

/// The final state. Holds that were pending at the end have expired by now, whatever today's date
/// is.
std::string end_of(const json::value& reservation) {
    const auto left = text_of(reservation, "left");
    return left == "pending" ? "expired" : left;
}

/// Compares categories and allocations.
void expect_claims(GoldenServer& server, const json::value& claims, const std::string& key) {
    const auto event = "/events/" + text_of(claims, "event_id");
    const auto expect_list = [](const Answer& answer, const json::value& expected) {
        const auto told = answer.json();
        ASSERT_EQ(told.as_array().size(), expected.as_array().size()) << told;
        for (std::size_t i = 0; i < expected.as_array().size(); ++i)
            expect_same(told.at(i), expected.at(i));
    };
    expect_list(server.get(event + "/ticket-categories"), claims.at("categories"));
    expect_list(server.get_with(key, event + "/allocations"), claims.at("allocations"));
}

void expect_told(GoldenServer& server, const json::object& expected) {
    for (const auto& event : expected.at("events").as_array())
        expect_same(server.get("/events/" + text_of(event, "id")).json(), event);
    EXPECT_EQ(server.get("/events/" + text_of(expected, "deleted_event")).status, 404U);
    for (const auto& seat : expected.at("seats").as_array())
        expect_same(server.get("/seats/" + text_of(seat, "id")).json(), seat);
    for (const auto& one : expected.at("reservations").as_array()) {
        const auto told =
            server.ask("GET", "/reservations/" + text_of(one, "id"), text_of(one, "user_id"));
        // A reservation that ended without a sale may be forgotten after a day.
        const bool is_sold = end_of(one) == "confirmed";
        if (!is_sold && told.status == 404) continue;
        ASSERT_EQ(told.status, 200U) << one;
        auto fields = one.as_object();
        fields.erase("left");
        fields["status"] = end_of(one);
        expect_same(told.json(), fields);
    }
    EXPECT_EQ(server.make_event_with(text_of(expected, "key")).status, 201U);
    EXPECT_EQ(server.make_event_with(text_of(expected, "revoked_key")).status, 401U);
    if (const auto* kept = expected.if_contains("members")) {
        // Uses a key that was moved to the organiser's account.
        const auto key = text_of(*kept, "organizers_key");
        const auto path = "/events/" + text_of(*kept, "event_id") + "/members";
        EXPECT_EQ(server.get_with(key, path).json(), kept->at("list"));
        if (const auto* claims = expected.if_contains("claims"))
            expect_claims(server, *claims, key);
    }
}

TEST(Golden, folders_tell_what_they_told_the_program_that_left_them) {
    on_each([](const json::object& expected, const fs::path& data) {
        expect_in_order(data);
        expect_totals(expected.at("totals"), data);
        GoldenServer server{data};
        expect_told(server, expected);
        EXPECT_EQ(server.stop(), 0);
        expect_in_order(data);
    });
}

TEST(Golden, allocations_are_opened_by_the_codes_that_they_had) {
    on_each([](const json::object& expected, const fs::path& data) {
        const auto* claims = expected.if_contains("claims");
        if (claims == nullptr) return;
        GoldenServer server{data};
        const auto code_of_answer = [&](const char* wish) {
            auto body = claims->at(wish).as_object();
            body["event_id"] = claims->at("event_id");
            body["idempotency_key"] = wish;
            const auto answer = server.ask("POST", "/reservations", "new buyer", body);
            return answer.status == 201 ? "" : answer.code();
        };
        EXPECT_EQ(code_of_answer("used_up"), "ALLOCATION_USED_UP");
        EXPECT_EQ(code_of_answer("closed"), "CODE_INVALID");
        EXPECT_EQ(code_of_answer("opened"), "");
        EXPECT_EQ(server.stop(), 0);
        expect_in_order(data);
    });
}

std::string in_digits(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string digits;
    for (const char one : bytes) {
        digits += kDigits[static_cast<unsigned char>(one) >> 4];
        digits += kDigits[static_cast<unsigned char>(one) & 0xF];
    }
    return digits;
}

TEST(Golden, backups_bring_their_side_records) {
    on_each([](const json::object& expected, const fs::path& data) {
        auto file =
            store::sqlite::SideFile::open_to_read(store::sqlite::DataFolder::side_of(data)).value();
        const auto* const told = expected.if_contains("side_records");
        ASSERT_EQ(file.has_value(), told != nullptr);
        if (told == nullptr) return;
        json::array records;
        for (const auto& record : file->list({}, {}).value()) {
            records.push_back(json::object{
                {"name", record.name},
                {"value", in_digits(record.value)},
                {"version", static_cast<std::int64_t>(record.version)}
            });
        }
        EXPECT_EQ(json::value(records), told->at("records"));
        EXPECT_EQ(
            file->last_version().value(),
            static_cast<std::uint64_t>(told->at("last_version").as_int64())
        );
    });
}

/// The first seat with this status of an event that asks for no payment.
json::value seat_that_is(const json::object& expected, std::string_view status) {
    const auto& event = expected.at("events").at(0);
    for (const auto& seat : expected.at("seats").as_array()) {
        if (seat.at("event_id") == event.at("id") && text_of(seat, "status") == status) return seat;
    }
    throw std::runtime_error("no such seat");
}

Answer reserve(GoldenServer& server, const json::value& seat) {
    return server.ask(
        "POST",
        "/reservations",
        "new buyer",
        {{"event_id", seat.at("event_id")},
         {"seat_ids", {seat.at("id")}},
         {"idempotency_key", seat.at("id")}}
    );
}

TEST(Golden, folders_are_sold_from_backed_up_and_restored) {
    on_each([](const json::object& expected, const fs::path& data) {
        const auto seat = seat_that_is(expected, "available");
        std::string sold;
        {
            GoldenServer server{data};
            EXPECT_EQ(reserve(server, seat_that_is(expected, "confirmed")).status, 409U);
            const auto held = reserve(server, seat);
            ASSERT_EQ(held.status, 201U) << held.body;
            sold = "/reservations/" + text_of(held.json(), "id");
            ASSERT_EQ(server.ask("POST", sold + "/confirm", "new buyer").status, 200U);
            EXPECT_EQ(server.stop(), 0);
        }
        expect_in_order(data);

        const auto backup = data.parent_path() / "backup.db";
        const auto restored = data.parent_path() / "restored";
        EXPECT_EQ(run_program({"backup", "--data-dir", data, "--to", backup}).exit_code, 0);
        EXPECT_EQ(run_program({"restore", "--from", backup, "--data-dir", restored}).exit_code, 0);
        expect_in_order(restored);
        GoldenServer server{restored};
        EXPECT_EQ(text_of(server.ask("GET", sold, "new buyer").json(), "status"), "confirmed");
        EXPECT_EQ(
            text_of(server.get("/seats/" + text_of(seat, "id")).json(), "status"), "confirmed"
        );
        // Everything except the seat that was just sold.
        auto rest = expected;
        auto& seats = rest["seats"].as_array();
        seats.erase(std::ranges::find(seats, seat));
        expect_told(server, rest);
    });
}

}  // namespace
}  // namespace frontrow::test
