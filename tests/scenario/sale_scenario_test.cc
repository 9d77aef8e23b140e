#include "scenario/store_scenario.h"

// A sale that its organiser pauses and ends, on every kind of store.

namespace frontrow::test {
namespace {

using domain::SaleAction;
using std::chrono::seconds;

TEST_P(StoreScenario, pauses_opens_and_ends_a_sale_and_knows_it_after_each_restart) {
    const auto event = open_sale(5);
    const auto change = [&](SaleAction action) {
        const auto done = execute(world_->sale().change_sale(event, action)).value().value();
        EXPECT_EQ(std::get<domain::Event>(done.entity).sale, action);
    };
    const auto sale = [&] { return world_->read(store().read(domain::read_event, event))->sale; };
    const auto anns = accepted(request(event, "ann", 0));
    const auto bobs = accepted(request(event, "bob", 1));
    const auto cids = accepted(request(event, "cid", 2));

    change(SaleAction::pause);
    for (int starts = 0; starts < 3; ++starts) {
        EXPECT_EQ(sale(), SaleAction::pause);
        EXPECT_EQ(refused(request(event, "dan", 3)), Reason::sales_paused);
        const domain::ExtendReservation longer{cids.id, "cid", seconds{60}};
        EXPECT_EQ(refused(longer), Reason::sales_paused);
        world_->restart();
    }
    EXPECT_EQ(accepted(domain::ConfirmReservation{anns.id, "ann"}).status, Status::confirmed);
    EXPECT_EQ(accepted(domain::CancelReservation{bobs.id, "bob"}).status, Status::cancelled);

    change(SaleAction::open);
    world_->restart();
    EXPECT_EQ(sale(), SaleAction::open);
    const auto dans = accepted(request(event, "dan", 3));
    EXPECT_EQ(
        accepted(domain::ExtendReservation{cids.id, "cid", seconds{60}}).expires_at,
        cids.expires_at + seconds{60}
    );
    EXPECT_EQ(letters(event), "carra");

    change(SaleAction::end);
    const auto version = world_->read(store().read(domain::read_event, event))->version;
    world_->restart();
    change(SaleAction::end);
    EXPECT_EQ(world_->read(store().read(domain::read_event, event))->version, version);
    EXPECT_EQ(refused(world_->sale().change_sale(event, SaleAction::open)), Reason::sales_closed);
    EXPECT_EQ(refused(request(event, "eve", 4)), Reason::sales_closed);
    EXPECT_EQ(accepted(domain::ConfirmReservation{dans.id, "dan"}).status, Status::confirmed);
}

/// In whatever order the pause and the requests are decided, no hold comes after the pause.
TEST_P(StoreScenario, takes_a_pause_and_requests_that_arrive_together_one_after_another) {
    constexpr std::uint64_t kRequests = 40;
    const auto event = open_sale(kRequests);
    std::vector<Started<Answer>> answers;
    std::optional<Started<Answer>> pause;
    for (std::uint64_t i = 0; i < kRequests; ++i) {
        if (i == kRequests / 2)
            pause.emplace(world_->start(world_->sale().change_sale(event, SaleAction::pause)));
        answers.push_back(world_->start(request(event, "buyer-" + std::to_string(i), i)));
    }
    EXPECT_TRUE(pause->get().value());
    std::uint64_t held = 0;
    for (auto& one : answers) {
        const auto answer = one.get();
        ASSERT_TRUE(answer);
        if (*answer) {
            ++held;
        } else {
            EXPECT_EQ(answer->error().reason, Reason::sales_paused);
        }
    }
    EXPECT_EQ(available(event), kRequests - held);
    EXPECT_EQ(refused(request(event, "late", 0)), Reason::sales_paused);
    if (GetParam().decides_at_once) EXPECT_EQ(held, kRequests / 2);
}

}  // namespace
}  // namespace frontrow::test
