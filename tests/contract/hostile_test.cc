#include "every_route.h"
#include "support/seed.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>

// Whatever arrives as HTTP, the answer is one of the contract, never a 5xx. The next request is
// served, on the same connection unless the answer announces its end.

namespace frontrow::test {
namespace {

namespace json = boost::json;
using namespace std::string_literals;

/// Makes requests that only a hostile client would send.
class Mallory {
public:
    /// Only aimed_at() uses `untouched`.
    Mallory(std::uint64_t seed, SmallWorld world, SmallWorld untouched)
        : random_{seed}, world_{std::move(world)}, untouched_{std::move(untouched)} {}

    /// The request's method and bytes. The last X-Request-Id is `id`, because only the last one
    /// counts.
    std::pair<std::string, std::string> request(const std::string& id) {
        const auto visits = every_route(world_);
        const auto& one = visits[below(visits.size())];
        auto method = chance(10) ? word() : one.method;
        // A successful DELETE of the event would make the later requests pointless.
        const bool is_delete = method == "DELETE";
        const auto path = is_delete ? "/api/v1/events/" + odd_id() : target(one.path);
        const auto body = chance(8) ? std::string{} : this->body(one);
        std::string text = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n";
        for (auto i = below(5); i > 0; --i)
            text += odd_header() + "\r\n";
        // Usually the role suffices, so that not every request is refused for its role.
        if (one.is_for(http::Access::user) != chance(5)) text += "X-User-ID: mallory\r\n";
        if (!chance(5)) text += "Idempotency-Key: " + id + "\r\n";
        if (!chance(5)) text += "Content-Type: application/json\r\n";
        text += "X-Request-Id: " + id + "\r\n";
        if (!body.empty() && chance(3)) return {method, text + in_chunks(body)};
        return {
            method, text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body
        };
    }

    static constexpr std::array<unsigned, 9> kAims{200, 201, 400, 401, 403, 404, 405, 409, 415};

    /// Makes a request that the server must answer with `status`, whatever was sent before.
    /// `status` is one of kAims.
    std::string aimed_at(unsigned status, const std::string& id) {
        const std::string json = "Content-Type: application/json\r\n";
        const std::string mallory = "X-User-ID: mallory\r\nIdempotency-Key: " + id + "\r\n";
        const std::string events = "POST /api/v1/events";
        const std::string reservations = "POST /api/v1/reservations";
        const std::string sold = R"({"event_id":")" + untouched_.venue.event +
                                 R"(","seat_ids":[")" + untouched_.venue.seats[0] + R"("]})";
        const std::map<unsigned, std::array<std::string, 3>> aims{
            {200, {"GET /livez", "", ""}},
            {201, {events, json, event_body()}},
            {400, {events, json, event_body().substr(1)}},
            {401, {reservations, json, sold}},
            {403, {events, json + mallory, event_body()}},
            {404, {"GET /api/v1/events/ffffffff-ffff-ffff-ffff-ffffffffffff", "", ""}},
            {405, {"PURGE /livez", "", ""}},
            {409, {reservations, json + mallory, sold}},
            {415, {events, "Content-Type: text/plain\r\n", event_body()}},
        };
        const auto& [asked, headers, body] = aims.at(status);
        return asked + " HTTP/1.1\r\nHost: localhost\r\n" + odd_header(kHarmless) + "\r\n" +
               headers + "X-Request-Id: " + id +
               "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }

private:
    std::size_t below(std::size_t bound) { return random_() % bound; }
    bool chance(std::size_t one_in) { return below(one_in) == 0; }
    template <class T>
    const T& any(const std::vector<T>& of) {
        return of[below(of.size())];
    }

    /// A random word of token characters.
    std::string word() {
        std::string out;
        for (auto i = 1 + below(12); i > 0; --i)
            out += static_cast<char>('A' + below(26));
        return out;
    }

    std::string bytes(std::size_t size, unsigned low, unsigned high) {
        std::string out;
        for (std::size_t i = 0; i < size; ++i)
            out += static_cast<char>(low + below(high - low + 1));
        return out;
    }

    std::string odd_id() {
        static const std::vector<std::string> ids{
            "x",
            "0",
            "-1",
            "%00",
            "%",
            "%zz",
            "%ff%fe",
            "..",
            "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
            "'%20OR%201=1--",
            "018f7c2e-0a10-7000-8000-000000000001",
            "018F7C2E-0A10-7000-8000-000000000001",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "00000000-0000-0000-0000-000000000000",
            "{id}",
            "%7Bid%7D",
            "*",
            "null",
            "NaN",
            "1e999",
            "%F0%9F%8E%AB",
            "~",
            "a;b=c",
        };
        return chance(8) ? bytes(1 + below(8'000), '!' + 3, '>') : any(ids);
    }

    std::string target(std::string path) {
        if (chance(3)) {
            for (const auto& id :
                 {world_.venue.event, world_.venue.seats[0], world_.reservation, world_.order}) {
                if (const auto at = path.find(id); at != std::string::npos)
                    path.replace(at, id.size(), odd_id());
            }
        }
        if (chance(20)) path += "/" + odd_id();
        if (chance(3)) path += "?" + query();
        return path;
    }

    std::string query() {
        static const std::vector<std::string> names{
            "limit", "offset", "available", "cursor", "status", "", "%6cimit", "limit[]", "x"
        };
        static const std::vector<std::string> values{
            "",
            "0",
            "-1",
            "1",
            "1e9",
            "99999999999999999999",
            "true",
            "TRUE",
            "%",
            "%00",
            "%zz",
            "+",
            "=",
            "&",
            "null",
            "0x10",
            "1.0"
        };
        std::string out;
        for (auto i = 1 + below(4); i > 0; --i)
            out += any(names) + (chance(5) ? "" : "=") + any(values) + (chance(9) ? "&&" : "&");
        return out;
    }

    /// Usually returns a header with little effect, so that not every request is refused at once.
    std::string odd_header() {
        static const std::vector<std::string> names{
            "If-Match",
            "If-None-Match",
            "Idempotency-Key",
            "X-User-ID",
            "X-Request-Id",
            "Origin",
            "Content-Type",
            "Content-Encoding",
            "Host",
            "X-API-Key",
        };
        if (chance(10)) return bytes(1 + below(30), 'a', 'z') + ":";
        return odd_header(chance(4) ? names : kHarmless);
    }

    std::string odd_header(const std::vector<std::string>& names) {
        static const std::vector<std::string> values{
            "",
            "*",
            "\"v1-open\"",
            "W/\"v1-open\"",
            "\"v99999999999999999999-open\"",
            "\"v-1\",\"v1-open, W/\"\"",
            "application/json",
            "application/JSON;charset=\"utf-16\"",
            "text/html",
            "gzip",
            "bytes=0-1",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "{{7*7}}",
            "${jndi:ldap://x}",
            "'; DROP TABLE seats; --",
            "../../etc/passwd",
            "\t \t",
        };
        if (chance(15)) return any(names) + ": " + bytes(below(9'000), 'a', 'z');
        if (chance(4)) return any(names) + ": " + bytes(1 + below(40), 0x80, 0xFF);
        return any(names) + ": " + any(values);
    }

    std::string in_chunks(std::string_view body) {
        std::string text = "Transfer-Encoding: chunked\r\n\r\n";
        while (!body.empty()) {
            const auto piece = body.substr(0, 1 + below(body.size()));
            char length[32];
            std::snprintf(length, sizeof length, "%zx\r\n", piece.size());
            text += length + std::string{piece} + "\r\n";
            body.remove_prefix(piece.size());
        }
        return text + "0\r\n\r\n";
    }

    std::string body(const Visit& one) {
        if (chance(20)) return bytes(1 + below(2'000), 0, 0xFF);
        if (chance(40))
            return std::string(1 + below(200'000), any(std::vector{'[', '{', '"', '\0', ' '}));
        if (chance(4)) return one.body;
        auto text = json::serialize(chance(2) && !one.body.empty() ? nearly(one.body) : document());
        if (chance(4)) text.resize(below(text.size() + 1));
        if (chance(6) && !text.empty()) text[below(text.size())] = static_cast<char>(random_());
        if (chance(10)) text += bytes(1 + below(5), 0, 0xFF);
        return text;
    }

    /// A correct body with a field or two made wrong.
    json::object nearly(const std::string& body) {
        auto object = json::parse(body).as_object();
        for (auto i = object.empty() ? 0 : 1 + below(2); i > 0; --i) {
            const std::string name{
                std::next(object.begin(), static_cast<std::ptrdiff_t>(below(object.size())))->key()
            };
            object[name] = value(3);
        }
        return object;
    }

    /// The fields of the contract, with values that may be wrong.
    json::object document() {
        static const std::vector<std::string> names{
            "name",
            "description",
            "venue",
            "start_at",
            "end_at",
            "total_seats",
            "sales_start_at",
            "sales_end_at",
            "hold_seconds",
            "max_seats_per_reservation",
            "max_seats_per_user",
            "currency",
            "payment",
            "seat_number",
            "price",
            "row",
            "section",
            "x",
            "y",
            "prefix",
            "count",
            "seats",
            "event_id",
            "seat_ids",
            "items",
            "best_available",
            "category",
            "quantity",
            "total_stock",
            "add",
            "remove",
            "reservation_id",
            "email",
            "locale",
            "token",
            "return_url",
            "method",
            "return_to_sale",
            "limit",
            "limit_per_user",
            "until",
            "access_code",
            "access_codes",
            "idempotency_key",
            "seconds",
            "role",
            "account",
            "unknown",
            "",
        };
        json::object object;
        for (auto i = below(9); i > 0; --i)
            object[any(names)] = value(3);
        if (chance(2)) object["event_id"] = world_.venue.event;
        if (chance(2)) object["seat_ids"] = json::array{json::string{world_.venue.seats[below(2)]}};
        if (chance(3)) object["start_at"] = "2027-01-01T10:00:00Z";
        if (chance(3)) object["end_at"] = "2027-01-01T12:00:00Z";
        return object;
    }

    json::value value(int depth) {
        switch (below(depth > 0 ? 12 : 9)) {
            case 0:
                return nullptr;
            case 1:
                return chance(2);
            case 2:
                return any(std::vector<std::int64_t>{
                    0,
                    -1,
                    1,
                    255,
                    3'600,
                    100'001,
                    std::numeric_limits<std::int64_t>::min(),
                    std::numeric_limits<std::int64_t>::max()
                });
            case 3:
                return std::numeric_limits<std::uint64_t>::max();
            case 4:
                return any(std::vector<double>{0.5, -0.0, 1e308, -1e308, 5e-324, 1e15});
            case 5:
                return any(std::vector<json::value>{
                    "",
                    "none",
                    "required",
                    "JPY",
                    "A",
                    "2027-01-01T10:00:00+23:59",
                    "9999-12-31T23:59:59.999Z",
                    "1970-01-01T00:00:00Z",
                    "席",
                    "\xf0\x9f\x8e\xab",
                    "\xe2\x80\x8b",
                    "a\nb",
                    "a\x01"
                });
            case 6:
                return json::string{world_.venue.seats[below(world_.venue.seats.size())]};
            case 7:
                return json::string{bytes(below(chance(10) ? 30'000 : 300), ' ', '~')};
            case 8:
                return json::string{any(std::vector<std::string>{
                    world_.venue.event, world_.reservation, "018f7c2e-0a10-7000-8000-000000000001"
                })};
            case 9: {
                json::value nested = 1;
                for (auto i = below(40); i > 0; --i)
                    nested = chance(2) ? json::value(json::array{nested})
                                       : json::value(json::object{{"a", nested}});
                return nested;
            }
            case 10: {
                json::array array;
                for (auto i = below(6); i > 0; --i)
                    array.push_back(value(depth - 1));
                return array;
            }
            default:
                return json::object{
                    {"seat_number", value(0)}, {"price", value(0)}, {"quantity", value(0)}
                };
        }
    }

    inline static const std::vector<std::string> kHarmless{
        "Accept",
        "Accept-Encoding",
        "traceparent",
        "tracestate",
        "Cookie",
        "Range",
        "X-Forwarded-For",
        "X-HTTP-Method-Override",
        "Last-Event-ID",
        "TE",
        "Via",
    };

    std::mt19937_64 random_;
    SmallWorld world_;
    SmallWorld untouched_;
};

TEST(Hostile, requests_are_answered_within_the_contract_and_the_next_is_served) {
    TestServer server;
    auto watch = server.connect();
    Mallory mallory{seed_of_this_run(), make_small_world(server), make_small_world(server)};
    auto client = server.connect();
    std::map<unsigned, int> statuses;
    const int requests = is_soak() ? 300'000 : 2'000;
    for (int i = 0; i < requests && !testing::Test::HasFailure(); ++i) {
        const auto id = "hostile-" + std::to_string(i);
        // Every tenth request has a known status, which no other request changes.
        const bool is_aimed = i % 10 == 0;
        const auto aim = Mallory::kAims[static_cast<std::size_t>(i) / 10 % Mallory::kAims.size()];
        const auto [method, text] =
            is_aimed ? std::pair{""s, mallory.aimed_at(aim, id)} : mallory.request(id);
        HttpAnswer answer;
        try {
            client.send(text);
            answer = client.receive(method == "HEAD");
        } catch (const std::exception& error) {
            FAIL() << error.what() << " after\n" << text.substr(0, 3'000);
        }
        if (!is_aimed) ++statuses[answer.status];
        EXPECT_LT(answer.status, 500) << text.substr(0, 3'000);
        if (is_aimed) EXPECT_EQ(answer.status, aim) << text.substr(0, 3'000) << answer.body;
        if (answer.header("connection") == "close") {
            EXPECT_TRUE(client.is_closed_by_server());
            client = server.connect();
        } else {
            // The answer belongs to this request, not to a piece of an earlier one.
            EXPECT_EQ(answer.header("x-request-id"), id) << text.substr(0, 3'000);
        }
        if (i % 100 == 0) EXPECT_EQ(watch.ask("GET", "/readyz").status, 200);
    }
    for (const auto& [status, count] : statuses)
        std::cout << status << ": " << count << ", ";
    std::cout << std::endl;
    EXPECT_GT(statuses[200] + statuses[201], requests / 10) << "not all is refused at the door";
    EXPECT_EQ(server.violations(), std::vector<std::string>{});
}

}  // namespace
}  // namespace frontrow::test
