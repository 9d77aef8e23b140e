#include "every_route.h"
#include "support/openapi_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

// What all routes share: methods, headers, size limits. HttpClient also checks each answer against
// api/openapi.yaml.

namespace frontrow::test {
namespace {

using http::BodyKind;

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kTraceparent = "00-" + kTrace + "-00f067aa0ba902b7-01";

class EveryAnswer : public testing::Test {
protected:
    /// Sends the request with credentials that allow it, and with these headers.
    HttpAnswer ask(const Visit& one, Headers headers) {
        if (one.is_for(http::Access::user)) headers.emplace_back("X-User-ID", "alice");
        return visit(client, one, std::move(headers));
    }
    std::vector<Visit> visits() const { return every_route(world); }

    /// The allowed methods of each path.
    std::map<std::string, std::set<std::string>> methods_by_path() const {
        std::map<std::string, std::set<std::string>> methods;
        for (const auto& one : visits()) {
            methods[one.path].insert({one.method, "OPTIONS"});
            if (one.reads()) methods[one.path].insert("HEAD");
        }
        return methods;
    }
    static std::set<std::string> methods_in(const std::string& allow) {
        std::set<std::string> methods;
        std::string word;
        for (const char c : allow + ",") {
            if (c == ',') methods.insert(std::exchange(word, ""));
            if (c != ',' && c != ' ') word += c;
        }
        return methods;
    }

    TestServer server;
    SmallWorld world = make_small_world(server);
    HttpClient client = server.connect();
};

TEST_F(EveryAnswer, carries_the_callers_trace_and_request_id) {
    for (const auto& one : visits()) {
        const auto answer =
            ask(one, {{"traceparent", kTraceparent}, {"X-Request-Id", "my-request-7"}});
        EXPECT_EQ(answer.header("trace-id"), kTrace) << one.path;
        EXPECT_EQ(answer.header("x-request-id"), "my-request-7") << one.path;
    }
}

TEST_F(EveryAnswer, to_a_refused_request_carries_them_too) {
    const std::tuple<const char*, const char*, Headers, std::string, unsigned> refused[] = {
        {"GET", "/nowhere", {}, "", 404},
        {"DELETE", "/health", {}, "", 405},
        {"GET", "/api/v1/reservations", {}, "", 401},
        {"POST", "/api/v1/events", {{"X-User-ID", "alice"}}, "{}", 403},
        {"POST", "/api/v1/events", {{"Content-Type", "text/plain"}}, "{}", 415},
        {"POST", "/api/v1/events", {}, "{", 400},
        {"GET", "/api/v1/events/x", {}, "", 400},
        {"POST", "/api/v1/events", {}, std::string((1 << 20) + 1, ' '), 413},
        {"GET", "/api/v1/events/018f7c2e-0a10-7000-8000-000000000001", {}, "", 404},
    };
    for (const auto& [method, path, headers, body, status] : refused) {
        auto all = headers;
        all.emplace_back("traceparent", kTraceparent);
        all.emplace_back("X-Request-Id", "my-request-7");
        const auto answer = server.connect().ask(method, path, all, body);
        EXPECT_EQ(answer.status, status) << answer.body;
        EXPECT_EQ(answer.header("trace-id"), kTrace) << answer.body;
        EXPECT_EQ(answer.header("x-request-id"), "my-request-7") << answer.body;
    }
}

/// The server ignores an invalid trace id or request id from the caller.
TEST_F(EveryAnswer, has_marks_of_its_own_where_the_callers_cannot_be_used) {
    std::set<std::string> traces;
    for (const auto& parent : std::vector<std::string>{
             "",
             "00-" + kTrace,
             "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01",
             "ff-" + kTrace + "-00f067aa0ba902b7-01",
             "00-" + std::string(32, 'g') + "-00f067aa0ba902b7-01"
         }) {
        const auto answer = client.ask("GET", "/livez", {{"traceparent", parent}});
        EXPECT_NE(answer.header("trace-id"), kTrace);
        EXPECT_NE(answer.header("trace-id"), std::string(32, '0'));
        EXPECT_TRUE(traces.insert(answer.header("trace-id")).second) << "two requests, one trace";
    }
    for (const std::string id : {"two words", "Zo\xc3\xab", "\xff", ""}) {
        const auto answer = client.ask("GET", "/livez", {{"X-Request-Id", id}});
        EXPECT_EQ(answer.header("x-request-id"), answer.header("trace-id")) << id;
    }
    const std::string longest(128, 'r');
    EXPECT_EQ(
        client.ask("GET", "/livez", {{"X-Request-Id", longest}}).header("x-request-id"), longest
    );
    EXPECT_NE(
        client.ask("GET", "/livez", {{"X-Request-Id", longest + "r"}}).header("x-request-id"),
        longest + "r"
    );
}

TEST_F(EveryAnswer, to_head_is_the_head_of_the_answer_to_get) {
    for (auto one : visits()) {
        if (!one.reads()) continue;
        auto get = ask(one, {});
        one.method = "HEAD";
        auto head = ask(one, {});
        EXPECT_EQ(head.status, get.status) << one.path;
        EXPECT_EQ(head.body, "") << one.path;
        EXPECT_EQ(head.header("content-type"), get.header("content-type")) << one.path;
        EXPECT_EQ(head.header("etag"), get.header("etag")) << one.path;
        if (one.path.ends_with("metrics")) continue;
        EXPECT_EQ(head.header("content-length"), std::to_string(get.body.size())) << one.path;
    }
}

TEST_F(EveryAnswer, to_an_unknown_method_names_those_that_the_path_has) {
    for (const auto& [path, known] : methods_by_path()) {
        for (const auto* method :
             {"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "TRACE", "PURGE", "get"}) {
            if (known.contains(method)) continue;
            const auto answer = client.ask(method, path);
            EXPECT_EQ(answer.status, 405) << method << " " << path;
            EXPECT_EQ(methods_in(answer.header("allow")), known) << method << " " << path;
        }
    }
}

TEST_F(EveryAnswer, to_options_names_the_methods_of_the_path) {
    for (const auto& [path, known] : methods_by_path()) {
        // Without credentials, and with a body of any type.
        const auto answer =
            client.ask("OPTIONS", path, {{"Content-Length", "2"}, {"Content-Type", "x/y"}}, "{}");
        EXPECT_EQ(answer.status, 204) << path;
        EXPECT_EQ(methods_in(answer.header("allow")), known) << path;
        EXPECT_EQ(answer.header("content-length"), "") << path;
    }
    EXPECT_EQ(client.ask("OPTIONS", "/nowhere").status, 404);
}

TEST_F(EveryAnswer, to_a_path_that_is_nearly_one_is_not_found) {
    for (const auto& one : visits()) {
        for (const auto& path :
             {one.path + "/", one.path + "/x", "/" + one.path, one.path + "%20"}) {
            if (path == "/swagger/") continue;
            // Any text may stand for an id, so some of these paths lead to a route, which answers
            // that the id is unknown.
            auto nearly = one;
            nearly.path = path;
            const auto answer = visit(client, nearly, {{"X-User-ID", "mallory"}});
            EXPECT_GE(answer.status, 400) << path;
            EXPECT_LT(answer.status, 500) << path;
        }
    }
    for (const auto* path :
         {"//",
          "///",
          "/api",
          "/api/v1",
          "/api/v1/event",
          "/API/v1/events",
          "/api/v1/%45vents",
          "/api/v2/events"})
        EXPECT_EQ(client.ask("GET", path).code(), "NOT_FOUND") << path;
}

TEST_F(EveryAnswer, to_a_body_that_is_no_json_says_so_where_json_is_due) {
    for (const auto& one : visits()) {
        const bool takes_json = one.route.body != BodyKind::none;
        for (const auto* type :
             {"text/plain",
              "application/xml",
              "multipart/form-data; boundary=x",
              "application/jsonx",
              "json"}) {
            const auto answer = ask(one, {{"Content-Type", type}});
            EXPECT_EQ(answer.status == 415, takes_json) << one.method << one.path << type;
            if (one.route.method == http::Method::delete_) break;
        }
    }
}

/// The limits in api/openapi.yaml.
std::size_t bytes_max(BodyKind kind) {
    switch (kind) {
        case BodyKind::none:
        case BodyKind::json:
            return 64 << 10;
        case BodyKind::long_json:
            return 256 << 10;
        case BodyKind::scans:
            return 1 << 20;
        case BodyKind::allocation:
            return 4 << 20;
        case BodyKind::bulk_seats:
            return 32 << 20;
    }
}

TEST_F(EveryAnswer, to_a_body_over_the_routes_limit_is_413_and_the_connection_ends) {
    for (const auto& one : visits()) {
        const auto limit = bytes_max(one.route.body);
        auto own = server.connect();
        own.send(
            one.method + " " + one.path + " HTTP/1.1\r\nHost: localhost\r\n" +
            (one.is_for(http::Access::user) ? "X-User-ID: alice\r\n" : "") +
            "Content-Type: application/json\r\nContent-Length: " + std::to_string(limit + 1) +
            "\r\n\r\n"
        );
        const auto answer = own.receive();
        check_against_openapi(one.method, one.path, answer);
        EXPECT_EQ(answer.code(), "BODY_TOO_LARGE") << one.path;
        EXPECT_EQ(answer.header("connection"), "close") << one.path;
        EXPECT_TRUE(own.is_closed_by_server()) << one.path;
    }
}

TEST_F(EveryAnswer, to_a_head_of_more_than_16_kib_is_431_and_the_connection_ends) {
    for (const auto& one : visits()) {
        if (one.route.method == http::Method::delete_) continue;
        const auto head = [&](std::size_t bytes) {
            const std::string begin =
                one.method + " " + one.path +
                " HTTP/1.1\r\nHost: localhost\r\nX-User-ID: alice\r\nContent-Length: 0\r\nX-Long: ";
            return begin + std::string(bytes - begin.size() - 4, 'x') + "\r\n\r\n";
        };
        auto whole = server.connect();
        whole.send(head(16 << 10));
        EXPECT_NE(whole.receive().status, 431) << one.path;
        auto own = server.connect();
        own.send(head((16 << 10) + 1));
        const auto answer = own.receive();
        check_against_openapi(one.method, one.path, answer);
        EXPECT_EQ(answer.code(), "HEADERS_TOO_LARGE") << one.path;
        EXPECT_TRUE(own.is_closed_by_server()) << one.path;
    }
}

}  // namespace
}  // namespace frontrow::test
