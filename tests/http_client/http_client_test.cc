#include "io/http/http_client.h"

#include "http_client/http_fixture.h"
#include "support/free_port.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <array>
#include <cstdlib>

namespace frontrow::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(HttpClientTest, uses_a_connection_again) {
    for (int i = 0; i < 3; ++i)
        EXPECT_THAT(ask(post()), is_answer(200));
    EXPECT_EQ(server->accepted, 1);
}

TEST_F(HttpClientTest, does_not_use_a_connection_that_the_server_has_closed) {
    EXPECT_THAT(ask(post()), is_answer(200));
    server->close_connections();
    run_ready(io);
    EXPECT_THAT(ask(post()), is_answer(200));
    EXPECT_EQ(server->accepted, 2);
    EXPECT_EQ(server->received.size(), 2u);
}

TEST_F(HttpClientTest, sends_a_request_only_once_where_that_matters) {
    struct Case {
        std::string method;
        std::size_t times;
    };
    const std::array cases{Case{"POST", 1}, Case{"PATCH", 1}, Case{"GET", 2}, Case{"PUT", 2}};
    for (const auto& [method, times] : cases) {
        SCOPED_TRACE(method);
        connect(settings());
        reply(MisbehavingServer::ok("hello"));
        EXPECT_THAT(ask(get()), is_answer(200));
        server->received.clear();
        // The kept connection breaks just when the server has read the request.
        reply("", Then::close);
        auto request = get();
        request.method = method;
        EXPECT_THAT(ask(request), is_http_error(Kind::lost));
        EXPECT_EQ(server->received.size(), times);
    }
}

TEST_F(HttpClientTest, does_many_at_once_over_few_connections) {
    auto with = settings();
    with.running_per_server_max = 4;
    with.waiting_per_server_max = 1'000;
    connect(with);
    server->answer = [](const auto& received) {
        return MisbehavingServer::Reply{MisbehavingServer::ok(received.body)};
    };
    std::vector<Started<io::HttpResult>> asked;
    for (int i = 0; i < 200; ++i)
        asked.push_back(start_asking(post(std::to_string(i))));
    for (int i = 0; i < 200; ++i) {
        const auto answer = asked[static_cast<std::size_t>(i)].get();
        ASSERT_THAT(answer, is_answer(200));
        EXPECT_EQ(answer->body, std::to_string(i));
    }
    EXPECT_EQ(server->accepted, 4);
}

TEST_F(HttpClientTest, takes_on_no_more_than_its_bounds) {
    struct Case {
        std::size_t running, waiting, calls;
    };
    for (const auto& [running, waiting, calls] : {Case{2, 1, 512}, Case{8, 64, 3}}) {
        auto with = settings();
        with.running_per_server_max = running;
        with.waiting_per_server_max = waiting;
        with.calls_max = calls;
        connect(with);
        reply("", Then::hold);
        server->received.clear();
        std::vector<Started<io::HttpResult>> asked;
        for (int i = 0; i < 3; ++i)
            asked.push_back(start_asking(post()));
        ASSERT_TRUE(run_until_received(std::min<std::size_t>(running, 3)));
        EXPECT_THAT(ask(post()), is_http_error(Kind::overloaded));
        run(io, closed(*client));
    }
}

TEST_F(HttpClientTest, does_not_let_one_server_hold_up_another) {
    auto with = settings();
    with.running_per_server_max = 1;
    connect(with);
    reply("", Then::hold);
    auto held = start_asking(post());
    ASSERT_TRUE(run_until_received(1));
    MisbehavingServer other{io.get_executor()};
    auto request = post();
    request.url = "http://127.0.0.1:" + std::to_string(other.port()) + "/";
    EXPECT_THAT(ask(request), is_answer(200));
    EXPECT_FALSE(held.is_done());
    run(io, other.stop());
}

TEST_F(HttpClientTest, knows_that_a_request_was_not_sent_while_it_waited_for_a_connection) {
    auto with = settings();
    with.running_per_server_max = 1;
    connect(with);
    reply("", Then::hold);
    auto held = start_asking(post());
    ASSERT_TRUE(run_until_received(1));
    auto hasty = post();
    hasty.time = kShort;
    const auto answer = ask(hasty);
    EXPECT_THAT(answer, is_http_error(Kind::unavailable));
    EXPECT_FALSE(may_have_arrived(answer.error().kind));
    EXPECT_EQ(server->received.size(), 1u);
}

TEST_F(HttpClientTest, gives_up_at_the_deadline_however_much_has_arrived) {
    for (const std::string bytes :
         {"", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"
         }) {
        SCOPED_TRACE(bytes);
        reply(bytes, Then::hold);
        auto hasty = post();
        hasty.time = kShort;
        const auto answer = ask(hasty);
        EXPECT_THAT(answer, is_http_error(Kind::timed_out));
        EXPECT_TRUE(may_have_arrived(answer.error().kind));
    }
    ASSERT_TRUE(run_until([this] { return server->left == 3; }));
}

TEST_F(HttpClientTest, cuts_off_a_request_that_is_cancelled) {
    reply("", Then::hold);
    connect(settings());
    boost::asio::cancellation_signal signal;
    std::optional<io::HttpResult> result;
    boost::asio::co_spawn(
        io,
        client->send(post()),
        boost::asio::bind_cancellation_slot(
            signal.slot(),
            [&](const std::exception_ptr&, io::HttpResult got) { result = std::move(got); }
        )
    );
    ASSERT_TRUE(run_until_received(1));
    signal.emit(boost::asio::cancellation_type::terminal);
    ASSERT_TRUE(run_until([this] { return server->left == 1; }));
    ASSERT_TRUE(result);
    EXPECT_THAT(*result, is_http_error(Kind::lost));
}

TEST_F(HttpClientTest, answers_all_that_waits_when_it_closes) {
    auto with = settings();
    with.running_per_server_max = 1;
    connect(with);
    reply("", Then::hold);
    auto sent = start_asking(post());
    auto waiting = start_asking(post());
    ASSERT_TRUE(run_until_received(1));
    run(io, closed(*client));
    EXPECT_THAT(sent.get(), is_http_error(Kind::lost));
    EXPECT_THAT(waiting.get(), is_http_error(Kind::unavailable));
    EXPECT_THAT(ask(post()), is_http_error(Kind::unavailable));
    ASSERT_TRUE(run_until([this] { return server->left == 1; }));
    EXPECT_EQ(server->received.size(), 1u);
}

TEST_F(HttpClientTest, finds_a_host_by_its_name) {
    auto request = get();
    request.url = url("http://localhost");
    EXPECT_THAT(ask(request), is_answer(200));
}

TEST_F(HttpClientTest, knows_that_nothing_was_sent_to_a_host_that_is_not_there) {
    auto with = settings();
    with.connect_time = Millis{500};
    connect(with);
    for (const auto& host :
         {"127.0.0.1:" + std::to_string(free_port()), std::string{"a.invalid"}}) {
        auto request = post();
        request.url = "http://" + host + "/";
        const auto answer = ask(request);
        EXPECT_THAT(answer, is_http_error(Kind::unavailable));
        EXPECT_THAT(answer.error().what, HasSubstr(host));
    }
}

TEST_F(HttpClientTest, connects_only_to_addresses_that_are_allowed) {
    std::vector<std::string> seen;
    auto with = settings();
    with.allows_address = [&](const auto& address) {
        seen.push_back(address.to_string());
        return false;
    };
    connect(with);
    for (const std::string host : {"127.0.0.1", "[::ffff:127.0.0.1]", "0x7f000001"}) {
        auto request = post();
        request.url = url("http://" + host);
        EXPECT_THAT(ask(request), is_http_error(Kind::address_refused));
    }
    EXPECT_THAT(seen, ElementsAre("127.0.0.1", "127.0.0.1", "127.0.0.1"));
    EXPECT_EQ(server->accepted, 0);
}

TEST_F(HttpClientTest, uses_the_proxy_of_the_environment_only_when_asked) {
    const auto nowhere = "http://127.0.0.1:" + std::to_string(free_port());
    setenv("http_proxy", nowhere.c_str(), 1);
    unsetenv("no_proxy");
    unsetenv("NO_PROXY");
    EXPECT_THAT(ask(get()), is_answer(200));
    auto with = settings();
    with.uses_environment_proxy = true;
    connect(with);
    EXPECT_THAT(ask(get()), is_http_error(Kind::unavailable));
}

}  // namespace
}  // namespace frontrow::test
