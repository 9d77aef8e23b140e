#include "io/postgres/pg_pool.h"

#include "scenario/with_postgres.h"
#include "support/cutting_proxy.h"
#include "support/eventually.h"
#include "support/seeded_random.h"

#include <gmock/gmock.h>

#include <set>

namespace frontrow::test {
namespace {

using io::postgres::PgPool;
using Lease = PgPool::Lease;

class PgPools : public WithPostgres {
protected:
    void TearDown() override {
        if (pool) close();
    }

    PgPool::Settings settings(std::size_t connections_max = 2) const {
        return {
            .connection = options(),
            .connections_max = connections_max,
            .wait_time = 10'000ms,
            .backoff_min = 5ms,
            .backoff_max = 50ms,
        };
    }
    void make(PgPool::Settings settings) {
        pool.emplace(io.get_executor(), std::move(settings), random);
    }
    void close() {
        run(io, [](PgPool& one) -> io::Awaitable<bool> {
            co_await one.close();
            co_return true;
        }(*pool));
        pool.reset();
        run_ready(io);
    }
    std::shared_ptr<Lease> lease() {
        auto got = run(io, lease_later());
        if (!got) throw std::runtime_error(got.error().what);
        return *got;
    }
    /// Shared, so that it has an empty state for the test to wait with.
    io::Awaitable<Result<std::shared_ptr<Lease>, PgError>> lease_later() {
        auto got = co_await pool->acquire();
        if (!got) co_return std::unexpected(got.error());
        co_return std::make_shared<Lease>(std::move(*got));
    }
    std::int32_t session(PgConnection& connection) {
        return told(connection, "SELECT pg_backend_pid()").int4(0, 0);
    }
    std::int64_t sessions() {
        return told(
                   *connect(),
                   "SELECT count(*) FROM pg_stat_activity"
                   " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
            .int8(0, 0);
    }
    bool eventually_true(auto condition) {
        return eventually([&] {
            io.restart();
            io.run_for(1ms);
            return condition();
        });
    }

    SeededRandom random{1};
    std::optional<PgPool> pool;
};

TEST_F(PgPools, keep_one_connection_and_make_more_when_they_are_wanted) {
    make(settings());
    EXPECT_TRUE(eventually_true([&] { return pool->is_reachable(); }));
    EXPECT_EQ(pool->connections(), 1U);
    const auto one = lease();
    EXPECT_EQ(pool->connections(), 1U);
    const auto two = lease();
    EXPECT_EQ(pool->connections(), 2U);
    EXPECT_NE(session(**one), session(**two));
}

TEST_F(PgPools, lend_what_came_back) {
    make(settings());
    std::set<std::int32_t> seen;
    for (int i = 0; i < 5; ++i)
        seen.insert(session(**lease()));
    EXPECT_EQ(seen.size(), 1U);
}

TEST_F(PgPools, serve_those_who_wait_in_the_order_in_which_they_came) {
    make(settings(1));
    auto first = lease();
    std::vector<int> order;
    std::vector<Started<bool>> waiting;
    for (int i = 0; i < 5; ++i) {
        waiting.push_back(start(
            io,
            [](PgPool& from, std::vector<int>& served, int me) -> io::Awaitable<bool> {
                const auto got = co_await from.acquire();
                served.push_back(me);
                const std::vector<PgQuery> queries{query("SELECT pg_sleep(0.001)")};
                co_return (co_await (*got)->run(queries)).has_value();
            }(*pool, order, i)
        ));
    }
    run_ready(io);
    EXPECT_EQ(pool->waiting(), 5U);
    EXPECT_TRUE(order.empty());
    first.reset();
    for (auto& one : waiting)
        EXPECT_TRUE(one.get());
    EXPECT_THAT(order, testing::ElementsAre(0, 1, 2, 3, 4));
    EXPECT_EQ(pool->connections(), 1U);
}

TEST_F(PgPools, never_have_more_connections_than_they_may) {
    make(settings(3));
    std::vector<Started<std::int64_t>> all;
    for (int i = 0; i < 40; ++i) {
        all.push_back(start(io, [](PgPool& from) -> io::Awaitable<std::int64_t> {
            const auto got = co_await from.acquire();
            const std::vector<PgQuery> queries{
                query("SELECT pg_sleep(0.002)"),
                query("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
            };
            const auto answer = co_await (*got)->run(queries);
            co_return answer->back().int8(0, 0);
        }(*pool)));
    }
    for (auto& one : all)
        EXPECT_LE(one.get(), 3);
    EXPECT_LE(pool->connections(), 3U);
}

TEST_F(PgPools, turn_away_who_would_wait_too_long) {
    auto impatient = settings(1);
    impatient.wait_time = 30ms;
    make(impatient);
    // The first connection may take longer to make than anybody waits here.
    auto first = run(io, lease_later());
    while (!first)
        first = run(io, lease_later());
    auto held = std::exchange(*first, nullptr);
    const auto none = run(io, lease_later());
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, PgErrorKind::exhausted);
    EXPECT_EQ(pool->waiting(), 0U);
    held.reset();
    EXPECT_TRUE(lease());
}

TEST_F(PgPools, turn_away_who_finds_too_many_waiting) {
    auto narrow = settings(1);
    narrow.waiting_max = 2;
    make(narrow);
    auto held = lease();
    auto one = start(io, lease_later());
    auto two = start(io, lease_later());
    run_ready(io);
    const auto three = run(io, lease_later());
    ASSERT_FALSE(three);
    EXPECT_EQ(three.error().kind, PgErrorKind::exhausted);
    held.reset();
    EXPECT_TRUE(one.get());
    EXPECT_TRUE(two.get());
}

TEST_F(PgPools, end_a_session_that_comes_back_in_a_transaction) {
    make(settings(1));
    auto held = lease();
    const auto before = session(**held);
    ASSERT_TRUE(ask(**held, "BEGIN"));
    held.reset();
    EXPECT_NE(session(**lease()), before);
}

TEST_F(PgPools, recover_from_a_server_that_ended_in_the_middle) {
    make(settings());
    const auto held = lease();
    auto running = start(io, [](PgConnection& one) -> io::Awaitable<Answer> {
        const std::vector<PgQuery> slow{query("SELECT pg_sleep(30)")};
        co_return co_await one.run(slow);
    }(**held));
    run_ready(io);
    server->stop_immediately();
    EXPECT_EQ(running.get().error().kind, PgErrorKind::lost);
    server->start();
    EXPECT_TRUE(ask(**lease(), "SELECT 1"));
}

TEST_F(PgPools, know_whether_the_server_is_there_when_nobody_asks_it_anything) {
    make(settings());
    EXPECT_TRUE(eventually_true([&] { return pool->is_reachable(); }));
    server->stop();
    EXPECT_FALSE(pool->is_reachable());
    server->start();
    EXPECT_TRUE(eventually_true([&] { return pool->is_reachable(); }));
}

TEST_F(PgPools, tell_why_there_is_no_connection) {
    auto impatient = settings();
    impatient.wait_time = 100ms;
    server->stop();
    make(impatient);
    const auto none = run(io, lease_later());
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, PgErrorKind::refused);
    EXPECT_THAT(none.error().what, testing::HasSubstr("refused"));
    EXPECT_FALSE(pool->is_reachable());
}

TEST_F(PgPools, serve_who_waited_through_a_restart) {
    server->stop();
    make(settings());
    auto waiting = start(io, lease_later());
    run_ready(io);
    server->start();
    EXPECT_TRUE(waiting.get());
}

TEST_F(PgPools, ask_a_server_that_refuses_less_and_less_often) {
    CuttingProxy proxy{server->port()};
    proxy.refuse(true);
    auto through = settings();
    through.connection.url = server->url(proxy.port());
    through.backoff_min = 20ms;
    through.backoff_max = 10'000ms;
    const auto before = std::chrono::steady_clock::now();
    make(through);
    // Those who come meanwhile must not hasten it.
    std::vector<Started<Result<std::shared_ptr<Lease>, PgError>>> waiting;
    for (int i = 0; i < 40; ++i) {
        waiting.push_back(start(io, lease_later()));
        io.restart();
        io.run_for(10ms);
    }
    const auto connections = proxy.connections();
    // After 20, 60, 140 and 300 ms, or twice as often by chance; a loaded machine takes longer.
    const auto passed = std::chrono::steady_clock::now() - before;
    std::size_t most = 1;
    auto pause = 10ms;
    for (auto at = pause; at <= passed; at += pause) {
        ++most;
        pause *= 2;
    }
    EXPECT_GE(connections, 2U);
    EXPECT_LE(connections, most);
    proxy.refuse(false);
    for (auto& one : waiting)
        EXPECT_TRUE(one.get());
}

TEST_F(PgPools, close_at_once_on_those_who_wait) {
    server->stop();
    make(settings());
    auto waiting = start(io, lease_later());
    run_ready(io);
    const auto before = std::chrono::steady_clock::now();
    close();
    EXPECT_LT(std::chrono::steady_clock::now() - before, settings().wait_time / 2);
    EXPECT_EQ(waiting.get().error().kind, PgErrorKind::refused);
}

TEST_F(PgPools, close_in_the_middle_of_everything) {
    CuttingProxy proxy{server->port()};
    auto through = settings();
    through.connection.url = server->url(proxy.port());
    make(through);
    auto held = lease();
    proxy.swallow_after(CuttingProxy::Way::to_client, 0);
    auto waiting = start(io, lease_later());
    run_ready(io);
    auto closing = start(io, [](PgPool& one) -> io::Awaitable<bool> {
        co_await one.close();
        co_return true;
    }(*pool));
    const auto refused = waiting.get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, PgErrorKind::refused);
    EXPECT_EQ(run(io, lease_later()).error().kind, PgErrorKind::refused);
    EXPECT_FALSE(closing.is_done());
    const auto before = std::chrono::steady_clock::now();
    held.reset();
    EXPECT_TRUE(closing.get());
    EXPECT_LT(std::chrono::steady_clock::now() - before, options().connect_time / 2);
    pool.reset();
    proxy.cut_all();
    EXPECT_TRUE(eventually([&] { return sessions() == 0; }));
}

}  // namespace
}  // namespace frontrow::test
