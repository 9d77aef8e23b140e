#pragma once

#include "box_office.h"
#include "domain/reads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace frontrow::domain {

/// An event with ten seats for 5,000 each, five units of "Floor" for 3,000 each, and a payment that
/// is required; and the commands that a server makes from requests about its orders. Each command
/// has new ids and a new key. At the end, the history must be sound, and must roll back from every
/// place.
class OrderOffice : public testing::Test {
protected:
    using Indices = std::initializer_list<std::uint32_t>;

    static EventSpec paid() {
        auto spec = BoxOffice::spec();
        spec.max_seats_per_reservation = 6;
        spec.payment = PaymentRule::required;
        return spec;
    }
    OrderOffice() {
        EXPECT_TRUE(office.act(AddCategory{event, BoxOffice::owner(), {"Floor", 3'000, 5}}));
    }

    void TearDown() override {
        EXPECT_THAT(office.violations(), testing::IsEmpty());
        const std::span history{office.history()};
        for (std::size_t kept = 0; kept < history.size(); ++kept)
            ASSERT_NO_FATAL_FAILURE(expect_rolls_back(history.first(kept), history.subspan(kept)));
    }

    Reservation hold(std::string user, Indices seats, WantedItems items = {}) {
        auto wish = office.wish(event, std::move(user), seats);
        wish.items = std::move(items);
        return std::get<Reservation>(office.act(wish).value().entity);
    }

    PlaceOrder placing(const Reservation& of) {
        return {OrderId{new_id()}, of.id, of.user, new_request()};
    }
    StartPayment payment(const OrderView& of) {
        return {PaymentId{new_id()}, of.order.id, of.order.user, "bank", "tok", {}, new_request()};
    }
    static NotePayment
    news(const Payment& of, PaymentNews news, Amount amount = 0, Currency currency = {}) {
        return {
            .payment = of.id,
            .provider = of.provider,
            .news = news,
            .reference = "ref",
            .code = "no funds",
            .amount = amount,
            .currency = currency,
        };
    }
    NotePayment success(const Payment& of) {
        const auto amount = order_with(of).amount;
        return news(of, PaymentNews::succeeded, amount);
    }
    RefundOrder refund(const OrderView& of, SeatIds seats = {}, WantedItems items = {}) {
        return {
            .refund = RefundId{new_id()},
            .order = of.order.id,
            .by = BoxOffice::owner(),
            .seats = std::move(seats),
            .items = std::move(items),
            .request = new_request(),
        };
    }
    RefundOrder returning(const OrderView& of, SeatIds seats = {}, WantedItems items = {}) {
        auto command = refund(of, std::move(seats), std::move(items));
        command.returns_to_sale = true;
        return command;
    }
    SellAtBoxOffice sale(Indices seats, PaymentMethod method, WantedItems items = {}) {
        auto claim = office.wish(event, "house", seats);
        claim.items = std::move(items);
        return {
            .claim = std::make_shared<const ReserveSeats>(std::move(claim)),
            .order = OrderId{new_id()},
            .payment = PaymentId{new_id()},
            .by = BoxOffice::owner(),
            .method = method,
        };
    }
    CancelEvent cancelling(std::optional<RequestMark> request = {}) const {
        return {event, BoxOffice::owner(), request};
    }

    /// Carries out a command that must succeed and return an order.
    OrderView done(const Command& command) {
        auto outcome = office.act(command);
        EXPECT_EQ(answer(outcome), "accepted");
        if (!outcome) return {};
        auto view = std::get<OrderView>(std::move(outcome->entity));
        EXPECT_EQ(view, as_read(view.order.id)) << "the answer shows the order as it is now";
        return view;
    }
    /// Carries out a command that must be refused with this reason, and change nothing.
    Refusal refused(const Command& command, std::string_view reason) {
        const auto facts = office.history().size();
        const auto outcome = office.act(command);
        EXPECT_EQ(answer(outcome), reason);
        EXPECT_EQ(office.history().size(), facts);
        return outcome ? Refusal{} : outcome.error();
    }
    /// Carries out a command that is accepted but changes nothing.
    void ignored(const Command& command) {
        const auto facts = office.history().size();
        EXPECT_EQ(answer(office.act(command)), "accepted");
        EXPECT_EQ(office.history().size(), facts);
    }

    OrderView place(const Reservation& of) { return done(placing(of)); }
    /// Starts a payment; it must be the only open one.
    Payment start(const OrderView& of) { return done(payment(of)).order.payments.back(); }
    /// A reservation that is paid by a provider.
    OrderView buy(std::string user, Indices seats, WantedItems items = {}) {
        const auto order = place(hold(std::move(user), seats, std::move(items)));
        return done(success(start(order)));
    }
    OrderView decline(const OrderView& of) { return done(news(start(of), PaymentNews::declined)); }
    static NoteRefund given_back(const Refund& of) {
        return {.refund = of.id, .provider = "bank", .is_done = true, .reference = "ref"};
    }
    static NoteRefund failure(const Refund& of) {
        return {.refund = of.id, .provider = "bank", .code = "account closed"};
    }
    OrderView give_back(const Refund& of) { return done(given_back(of)); }

    OrderView as_read(OrderId id) const {
        return read_event_order(office.inventory(), office.now, id, {"root", true})
            .value.value_or(OrderView{});
    }
    OrderView as_read(const OrderView& of) const { return as_read(of.order.id); }
    OrderStatus status(const OrderView& of) const { return as_read(of).status; }
    Reservation reservation(const OrderView& of) const {
        const auto& order = of.order;
        return read_reservation(office.inventory(), office.now, order.reservation, order.user)
            .value.value_or(Reservation{});
    }
    SeatStatus seat(std::uint32_t index) const { return office.status(event, index); }
    SeatIds ids(Indices seats) const {
        SeatIds ids;
        for (const auto index : seats)
            ids.push_back(office.seat(event, index));
        return ids;
    }
    /// The units of "Floor" that are left.
    std::uint32_t left() const {
        const auto& inventory = office.inventory();
        return read_categories(inventory, office.now, event).value->front().available();
    }
    SalesReport sales() const {
        return read_sales(office.inventory(), office.now, event, BoxOffice::owner()).value.value();
    }
    Unfinished unfinished() const {
        return read_unfinished(office.inventory(), office.now, 100, {}).value;
    }
    RequestMark new_request() { return {.key = {10, ++made_}, .content = {11, made_}}; }
    Bits128 new_id() { return {9, ++made_}; }

    BoxOffice office;
    EventId event = office.open(10, paid());

private:
    const Order& order_with(const Payment& payment) const {
        return *office.inventory().orders().find(payment.id, office.now);
    }
    static void expect_rolls_back(std::span<const Fact> kept, std::span<const Fact> rolled_back) {
        Inventory inventory{StateLog::Digests::on};
        for (const auto& fact : kept)
            evolve(inventory, fact);
        const auto before = inventory.digest();
        inventory.open_savepoint();
        for (const auto& fact : rolled_back)
            evolve(inventory, fact);
        const auto after = inventory.digest();
        inventory.verify();
        inventory.roll_back();
        // Not verified as a whole, because it may be in the middle of a batch.
        inventory.reservations().verify();
        inventory.orders().verify();
        ASSERT_EQ(inventory.digest_anew(), before);
        ASSERT_EQ(inventory.digest(), before);
        inventory.open_savepoint();
        for (const auto& fact : rolled_back)
            evolve(inventory, fact);
        inventory.commit();
        inventory.verify();
        ASSERT_EQ(inventory.digest_anew(), after);
    }

    std::uint64_t made_ = 0;
};

}  // namespace frontrow::domain
