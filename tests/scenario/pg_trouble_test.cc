#include "scenario/with_postgres.h"
#include "support/cutting_proxy.h"
#include "support/eventually.h"

#include <gmock/gmock.h>

namespace frontrow::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;
using Way = CuttingProxy::Way;

/// A server or a network that fails.
class PgTrouble : public WithPostgres {
protected:
    void SetUp() override {
        WithPostgres::SetUp();
        if (server) proxy.emplace(server->port());
    }

    PgOptions proxied() const { return {.url = server->url(proxy->port())}; }

    void make_table() { told(*connect(), "CREATE TABLE items (id int PRIMARY KEY)"); }
    std::int64_t count() { return told(*connect(), "SELECT count(*) FROM items").int8(0, 0); }

    std::optional<CuttingProxy> proxy;
};

TEST_F(PgTrouble, a_wrong_password_is_told_without_it) {
    auto wrong = options();
    wrong.url =
        "postgres://frontrow:hunter2@127.0.0.1:" + std::to_string(server->port()) + "/postgres";
    const auto error = connect_error(wrong);
    EXPECT_EQ(error.kind, PgErrorKind::refused);
    EXPECT_EQ(error.sqlstate, "28P01");
    EXPECT_THAT(error.what, HasSubstr("password authentication failed"));
    EXPECT_THAT(error.what, Not(HasSubstr("hunter2")));
}

TEST_F(PgTrouble, what_cannot_be_reached_is_told_without_the_password) {
    struct Case {
        const char* url;
        const char* says;
    };
    const std::vector<Case> cases{
        {"postgres://u:hunter2@127.0.0.1:1/db", "Connection refused"},
        {"postgres://u:hunter2@no-such-host.invalid/db", "no-such-host.invalid isn't known"},
        {"postgres://u:hunter2@/db?host=/no/such/folder", "/no/such/folder"},
        // libpq would quote these URLs in its error, or cut the password at the wrong place.
        {"postgres://u:hunter2%zz@127.0.0.1/db", "can't be read"},
        {"postgres://u:h@hunter2@127.0.0.1/db", "can't be read"},
        {"postgres://u:hunter2/x@127.0.0.1/db", "can't be read"},
        {"hunter2", "can't be read"},
    };
    for (const auto& [url, says] : cases) {
        const auto error = connect_error({.url = url});
        EXPECT_EQ(error.kind, PgErrorKind::refused) << url;
        EXPECT_THAT(error.what, HasSubstr(says)) << url;
        EXPECT_THAT(error.what, Not(HasSubstr("hunter2")));
    }
}

TEST_F(PgTrouble, a_host_may_be_a_name_a_socket_or_the_second_of_two) {
    const auto port = std::to_string(server->port());
    const std::string user = "postgres://frontrow:a%25secret@";
    for (const auto& url :
         {user + "localhost:" + port + "/postgres",
          server->socket_url(),
          user + "127.0.0.1:1,localhost:" + port + "/postgres",
          "host=127.0.0.1 user=frontrow dbname=postgres password=a%secret port=" + port}) {
        EXPECT_TRUE(ask(*connect({.url = url}), "SELECT 1")) << url;
    }
}

TEST_F(PgTrouble, a_host_that_says_nothing_leaves_time_for_the_second_of_two) {
    proxy->swallow_after(Way::to_client, 0);
    const auto url = "postgres://frontrow:a%25secret@127.0.0.1:" + std::to_string(proxy->port()) +
                     ",127.0.0.1:" + std::to_string(server->port()) + "/postgres";
    EXPECT_TRUE(ask(*connect({.url = url, .connect_time = 2s}), "SELECT 1"));
}

TEST_F(PgTrouble, a_server_that_says_nothing_is_given_up_in_time) {
    proxy->swallow_after(Way::to_client, 0);
    auto impatient = proxied();
    impatient.connect_time = 100ms;
    const auto error = connect_error(impatient);
    EXPECT_EQ(error.kind, PgErrorKind::refused);
    EXPECT_THAT(error.what, HasSubstr("no connection in time"));
}

TEST_F(PgTrouble, a_handshake_cut_anywhere_is_an_error) {
    // Cuts the handshake and the session's set-up every few bytes.
    int connected = 0;
    for (std::size_t bytes = 1; bytes < 900 && connected == 0; bytes += 7) {
        proxy->cut_after(Way::to_client, bytes);
        auto connection = run(io, PgConnection::connect(io.get_executor(), proxied()));
        connected += connection.has_value() ? 1 : 0;
        if (!connection) EXPECT_EQ(connection.error().kind, PgErrorKind::refused);
        proxy->cut_all();
    }
    EXPECT_EQ(connected, 1);
}

TEST_F(PgTrouble, an_answer_cut_anywhere_is_lost_or_whole) {
    make_table();
    int whole = 0;
    std::int32_t id = 0;
    for (std::size_t bytes = 1; bytes < 400; bytes += 3) {
        proxy->behave();
        const auto connection = connect(proxied());
        proxy->cut_after(Way::to_client, bytes);
        const auto answer =
            ask(*connection,
                {query("INSERT INTO items VALUES ($1)", ++id), query("SELECT repeat('x', 200)")});
        whole += answer ? 1 : 0;
        if (answer) continue;
        EXPECT_EQ(answer.error().kind, PgErrorKind::lost);
        EXPECT_FALSE(connection->is_usable());
    }
    EXPECT_GT(whole, 0);
    // Every insert was carried out, even if its answer was lost.
    EXPECT_EQ(count(), id);
}

TEST_F(PgTrouble, a_request_cut_anywhere_is_lost_and_not_done) {
    make_table();
    const auto insert = [](std::int32_t id) { return query("INSERT INTO items VALUES ($1)", id); };
    std::size_t length = 0;
    {
        const auto connection = connect(proxied());
        const auto before = proxy->passed(Way::to_server);
        ASSERT_TRUE(ask(*connection, {insert(0)}));
        length = proxy->passed(Way::to_server) - before;
    }
    for (std::size_t bytes = 1; bytes + 1 < length; bytes += 2) {
        proxy->behave();
        const auto connection = connect(proxied());
        proxy->cut_after(Way::to_server, bytes);
        const auto answer = ask(*connection, {insert(static_cast<std::int32_t>(bytes))});
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().kind, PgErrorKind::lost);
    }
    EXPECT_EQ(count(), 1);
}

TEST_F(PgTrouble, an_answer_that_never_comes_is_lost) {
    auto impatient = proxied();
    impatient.answer_time = 100ms;
    const auto connection = connect(impatient);
    proxy->swallow_after(Way::to_client, 0);
    const auto answer = ask(*connection, "SELECT 1");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, PgErrorKind::lost);
    EXPECT_THAT(answer.error().what, HasSubstr("no answer in time"));
    EXPECT_FALSE(connection->is_usable());
}

TEST_F(PgTrouble, a_request_that_is_never_taken_is_lost) {
    auto impatient = proxied();
    impatient.answer_time = 300ms;
    const auto connection = connect(impatient);
    // The request exceeds the sockets' buffers, and the peer doesn't read.
    proxy->delay(Way::to_server, 1h);
    const auto answer = ask(*connection, "SELECT length($1)", std::string(64 << 20, 'x'));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, PgErrorKind::lost);
}

TEST_F(PgTrouble, a_slow_network_is_only_slow) {
    const auto connection = connect(proxied());
    constexpr auto kOneWay = 400ms;
    proxy->delay(Way::to_client, kOneWay);
    proxy->delay(Way::to_server, kOneWay);
    const auto before = std::chrono::steady_clock::now();
    const auto answer = ask(*connection, {query("SELECT 1"), query("SELECT 2"), query("SELECT 3")});
    const auto took = std::chrono::steady_clock::now() - before;
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_GE(took, 2 * kOneWay);
    // Three statements, but fewer than three round trips.
    EXPECT_LT(took, 5 * kOneWay);
}

TEST_F(PgTrouble, what_was_under_way_when_the_server_ended_is_lost) {
    for (const bool is_immediate : {false, true}) {
        const auto connection = connect();
        auto running = start(io, [](PgConnection& one) -> io::Awaitable<PgAnswer> {
            const std::vector<PgQuery> slow{query("SELECT pg_sleep(30)")};
            co_return co_await one.run(slow);
        }(*connection));
        told(*connect(), "SELECT 1");
        if (is_immediate) {
            server->stop_immediately();
        } else {
            server->stop();
        }
        const auto answer = running.get();
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().kind, PgErrorKind::lost);
        EXPECT_THAT(answer.error().sqlstate, AnyOf("57P01", "57P02", ""));
        EXPECT_FALSE(connection->is_usable());
        server->start();
    }
}

TEST_F(PgTrouble, what_had_not_begun_when_the_server_ended_is_surely_not_done) {
    const auto connection = connect();
    server->stop();
    EXPECT_FALSE(connection->is_alive());
    const auto answer = ask(*connection, "SELECT 1");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, PgErrorKind::unavailable);
    EXPECT_EQ(answer.error().sqlstate, "57P01");
    const auto error = connect_error(options());
    EXPECT_EQ(error.kind, PgErrorKind::refused);
    server->start();
    const auto killed = connect();
    server->kill();
    EXPECT_TRUE(eventually([&] { return !killed->is_alive(); }));
    EXPECT_THAT(
        ask(*killed, "SELECT 1").error().kind, AnyOf(PgErrorKind::refused, PgErrorKind::unavailable)
    );
}

TEST_F(PgTrouble, a_transaction_forgotten_open_ends) {
    auto impatient = options();
    impatient.idle_in_transaction_timeout = 50ms;
    const auto connection = connect(impatient);
    ASSERT_TRUE(ask(*connection, {query("BEGIN")}));
    EXPECT_TRUE(eventually([&] { return !connection->is_alive(); }));
    const auto answer = ask(*connection, "SELECT 1");
    ASSERT_FALSE(answer);
    EXPECT_NE(answer.error().kind, PgErrorKind::lost);
    EXPECT_EQ(answer.error().sqlstate, "25P03");
}

class PgFull : public WithPostgres {
protected:
    PostgresServer::Options server_options() const override {
        return {.settings = {"max_connections=4", "superuser_reserved_connections=0"}};
    }
};

TEST_F(PgFull, a_server_with_too_many_sessions_says_so) {
    std::vector<std::unique_ptr<PgConnection>> sessions;
    for (int i = 0; i < 4; ++i)
        sessions.push_back(connect());
    const auto error = connect_error(options());
    EXPECT_EQ(error.kind, PgErrorKind::unavailable);
    EXPECT_EQ(error.sqlstate, "53300");
}

class PgOverTls : public WithPostgres {
protected:
    PostgresServer::Options server_options() const override { return {.has_tls = true}; }
};

TEST_F(PgOverTls, all_of_a_large_answer_comes) {
    const auto connection = connect();
    const auto state =
        told(*connection, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    EXPECT_TRUE(state.boolean(0, 0));
    // Sizes around those of TLS records and libpq's buffer.
    for (std::int32_t size = 1'000; size < 300'000; size += 3'777) {
        const auto text = std::string(static_cast<std::size_t>(size), 'x');
        const auto answer =
            ask(*connection, {query("SELECT $1", text), query("SELECT repeat('y', $1)", size)});
        ASSERT_TRUE(answer) << answer.error().what;
        EXPECT_EQ((*answer)[0].text(0, 0).size(), text.size());
        EXPECT_EQ((*answer)[1].text(0, 0).size(), text.size());
    }
}

TEST_F(PgOverTls, a_certificate_that_nobody_vouches_for_is_refused_where_that_is_asked_for) {
    auto strict = options();
    strict.url = "postgres://frontrow:a%25secret@localhost:" + std::to_string(server->port()) +
                 "/postgres?sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt";
    const auto error = connect_error(strict);
    EXPECT_EQ(error.kind, PgErrorKind::refused);
    EXPECT_THAT(error.what, HasSubstr("certificate"));
}

}  // namespace
}  // namespace frontrow::test
