#include "order_office.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <variant>

// Sales at the box office.

namespace frontrow::domain {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class BoxOfficeSale : public OrderOffice {};

TEST_F(BoxOfficeSale, holds_orders_takes_the_money_and_confirms_in_one_step) {
    const auto command = sale({0, 1}, PaymentMethod::cash, {{"Floor", 1}});
    const auto view = done(command);
    EXPECT_EQ(office.facts_of_last(), 5U);
    EXPECT_EQ(view.status, OrderStatus::paid);
    EXPECT_EQ(view.order.amount, 13'000);
    EXPECT_EQ(view.order.user, "house");
    EXPECT_EQ(view.order.request, command.claim->request);
    ASSERT_THAT(view.order.payments, SizeIs(1));
    EXPECT_EQ(view.order.payments[0].method, PaymentMethod::cash);
    EXPECT_EQ(view.order.payments[0].status, PaymentStatus::succeeded);
    EXPECT_EQ(view.order.payments[0].request, std::nullopt);
    EXPECT_EQ(reservation(view).status, ReservationStatus::confirmed);
    EXPECT_EQ(seat(0), SeatStatus::confirmed);
    EXPECT_EQ(left(), 4U);
    EXPECT_EQ(sales().captured, 13'000);
}

TEST_F(BoxOfficeSale, is_refused_like_any_reservation) {
    auto stranger = sale({0}, PaymentMethod::cash);
    stranger.by = {"stranger", false};
    refused(stranger, "event_not_found");
    hold("ann", {0});
    const auto refusal = refused(sale({0, 1}, PaymentMethod::cash), "seats_unavailable");
    EXPECT_THAT(refusal.conflicts, SizeIs(1));
    refused(sale({}, PaymentMethod::cash, {{"Floor", 6}}), "sold_out");
    refused(sale({1, 2, 3, 4, 5, 6, 7}, PaymentMethod::cash), "too_many_seats");
    EXPECT_TRUE(office.change_sale(event, SaleAction::pause));
    refused(sale({1}, PaymentMethod::cash), "sales_paused");
}

TEST_F(BoxOfficeSale, belongs_to_the_organiser_whatever_user_it_names) {
    auto command = sale({0}, PaymentMethod::terminal);
    auto claim = *command.claim;
    claim.user = "ann";
    command.claim = std::make_shared<const ReserveSeats>(claim);
    EXPECT_EQ(reservation(done(command)).user, "house");
}

TEST_F(BoxOfficeSale, gives_tickets_away) {
    const auto view = done(sale({0}, PaymentMethod::free, {{"Floor", 2}}));
    EXPECT_EQ(view.status, OrderStatus::paid);
    EXPECT_EQ(view.order.amount, 0);
    EXPECT_EQ(view.order.lines[0].unit_price, 0);
    EXPECT_EQ(view.order.lines[1].amount, 0);
    EXPECT_EQ(reservation(view).total_amount, 11'000);
    EXPECT_EQ(sales().tickets, 3U);
    EXPECT_EQ(sales().captured, 0);
    // They can be taken back one by one.
    auto taken = done(returning(view, {}, {{"Floor", 1}}));
    EXPECT_EQ(taken.status, OrderStatus::paid);
    EXPECT_EQ(reservation(view).total_amount, 8'000);
    taken = done(returning(view));
    EXPECT_EQ(taken.status, OrderStatus::refunded);
    EXPECT_EQ(left(), 5U);
    EXPECT_EQ(reservation(view).status, ReservationStatus::cancelled);
}

TEST_F(BoxOfficeSale, of_what_costs_nothing_is_free_however_it_is_paid) {
    EXPECT_TRUE(office.act(AddCategory{event, BoxOffice::owner(), {"Lawn", 0, 5}}));
    const auto view = done(sale({}, PaymentMethod::cash, {{"Lawn", 1}}));
    EXPECT_EQ(view.order.payments[0].method, PaymentMethod::free);
}

TEST_F(BoxOfficeSale, under_a_key_is_done_once) {
    const auto command = sale({0}, PaymentMethod::cash);
    const auto view = done(command);
    const auto expect_replayed = [&] {
        const auto again = office.act(command);
        EXPECT_EQ(answer(again), "replayed");
        EXPECT_EQ(std::get<OrderView>(again->entity), view);
    };
    expect_replayed();
    done(returning(view));
    office.now += std::chrono::days{5};
    expect_replayed();
    auto other = sale({1}, PaymentMethod::cash);
    auto claim = *other.claim;
    claim.request = {command.claim->request.key, {8, 8}};
    other.claim = std::make_shared<const ReserveSeats>(claim);
    refused(other, "idempotency_key_reused");
}

TEST_F(BoxOfficeSale, is_refunded_at_once) {
    const auto view = done(sale({0, 1}, PaymentMethod::cash));
    const auto part = done(returning(view, ids({1})));
    EXPECT_EQ(part.status, OrderStatus::paid);
    EXPECT_EQ(part.order.refunds[0].status, RefundStatus::succeeded);
    EXPECT_EQ(refunded(part.order), 5'000);
    EXPECT_EQ(seat(1), SeatStatus::available);
    EXPECT_EQ(seat(0), SeatStatus::confirmed);
    EXPECT_EQ(done(refund(view)).status, OrderStatus::refunded);
    EXPECT_EQ(seat(0), SeatStatus::confirmed) << "it wasn't to return to sale";
    EXPECT_THAT(unfinished().refunds, IsEmpty());
}

}  // namespace
}  // namespace frontrow::domain
