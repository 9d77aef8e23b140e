#include "domain/acts.h"

#include "ticket_office.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// Which facts are acts of an event's organisers and of admins, and who caused them.

namespace frontrow::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr std::uint64_t kNotYet = 0;

class Acts : public TicketOffice {
protected:
    static Organizer otto() { return {.sub = "otto", .is_admin = false}; }
    static Organizer root() { return {.sub = "root", .is_admin = true}; }

    /// The event's acts, newest first.
    std::vector<std::uint64_t> acts(EventId of, Page page = {.limit = 1'000}) const {
        return read_acts(office.inventory(), office.now, of, root(), page)
            .value.value_or(std::vector<std::uint64_t>{});
    }
    /// Who caused the acts since this was last called, oldest first.
    std::vector<std::string> new_actors() {
        std::vector<std::string> actors;
        for (const auto seq : acts(event)) {
            if (seq <= seen_until_) break;
            const auto& body = office.history()[seq - 1].body;
            actors.push_back(std::visit([](const auto& one) { return actor_of(one); }, body));
        }
        std::ranges::reverse(actors);
        seen_until_ = office.inventory().last_seq();
        return actors;
    }
    /// The same after a command that must succeed.
    std::vector<std::string> actors_after(const Command& command) {
        new_actors();
        EXPECT_EQ(answer(office.act(command)), "accepted");
        return new_actors();
    }

private:
    std::uint64_t seen_until_ = kNotYet;
};

TEST_F(Acts, of_a_new_event_are_how_it_was_made) {
    // The event, its seats, its category and its two members.
    EXPECT_THAT(new_actors(), ElementsAre("house", "house", "house", "house", "house"));
}

TEST_F(Acts, are_all_changes_of_an_event_and_say_who_made_them) {
    auto spec = paid();
    spec.venue = "The yard";
    auto block = std::make_shared<SeatBlock>();
    block->first_id = SeatId{new_id()};
    block->seats.push_back({.number = "extra", .section = {}, .row = {}, .price = 1});
    const Allocation allocation{.name = "press", .seats = ids({9})};
    const Command by_otto[] = {
        UpdateEvent{event, otto(), spec, {}},
        AddSeats{event, otto(), block},
        AddCategory{event, otto(), {"Box", 1, 1}},
        ChangeCategory{event, otto(), {"Box", 2, 1}},
        AddAllocation{event, otto(), allocation},
        ChangeAllocation{event, otto(), "press", {.until = office.now + 24h}},
        EndAllocation{event, otto(), "press"},
        AddMember{event, otto(), "mia", MemberRole::scanner},
        RemoveMember{event, otto(), "mia"},
        ChangeSale{event, otto(), SaleAction::pause, {}},
        ChangeSale{event, otto(), SaleAction::open, {}},
        CancelEvent{event, otto()},
    };
    for (const auto& command : by_otto)
        EXPECT_THAT(actors_after(command), ElementsAre("otto")) << command.index();
}

TEST_F(Acts, are_seats_together_with_the_allocations_that_hold_them_back) {
    auto block = std::make_shared<SeatBlock>();
    block->first_id = SeatId{new_id()};
    block->seats.push_back({.number = "extra", .section = {}, .row = {}, .price = 1});
    const AddSeats command{event, otto(), block, {}, {{"press", {0}}}};
    EXPECT_THAT(actors_after(command), ElementsAre("otto", "otto"));
}

TEST_F(Acts, are_not_what_buyers_gates_providers_and_the_clock_do) {
    const auto order = buy("ann", {0, 1});
    EXPECT_TRUE(office.act(
        AddAllocation{event, otto(), {.name = "press", .seats = ids({9}), .until = office.now + 1h}}
    ));
    office.hold(event, "bob", {2});
    new_actors();
    use(ticket(order, 1));
    transfer(ticket(order, 2), "ann", "cleo");
    changed(ReissueTicket{ticket(order, 2), {.sub = "cleo", .is_admin = false}, {}});
    const auto held = office.hold(open_event, "ann", {0});
    EXPECT_TRUE(office.extend(held, 10s));
    EXPECT_TRUE(office.confirm(held));
    decline(place(hold("dora", {3})));
    office.now += 2h;
    office.sweep();
    EXPECT_THAT(new_actors(), IsEmpty());
}

TEST_F(Acts, are_what_organisers_and_admins_do_with_orders_and_tickets) {
    const auto order = buy("ann", {0, 1});
    const auto first = ticket(order, 1);
    use(first);
    EXPECT_THAT(actors_after(ReinstateTicket{first, otto(), {}}), ElementsAre("otto"));
    EXPECT_THAT(actors_after(ReissueTicket{first, otto(), {}}), ElementsAre("otto"));
    transfer(first, "ann", "cleo");
    EXPECT_THAT(actors_after(ReissueTicket{first, otto(), {}}), ElementsAre("otto"));
    EXPECT_THAT(actors_after(sale({2}, PaymentMethod::cash)), ElementsAre("house"));
    EXPECT_THAT(actors_after(refund(order, ids({0}))), ElementsAre("house"));
    auto by_hand = failure(as_read(order).order.refunds.back());
    by_hand.by = "root";
    EXPECT_THAT(actors_after(by_hand), ElementsAre("root"));
    auto settled = success(start(place(hold("bob", {3}))));
    settled.by = "root";
    EXPECT_THAT(actors_after(settled), ElementsAre("root"));
}

TEST_F(Acts, are_not_the_refunds_that_follow_from_the_end_of_an_event) {
    const auto order = buy("ann", {0});
    EXPECT_THAT(actors_after(cancelling()), ElementsAre("house"));
    auto command = refund(order);
    command.reason = RefundReason::event_cancelled;
    command.request.reset();
    EXPECT_THAT(actors_after(command), IsEmpty());
}

TEST_F(Acts, of_older_versions_are_listed_though_nobody_is_named) {
    Inventory inventory;
    for (auto fact : office.history()) {
        std::visit(
            [](auto& body) {
                if constexpr (requires { body.by; }) body.by.clear();
            },
            fact.body
        );
        evolve(inventory, fact);
    }
    inventory.verify();
    const auto listed = read_acts(inventory, office.now, event, root(), {.limit = 1'000});
    EXPECT_EQ(listed.value, acts(event));
}

TEST_F(Acts, come_in_pages_for_those_who_may_change_the_event) {
    const auto all = acts(event);
    ASSERT_EQ(all.size(), 5);
    const auto from = all.begin();
    using Seqs = std::vector<std::uint64_t>;
    EXPECT_EQ(acts(event, {.limit = 2}), Seqs(from, from + 2));
    EXPECT_EQ(acts(event, {.limit = 2, .offset = 2}), Seqs(from + 2, from + 4));
    const Page last{.limit = 9, .after = Place{.id = {0, all[3]}}};
    EXPECT_EQ(acts(event, last), Seqs(from + 4, all.end()));
    const auto seen_by = [&](Organizer by) {
        return read_acts(office.inventory(), office.now, event, std::move(by), {.limit = 9}).value;
    };
    EXPECT_EQ(seen_by(BoxOffice::owner()), all);
    EXPECT_EQ(seen_by(otto()), all);
    EXPECT_EQ(seen_by(gus()), std::nullopt);
    EXPECT_EQ(seen_by({.sub = "ann", .is_admin = false}), std::nullopt);
}

TEST_F(Acts, end_with_their_event) {
    EXPECT_TRUE(office.remove(open_event, root()));
    const auto found = read_acts(office.inventory(), office.now, open_event, root(), {.limit = 9});
    EXPECT_EQ(found.value, std::nullopt);
    const auto& last = std::get<EventDeleted>(office.history().back().body);
    EXPECT_EQ(last.by, "root");
}

}  // namespace
}  // namespace frontrow::domain
