#include "store/postgres/feed_view.h"

#include "domain/decide.h"
#include "scenario/with_postgres.h"
#include "store/postgres/migrations.h"
#include "store/postgres/statements.h"
#include "support/manual_clock.h"
#include "support/sale.h"
#include "support/seed.h"
#include "wire/fact_json.h"

#include <algorithm>
#include <array>
#include <random>
#include <set>

namespace frontrow::test {
namespace {

using store::postgres::FeedView;

/// A transaction as another node has it, step by step: begun, its facts numbered, ended.
class ByHand {
public:
    ByHand(boost::asio::io_context& io, std::unique_ptr<PgConnection> connection)
        : io_{&io}, connection_{std::move(connection)} {}

    void begin() { ask({query("BEGIN")}); }
    /// Draws the fact's number and writes it.
    void write(const domain::NewFact& made) {
        domain::Fact fact{
            .seq = 0, .at = Instant{}, .trace = {}, .event = made.event, .body = made.body
        };
        std::string line;
        wire::append_fact(line, fact);
        const std::vector<std::string> rest{line.substr(std::string_view{R"({"seq":0)"}.size())};
        PgQuery insert{store::postgres::kInsertFacts};
        insert.params.add_array(rest);
        std::vector<PgQuery> queries;
        queries.push_back(std::move(insert));
        ask(std::move(queries));
    }
    void commit() { ask({query("COMMIT")}); }
    void roll_back() { ask({query("ROLLBACK")}); }

private:
    void ask(std::vector<PgQuery> queries) {
        const auto answer = run(*io_, connection_->run(queries));
        if (!answer) throw std::runtime_error(answer.error().what);
    }

    boost::asio::io_context* io_;
    std::unique_ptr<PgConnection> connection_;
};

class Feed : public WithPostgres {
protected:
    using CaughtUp = Result<Instant, PgError>;

    void SetUp() override {
        WithPostgres::SetUp();
        if (!server) return;
        auto connection = connect();
        const auto steps = run(io, store::postgres::migrate(*connection));
        if (!steps) throw std::runtime_error(steps.error().what);
        pool.emplace(
            io.get_executor(),
            io::postgres::PgPool::Settings{.connection = options(), .connections_max = 2},
            random
        );
        tasks.emplace(io.get_executor(), [](const std::exception_ptr& error) {
            std::rethrow_exception(error);
        });
        view.emplace(*pool, *tasks);
    }
    void TearDown() override {
        if (!server) return;
        run(io, [](Feed& test) -> io::Awaitable<bool> {
            co_await test.tasks->wait();
            co_await test.pool->close();
            co_return true;
        }(*this));
    }

    ByHand transaction() {
        ByHand made{io, connect()};
        made.begin();
        return made;
    }

    /// A cause: an event opens.
    domain::NewFact opening() {
        const auto command = sale.create_event();
        return {command.event, domain::EventCreated{command.spec, command.by.sub}};
    }
    /// Its effect: seats for it. An inventory that hasn't the event can't take them.
    domain::NewFact seats_for(EventId event) {
        return {event, domain::SeatsAdded{sale.add_seats(event, "A", 2).block}};
    }

    Started<CaughtUp> start_reading() { return start(io, view->catch_up()); }
    /// The reader looks every few milliseconds; here, for a tenth of a second.
    bool waits(const Started<CaughtUp>& reading) {
        io.restart();
        io.run_for(100ms);
        return !reading.is_done();
    }
    void read() { ASSERT_TRUE(start_reading().get()); }

    bool has(EventId event) const { return view->inventory().find_event(event) != nullptr; }

    SeededRandom random{1};
    ManualClock clock;
    Sale sale{clock};
    std::optional<io::postgres::PgPool> pool;
    std::optional<io::TaskGroup> tasks;
    std::optional<FeedView> view;
};

TEST_F(Feed, waits_for_a_transaction_that_commits_after_its_successor) {
    const auto early = opening();
    const auto late = opening();
    auto first = transaction();
    first.write(early);
    auto second = transaction();
    second.write(late);
    second.commit();
    auto reading = start_reading();
    EXPECT_TRUE(waits(reading));
    EXPECT_FALSE(has(late.event));
    first.commit();
    ASSERT_TRUE(reading.get());
    EXPECT_TRUE(has(early.event));
    EXPECT_TRUE(has(late.event));
}

TEST_F(Feed, waits_for_a_transaction_that_began_later_and_drew_first) {
    auto older = transaction();
    auto younger = transaction();
    const auto early = opening();
    const auto late = opening();
    younger.write(early);
    older.write(late);
    // Now the one with the lower id has ended, and no snapshot lists the other.
    older.commit();
    auto reading = start_reading();
    EXPECT_TRUE(waits(reading));
    younger.commit();
    ASSERT_TRUE(reading.get());
    EXPECT_TRUE(has(early.event));
    EXPECT_TRUE(has(late.event));
}

TEST_F(Feed, passes_over_the_numbers_of_a_transaction_that_was_rolled_back) {
    auto first = transaction();
    first.write(opening());
    const auto late = opening();
    auto second = transaction();
    second.write(late);
    second.commit();
    auto reading = start_reading();
    EXPECT_TRUE(waits(reading));
    first.roll_back();
    ASSERT_TRUE(reading.get());
    EXPECT_EQ(view->inventory().event_count(), 1U);
    EXPECT_TRUE(has(late.event));
    read();
    EXPECT_EQ(view->inventory().event_count(), 1U);
}

TEST_F(Feed, holds_an_effect_back_while_its_causes_are_not_all_there) {
    const auto long_open = opening();
    const auto cause = opening();
    auto first = transaction();
    first.write(long_open);
    auto second = transaction();
    second.write(cause);
    second.commit();
    auto third = transaction();
    third.write(seats_for(cause.event));
    third.commit();
    auto reading = start_reading();
    EXPECT_TRUE(waits(reading));
    // Neither the cause nor the effect is out: both come after the one that is still open.
    EXPECT_EQ(view->inventory().event_count(), 0U);
    first.write(seats_for(long_open.event));
    first.commit();
    ASSERT_TRUE(reading.get());
    EXPECT_EQ(view->inventory().event_count(), 2U);
    view->inventory().verify();
}

TEST_F(Feed, is_not_held_back_by_a_transaction_that_only_reads) {
    const auto reader = connect();
    told(*reader, "BEGIN ISOLATION LEVEL REPEATABLE READ");
    told(*reader, "SELECT count(*) FROM facts");
    auto lost = transaction();
    lost.write(opening());
    lost.roll_back();
    const auto late = opening();
    auto second = transaction();
    second.write(late);
    second.commit();
    read();
    EXPECT_TRUE(has(late.event));
}

TEST_F(Feed, is_not_held_back_by_a_transaction_that_writes_something_else) {
    const auto elsewhere = connect();
    told(*elsewhere, "BEGIN");
    told(*elsewhere, "CREATE TABLE something_else (id integer)");
    told(*elsewhere, "SELECT pg_current_xact_id()::text");
    auto lost = transaction();
    lost.write(opening());
    lost.roll_back();
    const auto late = opening();
    auto second = transaction();
    second.write(late);
    second.commit();
    read();
    EXPECT_TRUE(has(late.event));
}

TEST_F(Feed, goes_on_when_those_have_ended_who_were_writing_when_the_gap_was_seen) {
    auto lost = transaction();
    lost.write(opening());
    lost.roll_back();
    const auto late = opening();
    auto second = transaction();
    second.write(late);
    second.commit();
    // It has drawn a number behind the gap, which nobody can know.
    auto bystander = transaction();
    bystander.write(opening());
    auto reading = start_reading();
    EXPECT_TRUE(waits(reading));
    // Those that came later aren't waited for.
    auto later = transaction();
    later.write(opening());
    bystander.roll_back();
    ASSERT_TRUE(reading.get());
    EXPECT_TRUE(has(late.event));
    later.roll_back();
}

TEST_F(Feed, gives_those_who_wait_up_and_goes_on) {
    auto first = transaction();
    const auto early = opening();
    first.write(early);
    auto second = transaction();
    second.write(opening());
    second.commit();
    auto reading = start_reading();
    EXPECT_TRUE(waits(reading));
    view->give_up("enough");
    const auto answer = reading.get();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().what, "enough");
    first.commit();
    read();
    EXPECT_TRUE(has(early.event));
}

TEST_F(Feed, ends_before_a_gap_when_it_is_stopped) {
    auto first = transaction();
    first.write(opening());
    auto second = transaction();
    second.write(opening());
    second.commit();
    auto reading = start_reading();
    EXPECT_TRUE(waits(reading));
    view->stop();
    EXPECT_FALSE(reading.get());
    first.roll_back();
}

TEST_F(Feed, reads_facts_of_any_size_in_bounded_pieces) {
    auto writer = transaction();
    const auto event = opening();
    writer.write(event);
    for (int block = 0; block < 4; ++block) {
        writer.write(
            {event.event,
             domain::SeatsAdded{
                 sale.add_seats(event.event, std::string(40, 'x') + std::to_string(block), 100'000)
                     .block
             }}
        );
    }
    writer.commit();
    read();
    EXPECT_EQ(view->inventory().find_event(event.event)->holders.size(), 400'000U);
    const auto after = opening();
    auto second = transaction();
    second.write(after);
    second.commit();
    read();
    EXPECT_TRUE(has(after.event));
}

/// As a restored backup has it, or a standby that lacked the last commits.
TEST_F(Feed, notices_that_the_database_has_another_past) {
    const auto make = [&] {
        auto writer = transaction();
        writer.write(opening());
        writer.commit();
    };
    make();
    make();
    read();
    EXPECT_FALSE(view->is_of_another_past());
    const auto restore = connect();
    told(*restore, "DELETE FROM facts WHERE seq = 2");
    told(*restore, "SELECT setval('facts_seq', 1)::text");
    // By the time that anybody looks there are as many facts again.
    make();
    make();
    EXPECT_FALSE(start_reading().get());
    EXPECT_TRUE(view->is_of_another_past());
}

/// Transactions of a few facts each that draw, commit and fail in any order.
TEST_F(Feed, misses_nothing_in_any_order_of_ends) {
    constexpr std::size_t kOpen = 6;
    std::mt19937_64 chance{seed_of_this_run()};
    struct Open {
        ByHand transaction;
        std::vector<EventId> events;
    };
    std::vector<Open> open;
    std::vector<EventId> committed;
    std::vector<std::pair<Started<CaughtUp>, std::size_t>> readings;
    const int steps = is_soak() ? 20'000 : 600;
    for (int step = 0; step < steps; ++step) {
        const auto choice = chance() % 8;
        if (open.size() < kOpen && choice < 3) {
            open.push_back({transaction(), {}});
        } else if (open.empty()) {
            continue;
        } else if (choice < 5) {
            // An event of its own, or seats for one whose creation it has seen committed.
            auto& one = open[chance() % open.size()];
            auto made = committed.empty() || chance() % 2 == 0 ? opening() : domain::NewFact{};
            if (made.event == EventId{}) {
                const auto event = committed[chance() % committed.size()];
                made = {
                    event,
                    domain::SeatsAdded{sale.add_seats(event, "S" + std::to_string(step), 1).block}
                };
            } else {
                one.events.push_back(made.event);
            }
            one.transaction.write(made);
        } else if (choice < 7) {
            const auto index = chance() % open.size();
            auto one = std::move(open[index]);
            open.erase(open.begin() + static_cast<std::ptrdiff_t>(index));
            if (chance() % 3 == 0) {
                one.transaction.roll_back();
            } else {
                one.transaction.commit();
                committed.insert(committed.end(), one.events.begin(), one.events.end());
            }
        } else {
            // What is committed by now must be there when it has caught up.
            readings.emplace_back(start_reading(), committed.size());
        }
        std::erase_if(readings, [&](auto& reading) {
            if (!reading.first.is_done()) return false;
            EXPECT_TRUE(reading.first.get());
            for (std::size_t i = 0; i < reading.second; ++i)
                EXPECT_TRUE(has(committed[i])) << "step " << step;
            return true;
        });
        ASSERT_FALSE(HasFailure());
    }
    for (auto& one : open)
        one.transaction.roll_back();
    for (auto& reading : readings)
        EXPECT_TRUE(reading.first.get());
    read();
    EXPECT_EQ(view->inventory().event_count(), committed.size());
    view->inventory().verify();
}

}  // namespace
}  // namespace frontrow::test
