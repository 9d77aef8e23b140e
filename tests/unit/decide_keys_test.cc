#include "box_office.h"
#include "domain/members.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// Requests of every kind whose Idempotency-Key is optional. decide_reservation_test.cc has
// reservations, which require one.

namespace frontrow::domain {
namespace {

using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr RequestMark kMark{.key = {8, 1}, .content = {8, 2}};
constexpr RequestMark kOtherContent{.key = {8, 1}, .content = {8, 3}};
constexpr RequestMark kOtherKey{.key = {8, 4}, .content = {8, 2}};

/// A sale with a hold, and the commands that a server makes from requests. Each command has new
/// ids.
class Stage {
public:
    BoxOffice office;
    EventId event = office.open(3);
    Reservation held = office.hold(event, "ann", {0});

    CreateEvent create_event(std::optional<RequestMark> mark) {
        return {EventId{new_id()}, BoxOffice::owner(), BoxOffice::spec(), mark};
    }
    AddSeats add_seats(std::optional<RequestMark> mark, std::string number = "new") {
        auto block = std::make_shared<SeatBlock>();
        block->first_id = SeatId{new_id()};
        block->seats.push_back({.number = std::move(number), .price = 7});
        return {event, BoxOffice::owner(), std::move(block), mark};
    }
    ChangeSale change_sale(std::optional<RequestMark> mark, SaleAction action = SaleAction::pause) {
        return {event, BoxOffice::owner(), action, std::nullopt, mark};
    }
    AddMember add_member(std::optional<RequestMark> mark, MemberRole role = MemberRole::scanner)
        const {
        return {event, BoxOffice::owner(), "otto", role, mark};
    }
    ExtendReservation extend(std::optional<RequestMark> mark) {
        return {held.id, held.user, 60s, mark};
    }
    CreateApiKey create_key(std::optional<RequestMark> mark) {
        const auto id = new_id();
        return {
            .key = ApiKeyId{id},
            .name = "gate",
            .prefix = "frk_1",
            .digest =
                {static_cast<std::uint8_t>(id.lo >> 8), static_cast<std::uint8_t>(id.lo >> 16)},
            .by = "root",
            .request = mark,
        };
    }

    const Inventory& inventory() const { return office.inventory(); }
    const EventRow& row() const { return *inventory().plans().find(event); }

private:
    Bits128 new_id() { return {99, ++made_ << 8}; }

    std::uint64_t made_ = 0;
};

using Make = std::function<Command(Stage& stage, std::optional<RequestMark> mark)>;

const struct Kind {
    std::string_view name;
    Make make;
    /// The outcome of the same request a day later, when its key is forgotten.
    std::string_view after_a_day;
} kKinds[] = {
    {"event", &Stage::create_event, "accepted"},
    {"seats", [](auto& stage, auto mark) { return stage.add_seats(mark); }, "seat_number_taken"},
    {"sale", [](auto& stage, auto mark) { return stage.change_sale(mark); }, "accepted"},
    {"extension", &Stage::extend, "hold_expired"},
    {"API key", &Stage::create_key, "accepted"},
    {"member", [](auto& stage, auto mark) { return stage.add_member(mark); }, "accepted"},
};

template <class Entity>
const Entity& entity_of(const Outcome& outcome) {
    return std::get<Entity>(outcome.value().entity);
}

TEST(Keys, answer_the_same_request_again_and_make_no_fact) {
    for (const auto& kind : kKinds) {
        Stage stage;
        auto& office = stage.office;
        const auto first = office.act(kind.make(stage, kMark));
        ASSERT_EQ(answer(first), "accepted") << kind.name;
        EXPECT_EQ(office.facts_of_last(), 1U) << kind.name;
        office.now += 1min;
        const auto again = office.act(kind.make(stage, kMark));
        ASSERT_EQ(answer(again), "replayed") << kind.name;
        EXPECT_EQ(office.facts_of_last(), 0U) << kind.name;
        EXPECT_TRUE(again->entity == first->entity) << kind.name;
        EXPECT_THAT(office.violations(), IsEmpty()) << kind.name;
    }
}

TEST(Keys, are_remembered_for_a_day_and_no_longer) {
    for (const auto& kind : kKinds) {
        const struct {
            Millis after;
            const RequestMark& mark;
            std::string_view answer;
        } rows[] = {
            {0ms, kMark, "replayed"},
            {24h - 1ms, kMark, "replayed"},
            {24h, kMark, kind.after_a_day},
            {0ms, kOtherContent, "idempotency_key_reused"},
            {24h - 1ms, kOtherContent, "idempotency_key_reused"},
            {24h, kOtherContent, kind.after_a_day},
        };
        for (const auto& row : rows) {
            Stage stage;
            ASSERT_TRUE(stage.office.act(kind.make(stage, kMark))) << kind.name;
            stage.office.now += row.after;
            const auto outcome = stage.office.act(kind.make(stage, row.mark));
            EXPECT_EQ(answer(outcome), row.answer)
                << kind.name << " after " << row.after.count() << " ms";
        }
    }
}

TEST(Keys, that_are_others_or_none_answer_nothing_again) {
    for (const auto& kind : kKinds) {
        // The seats exist already.
        if (kind.name == "seats") continue;
        Stage stage;
        ASSERT_TRUE(stage.office.act(kind.make(stage, kMark))) << kind.name;
        EXPECT_EQ(answer(stage.office.act(kind.make(stage, kOtherKey))), "accepted") << kind.name;
        EXPECT_EQ(answer(stage.office.act(kind.make(stage, {}))), "accepted") << kind.name;
        EXPECT_EQ(answer(stage.office.act(kind.make(stage, {}))), "accepted") << kind.name;
        // The inventory remembers kMark, kOtherKey and the key of the stage's reservation.
        EXPECT_EQ(stage.inventory().requests().size(), 3U) << kind.name;
    }
}

TEST(Keys, are_looked_at_before_all_else) {
    for (const auto& done : kKinds) {
        for (const auto& asked : kKinds) {
            Stage stage;
            ASSERT_TRUE(stage.office.act(done.make(stage, kMark)));
            // Requests of different kinds never have the same digest. If they did, the second would
            // still not be carried out.
            const auto& mark = done.name == asked.name ? kOtherContent : kMark;
            EXPECT_EQ(answer(stage.office.act(asked.make(stage, mark))), "idempotency_key_reused")
                << asked.name << " under the key of " << done.name;
        }
    }
    Stage stage;
    ASSERT_TRUE(stage.office.act(stage.change_sale(kMark)));
    auto elsewhere = stage.change_sale(kOtherContent);
    elsewhere.event = EventId{Bits128{77, 7}};
    EXPECT_EQ(answer(stage.office.act(elsewhere)), "idempotency_key_reused");
}

TEST(Keys, are_not_used_up_by_a_refusal) {
    Stage stage;
    auto& office = stage.office;
    const Organizer other{.sub = "another house", .is_admin = false};

    auto seats = stage.add_seats(kMark);
    seats.by = other;
    EXPECT_EQ(answer(office.act(seats)), "event_not_found");
    seats.by.is_admin = true;
    EXPECT_EQ(answer(office.act(seats)), "accepted");

    auto sale = stage.change_sale(kOtherKey);
    sale.if_version = {{9}};
    EXPECT_EQ(answer(office.act(sale)), "version_stale");
    sale.if_version = {{1}};
    EXPECT_EQ(answer(office.act(sale)), "accepted");
    // The version in the request is stale now, but a replay isn't checked for that.
    EXPECT_EQ(answer(office.act(sale)), "replayed");
    ASSERT_TRUE(office.act(stage.change_sale({}, SaleAction::open)));

    auto extension = stage.extend(RequestMark{.key = {8, 5}, .content = {8, 2}});
    extension.by = 24h;
    EXPECT_EQ(answer(office.act(extension)), "extension_too_long");
    extension.by = 60s;
    EXPECT_EQ(answer(office.act(extension)), "accepted");
    EXPECT_EQ(answer(office.act(extension)), "replayed");
}

TEST(Keys, of_an_api_key_are_not_used_up_where_there_are_too_many) {
    Stage stage;
    const auto one = stage.create_key({});
    ASSERT_TRUE(stage.office.act(one));
    for (std::size_t i = 1; i < kApiKeysMax; ++i)
        ASSERT_TRUE(stage.office.act(stage.create_key({})));
    EXPECT_EQ(answer(stage.office.act(stage.create_key(kMark))), "too_many_api_keys");
    ASSERT_TRUE(stage.office.act(RevokeApiKey{one.key, "root"}));
    const auto made = stage.office.act(stage.create_key(kMark));
    EXPECT_EQ(answer(made), "accepted");
    // A replay, although the limit is reached again.
    const auto again = stage.office.act(stage.create_key(kMark));
    ASSERT_EQ(answer(again), "replayed");
    EXPECT_EQ(entity_of<ApiKey>(again), entity_of<ApiKey>(made));
}

TEST(Keys, tell_an_event_as_it_was_made_whatever_became_of_it) {
    Stage stage;
    auto& office = stage.office;
    const auto first = office.act(stage.create_event(kMark));
    const auto made = entity_of<Event>(first);
    const auto expect_again = [&](std::string_view when) {
        office.now += 1h;
        const auto again = office.act(stage.create_event(kMark));
        ASSERT_EQ(answer(again), "replayed") << when;
        EXPECT_EQ(entity_of<Event>(again), made) << when;
    };
    auto renamed = BoxOffice::spec();
    renamed.name = "Second night";
    ASSERT_TRUE(office.update(made.id, renamed));
    expect_again("changed");
    ASSERT_TRUE(office.act(ChangeSale{made.id, BoxOffice::owner(), SaleAction::end, {}}));
    expect_again("ended");
    ASSERT_TRUE(office.remove(made.id));
    expect_again("deleted");
    office.open(1);
    expect_again("deleted, and another made");
}

TEST(Keys, tell_seats_under_the_ids_that_they_have) {
    Stage stage;
    auto& office = stage.office;
    ASSERT_TRUE(office.act(stage.add_seats({}, "before")));
    const auto first =
        entity_of<std::shared_ptr<const SeatBlock>>(office.act(stage.add_seats(kMark)));
    ASSERT_TRUE(office.act(stage.add_seats(kOtherKey, "behind")));
    const auto expect_again = [&](std::string_view when) {
        const auto again = office.act(stage.add_seats(kMark));
        ASSERT_EQ(answer(again), "replayed") << when;
        EXPECT_EQ(*entity_of<std::shared_ptr<const SeatBlock>>(again), *first) << when;
    };
    expect_again("others were added");
    ASSERT_TRUE(office.cancel(stage.held));
    ASSERT_TRUE(office.remove(stage.event));
    expect_again("the event was deleted");
    EXPECT_EQ(answer(office.act(stage.add_seats(kOtherContent))), "idempotency_key_reused");
    EXPECT_EQ(answer(office.act(stage.add_seats({}, "late"))), "event_not_found");
}

TEST(Keys, extend_once_and_tell_the_reservation_as_it_is) {
    using Then = std::function<void(Stage&)>;
    const struct {
        std::string_view what;
        Then then;
        ReservationStatus status;
    } rows[] = {
        {"nothing", [](Stage&) {}, ReservationStatus::pending},
        {"paused",
         [](Stage& stage) { CHECK(stage.office.act(stage.change_sale({}))); },
         ReservationStatus::pending},
        {"confirmed",
         [](Stage& stage) { CHECK(stage.office.confirm(stage.held)); },
         ReservationStatus::confirmed},
        {"cancelled",
         [](Stage& stage) { CHECK(stage.office.cancel(stage.held)); },
         ReservationStatus::cancelled},
        {"ran out", [](Stage& stage) { stage.office.now += 1h; }, ReservationStatus::expired},
        {"ran out, deleted, and nearly forgotten",
         [](Stage& stage) {
             stage.office.now += 1h;
             CHECK(stage.office.remove(stage.event));
             stage.office.now += 23h - 1ms;
             stage.office.open(1);
         },
         ReservationStatus::expired},
    };
    for (const auto& row : rows) {
        Stage stage;
        ASSERT_TRUE(stage.office.act(stage.extend(kMark)));
        row.then(stage);
        const auto again = stage.office.act(stage.extend(kMark));
        ASSERT_EQ(answer(again), "replayed") << row.what;
        const auto& told = entity_of<Reservation>(again);
        EXPECT_EQ(told.id, stage.held.id) << row.what;
        EXPECT_EQ(told.status, row.status) << row.what;
        EXPECT_EQ(told.expires_at, stage.held.expires_at + 60s) << row.what;
    }
    // A request under another key extends the hold again.
    Stage stage;
    ASSERT_TRUE(stage.office.act(stage.extend(kMark)));
    ASSERT_TRUE(stage.office.act(stage.extend(kOtherKey)));
    EXPECT_EQ(stage.office.reservation(stage.held).expires_at, stage.held.expires_at + 120s);
}

TEST(Keys, change_a_sale_once_and_tell_the_event_as_it_is) {
    Stage stage;
    auto& office = stage.office;
    ASSERT_TRUE(office.act(stage.change_sale(kMark)));
    ASSERT_TRUE(office.act(stage.change_sale({}, SaleAction::open)));
    const auto now = stage.row().event;
    const auto again = office.act(stage.change_sale(kMark));
    ASSERT_EQ(answer(again), "replayed");
    EXPECT_EQ(entity_of<Event>(again), now);
    EXPECT_EQ(stage.row().event, now);
    ASSERT_TRUE(office.cancel(stage.held));
    ASSERT_TRUE(office.remove(stage.event));
    EXPECT_EQ(answer(office.act(stage.change_sale(kMark))), "event_not_found");
}

TEST(Keys, of_a_sale_that_is_so_already_are_used_up_and_the_event_stays_as_it_is) {
    for (const auto action : {SaleAction::open, SaleAction::pause, SaleAction::end}) {
        Stage stage;
        auto& office = stage.office;
        ASSERT_TRUE(office.act(stage.change_sale({}, action)));
        const auto before = stage.row().event;
        office.now += 1h;
        const auto outcome = office.act(stage.change_sale(kMark, action));
        EXPECT_EQ(answer(outcome), "accepted") << name_of(action);
        EXPECT_EQ(entity_of<Event>(outcome), before) << name_of(action);
        EXPECT_EQ(stage.row().event, before) << name_of(action);
        EXPECT_EQ(office.facts_of_last(), 1U) << name_of(action);
        EXPECT_EQ(
            answer(office.act(stage.change_sale(kOtherContent, SaleAction::pause))),
            "idempotency_key_reused"
        );
        EXPECT_THAT(office.violations(), IsEmpty()) << name_of(action);
        if (action != SaleAction::pause) continue;
        ASSERT_TRUE(office.act(stage.change_sale({}, SaleAction::open)));
        EXPECT_EQ(answer(office.act(stage.change_sale(kMark, action))), "replayed");
        EXPECT_EQ(stage.row().event.sale, SaleAction::open);
    }
}

TEST(Keys, tell_an_api_key_as_it_is_and_make_no_second_one) {
    Stage stage;
    auto& office = stage.office;
    ASSERT_TRUE(office.act(stage.create_key({})));
    const auto made = entity_of<ApiKey>(office.act(stage.create_key(kMark)));
    ASSERT_TRUE(office.act(stage.create_key({})));
    ASSERT_TRUE(office.act(RevokeApiKey{made.id, "root"}));
    auto expected = made;
    expected.revoked_at = office.now;
    office.now += 1h;
    const auto again = office.act(stage.create_key(kMark));
    ASSERT_EQ(answer(again), "replayed");
    EXPECT_EQ(entity_of<ApiKey>(again), expected);
    EXPECT_EQ(stage.inventory().api_keys().size(), 3U);
}

TEST(Keys, tell_a_member_as_they_were_added_whatever_became_of_them) {
    Stage stage;
    auto& office = stage.office;
    const auto added = entity_of<AddedMember>(office.act(stage.add_member(kMark)));
    ASSERT_TRUE(added.is_new);
    const auto expect_again = [&](std::string_view when) {
        office.now += 1h;
        const auto again = office.act(stage.add_member(kMark));
        ASSERT_EQ(answer(again), "replayed") << when;
        EXPECT_EQ(entity_of<AddedMember>(again), added) << when;
    };
    ASSERT_TRUE(office.act(stage.add_member({}, MemberRole::organizer)));
    expect_again("has another role");
    EXPECT_EQ(find_member(stage.row(), "otto")->role, MemberRole::organizer);
    ASSERT_TRUE(office.remove_member(stage.event, "otto"));
    expect_again("was removed");
    EXPECT_EQ(find_member(stage.row(), "otto"), nullptr);
    ASSERT_TRUE(office.remove(stage.event));
    expect_again("the event was deleted");
}

TEST(Keys, change_a_members_role_once_and_tell_the_member_as_they_are) {
    Stage stage;
    auto& office = stage.office;
    ASSERT_TRUE(office.act(stage.add_member({}, MemberRole::organizer)));
    EXPECT_FALSE(entity_of<AddedMember>(office.act(stage.add_member(kMark))).is_new);
    ASSERT_TRUE(office.act(stage.add_member({}, MemberRole::organizer)));
    const auto now = *find_member(stage.row(), "otto");
    const auto again = office.act(stage.add_member(kMark));
    ASSERT_EQ(answer(again), "replayed");
    EXPECT_EQ(entity_of<AddedMember>(again), (AddedMember{.member = now, .is_new = false}));
    EXPECT_EQ(*find_member(stage.row(), "otto"), now);
    ASSERT_TRUE(office.remove_member(stage.event, "otto"));
    EXPECT_EQ(answer(office.act(stage.add_member(kMark))), "member_not_found");
    ASSERT_TRUE(office.cancel(stage.held));
    ASSERT_TRUE(office.remove(stage.event));
    EXPECT_EQ(answer(office.act(stage.add_member(kMark))), "event_not_found");
}

/// A remembered key refers to rows. It must not outlive them, but may be forgotten at the same
/// instant.
TEST(Keys, are_forgotten_no_later_than_what_was_made_under_them) {
    Stage stage;
    auto& office = stage.office;
    const auto& plans = stage.inventory().plans();
    ASSERT_TRUE(office.cancel(stage.held));
    const auto made = entity_of<Event>(office.act(stage.create_event(kMark)));
    ASSERT_TRUE(office.act(stage.add_seats(kOtherKey)));
    ASSERT_TRUE(office.remove(made.id));
    ASSERT_TRUE(office.remove(stage.event));
    office.now += 24h - 1ms;
    office.open(1);
    EXPECT_EQ(answer(office.act(stage.create_event(kMark))), "replayed");
    EXPECT_EQ(answer(office.act(stage.add_seats(kOtherKey))), "replayed");
    office.now += 1ms;
    EXPECT_EQ(answer(office.act(stage.add_seats(kOtherKey))), "event_not_found");
    // These facts forget both events.
    office.open(1);
    office.open(1);
    EXPECT_EQ(plans.index_of(made.id), kNobody);
    EXPECT_EQ(plans.index_of(stage.event), kNobody);
    EXPECT_EQ(stage.inventory().requests().size(), 0U);
    EXPECT_EQ(answer(office.act(stage.add_seats(kOtherKey))), "event_not_found");
    const auto anew = office.act(stage.create_event(kMark));
    EXPECT_EQ(answer(anew), "accepted");
    EXPECT_NE(entity_of<Event>(anew).id, made.id);
}

TEST(Keys, answer_nobody_before_what_was_done_under_them_is_durable) {
    for (const auto& kind : kKinds) {
        Stage stage;
        const auto& inventory = stage.inventory();
        ASSERT_TRUE(stage.office.act(kind.make(stage, kMark))) << kind.name;
        const auto done_at = inventory.last_seq();
        stage.office.open(1);
        for (const auto& mark : {kMark, kOtherContent}) {
            const auto decision = decide(inventory, kind.make(stage, mark), stage.office.now);
            EXPECT_THAT(decision.facts, IsEmpty()) << kind.name;
            EXPECT_GE(decision.rests_on, done_at) << kind.name;
        }
    }
}

TEST(Keys, wait_until_facts_with_them_are_let_in) {
    for (const auto& kind : kKinds) {
        // These two need the same format as keys do.
        if (kind.name == "sale" || kind.name == "member") continue;
        Stage stage;
        const auto& inventory = stage.inventory();
        ASSERT_EQ(inventory.format(), 0U);
        const auto refused = decide(inventory, kind.make(stage, kMark), stage.office.now);
        ASSERT_FALSE(refused.outcome) << kind.name;
        EXPECT_EQ(refused.outcome.error().reason, Reason::format_too_low) << kind.name;
        EXPECT_TRUE(decide(inventory, kind.make(stage, {}), stage.office.now).outcome) << kind.name;
    }
}

}  // namespace
}  // namespace frontrow::domain
