#include "http_client/http_fixture.h"

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::Not;

/// As HttpClientTest, over TLS.
class HttpTlsTest : public HttpClientTest {
protected:
    void serve_as(const std::string& subject, int valid_days = 1) {
        serve(certificates.issue_to(subject, valid_days));
    }
    io::HttpSettings trusting() const {
        return {.ca_file = certificates.authority_file(), .connect_time = kPatience};
    }
    io::HttpRequest post_to(const std::string& host) const {
        auto request = post();
        request.url = url("https://" + host);
        return request;
    }
    void expect_nothing_sent(const io::HttpResult& answer, Kind kind) {
        EXPECT_THAT(answer, is_http_error(kind));
        EXPECT_TRUE(!answer && !may_have_arrived(answer.error().kind));
        EXPECT_TRUE(server->received.empty());
    }

    Certificates certificates;
};

TEST_F(HttpTlsTest, speaks_with_a_server_that_proves_its_name) {
    for (const std::string host : {"localhost", "127.0.0.1"}) {
        serve_as(host == "localhost" ? "DNS:localhost" : "IP:127.0.0.1");
        connect(trusting());
        for (int i = 0; i < 3; ++i)
            EXPECT_THAT(ask(post_to(host)), is_answer(200));
        EXPECT_EQ(server->accepted, 1);
        server->close_connections();
        run_ready(io);
        EXPECT_THAT(ask(post_to(host)), is_answer(200));
    }
}

TEST_F(HttpTlsTest, sends_nothing_to_a_server_of_another_name) {
    serve_as("DNS:other.example");
    connect(trusting());
    for (const std::string host : {"localhost", "127.0.0.1"})
        expect_nothing_sent(ask(post_to(host)), Kind::tls_failed);
}

TEST_F(HttpTlsTest, sends_nothing_to_a_server_whose_certificate_has_expired) {
    serve_as("IP:127.0.0.1", -1);
    connect(trusting());
    expect_nothing_sent(ask(post_to("127.0.0.1")), Kind::tls_failed);
}

TEST_F(HttpTlsTest, sends_nothing_to_a_server_that_no_known_authority_vouches_for) {
    serve_as("IP:127.0.0.1");
    auto with = trusting();
    for (const std::string ca_file : {"", "/there/is/no/such/file"}) {
        with.ca_file = ca_file;
        connect(with);
        expect_nothing_sent(ask(post_to("127.0.0.1")), Kind::tls_failed);
    }
}

TEST_F(HttpTlsTest, gives_up_in_time_on_a_server_that_says_nothing) {
    auto hasty = trusting();
    hasty.connect_time = kShort;
    connect(hasty);
    const auto answer = ask(post_to("127.0.0.1"));
    expect_nothing_sent(answer, Kind::unavailable);
    EXPECT_THAT(answer.error().what, Not(HasSubstr(std::to_string(kPatience.count()))));

    connect(trusting());
    auto request = post_to("127.0.0.1");
    request.time = kShort;
    expect_nothing_sent(ask(request), Kind::unavailable);
}

TEST_F(HttpTlsTest, tells_what_it_does_not_know_when_the_server_closes_early) {
    serve_as("IP:127.0.0.1");
    connect(trusting());
    for (const std::string bytes :
         {"", "HTTP/1.1 200 OK\r\nX-Na", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"}) {
        SCOPED_TRACE(bytes);
        reply(bytes, Then::close);
        EXPECT_THAT(ask(post_to("127.0.0.1")), is_http_error(Kind::lost));
    }
}

TEST_F(HttpTlsTest, moves_long_bodies_both_ways) {
    serve_as("IP:127.0.0.1");
    connect(trusting());
    server->answer = [](const auto& received) {
        return MisbehavingServer::Reply{MisbehavingServer::ok(received.body.substr(0, 1'000'000))};
    };
    auto request = post_to("127.0.0.1");
    request.body.assign(3'000'000, 'x');
    const auto answer = ask(request);
    ASSERT_THAT(answer, is_answer(200));
    EXPECT_TRUE(answer->body == request.body.substr(0, 1'000'000));
}

}  // namespace
}  // namespace frontrow::test
