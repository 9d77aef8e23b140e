#include "store/postgres/postgres_journal.h"

#include "scenario/with_postgres.h"
#include "support/cutting_proxy.h"
#include "support/eventually.h"
#include "support/sql_session.h"

#include <boost/asio/async_result.hpp>
#include <gmock/gmock.h>

#include <cstdint>

// The journal's table on a real PostgreSQL: which writer may append, what the loser learns, and
// what is known when a connection is lost.

namespace frontrow::test {
namespace {

using store::cluster::Batch;
using store::cluster::Head;
using store::cluster::SharedJournal;
using store::postgres::PostgresJournal;
using Appended = Result<SharedJournal::Appended, io::Fault>;
using Following = Result<SharedJournal::Following, io::Fault>;
using Mode = SharedJournal::Mode;

class PostgresJournals : public WithPostgres {
protected:
    void SetUp() override {
        WithPostgres::SetUp();
        if (IsSkipped()) return;
        mine.emplace(io.get_executor(), options(), true);
        others.emplace(io.get_executor(), options(), false);
        for (auto* const journal : {&*mine, &*others})
            ASSERT_TRUE(run(io, journal->open()));
        first = look(0).batches.at(0).head;
        ASSERT_TRUE(run(io, looking(*others, 0)));
    }
    void TearDown() override {
        for (auto* const journal : {&mine, &others})
            if (*journal) close(**journal);
    }
    void close(PostgresJournal& journal) {
        run(io, [](PostgresJournal& closing) -> io::Awaitable<bool> {
            co_await closing.close();
            co_return true;
        }(journal));
    }

    /// A batch of `facts` facts after `on`, decided now.
    Batch batch(const Head& on, std::uint64_t writer, std::uint64_t facts = 1) {
        Batch made;
        made.head.first_seq = on.last_seq + 1;
        made.head.last_seq = on.last_seq + facts;
        made.head.at = std::max(on.at, database_time());
        made.head.writer = Bits128{7, writer};
        made.head.n = ++numbers_;
        made.head.state = Bits128{numbers_, writer};
        made.frame = "frame " + std::to_string(numbers_);
        made.head.hash = store::cluster::hash_of(made, on.hash);
        return made;
    }
    Instant database_time() {
        if (!asking_) asking_ = connect();
        return told(*asking_, "SELECT clock_timestamp()").instant(0, 0);
    }

    /// Waits until a statement waits for a lock of another. Returns false if none does in time.
    bool somebody_waits() {
        const auto watching = connect();
        return eventually([&] {
            run_ready(io);
            const auto waits = told(
                *watching, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            );
            return waits.int8(0, 0) == 1;
        });
    }

    io::Awaitable<Appended>
    appending(PostgresJournal& journal, Batch made, Head on, Mode mode = Mode::first) {
        co_return co_await boost::asio::
            async_initiate<decltype(io::use_awaitable)&, void(Appended)>(
                [&](auto handler) { journal.append(made, on, mode, std::move(handler)); },
                io::use_awaitable
            );
    }
    bool append(const Batch& made, const Head& on, Mode mode = Mode::first) {
        return run(io, appending(*mine, made, on, mode)).value().is_in;
    }
    io::Awaitable<Appended> holding(PostgresJournal& journal, std::uint64_t from, Bits128 writer) {
        co_return co_await boost::asio::
            async_initiate<decltype(io::use_awaitable)&, void(Appended)>(
                [&](auto handler) { journal.hold(from, writer, std::move(handler)); },
                io::use_awaitable
            );
    }
    /// Takes the next place for the first writer, and returns the heads before it.
    std::vector<Head> hold(std::uint64_t from = 0) {
        const auto held = run(io, holding(*mine, from, Bits128{7, 1})).value();
        EXPECT_TRUE(held.is_in);
        return heads_of(held.following);
    }
    io::Awaitable<Following> looking(PostgresJournal& journal, std::uint64_t from) {
        co_return co_await boost::asio::
            async_initiate<decltype(io::use_awaitable)&, void(Following)>(
                [&](auto handler) { journal.look(from, std::move(handler)); }, io::use_awaitable
            );
    }
    SharedJournal::Following look(std::uint64_t from) {
        return run(io, looking(*mine, from)).value();
    }

    static std::vector<Head> heads_of(const SharedJournal::Following& following) {
        std::vector<Head> heads;
        for (const auto& one : following.batches)
            heads.push_back(one.head);
        return heads;
    }

    std::optional<PostgresJournal> mine;
    std::optional<PostgresJournal> others;
    Head first;

private:
    std::uint64_t numbers_ = 0;
    std::unique_ptr<PgConnection> asking_;
};

TEST_F(PostgresJournals, begins_with_a_row_of_no_facts_and_a_hash_of_its_own) {
    EXPECT_EQ(first.first_seq, 0U);
    EXPECT_EQ(first.last_seq, 0U);
    EXPECT_EQ(first.state, Bits128{});
    EXPECT_NE(first.hash, io::Sha256Digest{});
}

TEST_F(PostgresJournals, gives_back_what_was_appended) {
    const auto made = batch(first, 1, 3);
    const auto appended = run(io, appending(*mine, made, first)).value();
    EXPECT_TRUE(appended.is_in);
    EXPECT_EQ(heads_of(appended.following), (std::vector{first, made.head}));
    const auto seen = run(io, looking(*others, 0)).value();
    EXPECT_EQ(heads_of(seen), (std::vector{first, made.head}));
    EXPECT_EQ(seen.batches[1].frame, made.frame);
    EXPECT_GE(appended.following.timeline, 1U);
}

TEST_F(PostgresJournals, lets_one_of_two_that_come_at_once_follow_and_shows_it_to_the_other) {
    auto head = first;
    for (int round = 0; round < 20; ++round) {
        const auto one = batch(head, 1);
        const auto other = batch(head, 2);
        auto ones = start(io, appending(*mine, one, head));
        auto theirs = start(io, appending(*others, other, head));
        const auto a = ones.get().value();
        const auto b = theirs.get().value();
        ASSERT_NE(a.is_in, b.is_in);
        const auto& winner = a.is_in ? one.head : other.head;
        EXPECT_EQ(heads_of(a.following), (std::vector{head, winner}));
        EXPECT_EQ(heads_of(b.following), (std::vector{head, winner}));
        head = winner;
    }
}

TEST_F(PostgresJournals, takes_nothing_that_was_decided_on_another_state) {
    auto other_hash = first;
    other_hash.hash[0] ^= 1;
    auto other_state = first;
    other_state.state.lo ^= 1;
    auto other_end = first;
    other_end.last_seq = 1;
    EXPECT_FALSE(append(batch(first, 1), other_hash));
    EXPECT_FALSE(append(batch(first, 1), other_state));
    EXPECT_FALSE(append(batch(other_end, 1), other_end));
    EXPECT_EQ(look(0).batches.size(), 1U);
}

TEST_F(PostgresJournals, takes_nothing_from_a_clock_that_disagrees_with_the_databases) {
    auto early = batch(first, 1);
    early.head.at -= 1'500ms;
    EXPECT_FALSE(append(early, first));
    auto late = batch(first, 1);
    late.head.at += 60s;
    EXPECT_FALSE(append(late, first));
    EXPECT_FALSE(append(late, first, Mode::again));
    EXPECT_TRUE(append(early, first, Mode::again)) << "it was decided long ago";
    // A batch may be up to 250 ms ahead of the database's clock.
    auto behind = batch(early.head, 1);
    behind.head.at += 200ms;
    EXPECT_TRUE(append(behind, early.head));
}

/// The promoted database's clock is behind the clock by which the batch was decided.
TEST_F(PostgresJournals, takes_what_a_fail_over_lost_whatever_its_time_is) {
    auto late = batch(first, 1);
    late.head.at += 60s;
    EXPECT_TRUE(append(late, first, Mode::lost));
}

TEST_F(PostgresJournals, answers_with_no_more_bytes_than_it_has_time_for) {
    auto head = first;
    std::vector<Head> heads{first};
    for (int i = 0; i < 3; ++i) {
        auto large = batch(head, 1);
        large.frame.assign(3 << 20, 'f');
        ASSERT_TRUE(append(large, head));
        heads.push_back(head = large.head);
    }
    const auto begun = look(0);
    EXPECT_EQ(heads_of(begun), (std::vector(heads.begin(), heads.end() - 1)));
    EXPECT_FALSE(begun.is_all);
    const auto rest = look(begun.batches.back().head.first_seq);
    EXPECT_EQ(heads_of(rest), (std::vector(heads.end() - 2, heads.end())));
    EXPECT_TRUE(rest.is_all);
}

TEST_F(PostgresJournals, waits_behind_an_append_that_is_not_committed_yet) {
    auto head = first;
    for (const bool commits : {false, true}) {
        auto session = connect();
        told(*session, "BEGIN");
        told(
            *session,
            "INSERT INTO journal SELECT last_seq + 1, last_seq + 1, clock_timestamp(), writer, 9,"
            " state, decode(repeat('ab', 32), 'hex'), '' FROM journal ORDER BY first_seq DESC"
            " LIMIT 1"
        );
        const auto made = batch(head, 1);
        auto waiting = start(io, appending(*mine, made, head));
        EXPECT_TRUE(somebody_waits());
        EXPECT_FALSE(waiting.is_done());
        told(*session, commits ? "COMMIT" : "ROLLBACK");
        const auto answer = waiting.get().value();
        EXPECT_EQ(answer.is_in, !commits);
        ASSERT_EQ(answer.following.batches.size(), 2U);
        EXPECT_EQ(answer.following.batches[1].head.n, commits ? 9U : made.head.n);
        if (!commits) head = made.head;
    }
}

TEST_F(PostgresJournals, tells_no_more_than_an_answer_holds) {
    auto head = first;
    for (std::size_t i = 0; i < SharedJournal::kBatchesMax + 5; ++i) {
        const auto made = batch(head, 1);
        ASSERT_TRUE(append(made, head));
        head = made.head;
    }
    EXPECT_EQ(look(0).batches.size(), SharedJournal::kBatchesMax);
    EXPECT_EQ(look(head.first_seq - 2).batches.size(), 3U);
    EXPECT_TRUE(look(head.first_seq + 1).batches.empty());
}

TEST_F(PostgresJournals, does_not_know_what_came_of_an_append_whose_answer_is_lost) {
    for (const bool is_heard : {false, true}) {
        CuttingProxy proxy{server->port()};
        PostgresJournal cut{io.get_executor(), {.url = server->url(proxy.port())}, false};
        ASSERT_TRUE(run(io, cut.open()));
        ASSERT_TRUE(run(io, looking(cut, 0)));
        const auto head = look(0).batches.back().head;
        proxy.fall_silent_at("journal_append", is_heard);
        const auto made = batch(head, 3);
        auto lost = start(io, appending(cut, made, head));
        EXPECT_TRUE(eventually([&] {
            run_ready(io);
            return proxy.has_fallen_silent();
        }));
        if (is_heard)
            EXPECT_TRUE(eventually([&] { return look(0).batches.back().head == made.head; }));
        proxy.cut_all();
        const auto answer = lost.get();
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().kind, io::FaultKind::outcome_unknown);
        EXPECT_EQ(look(0).batches.back().head, is_heard ? made.head : head);
        // If the server received the batch, appending it again finds it there. Otherwise it is
        // appended now.
        EXPECT_EQ(append(made, head, Mode::again), !is_heard);
        close(cut);
    }
}

/// No request was under way at the fail-over: the journal connects again, to another server.
TEST_F(PostgresJournals, takes_nothing_after_a_fail_over_before_a_look_told_of_it) {
    CuttingProxy proxy{server->port()};
    const PostgresServer standby{{.primary = server->url()}};
    PostgresJournal moved{io.get_executor(), {.url = server->url(proxy.port())}, false};
    ASSERT_TRUE(run(io, moved.open()));
    const auto before = run(io, looking(moved, 0)).value();
    const auto made = batch(first, 1);
    server->stop_immediately();
    proxy.cut_all();
    standby.promote();
    proxy.lead_to(standby.port());
    const auto refused = run(io, appending(moved, made, first, Mode::again));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, io::FaultKind::unavailable);
    // The connection for looks must first read its old server's last bytes.
    Following told = run(io, looking(moved, 0));
    if (!told) told = run(io, looking(moved, 0));
    const auto after = told.value();
    EXPECT_EQ(heads_of(after), (std::vector{first}));
    EXPECT_GT(after.timeline, before.timeline);
    EXPECT_TRUE(run(io, appending(moved, made, first, Mode::again)).value().is_in);
    close(moved);
}

TEST_F(PostgresJournals, surely_did_nothing_where_there_is_no_database) {
    const auto made = batch(first, 1);
    server->stop();
    const auto answer = run(io, appending(*mine, made, first));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, io::FaultKind::unavailable);
    EXPECT_FALSE(run(io, looking(*mine, 0)));
    server->start();
    EXPECT_EQ(look(0).batches.size(), 1U);
}

/// Rows without meaning. The code that reads all rows checks nothing but their numbers.
std::string rows_until(int last, const std::string& frame) {
    return "INSERT INTO journal SELECT g, g, now(), '00000000-0000-0000-0000-000000000001', g,"
           " decode(repeat('00', 16), 'hex'), decode(repeat('00', 32), 'hex'), " +
           frame + " FROM generate_series(1, " + std::to_string(last) + ") AS g";
}

TEST_F(PostgresJournals, is_read_to_the_head_that_was_there_or_said_to_have_lost_it) {
    const auto reading = connect();
    SqlSession damaging{*server};
    damaging.run(rows_until(200, "''"));
    const auto read = [&](const std::string& damage) {
        std::uint64_t rows = 0;
        const auto take = [&](Batch&&) -> Result<void, io::Fault> {
            if (++rows == 10 && !damage.empty()) damaging.run(damage);
            return {};
        };
        const auto done = run(io, store::postgres::read_batches(*reading, 0, take));
        return done ? std::to_string(rows) + " rows" : done.error().what;
    };
    EXPECT_EQ(read({}), "201 rows");
    EXPECT_EQ(
        read("INSERT INTO journal SELECT 201, 201, at, writer, n, state, hash, frame"
             " FROM journal WHERE first_seq = 200"),
        "201 rows"
    );
    EXPECT_THAT(
        read("DELETE FROM journal WHERE first_seq = 201"),
        testing::HasSubstr("the journal ends before fact 201")
    );
    EXPECT_THAT(
        read("DELETE FROM journal WHERE first_seq > 100"),
        testing::HasSubstr("the journal ends before fact 200")
    );
    EXPECT_THAT(read("TRUNCATE journal"), testing::HasSubstr("the journal ends before fact 100"));
    EXPECT_THAT(read({}), testing::HasSubstr("the journal has no first row"));
}

TEST_F(PostgresJournals, hands_out_few_batches_at_once_where_they_are_large) {
    const auto reading = connect();
    SqlSession{*server}.run(rows_until(5, "decode(repeat('00', (g % 3 + 3) << 20), 'hex')"));
    const auto batches_from = [&](std::uint64_t first_seq) {
        return run(io, store::postgres::read_some_batches(*reading, first_seq)).value().size();
    };
    // The frames have 4, 5, 3, 4 and 5 MiB.
    EXPECT_EQ(batches_from(0), 3U) << "the first has none";
    EXPECT_EQ(batches_from(2), 2U);
    EXPECT_EQ(batches_from(4), 2U);
    EXPECT_EQ(batches_from(5), 1U);
    EXPECT_EQ(batches_from(6), 0U);
}

TEST_F(PostgresJournals, keeps_a_place_for_a_batch_that_takes_long) {
    hold();
    const auto others_batch = batch(first, 2);
    auto theirs = start(io, appending(*others, others_batch, first));
    EXPECT_TRUE(somebody_waits());
    EXPECT_EQ(look(0).batches.size(), 1U) << "nobody sees a place that is only held";
    EXPECT_FALSE(theirs.is_done());
    const auto made = batch(first, 1, 3);
    const auto filled = run(io, appending(*mine, made, first, Mode::held)).value();
    EXPECT_TRUE(filled.is_in);
    EXPECT_EQ(heads_of(filled.following), (std::vector{first, made.head}));
    const auto lost = theirs.get().value();
    EXPECT_FALSE(lost.is_in);
    EXPECT_EQ(heads_of(lost.following), (std::vector{first, made.head}));
    EXPECT_EQ(lost.following.batches.at(1).frame, made.frame);
}

TEST_F(PostgresJournals, keeps_whatever_place_is_next) {
    const auto made = batch(first, 2, 3);
    ASSERT_TRUE(append(made, first));
    EXPECT_EQ(hold(), (std::vector{first, made.head}));
    const auto next = batch(made.head, 1);
    EXPECT_TRUE(run(io, appending(*mine, next, made.head, Mode::held)).value().is_in);
    EXPECT_EQ(heads_of(look(made.head.first_seq)), (std::vector{made.head, next.head}));
}

TEST_F(PostgresJournals, keeps_a_place_for_one_at_a_time) {
    hold();
    auto theirs = start(io, holding(*others, 0, Bits128{7, 2}));
    EXPECT_TRUE(somebody_waits());
    const auto made = batch(first, 1);
    ASSERT_TRUE(run(io, appending(*mine, made, first, Mode::held)).value().is_in);
    const auto late = theirs.get().value();
    EXPECT_FALSE(late.is_in);
    EXPECT_EQ(heads_of(late.following), (std::vector{first, made.head}));
    const auto next = batch(made.head, 2);
    EXPECT_TRUE(run(io, appending(*others, next, made.head)).value().is_in)
        << "what it began has ended";
}

TEST_F(PostgresJournals, gives_a_place_back) {
    hold();
    const auto others_batch = batch(first, 2);
    auto theirs = start(io, appending(*others, others_batch, first));
    mine->release();
    EXPECT_TRUE(theirs.get().value().is_in);
    EXPECT_TRUE(append(batch(others_batch.head, 1), others_batch.head));
}

TEST_F(PostgresJournals, gives_a_place_to_others_when_nothing_comes) {
    hold();
    const auto others_batch = batch(first, 2);
    EXPECT_TRUE(run(io, appending(*others, others_batch, first)).value().is_in);
    const auto late = run(io, appending(*mine, batch(first, 1), first, Mode::held));
    ASSERT_FALSE(late);
    EXPECT_EQ(heads_of(look(0)), (std::vector{first, others_batch.head}));
}

TEST_F(PostgresJournals, commits_nothing_but_a_batch_in_a_place_that_was_held) {
    hold();
    auto early = batch(first, 1);
    early.head.at -= 1'500ms;
    const auto refused = run(io, appending(*mine, early, first, Mode::held)).value();
    EXPECT_FALSE(refused.is_in);
    EXPECT_EQ(heads_of(refused.following), std::vector{first});
    hold();
    const auto misplaced = batch(early.head, 1);
    EXPECT_FALSE(run(io, appending(*mine, misplaced, early.head, Mode::held)).value().is_in);
    EXPECT_EQ(look(0).batches.size(), 1U);
    EXPECT_TRUE(append(batch(first, 1), first));
}

class SerializableJournals : public PostgresJournals {
    PostgresServer::Options server_options() const override {
        return {.settings = {"default_transaction_isolation=serializable"}};
    }
};

TEST_F(SerializableJournals, let_one_of_two_follow_all_the_same) {
    auto head = first;
    for (int round = 0; round < 20; ++round) {
        const auto one = batch(head, 1);
        const auto other = batch(head, 2);
        auto ones = start(io, appending(*mine, one, head));
        auto theirs = start(io, appending(*others, other, head));
        const auto a = ones.get().value();
        const auto b = theirs.get().value();
        ASSERT_NE(a.is_in, b.is_in);
        head = a.is_in ? one.head : other.head;
    }
}

class ForgetfulDatabase : public WithPostgres {
    PostgresServer::Options server_options() const override { return {.settings = {"fsync=off"}}; }
};

TEST_F(ForgetfulDatabase, is_refused) {
    PostgresJournal journal{io.get_executor(), options(), true};
    const auto opened = run(io, journal.open());
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().what, testing::HasSubstr("fsync"));
}

}  // namespace
}  // namespace frontrow::test
