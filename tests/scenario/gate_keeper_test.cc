#include "scenario/postgres_world.h"
#include "scenario/store_scenario.h"
#include "support/eventually.h"

#include <gtest/gtest.h>

#include <string>

namespace frontrow::test {
namespace {

using std::chrono::milliseconds;

/// A keeper that tells a thousand seats a round and whose name has run out when the next begins: so
/// it is with the usual one where there is very much to tell.
std::unique_ptr<StoreWorld> make_hurried_world() {
    return std::make_unique<PostgresWorld>(
        true,
        PostgresWorld::Settings{},
        PostgresWorld::KeeperSettings{.telling_time = milliseconds{0}, .name_time = milliseconds{1}}
    );
}

class GateKeeper : public StoreScenario {
protected:
    RedisServer& redis() { return static_cast<PostgresWorld&>(*world_).redis(); }

    static std::string key_of(EventId event) { return "fr:{" + event.to_string() + "}:"; }
    /// What Redis has under a key; nothing if it has none.
    std::string entry(const std::string& key) {
        const auto answer = redis().ask("GET " + key);
        if (!answer.starts_with('$') || answer.starts_with("$-1")) return {};
        const auto begin = answer.find("\r\n") + 2;
        return answer.substr(begin, answer.rfind("\r\n") - begin);
    }
    std::string vouched(EventId event) { return entry(key_of(event) + "vouched"); }

    /// Waits while the store goes on.
    template <class Condition>
    bool soon(Condition condition) {
        return eventually([&] {
            world_->io().restart();
            world_->io().run_for(milliseconds{5});
            return condition();
        });
    }
    void sell(EventId event, std::uint64_t from, std::uint64_t count) {
        for (; count > 0; from += 10, count -= 10) {
            const auto held = accepted(request(event, "ann", from, 10));
            accepted(domain::ConfirmReservation{held.id, "ann"});
        }
    }
    /// Whether somebody who wants this seat is refused without PostgreSQL's being asked.
    bool is_refused_at_the_gate(EventId event, std::uint64_t seat) {
        const auto before = store().count_gate()->taken;
        EXPECT_EQ(refused(request(event, "bob", seat)), Reason::seats_unavailable);
        return store().count_gate()->taken > before;
    }
};

INSTANTIATE_TEST_SUITE_P(
    Stores,
    GateKeeper,
    testing::Values(StoreKind{
        .name = "hurried",
        .make = &make_hurried_world,
        .why_not = &PostgresWorld::why_no_gate,
    }),
    [](const auto& info) { return info.param.name; }
);

TEST_P(GateKeeper, tells_all_of_a_large_event_in_rounds_that_are_too_short_for_it) {
    const auto event = open_sale(8'000);
    sell(event, 0, 10);
    sell(event, 7'990, 10);
    redis().flush();
    EXPECT_TRUE(soon([&] { return is_refused_at_the_gate(event, 0); }));
    EXPECT_TRUE(soon([&] { return is_refused_at_the_gate(event, 7'999); }));
    EXPECT_EQ(accepted(request(event, "bob", 4'000)).user, "bob");
    EXPECT_EQ(entry(key_of(event) + seat(5'000).to_string()), "") << "there's nothing to say of it";
}

TEST_P(GateKeeper, begins_anew_with_the_event_alone_of_which_something_did_not_arrive) {
    const auto well = open_sale(10);
    sell(well, 0, 10);
    const auto ill = open_sale(20);
    sell(ill, 0, 10);
    ASSERT_TRUE(soon([&] { return !vouched(well).empty() && !vouched(ill).empty(); }));
    const auto before = std::pair{vouched(well), vouched(ill)};

    redis().ask("ACL SETUSER default resetkeys %R~* ~fr:keeper* ~" + key_of(well) + "*");
    sell(ill, 10, 10);
    ASSERT_TRUE(soon([&] { return vouched(ill).empty(); }));
    EXPECT_EQ(vouched(well), before.first);
    redis().ask("ACL SETUSER default ~*");
    ASSERT_TRUE(soon([&] { return !vouched(ill).empty(); }));
    EXPECT_NE(vouched(ill), before.second);
    EXPECT_EQ(vouched(well), before.first);
    EXPECT_TRUE(soon([&] { return is_refused_at_the_gate(ill, 15); }));
}

TEST_P(GateKeeper, tells_all_anew_to_a_redis_that_comes_back_as_it_was_earlier) {
    const auto event = open_sale(1);
    const auto key = key_of(event) + seat(0).to_string();
    const auto held = accepted(request(event, "ann", 0));
    ASSERT_TRUE(soon([&] { return entry(key).starts_with('h') && !vouched(event).empty(); }));
    const auto earlier = entry(key);
    accepted(domain::CancelReservation{held.id, "ann"});
    ASSERT_TRUE(soon([&] { return entry(key).starts_with('f'); }));

    // As after a fail-over to a copy that hadn't heard of the cancellation.
    redis().ask("SET " + key + " " + earlier);
    const auto edition = vouched(event);
    redis().ask("CLIENT KILL TYPE normal");
    EXPECT_TRUE(soon([&] { return !vouched(event).empty() && vouched(event) != edition; }));
    const auto passed = store().count_gate()->passed;
    accepted(request(event, "bob", 0));
    EXPECT_EQ(store().count_gate()->passed, passed + 1) << "the gate was asked";
}

TEST_P(GateKeeper, leaves_a_calm_event_alone_and_tells_all_of_it_once_it_is_contested) {
    const auto event = open_sale(400);
    ASSERT_TRUE(soon([&] { return !vouched(event).empty(); }));
    for (std::uint64_t seat = 0; seat < 200; ++seat)
        accepted(request(event, "ann", seat));
    EXPECT_TRUE(soon([&] { return vouched(event).empty(); }));
    accepted(request(event, "ann", 200));
    EXPECT_TRUE(soon([&] { return is_refused_at_the_gate(event, 200); }));
    EXPECT_FALSE(vouched(event).empty());
}

}  // namespace
}  // namespace frontrow::test
