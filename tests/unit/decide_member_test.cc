#include "box_office.h"
#include "domain/member.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace frontrow::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

const Organizer kOtto{.sub = "otto", .is_admin = false};
const Organizer kStranger{.sub = "another house", .is_admin = false};
const Organizer kRoot{.sub = "root", .is_admin = true};

class Members : public testing::Test {
protected:
    std::vector<Member> members() const {
        return office.inventory().plans().find(event)->members.get();
    }
    Outcome add(std::string sub, MemberRole role, Organizer by = BoxOffice::owner()) {
        return office.add_member(event, std::move(sub), role, std::move(by));
    }
    Outcome remove(std::string sub, Organizer by = BoxOffice::owner()) {
        return office.remove_member(event, std::move(sub), std::move(by));
    }
    static AddedMember added(const Outcome& outcome) {
        return std::get<AddedMember>(outcome.value().entity);
    }

    BoxOffice office;
    EventId event = office.open(2);
};

TEST_F(Members, are_listed_in_the_order_in_which_they_were_added) {
    EXPECT_THAT(members(), IsEmpty());
    const Member otto{"otto", MemberRole::organizer, office.now};
    EXPECT_EQ(added(add("otto", MemberRole::organizer)), (AddedMember{otto, true}));
    office.now += 1s;
    const Member gate{"a gate", MemberRole::scanner, office.now};
    EXPECT_EQ(added(add("a gate", MemberRole::scanner)), (AddedMember{gate, true}));
    EXPECT_THAT(members(), ElementsAre(otto, gate));
}

TEST_F(Members, keep_their_place_when_they_get_another_role) {
    ASSERT_TRUE(add("otto", MemberRole::scanner));
    ASSERT_TRUE(add("a gate", MemberRole::scanner));
    const auto since = office.now;
    office.now += 1s;
    const auto changed = add("otto", MemberRole::organizer);
    EXPECT_EQ(office.facts_of_last(), 1U);
    const Member otto{"otto", MemberRole::organizer, since};
    EXPECT_EQ(added(changed), (AddedMember{otto, false}));
    EXPECT_THAT(members(), ElementsAre(otto, Member{"a gate", MemberRole::scanner, since}));
}

TEST_F(Members, who_are_so_already_make_no_fact) {
    ASSERT_TRUE(add("otto", MemberRole::organizer));
    const auto before = members();
    office.now += 1s;
    EXPECT_EQ(added(add("otto", MemberRole::organizer)), (AddedMember{before.front(), false}));
    EXPECT_EQ(office.facts_of_last(), 0U);
    EXPECT_EQ(members(), before);
}

TEST_F(Members, who_were_removed_are_none_and_may_come_back_as_new) {
    ASSERT_TRUE(add("otto", MemberRole::organizer));
    ASSERT_TRUE(add("a gate", MemberRole::scanner));
    const auto removed = remove("otto");
    EXPECT_TRUE(std::holds_alternative<std::monostate>(removed.value().entity));
    EXPECT_THAT(members(), ElementsAre(Member{"a gate", MemberRole::scanner, office.now}));
    EXPECT_EQ(answer(remove("otto")), "member_not_found");
    EXPECT_EQ(answer(remove("Otto")), "member_not_found");
    EXPECT_EQ(answer(remove("house")), "member_not_found") << "the creator";
    office.now += 1s;
    EXPECT_TRUE(added(add("otto", MemberRole::scanner)).is_new);
    EXPECT_EQ(members().back(), (Member{"otto", MemberRole::scanner, office.now}));
    EXPECT_THAT(office.violations(), IsEmpty());
}

TEST_F(Members, are_a_hundred_at_most_besides_the_creator) {
    for (std::size_t i = 0; i < kMembersMax; ++i)
        ASSERT_TRUE(add(std::to_string(i), MemberRole::scanner));
    const auto one_more = add("otto", MemberRole::organizer);
    ASSERT_EQ(answer(one_more), "too_many_members");
    EXPECT_EQ(one_more.error().limit, 100);
    EXPECT_EQ(answer(add("7", MemberRole::organizer)), "accepted")
        << "another role for one of them";
    ASSERT_TRUE(remove("7"));
    EXPECT_EQ(answer(add("otto", MemberRole::organizer)), "accepted");
}

TEST_F(Members, are_never_the_creator_whoever_asks) {
    ASSERT_TRUE(add("otto", MemberRole::organizer));
    for (const auto& by : {BoxOffice::owner(), kOtto, kRoot})
        EXPECT_EQ(answer(add("house", MemberRole::scanner, by)), "creator_as_member");
    EXPECT_EQ(members().size(), 1U);
}

TEST_F(Members, are_the_business_of_who_may_change_the_event) {
    const struct {
        Organizer by;
        std::string_view answer;
    } rows[] = {
        {BoxOffice::owner(), "accepted"},
        {kRoot, "accepted"},
        {kOtto, "accepted"},
        {{.sub = "a gate"}, "event_not_found"},
        {{.sub = "Otto"}, "event_not_found"},
        {kStranger, "event_not_found"},
    };
    ASSERT_TRUE(add("otto", MemberRole::organizer));
    ASSERT_TRUE(add("a gate", MemberRole::scanner));
    for (const auto& row : rows) {
        EXPECT_EQ(answer(add("new", MemberRole::scanner, row.by)), row.answer) << row.by.sub;
        EXPECT_EQ(answer(remove("new", row.by)), row.answer) << row.by.sub;
    }
    EXPECT_EQ(answer(remove("otto", kOtto)), "accepted") << "themselves";
    EXPECT_EQ(answer(remove("a gate", kOtto)), "event_not_found");
}

TEST_F(Members, with_role_organizer_may_do_what_the_creator_may) {
    const auto change = [&](const Organizer& by) {
        auto spec = BoxOffice::spec();
        spec.name = "Second night";
        const std::vector<std::string_view> answers{
            answer(office.update(event, spec, by)),
            answer(office.add_seats(event, {"of " + by.sub}, by)),
            answer(office.act(ChangeSale{event, by, SaleAction::open, {}})),
        };
        return answers;
    };
    const std::string_view no = "event_not_found";
    EXPECT_THAT(change(kOtto), ElementsAre(no, no, no));
    ASSERT_TRUE(add("otto", MemberRole::scanner));
    EXPECT_THAT(change(kOtto), ElementsAre(no, no, no));
    ASSERT_TRUE(add("otto", MemberRole::organizer));
    EXPECT_THAT(change(kOtto), ElementsAre("accepted", "accepted", "accepted"));
    ASSERT_TRUE(remove("otto"));
    EXPECT_THAT(change(kOtto), ElementsAre(no, no, no));
    EXPECT_EQ(answer(office.remove(event, kOtto)), no);
    ASSERT_TRUE(add("otto", MemberRole::organizer));
    EXPECT_EQ(answer(office.remove(event, kOtto)), "accepted");
}

TEST_F(Members, of_one_event_have_no_rights_on_another) {
    const auto other = office.open(1);
    ASSERT_TRUE(add("otto", MemberRole::organizer));
    EXPECT_EQ(answer(office.update(other, BoxOffice::spec(), kOtto)), "event_not_found");
    EXPECT_EQ(
        answer(office.add_member(other, "eve", MemberRole::organizer, kOtto)), "event_not_found"
    );
    EXPECT_TRUE(office.inventory().plans().find(other)->members.get().empty());
}

TEST_F(Members, leave_the_version_of_the_event_as_it_is) {
    const auto before = office.inventory().plans().find(event)->event;
    ASSERT_TRUE(add("otto", MemberRole::organizer));
    ASSERT_TRUE(remove("otto"));
    EXPECT_EQ(office.inventory().plans().find(event)->event, before);
}

/// What another user is told about the event depends on its members.
TEST_F(Members, are_facts_that_a_refusal_rests_on) {
    ASSERT_TRUE(add("otto", MemberRole::organizer));
    ASSERT_TRUE(remove("otto"));
    const AddMember by_otto{event, kOtto, "eve", MemberRole::scanner};
    const auto decision = decide(office.inventory(), by_otto, office.now);
    EXPECT_EQ(answer(decision.outcome), "event_not_found");
    EXPECT_EQ(decision.rests_on, office.inventory().last_seq());
}

TEST_F(Members, go_with_their_event) {
    ASSERT_TRUE(add("otto", MemberRole::organizer));
    const auto index = office.inventory().plans().index_of(event);
    ASSERT_TRUE(office.remove(event));
    EXPECT_THAT(office.inventory().plans()[index].members.get(), IsEmpty());
    EXPECT_EQ(answer(add("eve", MemberRole::scanner)), "event_not_found");
    EXPECT_EQ(answer(remove("otto")), "event_not_found");
}

TEST_F(Members, wait_for_a_journal_that_may_have_their_facts) {
    Inventory inventory;
    evolve(
        inventory, {.seq = 1, .at = kOpening, .event = event, .body = EventCreated{{}, "house"}}
    );
    const AddMember command{event, BoxOffice::owner(), "otto", MemberRole::scanner};
    const auto decision = decide(inventory, command, kOpening);
    ASSERT_FALSE(decision.outcome);
    EXPECT_EQ(decision.outcome.error().reason, Reason::format_too_low);
}

}  // namespace
}  // namespace frontrow::domain
