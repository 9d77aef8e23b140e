#include "scenario/store_scenario.h"

#include <algorithm>

// Rights on an event for others than its creator, on every kind of store.

namespace frontrow::test {
namespace {

using domain::Member;
using domain::MemberRole;
using domain::Organizer;

const Organizer kOtto{.sub = "otto", .is_admin = false};

domain::AddMember addition(
    EventId event,
    std::string sub,
    MemberRole role = MemberRole::organizer,
    Organizer by = Sale::organizer()
) {
    return {.event = event, .by = std::move(by), .sub = std::move(sub), .role = role};
}

domain::RemoveMember removal(EventId event, std::string sub, Organizer by = Sale::organizer()) {
    return {.event = event, .by = std::move(by), .sub = std::move(sub)};
}

/// The members as the event's creator sees them.
std::vector<Member> members_of(StoreWorld& world, EventId event) {
    return world.read(world.store().read(domain::read_members, event, Sale::organizer())).value();
}

TEST_P(StoreScenario, knows_a_member_as_soon_as_it_was_added) {
    const auto event = open_sale(1);
    EXPECT_TRUE(members_of(*world_, event).empty());
    const auto made = execute(addition(event, "otto")).value().value();
    const auto& added = std::get<domain::AddedMember>(made.entity);
    EXPECT_TRUE(added.is_new);
    EXPECT_EQ(added.member.sub, "otto");
    EXPECT_EQ(added.member.role, MemberRole::organizer);
    EXPECT_EQ(members_of(*world_, event), std::vector{added.member});
    EXPECT_TRUE(store().is_member_organizer(event, "otto"));
    EXPECT_FALSE(store().is_member_organizer(event, "Otto"));
    EXPECT_FALSE(store().is_member_organizer(event, Sale::organizer().sub)) << "the creator";
    EXPECT_FALSE(store().is_member_organizer(EventId{}, "otto"));
}

TEST_P(StoreScenario, lets_a_member_organizer_change_one_event_and_a_scanner_none) {
    const auto other = open_sale(1);
    const auto event = open_sale(1);
    const auto change = [&](EventId id) {
        auto command = world_->sale().update_event(id, world_->sale().spec());
        command.by = kOtto;
        return command;
    };
    ASSERT_TRUE(execute(addition(event, "otto", MemberRole::scanner)).value());
    EXPECT_EQ(refused(change(event)), Reason::event_not_found);
    EXPECT_FALSE(world_->read(store().read(domain::read_members, event, kOtto)));
    EXPECT_FALSE(store().is_member_organizer(event, "otto"));

    const auto changed = execute(addition(event, "otto")).value().value();
    EXPECT_FALSE(std::get<domain::AddedMember>(changed.entity).is_new);
    EXPECT_TRUE(execute(change(event)).value());
    EXPECT_TRUE(world_->read(store().read(domain::read_members, event, kOtto)));
    EXPECT_EQ(refused(change(other)), Reason::event_not_found);
    EXPECT_FALSE(world_->read(store().read(domain::read_members, other, kOtto)));
    EXPECT_EQ(refused(addition(event, Sale::organizer().sub)), Reason::creator_as_member);

    EXPECT_TRUE(execute(removal(event, "otto", kOtto)).value()) << "themselves";
    EXPECT_EQ(refused(change(event)), Reason::event_not_found);
    EXPECT_FALSE(store().is_member_organizer(event, "otto"));
    EXPECT_EQ(refused(removal(event, "otto")), Reason::member_not_found);
}

TEST_P(StoreScenario, adds_a_member_once_however_often_at_once) {
    const auto event = open_sale(1);
    std::vector<Started<Answer>> answers;
    for (int i = 0; i < 10; ++i)
        answers.push_back(world_->start(addition(event, "otto")));
    const auto new_ones = std::ranges::count_if(answers, [](auto& answer) {
        return std::get<domain::AddedMember>(answer.get().value().value().entity).is_new;
    });
    EXPECT_EQ(new_ones, 1);
    EXPECT_EQ(members_of(*world_, event).size(), 1);
}

TEST_P(StoreScenario, keeps_members_over_a_restart) {
    const auto event = open_sale(1);
    const auto deleted = open_sale(1);
    for (const auto* sub : {"otto", "gate 1", "席 \"3\""})
        ASSERT_TRUE(execute(addition(event, sub, MemberRole::scanner)).value());
    world_->move_clock(Millis{1'000});
    ASSERT_TRUE(execute(addition(event, "otto")).value());
    ASSERT_TRUE(execute(removal(event, "gate 1")).value());
    ASSERT_TRUE(execute(addition(deleted, "otto")).value());
    ASSERT_TRUE(execute(world_->sale().delete_event(deleted)).value());
    const auto before = members_of(*world_, event);
    ASSERT_EQ(before.size(), 2);
    EXPECT_EQ(before.front().sub, "otto");
    EXPECT_LE(before.front().added_at, before.back().added_at);
    EXPECT_EQ(before.back().sub, "席 \"3\"");
    world_->restart();
    EXPECT_EQ(members_of(*world_, event), before);
    EXPECT_TRUE(store().is_member_organizer(event, "otto"));
    EXPECT_FALSE(store().is_member_organizer(deleted, "otto"));
    EXPECT_FALSE(world_->read(store().read(domain::read_members, deleted, Sale::organizer())));
    EXPECT_TRUE(execute(addition(event, "olga", MemberRole::organizer, kOtto)).value());
    EXPECT_EQ(members_of(*world_, event).size(), 3);
}

}  // namespace
}  // namespace frontrow::test
