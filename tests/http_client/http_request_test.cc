#include "http_client/http_fixture.h"

namespace frontrow::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class HttpRequestTest : public HttpClientTest {};

TEST_F(HttpRequestTest, carries_method_target_headers_and_body) {
    auto request = post("{\"a\":1}");
    request.url += "?query=1#fragment";
    request.headers = {
        {"Idempotency-Key", "k1"}, {"Content-Type", "application/json"}, {"X-No", ""}
    };
    auto with = settings();
    with.user_agent = "test/1";
    connect(with);
    EXPECT_THAT(ask(request), is_answer(200));
    ASSERT_EQ(server->received.size(), 1u);
    const auto& [connection, head, body] = server->received.front();
    EXPECT_EQ(body, "{\"a\":1}");
    EXPECT_THAT(
        head,
        AllOf(
            StartsWith("POST /path?query=1 HTTP/1.1\r\n"),
            HasSubstr("\r\nHost: 127.0.0.1:" + std::to_string(server->port()) + "\r\n"),
            HasSubstr("\r\nUser-Agent: test/1\r\n"),
            HasSubstr("\r\nIdempotency-Key: k1\r\n"),
            HasSubstr("\r\nContent-Type: application/json\r\n"),
            HasSubstr("\r\nX-No:\r\n"),
            HasSubstr("\r\nContent-Length: 7\r\n")
        )
    );
}

TEST_F(HttpRequestTest, says_nothing_that_was_not_asked_for) {
    EXPECT_THAT(ask(post()), is_answer(200));
    const auto& head = server->received.front().head;
    EXPECT_THAT(head, AllOf(Not(HasSubstr("Content-Type")), Not(HasSubstr("User-Agent"))));
}

TEST_F(HttpRequestTest, is_framed_by_its_method) {
    struct Case {
        std::string method, body;
        /// The value of Content-Length; empty: none.
        std::string length;
    };
    const std::vector<Case> cases{
        {"GET", "", ""},
        {"GET", "why", "3"},
        {"HEAD", "", ""},
        {"DELETE", "", ""},
        {"DELETE", "why", "3"},
        {"POST", "", "0"},
        {"PUT", "", "0"},
        {"PATCH", std::string{"a\0b", 3}, "3"},
    };
    for (const auto& [method, body, length] : cases) {
        SCOPED_TRACE(method + " " + body);
        reply(
            method == "HEAD" ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
                             : MisbehavingServer::ok("hello")
        );
        auto request = post(body);
        request.method = method;
        EXPECT_THAT(ask(request), is_answer(200));
        const auto received = server->received.back();
        EXPECT_THAT(received.head, StartsWith(method + " /path HTTP/1.1\r\n"));
        EXPECT_EQ(received.body, body);
        const std::string name = "Content-Length: ";
        if (length.empty())
            EXPECT_THAT(received.head, Not(HasSubstr(name)));
        else
            EXPECT_THAT(received.head, HasSubstr(name + length + "\r\n"));
    }
    EXPECT_EQ(server->accepted, 1);
}

TEST_F(HttpRequestTest, sends_a_long_body_without_asking_first) {
    std::string body(3'000'000, 'x');
    body += "end";
    EXPECT_THAT(ask(post(body)), is_answer(200));
    ASSERT_EQ(server->received.size(), 1u);
    EXPECT_TRUE(server->received.front().body == body);
    EXPECT_THAT(server->received.front().head, Not(HasSubstr("Expect")));
}

TEST_F(HttpRequestTest, is_refused_if_it_is_not_allowed_or_would_break_the_framing) {
    struct Case {
        std::string reason;
        io::HttpRequest request;
    };
    const auto with_url = [&](const std::string& text) { return io::HttpRequest{.url = text}; };
    const auto with_header = [&](const std::string& name, const std::string& value) {
        return io::HttpRequest{.url = url(), .headers = {{name, value}}};
    };
    const std::vector<Case> cases{
        {"can't be used", with_url("")},
        {"can't be used", with_url("127.0.0.1/path")},
        {"can't be used", with_url("http://a b/")},
        {"can't be used", with_url("http://127.0.0.1/a\r\nX: y")},
        {"can't be used", with_url("http://user:secret@127.0.0.1/")},
        {"zero byte", with_url(std::string{"http://127.0.0.1\0.example/", 26})},
        {"must begin with https:// or http://, not with file://", with_url("file:///etc/passwd")},
        {"control character", with_header("X-Name", "a\r\nX-Other: b")},
        {"control character", with_header("X-Name", std::string{"a\0b", 3})},
        {"isn't a word", with_header("X-Name: a\r\nX-Other", "secret")},
        {"isn't a word", with_header("", "secret")},
        {"written by the client", with_header("content-Length", "3")},
        {"written by the client", with_header("Transfer-Encoding", "chunked")},
        {"written by the client", with_header("Host", "other")},
        {"the method", {.method = "GET / HTTP/1.1\r\nX:", .url = url()}},
        {"HEAD", {.method = "HEAD", .url = url(), .body = "secret"}},
    };
    for (const auto& [reason, request] : cases) {
        SCOPED_TRACE(request.url);
        const auto answer = ask(request);
        EXPECT_THAT(answer, is_http_error(Kind::unusable));
        EXPECT_THAT(answer.error().what, AllOf(HasSubstr(reason), Not(HasSubstr("secret"))));
    }
    EXPECT_EQ(server->accepted, 0);
}

TEST_F(HttpRequestTest, goes_over_plain_http_only_if_the_settings_allow_it) {
    auto with = settings();
    with.allows_plain_http = false;
    connect(with);
    const auto answer = ask(post());
    EXPECT_THAT(answer, is_http_error(Kind::unusable));
    EXPECT_THAT(answer.error().what, HasSubstr("must begin with https://, not with http://"));
    EXPECT_EQ(server->accepted, 0);
}

}  // namespace
}  // namespace frontrow::test
