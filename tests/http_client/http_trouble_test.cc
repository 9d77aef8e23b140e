#include "http_client/http_fixture.h"

namespace frontrow::test {
namespace {

class HttpTroubleTest : public HttpClientTest {};

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i)
        all += text;
    return all;
}

TEST_F(HttpTroubleTest, every_status_is_an_answer_and_no_redirect_is_followed) {
    for (const std::string status : {"204", "302", "404", "429", "500", "503"}) {
        reply("HTTP/1.1 " + status + " Why\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n");
        const auto answer = ask(get());
        ASSERT_THAT(answer, is_answer(std::stoi(status)));
        EXPECT_EQ(answer->header("location"), "/other");
    }
    EXPECT_EQ(server->received.size(), 6u);
}

TEST_F(HttpTroubleTest, reads_every_framing_and_only_the_final_head) {
    const std::string chunked =
        "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n"
        "HTTP/1.1 200 OK\r\nX-Twice: a\r\nx-twice:  b \r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nhel\r\n2\r\nlo\r\n0\r\nX-Late: 1\r\n\r\n";
    reply(chunked);
    const auto answer = ask(post());
    ASSERT_THAT(answer, is_answer(200));
    EXPECT_EQ(answer->body, "hello");
    ASSERT_EQ(answer->headers.size(), 3u);
    EXPECT_EQ(answer->headers[0].value, "a");
    EXPECT_EQ(answer->headers[1].value, "b");
    EXPECT_EQ(answer->header("x-twice"), "a");
    EXPECT_EQ(answer->header("x-early"), "");

    reply("HTTP/1.1 200 OK\r\n\r\nuntil the end", Then::close);
    const auto until_end = ask(post());
    ASSERT_THAT(until_end, is_answer(200));
    EXPECT_EQ(until_end->body, "until the end");
}

TEST_F(HttpTroubleTest, tells_what_it_does_not_know_when_the_server_closes_early) {
    const std::vector<std::string> begun{
        "",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
        "HTTP/1.1 200 OK\r\nX-Name: 1\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
        "HTTP/1.1 103 Early Hints\r\n\r\n",
    };
    for (const auto& bytes : begun) {
        SCOPED_TRACE(bytes);
        reply(bytes, Then::close);
        const auto answer = ask(post());
        EXPECT_THAT(answer, is_http_error(Kind::lost));
        EXPECT_TRUE(!answer && may_have_arrived(answer.error().kind));
    }
    EXPECT_EQ(server->received.size(), begun.size());
}

TEST_F(HttpTroubleTest, refuses_what_is_not_http) {
    for (const std::string bytes :
         {"SSH-2.0-OpenSSH_9.2\r\n", "+PONG\r\n", "HTTP/9.9 hello\r\n\r\n"}) {
        SCOPED_TRACE(bytes);
        reply(bytes, Then::close);
        EXPECT_THAT(ask(post()), is_http_error(Kind::not_http));
    }
}

TEST_F(HttpTroubleTest, stops_reading_an_answer_that_is_too_large) {
    auto with = settings();
    with.head_bytes_max = 1'000;
    with.body_bytes_max = 1'000;
    connect(with);
    const std::string long_text(300'000, 'x');
    const std::vector<std::string> large{
        MisbehavingServer::ok(std::string(1'001, 'x')),
        "HTTP/1.1 200 OK\r\n\r\n" + long_text,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + repeated("5\r\nhello\r\n", 300),
        "HTTP/1.1 200 OK\r\n" + repeated("X-Line: 1\r\n", 100),
        "HTTP/1.1 200 OK\r\nX-Line: " + long_text,
        repeated("HTTP/1.1 103 Early Hints\r\n\r\n", 100),
    };
    for (const auto& bytes : large) {
        SCOPED_TRACE(bytes.substr(0, 60));
        reply(bytes, Then::hold);
        const auto answer = ask(post());
        EXPECT_THAT(answer, is_http_error(Kind::too_large));
        EXPECT_TRUE(!answer && may_have_arrived(answer.error().kind));
    }
    reply(MisbehavingServer::ok(std::string(1'000, 'x')));
    const auto answer = ask(post());
    ASSERT_THAT(answer, is_answer(200));
    EXPECT_EQ(answer->body.size(), 1'000u);
}

}  // namespace
}  // namespace frontrow::test
