#include "scenario/with_postgres.h"

#include <gmock/gmock.h>

namespace frontrow::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr PgStatement kInsert{"item_insert", "INSERT INTO items (id, name) VALUES ($1, $2)"};
constexpr PgStatement kCount{"item_count", "SELECT count(*) FROM items"};

PgQuery insert(std::int32_t id, const std::string& name = "x") {
    return {.statement = kInsert, .params = PgParams::of(id, name)};
}

/// A table with one row, whose id is 1.
class PgConnections : public WithPostgres {
protected:
    void SetUp() override {
        WithPostgres::SetUp();
        if (!server) return;
        connection = connect();
        told(
            *connection,
            "CREATE TABLE items (id int PRIMARY KEY, name text NOT NULL,"
            " peer int CONSTRAINT peer_is_there REFERENCES items DEFERRABLE INITIALLY DEFERRED)"
        );
        told(*connection, "INSERT INTO items VALUES (1, 'one')");
    }

    std::int64_t count() { return told(*connection, "SELECT count(*) FROM items").int8(0, 0); }

    std::unique_ptr<PgConnection> connection;
};

TEST_F(PgConnections, statements_sent_together_are_answered_together) {
    const auto answer = ask(*connection, {insert(2), insert(3), {.statement = kCount}, insert(4)});
    ASSERT_TRUE(answer) << answer.error().what;
    ASSERT_EQ(answer->size(), 4U);
    EXPECT_EQ((*answer)[0].affected(), 1);
    EXPECT_EQ((*answer)[2].int8(0, 0), 3);
    EXPECT_EQ(count(), 4);
}

TEST_F(PgConnections, a_statement_is_prepared_once) {
    for (int i = 2; i < 5; ++i)
        ASSERT_TRUE(ask(*connection, {insert(i), insert(i + 10)}));
    const auto prepared =
        told(*connection, "SELECT name, generic_plans + custom_plans FROM pg_prepared_statements");
    ASSERT_EQ(prepared.rows(), 1);
    EXPECT_EQ(prepared.text(0, 0), "item_insert");
    EXPECT_EQ(prepared.int8(0, 1), 6);
}

TEST_F(PgConnections, an_error_in_the_middle_takes_back_the_whole_run) {
    const auto answer = ask(*connection, {insert(2), insert(1), insert(3)});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, PgErrorKind::rejected);
    EXPECT_EQ(answer.error().sqlstate, "23505");
    EXPECT_EQ(answer.error().constraint, "items_pkey");
    EXPECT_THAT(answer.error().what, HasSubstr("item_insert: duplicate key"));
    EXPECT_TRUE(connection->is_usable());
    EXPECT_EQ(count(), 1);
    EXPECT_TRUE(ask(*connection, {insert(2), insert(3)}));
    EXPECT_EQ(count(), 3);
}

TEST_F(PgConnections, what_an_error_kept_from_being_prepared_is_prepared_the_next_time) {
    ASSERT_FALSE(ask(*connection, {query("SELECT 1/0"), insert(2), {.statement = kCount}}));
    const auto answer = ask(*connection, {insert(2), {.statement = kCount}});
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ((*answer)[1].int8(0, 0), 2);
}

TEST_F(PgConnections, a_statement_that_is_wrong_can_be_followed_by_one_that_is_right) {
    const PgStatement wrong{"wrong", "SELECT nothing FROM nowhere"};
    for (int i = 0; i < 2; ++i) {
        const auto answer = ask(*connection, {{.statement = wrong}});
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().kind, PgErrorKind::rejected);
        EXPECT_EQ(answer.error().sqlstate, "42P01");
    }
    EXPECT_EQ(count(), 1);
}

TEST_F(PgConnections, a_transaction_may_span_runs) {
    ASSERT_TRUE(ask(*connection, {query("BEGIN"), insert(2)}));
    EXPECT_TRUE(connection->is_in_transaction());
    ASSERT_TRUE(ask(*connection, {insert(3), query("COMMIT")}));
    EXPECT_FALSE(connection->is_in_transaction());
    EXPECT_EQ(count(), 3);
}

TEST_F(PgConnections, after_an_error_no_transaction_is_open) {
    ASSERT_TRUE(ask(*connection, {query("BEGIN"), insert(2)}));
    ASSERT_FALSE(ask(*connection, {insert(1), query("COMMIT")}));
    EXPECT_FALSE(connection->is_in_transaction());
    EXPECT_TRUE(connection->is_usable());
    EXPECT_EQ(count(), 1);
}

TEST_F(PgConnections, what_is_refused_only_at_the_commit_is_refused) {
    const auto late = [](int id) {
        return query("INSERT INTO items VALUES ($1, 'x', 99)", std::int32_t{id});
    };
    for (const bool is_explicit : {false, true}) {
        std::vector<PgQuery> queries;
        if (is_explicit) queries.push_back(query("BEGIN"));
        queries.push_back(late(2));
        if (is_explicit) queries.push_back(query("COMMIT"));
        const auto answer = ask(*connection, std::move(queries));
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().kind, PgErrorKind::rejected);
        EXPECT_EQ(answer.error().constraint, "peer_is_there");
        EXPECT_TRUE(connection->is_usable());
        EXPECT_EQ(count(), 1);
    }
}

TEST_F(PgConnections, errors_hold_no_values_of_rows) {
    const auto answer = ask(*connection, {insert(2, "a"), insert(2, "dame@example.org")});
    ASSERT_FALSE(answer);
    EXPECT_THAT(answer.error().what, Not(HasSubstr("(id)")));
    EXPECT_THAT(answer.error().what, Not(HasSubstr("example.org")));
}

TEST_F(PgConnections, a_slow_statement_times_out_and_the_session_goes_on) {
    auto impatient = options();
    impatient.statement_timeout = 500ms;
    const auto one = connect(impatient);
    const auto answer = ask(*one, "SELECT pg_sleep(20)");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, PgErrorKind::timed_out);
    EXPECT_EQ(answer.error().sqlstate, "57014");
    EXPECT_TRUE(one->is_usable());
    EXPECT_TRUE(ask(*one, "SELECT 1"));
}

TEST_F(PgConnections, who_waits_too_long_for_a_lock_times_out) {
    auto impatient = options();
    impatient.lock_timeout = 50ms;
    const auto other = connect(impatient);
    ASSERT_TRUE(ask(*connection, {query("BEGIN"), query("SELECT FROM items FOR UPDATE")}));
    const auto answer = ask(*other, "UPDATE items SET name = 'taken'");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, PgErrorKind::timed_out);
    EXPECT_EQ(answer.error().sqlstate, "55P03");
    EXPECT_TRUE(ask(*connection, "COMMIT"));
    EXPECT_TRUE(ask(*other, "UPDATE items SET name = 'taken'"));
}

TEST_F(PgConnections, of_two_in_a_deadlock_one_may_try_again) {
    ASSERT_TRUE(ask(*connection, {insert(2)}));
    const auto other = connect();
    const auto lock = [](int id) {
        return query("UPDATE items SET name = 'x' WHERE id = $1", std::int32_t{id});
    };
    ASSERT_TRUE(ask(*connection, {query("BEGIN"), lock(1)}));
    ASSERT_TRUE(ask(*other, {query("BEGIN"), lock(2)}));
    const std::vector<PgQuery> crossing{lock(2), query("COMMIT")};
    const std::vector<PgQuery> crossed{lock(1), query("COMMIT")};
    auto first = start(io, connection->run(crossing));
    auto second = start(io, other->run(crossed));
    const auto one = first.get();
    const auto two = second.get();
    ASSERT_NE(one.has_value(), two.has_value());
    const auto& error = one ? two.error() : one.error();
    EXPECT_EQ(error.kind, PgErrorKind::retryable);
    EXPECT_EQ(error.sqlstate, "40P01");
    EXPECT_TRUE(connection->is_usable());
    EXPECT_TRUE(other->is_usable());
}

TEST_F(PgConnections, who_read_what_has_changed_may_try_again) {
    const auto other = connect();
    ASSERT_TRUE(ask(
        *other, {query("BEGIN ISOLATION LEVEL REPEATABLE READ"), query("SELECT name FROM items")}
    ));
    told(*connection, "UPDATE items SET name = 'new'");
    const auto answer = ask(*other, {query("UPDATE items SET name = 'newer'"), query("COMMIT")});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, PgErrorKind::retryable);
    EXPECT_EQ(answer.error().sqlstate, "40001");
}

TEST_F(PgConnections, large_runs_neither_block_nor_mix) {
    std::vector<PgQuery> queries;
    const std::string large(200'000, 'x');
    for (int i = 0; i < 100; ++i)
        queries.push_back(query("SELECT $1, $2", std::int32_t{i}, large));
    const auto answer = ask(*connection, std::move(queries));
    ASSERT_TRUE(answer) << answer.error().what;
    ASSERT_EQ(answer->size(), 100U);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ((*answer)[static_cast<std::size_t>(i)].int4(0, 0), i);
        EXPECT_EQ((*answer)[static_cast<std::size_t>(i)].text(0, 1).size(), large.size());
    }
}

TEST_F(PgConnections, one_large_value_goes_as_the_socket_takes_it) {
    const auto answer = ask(*connection, "SELECT length($1)", std::string(20 << 20, 'x'));
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(answer->front().int4(0, 0), 20 << 20);
}

TEST_F(PgConnections, sessions_are_set_up_as_told) {
    auto told_options = options();
    told_options.application_name = "box-office";
    told_options.statement_timeout = 1'234ms;
    told_options.lock_timeout = 567ms;
    told_options.idle_in_transaction_timeout = 8'900ms;
    const auto one = connect(told_options);
    const auto result = told(
        *one,
        "SELECT current_setting('application_name'), current_setting('statement_timeout'),"
        " current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout'),"
        " current_setting('TimeZone'), current_setting('client_encoding')"
    );
    const std::vector<std::string_view> expected{
        "box-office", "1234ms", "567ms", "8900ms", "UTC", "UTF8"
    };
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(result.text(0, i), expected[static_cast<std::size_t>(i)]);
}

TEST_F(PgConnections, behind_a_pooler_nothing_stays_in_the_session) {
    auto pooled = options();
    pooled.prepare = false;
    pooled.statement_timeout = 500ms;
    const auto one = connect(pooled);
    ASSERT_TRUE(ask(*one, {query("BEGIN"), insert(2), query("COMMIT")}));
    const auto slow = ask(*one, {query("BEGIN"), query("SELECT pg_sleep(20)"), query("COMMIT")});
    ASSERT_FALSE(slow);
    EXPECT_EQ(slow.error().kind, PgErrorKind::timed_out);
    EXPECT_EQ(count(), 2);
    ASSERT_TRUE(ask(*one, {query("BEGIN")}));
    const auto inside = told(*one, "SELECT current_setting('statement_timeout')");
    EXPECT_EQ(inside.text(0, 0), "500ms");
    ASSERT_TRUE(ask(*one, {query("COMMIT")}));
    // The next client of the same session must find nothing left.
    const auto left = told(*one, "SELECT count(*) FROM pg_prepared_statements");
    EXPECT_EQ(left.int8(0, 0), 0);
    ASSERT_TRUE(
        run(io,
            one->run_script(
                "DO $$ BEGIN ASSERT current_setting('statement_timeout') = '0'; END $$", 10'000ms
            ))
    );
}

TEST_F(PgConnections, a_script_is_all_or_nothing) {
    const auto good =
        run(io,
            connection->run_script(
                "CREATE TABLE a (x int); INSERT INTO a VALUES (1); SELECT * FROM a", 10'000ms
            ));
    ASSERT_TRUE(good) << good.error().what;
    EXPECT_EQ(told(*connection, "SELECT x FROM a").int4(0, 0), 1);
    for (const char* script :
         {"INSERT INTO a VALUES (2); SELECT 1/0", "BEGIN; INSERT INTO a VALUES (2); SELECT 1/0"}) {
        const auto bad = run(io, connection->run_script(script, 10'000ms));
        ASSERT_FALSE(bad);
        EXPECT_EQ(bad.error().sqlstate, "22012");
        EXPECT_EQ(told(*connection, "SELECT count(*) FROM a").int8(0, 0), 1);
    }
    EXPECT_TRUE(ask(*connection, {insert(2), insert(3)}));
}

TEST_F(PgConnections, a_script_that_takes_too_long_is_given_up) {
    const auto slow = run(io, connection->run_script("SELECT pg_sleep(20)", 50ms));
    ASSERT_FALSE(slow);
    EXPECT_EQ(slow.error().kind, PgErrorKind::lost);
    EXPECT_FALSE(connection->is_usable());
}

TEST_F(PgConnections, plans_from_before_a_change_of_the_tables_end_the_session) {
    const PgStatement all{"all", "SELECT * FROM items"};
    ASSERT_TRUE(ask(*connection, {{.statement = all}}));
    const auto other = connect();
    told(*other, "ALTER TABLE items ADD COLUMN more int");
    EXPECT_FALSE(ask(*connection, {{.statement = all}}));
    EXPECT_FALSE(connection->is_usable());
}

TEST_F(PgConnections, closing_ends_a_wait) {
    auto running = start(io, [](PgConnection& one) -> io::Awaitable<PgAnswer> {
        const std::vector<PgQuery> slow{query("SELECT pg_sleep(3)")};
        co_return co_await one.run(slow);
    }(*connection));
    told(*connect(), "SELECT 1");
    connection->close();
    EXPECT_EQ(running.get().error().kind, PgErrorKind::lost);
    EXPECT_EQ(ask(*connection, "SELECT 1").error().kind, PgErrorKind::refused);
}

using PgConnectionsDeathTest = PgConnections;

TEST_F(PgConnectionsDeathTest, one_name_is_one_statement) {
    ASSERT_TRUE(ask(*connection, {insert(2)}));
    const PgQuery other_types{.statement = kInsert, .params = PgParams::of(true, true)};
    EXPECT_DEATH((void)ask(*connection, {other_types}), "a relation that must hold");
    const PgQuery other_text{
        .statement = {kInsert.name, "SELECT $1, $2"}, .params = insert(1).params
    };
    EXPECT_DEATH((void)ask(*connection, {other_text}), "a relation that must hold");
}

TEST_F(PgConnectionsDeathTest, a_second_user_at_a_time_is_a_bug) {
    const std::vector<PgQuery> slow{query("SELECT pg_sleep(0.1)")};
    auto first = start(io, connection->run(slow));
    run_ready(io);
    EXPECT_DEATH((void)ask(*connection, "SELECT 1"), "a relation that must hold");
    EXPECT_TRUE(first.get());
}

}  // namespace
}  // namespace frontrow::test
