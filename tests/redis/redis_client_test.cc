#include "io/redis/redis_client.h"

#include "io/tcp.h"
#include "redis/redis_fixture.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace frontrow::test {
namespace {

using io::RedisAnswer;
using io::RedisErrorKind;
using io::RedisReply;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;
using namespace std::string_literals;

MATCHER_P(is_text, text, "") {
    return arg && arg->kind == RedisReply::Kind::text && arg->text == text;
}
MATCHER_P(is_integer, value, "") {
    return arg && arg->kind == RedisReply::Kind::integer && arg->integer == value;
}
MATCHER_P(is_error, kind, "") {
    if (!arg) *result_listener << arg.error().what;
    return !arg && arg.error().kind == kind;
}

class RedisClientTest : public RedisTest {
protected:
    /// As settings(), but with so little time per command that a frozen Redis is noticed soon.
    io::RedisSettings hasty() const {
        auto settings = this->settings();
        settings.command_time = 50ms;
        settings.connect_time = 50ms;
        return settings;
    }
    static io::Awaitable<std::vector<RedisAnswer>>
    run_script(io::RedisClient& client, const io::RedisScript& script, std::size_t times) {
        const std::array<std::string_view, 1> keys{"counter"};
        const std::array<std::string_view, 1> args{"2"};
        const std::vector<io::RedisRun> runs(times, io::RedisRun{keys, args});
        auto answers = co_await client.eval_all(script, runs);
        co_return answers;
    }

    const io::RedisScript add{"return redis.call('INCRBY', KEYS[1], ARGV[1])"};
};

class RedisClientWithPassword : public RedisClientTest {
protected:
    RedisClientWithPassword() { password = "opensesame"; }
};

TEST_F(RedisClientTest, answers_many_at_once_in_their_order) {
    connect();
    std::vector<Started<RedisAnswer>> asked;
    for (int i = 0; i < 500; ++i)
        asked.push_back(start_asking({"INCR", "counter"}));
    for (int i = 0; i < 500; ++i)
        EXPECT_THAT(asked[static_cast<std::size_t>(i)].get(), is_integer(i + 1));
    EXPECT_EQ(client->outstanding(), 0u);
}

io::Awaitable<std::vector<RedisAnswer>> pipelined(io::RedisClient& client) {
    const std::array<std::string_view, 2> good{"INCR", "counter"};
    const std::array<std::string_view, 1> bad{"NONSENSE"};
    const std::vector<io::RedisClient::Command> commands{good, bad, good};
    auto answers = co_await client.pipeline(commands);
    co_return answers;
}

TEST_F(RedisClientTest, answers_each_command_of_a_pipeline_by_itself) {
    connect();
    const auto answers = run(io, pipelined(*client));
    ASSERT_EQ(answers.size(), 3u);
    EXPECT_THAT(answers[0], is_integer(1));
    EXPECT_THAT(answers[1], is_error(RedisErrorKind::refused));
    EXPECT_THAT(answers[2], is_integer(2));
}

TEST_F(RedisClientTest, reads_every_kind_of_reply) {
    connect();
    const auto bytes = "\0\r\n$3\r\n"s;
    EXPECT_THAT(ask({"SET", "key", bytes}), is_text("OK"));
    EXPECT_THAT(ask({"GET", "key"}), is_text(bytes));
    EXPECT_THAT(ask({"ECHO", ""}), is_text(""));
    const auto nothing = ask({"GET", "another"});
    ASSERT_TRUE(nothing);
    EXPECT_EQ(nothing->kind, RedisReply::Kind::nothing);

    const auto list = ask({"EVAL", "return {7, {'a', {}}, false, redis.error_reply('no')}", "0"});
    ASSERT_TRUE(list);
    ASSERT_EQ(list->items.size(), 4u);
    EXPECT_EQ(list->items[0].integer, 7);
    ASSERT_EQ(list->items[1].items.size(), 2u);
    EXPECT_EQ(list->items[1].items[0].text, "a");
    EXPECT_EQ(list->items[1].items[1].kind, RedisReply::Kind::list);
    EXPECT_EQ(list->items[2].kind, RedisReply::Kind::nothing);
    EXPECT_EQ(list->items[3].kind, RedisReply::Kind::error);
}

TEST_F(RedisClientTest, carries_what_is_larger_than_a_buffer) {
    connect();
    const std::string large(3'000'000, 'x');
    EXPECT_THAT(ask({"SET", "key", large}), is_text("OK"));
    EXPECT_THAT(ask({"GET", "key"}), is_text(large));
}

TEST_F(RedisClientTest, lets_commands_wait_for_the_first_connection) {
    make_client(settings());
    auto asked = start_asking({"PING"});
    EXPECT_THAT(asked.get(), is_text("PONG"));
}

TEST_F(RedisClientTest, finds_a_host_by_its_name_and_selects_the_database) {
    auto with = settings();
    with.address.host = "localhost";
    with.address.database = 3;
    connect(with);
    EXPECT_THAT(ask({"SET", "key", "value"}), is_text("OK"));
    EXPECT_THAT(server->ask("INFO keyspace"), HasSubstr("db3:keys=1"));
}

TEST_F(RedisClientTest, gives_up_on_a_redis_that_stands_still_and_comes_back) {
    connect(hasty());
    server->freeze();
    auto first = start_asking({"PING"});
    EXPECT_THAT(first.get(), is_error(RedisErrorKind::timed_out));
    EXPECT_FALSE(client->is_connected());
    // The kernel still accepts connections to the frozen Redis, and none of them may count as
    // connected.
    connections.clear();
    ASSERT_TRUE(run_until([this] { return connections.size() >= 2; }));
    EXPECT_THAT(connections, Not(Contains("connected")));

    server->thaw();
    EXPECT_TRUE(run_until([this] { return client->is_connected(); }));
}

TEST_F(RedisClientTest, notices_a_redis_that_stands_still_though_nobody_asks) {
    auto with = settings();
    with.command_time = with.connect_time = Millis{100};
    with.idle_time = Millis{1};
    connect(with);
    server->freeze();
    EXPECT_TRUE(run_until([this] { return !client->is_connected(); }));
    server->thaw();
    EXPECT_TRUE(run_until([this] { return client->is_connected(); }));
}

TEST_F(RedisClientTest, tells_what_it_does_not_know_when_redis_dies_before_it_answers) {
    connect();
    server->freeze();
    auto first = start_asking({"INCR", "counter"});
    auto second = start_asking({"INCR", "counter"});
    run_ready(io);
    EXPECT_EQ(client->outstanding(), 2u);
    server->stop();
    EXPECT_THAT(first.get(), is_error(RedisErrorKind::outcome_unknown));
    EXPECT_THAT(second.get(), is_error(RedisErrorKind::outcome_unknown));
}

TEST_F(RedisClientTest, takes_on_no_more_than_its_bound) {
    auto with = hasty();
    with.outstanding_max = 10;
    connect(with);
    server->freeze();
    std::vector<Started<RedisAnswer>> asked;
    for (int i = 0; i < 15; ++i)
        asked.push_back(start_asking({"PING"}));
    int overloaded = 0;
    for (auto& one : asked) {
        const auto answer = one.get();
        ASSERT_FALSE(answer);
        if (answer.error().kind == RedisErrorKind::overloaded) ++overloaded;
    }
    EXPECT_EQ(overloaded, 5);
    server->thaw();
}

TEST_F(RedisClientTest, comes_back_when_redis_does) {
    connect();
    server->stop();
    ASSERT_TRUE(run_until([this] { return !client->is_connected(); }));
    // Refused at once, both while the client waits to reconnect and while it tries.
    EXPECT_THAT(ask({"PING"}), is_error(RedisErrorKind::unavailable));
    EXPECT_THAT(ask({"PING"}), is_error(RedisErrorKind::unavailable));
    server->start();
    ASSERT_TRUE(run_until([this] { return client->is_connected(); }));
    EXPECT_THAT(ask({"PING"}), is_text("PONG"));
}

TEST_F(RedisClientTest, loads_a_script_that_redis_does_not_know) {
    connect();
    for (const int expected : {2, 4})
        EXPECT_THAT(run(io, run_script(*client, add, 1)).front(), is_integer(expected));
    server->ask("SCRIPT FLUSH");
    const auto answers = run(io, run_script(*client, add, 50));
    ASSERT_EQ(answers.size(), 50u);
    for (std::size_t i = 0; i < answers.size(); ++i)
        EXPECT_THAT(answers[i], is_integer(static_cast<std::int64_t>(6 + 2 * i)));
}

TEST_F(RedisClientTest, reports_a_script_that_is_no_lua) {
    connect();
    const io::RedisScript broken{"this is no Lua"};
    const auto answers = run(io, run_script(*client, broken, 2));
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_THAT(answers[0], is_error(RedisErrorKind::refused));
    EXPECT_THAT(answers[1], is_error(RedisErrorKind::refused));
}

TEST_F(RedisClientTest, answers_all_that_waits_when_it_closes) {
    connect();
    server->freeze();
    auto asked = start_asking({"PING"});
    ASSERT_TRUE(run_until([this] { return client->outstanding() == 1; }));
    EXPECT_TRUE(run(io, closed(*client)));
    EXPECT_THAT(asked.get(), is_error(RedisErrorKind::outcome_unknown));
    EXPECT_THAT(ask({"PING"}), is_error(RedisErrorKind::unavailable));
}

TEST_F(RedisClientTest, closes_before_it_has_begun) {
    make_client(settings());
    EXPECT_TRUE(run(io, closed(*client)));
    EXPECT_THAT(connections, Not(Contains("connected")));
}

TEST_F(RedisClientWithPassword, is_let_in_with_it) {
    connect();
    EXPECT_THAT(ask({"PING"}), is_text("PONG"));
}

TEST_F(RedisClientWithPassword, is_not_let_in_without_and_never_repeats_it) {
    struct Case {
        std::string user, password, reason;
    };
    const std::vector<Case> cases{
        {"", "closesesame", "WRONGPASS"}, {"gate", "closesesame", "WRONGPASS"}, {"", "", "NOAUTH"}
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.user + " " + one.reason);
        auto with = settings();
        with.address.user = one.user;
        with.address.password = one.password;
        with.reconnect_first = with.reconnect_longest = kPatience;
        connections.clear();
        make_client(with);
        const auto answer = ask({"PING"});
        EXPECT_THAT(answer, is_error(RedisErrorKind::unavailable));
        EXPECT_THAT(answer.error().what, AllOf(HasSubstr(one.reason), Not(HasSubstr("sesame"))));
        ASSERT_TRUE(run_until([this] { return !connections.empty(); }));
        EXPECT_THAT(connections, Contains(HasSubstr(one.reason)));
        EXPECT_THAT(connections, Not(Contains(HasSubstr("sesame"))));
        close();
    }
}

/// Accepts connections one after the other, and sends each its answer after the first bytes have
/// arrived.
io::Awaitable<bool> lie(io::TcpAcceptor& acceptor, std::vector<std::string> answers) {
    for (const auto& answer : answers) {
        auto socket = co_await acceptor.async_accept(io::use_awaitable);
        std::array<char, 100> heard{};
        co_await socket.async_read_some(boost::asio::buffer(heard), io::use_awaitable);
        co_await boost::asio::async_write(socket, boost::asio::buffer(answer), io::use_awaitable);
        // Reads until the client closes.
        boost::system::error_code gone;
        while (!gone)
            co_await socket.async_read_some(
                boost::asio::buffer(heard), boost::asio::redirect_error(io::use_awaitable, gone)
            );
    }
    co_return true;
}

TEST_F(RedisClientTest, leaves_whoever_answers_nonsense) {
    const std::vector<std::string> nonsense{
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "+PONG\r\n+what nobody asked for\r\n",
        "+PONG\r\n*1000000000\r\n",
        "*-7\r\n",
    };
    for (const auto& one : nonsense) {
        SCOPED_TRACE(one);
        const boost::asio::ip::tcp::endpoint loopback{boost::asio::ip::address_v4::loopback(), 0};
        io::TcpAcceptor liar{io.get_executor(), loopback};
        auto lying = start(io, lie(liar, {one, "+PONG\r\n"}));
        auto with = settings();
        with.address.port = liar.local_endpoint().port();
        connections.clear();
        make_client(with);
        ASSERT_TRUE(run_until([&] {
            return connections.size() >= 2 && connections.back() == "connected";
        }));
        EXPECT_NE(connections[connections.size() - 2], "connected");
        close();
        EXPECT_TRUE(lying.get());
    }
}

/// Redis quotes the arguments like this if the command was renamed.
TEST_F(RedisClientTest, never_repeats_a_password_that_it_was_quoted) {
    const boost::asio::ip::tcp::endpoint loopback{boost::asio::ip::address_v4::loopback(), 0};
    io::TcpAcceptor liar{io.get_executor(), loopback};
    const std::string quoting =
        "-ERR unknown command 'AUTH', with args beginning with: 'opensesame' \r\n";
    auto lying = start(io, lie(liar, {quoting, "+OK\r\n+PONG\r\n"}));
    auto with = settings();
    with.address.port = liar.local_endpoint().port();
    with.address.password = "opensesame";
    make_client(with);
    ASSERT_TRUE(run_until([&] { return connections.size() == 2; }));
    EXPECT_EQ(connections, (std::vector<std::string>{"login refused: ERR", "connected"}));
    close();
    EXPECT_TRUE(lying.get());
}

}  // namespace
}  // namespace frontrow::test
