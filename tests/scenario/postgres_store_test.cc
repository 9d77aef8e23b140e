#include "scenario/postgres_world.h"
#include "store/postgres/slice_reader.h"
#include "store/postgres/statements.h"
#include "support/eventually.h"
#include "support/told.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

// What only the store before PostgreSQL promises: that others at the same database, who lock, wait
// and stop where they like, get in nobody's way but their own.

namespace frontrow::test {
namespace {

using io::postgres::PgConnection;
using io::postgres::PgParams;
using io::postgres::PgQuery;
using io::postgres::PgResult;
using Answer = StoreWorld::Answer;

/// A second node at the same database.
class Twin {
public:
    explicit Twin(PostgresWorld& world) : world_{world} {
        store::postgres::PostgresStore::Settings settings;
        settings.pool.connection.url = world.url();
        const auto ignore = [](const io::Fault&) {};
        store_ = std::make_unique<store::postgres::PostgresStore>(
            settings,
            store::postgres::PostgresStore::Ports{
                .owner = world.io().get_executor(),
                .clock = clock_,
                .random = random_,
                .on_trouble = ignore,
                .on_failure = ignore,
            }
        );
        while (!store_->is_ready()) {
            world_.io().restart();
            world_.io().run_one();
        }
    }
    ~Twin() {
        run(world_.io(), [](store::Store& store) -> io::Awaitable<bool> {
            co_await store.close();
            co_return true;
        }(*store_));
    }

    Started<Answer> start(domain::Command command) {
        return test::start(world_.io(), store_->execute(std::move(command), {}));
    }

private:
    PostgresWorld& world_;
    ManualClock clock_;
    SeededRandom random_{2};
    std::unique_ptr<store::postgres::PostgresStore> store_;
};

/// A node and, beside it, somebody with a transaction of his own.
class BesideAnother : public testing::Test {
protected:
    void SetUp() override {
        if (const auto reason = PostgresServer::why_not()) GTEST_SKIP() << *reason;
        world.emplace(false);
        other = world->connect();
        const auto event = world->sale().create_event();
        hall = event.event;
        accept(event);
        const auto seats = world->sale().add_seats(hall, "A", 20);
        first_seat = seats.block->first_id;
        accept(seats);
    }
    void TearDown() override { other.reset(); }

    void accept(domain::Command command) {
        ASSERT_TRUE(world->execute(std::move(command)).value());
    }
    domain::ReserveSeats want(const std::string& user, std::uint64_t seat) {
        return world->sale().reserve(hall, user, {first_seat.plus(seat)});
    }
    domain::Reservation hold(const std::string& user, std::uint64_t seat) {
        return std::get<domain::Reservation>(world->execute(want(user, seat)).value()->entity);
    }

    template <class... Values>
    std::vector<PgResult> ask_other(const char* sql, const Values&... values) {
        std::vector<PgQuery> queries{{{"", sql}, PgParams::of(values...)}};
        auto answer = run(world->io(), other->run(queries));
        if (!answer) throw std::runtime_error(answer.error().what);
        return std::move(*answer);
    }
    void lock_seat(std::uint64_t seat) {
        ask_other("BEGIN");
        ask_other("SELECT 1 FROM seats WHERE id = $1 FOR UPDATE", first_seat.plus(seat));
    }

    std::optional<PostgresWorld> world;
    std::unique_ptr<PgConnection> other;
    EventId hall;
    SeatId first_seat;
};

TEST_F(BesideAnother, a_locked_seat_holds_up_only_those_who_want_it) {
    lock_seat(3);
    std::vector<Started<Answer>> free_seats;
    auto unlucky = world->start(want("ann", 3));
    for (std::uint64_t seat = 4; seat < 12; ++seat)
        free_seats.push_back(world->start(want("bob", seat)));
    for (auto& one : free_seats)
        EXPECT_TRUE(one.get().value());
    EXPECT_FALSE(unlucky.is_done());
    ask_other("COMMIT");
    EXPECT_TRUE(unlucky.get().value());
}

TEST_F(BesideAnother, a_locked_reservation_holds_up_only_its_own_buyer) {
    const auto held = hold("ann", 1);
    const auto free = hold("bob", 2);
    ask_other("BEGIN");
    ask_other("SELECT 1 FROM reservations WHERE id = $1 FOR UPDATE", held.id);
    auto unlucky = world->start(domain::ConfirmReservation{held.id, "ann"});
    EXPECT_TRUE(world->execute(domain::ConfirmReservation{free.id, "bob"}).value());
    EXPECT_FALSE(unlucky.is_done());
    ask_other("COMMIT");
    EXPECT_TRUE(unlucky.get().value());
}

TEST_F(BesideAnother, a_lock_that_stays_is_a_crowd_in_the_end) {
    lock_seat(3);
    auto unlucky = world->start(want("ann", 3));
    const auto answer = unlucky.get();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().kind, io::FaultKind::overloaded);
    ask_other("ROLLBACK");
    EXPECT_TRUE(world->execute(want("ann", 3)).value());
}

/// A sale waits for the lock of its buyer, where there is a limit per user.
TEST_F(BesideAnother, a_locked_buyer_holds_up_nobody_beside_him_for_long) {
    auto spec = world->sale().spec();
    spec.max_seats_per_user = 4;
    const auto event = world->sale().create_event(spec);
    accept(event);
    const auto seats = world->sale().add_seats(event.event, "B", 4);
    accept(seats);
    ask_other("BEGIN");
    ask_other(
        "SELECT pg_advisory_xact_lock(hashtextextended('ann', uuid_hash_extended($1, 0)))",
        event.event
    );
    const auto want_one = [&](const std::string& user, std::uint64_t seat) {
        return world->sale().reserve(event.event, user, {seats.block->first_id.plus(seat)});
    };
    auto unlucky = world->start(want_one("ann", 0));
    auto beside = world->start(want_one("bob", 1));
    EXPECT_TRUE(beside.get().value());
    ask_other("ROLLBACK");
    (void)unlucky.get();
    EXPECT_TRUE(world->execute(want_one("ann", 0)).value());
}

TEST_F(BesideAnother, an_organizers_long_transaction_holds_up_no_buyer) {
    const auto event = world->sale().create_event();
    accept(event);
    // Whoever adds seats waits for the row that counts them.
    ask_other("BEGIN");
    ask_other("SELECT 1 FROM events WHERE id = $1 FOR UPDATE", event.event);
    auto adding = world->start(world->sale().add_seats(event.event, "C", 3));
    for (std::uint64_t seat = 0; seat < 4; ++seat)
        EXPECT_TRUE(world->execute(want("bob", seat)).value());
    EXPECT_FALSE(adding.is_done());
    ask_other("COMMIT");
    EXPECT_TRUE(adding.get().value());
}

/// One request that came to two nodes.
void expect_one_and_its_replay(const Answer& one, const Answer& two) {
    ASSERT_TRUE(one.value()) << told(*one);
    ASSERT_TRUE(two.value()) << told(*two);
    EXPECT_EQ(
        std::get<domain::Reservation>((*one)->entity).id,
        std::get<domain::Reservation>((*two)->entity).id
    );
    EXPECT_NE((*one)->replayed, (*two)->replayed);
}

/// The other has committed between the look at the keys and the look at the seats.
TEST_F(BesideAnother, a_key_that_another_node_uses_at_the_same_time_is_no_conflict) {
    Twin twin{*world};
    for (std::uint64_t seat = 0; seat < 20; ++seat) {
        const auto command = want("ann", seat);
        auto again = command;
        again.reservation = ReservationId{Bits128{1, seat}};
        auto here = world->start(command);
        auto there = twin.start(again);
        expect_one_and_its_replay(here.get(), there.get());
    }
}

/// The same, where the look at the keys has found who used it a day ago.
TEST_F(BesideAnother, a_forgotten_key_that_another_node_uses_at_the_same_time_is_no_conflict) {
    const auto old = want("ann", 0);
    accept(old);
    world->move_clock(std::chrono::hours{25});
    auto command = old;
    command.reservation = ReservationId{Bits128{1, 1}};
    const std::vector<domain::Command> commands{command};
    store::postgres::SliceReader reader{commands, Instant{}};
    const auto reading = world->connect();
    lock_seat(0);
    ask_other("SELECT 1 FROM reservations WHERE id = $1 FOR UPDATE", old.reservation);
    const auto first = run(world->io(), reading->run(reader.begin()));
    ask_other("ROLLBACK");
    reader.take_begin(first.value());
    auto again = old;
    again.reservation = ReservationId{Bits128{2, 2}};
    accept(again);
    store::postgres::Slice slice;
    ASSERT_TRUE(reader.fill(slice, run(world->io(), reading->run(reader.read())).value()));
    EXPECT_FALSE(reader.is_decidable(slice, command));
}

/// Only what the key was used for a day ago is forgotten, not what another node has just used it
/// for.
TEST_F(BesideAnother, a_key_that_another_node_has_just_used_is_not_forgotten) {
    const auto old = want("ann", 0);
    accept(old);
    world->move_clock(std::chrono::hours{25});
    Twin twin{*world};
    // Whoever takes seat 1 waits there, his look at the keys behind him.
    ask_other("CREATE TABLE stops (seat uuid)");
    ask_other("INSERT INTO stops VALUES ($1)", first_seat.plus(1));
    ask_other(
        "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN"
        " WHILE EXISTS (SELECT FROM stops WHERE seat = NEW.id) LOOP PERFORM pg_sleep(0.001);"
        " END LOOP; RETURN NEW; END'"
    );
    ask_other("CREATE TRIGGER stop BEFORE UPDATE ON seats FOR EACH ROW EXECUTE FUNCTION stop()");
    auto other_content = want("ann", 1);
    other_content.request = {.key = old.request.key, .content = Bits128{9, 9}};
    auto here = world->start(other_content);
    const char* who_waits = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    ASSERT_TRUE(eventually([&] { return ask_other(who_waits).front().rows() > 0; }));
    auto again = old;
    again.reservation = ReservationId{Bits128{1, 1}};
    const auto sold = twin.start(again).get();
    ask_other("DELETE FROM stops");
    EXPECT_TRUE(sold && *sold);
    const auto refused = here.get().value();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, domain::Reason::idempotency_key_reused);
}

/// The database's default counts for nothing.
TEST_F(BesideAnother, a_database_that_is_set_otherwise_is_used_as_it_must_be) {
    ask_other("ALTER DATABASE postgres SET default_transaction_isolation = 'serializable'");
    ask_other("ALTER DATABASE postgres SET synchronous_commit = 'off'");
    const auto fresh = world->connect();
    const std::vector<PgQuery> show{
        {{"",
          "SELECT current_setting('transaction_isolation'),"
          " current_setting('synchronous_commit')"}}
    };
    const auto shown = run(world->io(), fresh->run(show));
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->front().text(0, 0), "read committed");
    EXPECT_EQ(shown->front().text(0, 1), "on");
}

/// Every look for what has run out goes by the index, however many reservations there are.
TEST_F(BesideAnother, what_has_run_out_is_found_by_its_index) {
    ask_other("SET enable_seqscan = off");
    ask_other("SET plan_cache_mode = force_generic_plan");
    std::string sql = store::postgres::kReadExpired.sql;
    sql.replace(sql.find("$1"), 2, "1000");
    const auto plan = ask_other(("EXPLAIN " + sql).c_str());
    std::string text;
    for (int row = 0; row < plan.front().rows(); ++row)
        text += std::string{plan.front().text(row, 0)} + "\n";
    EXPECT_NE(text.find("Index Cond: (expires_at <="), std::string::npos) << text;
}

domain::CreateApiKey new_key() {
    return {
        .key = ApiKeyId{Bits128{7, 1}},
        .name = "a gate",
        .role = domain::Role::scanner,
        .prefix = "frk_1",
        .digest = {1},
        .by = "root",
    };
}

TEST_F(BesideAnother, two_nodes_revoke_an_api_key_once) {
    Twin twin{*world};
    accept(new_key());
    const domain::RevokeApiKey revoke{.key = new_key().key, .by = "root"};
    auto here = world->start(revoke);
    auto there = twin.start(revoke);
    EXPECT_TRUE(here.get().value());
    EXPECT_TRUE(there.get().value());
    const auto facts = world->facts_after(0);
    EXPECT_EQ(
        std::ranges::count_if(
            facts,
            [](const domain::Fact& fact) {
                return std::holds_alternative<domain::ApiKeyRevoked>(fact.body);
            }
        ),
        1
    );
}

TEST_F(BesideAnother, the_bound_on_api_keys_counts_those_of_all_nodes) {
    ask_other(
        "INSERT INTO api_keys SELECT gen_random_uuid(), sha256(n::text::bytea), now()"
        " FROM generate_series(1, 1000) AS n"
    );
    const auto refused = world->execute(new_key()).value();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, domain::Reason::too_many_api_keys);
    ask_other("DELETE FROM api_keys WHERE digest = sha256('7'::bytea)");
    accept(new_key());
}

}  // namespace
}  // namespace frontrow::test
