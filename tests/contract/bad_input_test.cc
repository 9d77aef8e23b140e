#include "http/handlers/routes.h"
#include "support/openapi_check.h"
#include "support/seed.h"
#include "support/test_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <random>

// Whatever the request, the answer is a 4xx of the contract, never a 5xx, and the next request is
// served.

namespace frontrow::test {
namespace {

const char* const kBadBodies[] = {
    "",
    " ",
    "null",
    "true",
    "0",
    "\"text\"",
    "[]",
    "[[[]]]",
    "{",
    "}",
    "{\"",
    "{\"a\"",
    "{\"a\":",
    "{\"a\":1",
    "{\"a\":1,}",
    "{'a':1}",
    "{\"a\":1}x",
    "nul",
    "{\"event_id\":null}",
    "\xff\xfe",
    "{\"name\":\"\xc3\x28\"}",
    "{\"name\":\"\xed\xa0\x80\"}",
    "{\"name\":\"\\ud800\"}",
    "{\"name\":\"\\u0000\"}",
    "{\"total_seats\":1e400}",
    "{\"total_seats\":99999999999999999999999}",
    "{\"total_seats\":-1}",
    "{\"seat_ids\":[1,2,3]}",
    "{\"seat_ids\":{}}",
    "{\"seat_ids\":\"x\"}",
    "{\"seats\":{}}",
    "{\"seats\":[null]}",
    "{\"seconds\":-5}",
    "{\"seconds\":1.5}",
    "{\"prefix\":\"\",\"count\":-1,\"price\":\"x\"}",
    "{\"idempotency_key\":7}",
    "{\"idempotency_key\":\"\\u0001\"}",
};

const char* const kBadIds[] = {
    "x",
    "0",
    "-1",
    "018f7c2e",
    "018f7c2e-0a10-7000-8000-00000000000g",
    "018f7c2e0a1070008000000000000001",
    "%00",
    "%",
    "%zz",
    "%ff",
    "../../etc/passwd",
    "'%20OR%201=1",
    "018f7c2e-0a10-7000-8000-0000000000011",
    "%F0%9F%8E%AB",
};

std::string with_id(std::string_view pattern, std::string_view id) {
    std::string path{pattern};
    if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, id);
    return path;
}

/// Sends one bad request on a new connection and checks the answer.
class Prober {
public:
    explicit Prober(const TestServer& server) : server_{server} {}

    void send_bad(
        const http::Route& route,
        const std::string& path,
        const std::string& body,
        Headers headers = {}
    ) {
        if (route.access == http::Access::user) headers.emplace_back("X-User-ID", "mallory");
        headers.emplace_back("Idempotency-Key", "bad-" + std::to_string(++sent_));
        const auto method = http::name_of(route.method);
        HttpAnswer answer;
        try {
            if (!client_) client_ = std::make_unique<HttpClient>(server_.connect());
            answer = client_->ask(method, path, headers, body);
        } catch (const std::exception& error) {
            ADD_FAILURE() << method << " " << path << " got no answer: " << error.what() << "\n"
                          << body.substr(0, 200);
            client_.reset();
            return;
        }
        EXPECT_LT(answer.status, 500) << method << " " << path << ": " << answer.body;
        check_against_openapi(method, path, answer);
        if (answer.status >= 400) {
            EXPECT_FALSE(answer.code().empty()) << method << " " << path << ": " << answer.body;
            EXPECT_EQ(answer.header("content-type"), "application/problem+json");
            EXPECT_EQ(answer.text("trace_id").size(), 32);
        }
        if (answer.header("connection") == "close") client_.reset();
    }

    int sent() const { return sent_; }

private:
    const TestServer& server_;
    std::unique_ptr<HttpClient> client_;
    int sent_ = 0;
};

TEST(BadInput, of_every_listed_kind_is_a_4xx_on_every_route) {
    TestServer server;
    const auto venue = make_venue(server, 1);
    Prober prober{server};
    const std::string deep(10'000, '[');
    for (const auto& route : http::all_routes()) {
        const bool has_body = route.body != http::BodyKind::none;
        for (const auto* id : kBadIds)
            prober.send_bad(route, with_id(route.pattern, id), has_body ? "{}" : "");
        const auto path = with_id(route.pattern, venue.event);
        for (const auto* query :
             {"?limit=-1",
              "?limit=1e9",
              "?offset=x",
              "?limit=1000000000000000000000",
              "?available=1",
              "?%zz=%",
              "?=&&=&"}) {
            prober.send_bad(route, path + query, has_body ? "{}" : "");
        }
        if (!has_body || route.method == http::Method::put) continue;
        for (const auto* body : kBadBodies)
            prober.send_bad(route, path, body);
        prober.send_bad(route, path, "{\"a\":" + deep);
        prober.send_bad(route, path, "{\"name\":\"" + std::string(100'000, 'x') + "\"}");
        prober.send_bad(route, path, "{}", {{"Content-Type", "application/xml"}});
    }
    EXPECT_GT(prober.sent(), 400);
    EXPECT_EQ(Caller(server, "").get("/readyz").status, 200);
}

/// Correct bodies, changed at random: bytes flipped, cut or doubled, values replaced.
TEST(BadInput, made_by_breaking_good_requests_is_never_a_5xx) {
    std::mt19937_64 random{seed_of_this_run()};
    TestServer server;
    const auto venue = make_venue(server, 3);
    Prober prober{server};
    const std::string good[] = {
        event_body(
            R"(,"sales_start_at":"2026-12-01T00:00:00Z","sales_end_at":"2027-01-01T11:00:00Z",)"
            R"("max_seats_per_user":3,"currency":"EUR")"
        ),
        R"({"event_id":")" + venue.event + R"(","seat_ids":[")" + venue.seats[0] +
            R"("],"hold_seconds":60,"idempotency_key":"k"})",
        R"({"seats":[{"seat_number":"A","price":100,"row":"r","section":"s","x":1.5,"y":2}]})",
        R"({"prefix":"P","count":3,"price":100})",
        R"({"seconds":60})",
    };
    const char* const values[] = {
        "null",
        "-1",
        "0",
        "1e308",
        "\"\"",
        "[]",
        "{}",
        "true",
        "9223372036854775808",
        "\"\\u0000\"",
        "0.1"
    };
    const auto broken = [&](std::string body) {
        for (auto times = 1 + random() % 3; times > 0 && !body.empty(); --times) {
            const auto at = random() % body.size();
            switch (random() % 5) {
                case 0:
                    body[at] = static_cast<char>(random());
                    break;
                case 1:
                    body.resize(at);
                    break;
                case 2:
                    body.insert(at, body.substr(at, random() % 20));
                    break;
                case 3:
                    body.erase(at, random() % 10);
                    break;
                default:
                    if (const auto colon = body.find(':', at); colon != std::string::npos) {
                        const auto end = std::min(body.find_first_of(",}", colon), body.size());
                        body.replace(
                            colon + 1, end - colon - 1, values[random() % std::size(values)]
                        );
                    }
            }
        }
        return body;
    };
    const auto routes = http::all_routes();
    const int requests = is_soak() ? 200'000 : 1'500;
    while (prober.sent() < requests) {
        const auto& route = routes[random() % routes.size()];
        if (route.body == http::BodyKind::none) continue;
        prober.send_bad(
            route, with_id(route.pattern, venue.event), broken(good[random() % std::size(good)])
        );
        if (HasFailure()) break;
    }
    EXPECT_EQ(Caller(server, "").get("/readyz").status, 200);
}

/// Bytes that are not, or not quite, HTTP: the server answers or closes, and continues to serve.
TEST(BadInput, of_raw_bytes_leaves_the_server_standing) {
    std::mt19937_64 random{seed_of_this_run()};
    TestServer server;
    const auto good = HttpClient::request_text(
        "POST", "/api/v1/reservations", {{"X-User-ID", "a"}, {"Idempotency-Key", "k"}}, "{\"a\":1}"
    );
    for (int round = 0; round < 500; ++round) {
        auto bytes = good;
        for (int i = 0; i < 4; ++i)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        auto client = server.connect();
        client.send(bytes);
        // Ends the request, whatever part the server still waits for.
        try {
            client.send("\r\n\r\n0\r\n\r\n");
            const auto answer = client.half_close_and_receive();
            if (answer) EXPECT_LT(answer->status, 500) << answer->body;
        } catch (const std::runtime_error&) {
            // The server may close without an answer to half a request.
        }
    }
    EXPECT_EQ(Caller(server, "").get("/readyz").status, 200);
}

}  // namespace
}  // namespace frontrow::test
