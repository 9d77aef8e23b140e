#include "audit_history.h"

namespace frontrow::domain {
namespace {

using namespace audited;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kPinned = 10min;
constexpr Instant kSigned{1s};

OrderId order(std::uint64_t number) {
    return OrderId{Bits128{20, number}};
}
PaymentId payment(std::uint64_t number) {
    return PaymentId{Bits128{21, number}};
}
RefundId refund(std::uint64_t number) {
    return RefundId{Bits128{22, number}};
}

/// An order for the reservation with the same number, which has only these seats.
OrderPlaced placed(std::uint64_t number, const SeatIds& seats) {
    OrderPlaced body{
        .order = order(number),
        .reservation = reservation(number),
        .amount = static_cast<Amount>(seats.size()) * kPrice,
        .request = {.key = {23, number}, .content = {}},
    };
    for (const auto id : seats)
        body.lines.push_back({.seat = id, .unit_price = kPrice, .amount = kPrice});
    return body;
}
PaymentIntended intended(std::uint64_t of, std::uint64_t number, Millis pinned_until) {
    return {
        .order = order(of),
        .payment = payment(number),
        .provider = "sim",
        .token = "tok",
        .return_url = "",
        .pinned_until = kOpen + pinned_until,
    };
}
PaymentSucceeded succeeded(std::uint64_t of, std::uint64_t number) {
    return {order(of), payment(number), "ref"};
}
PaymentDeclined declined(std::uint64_t of, std::uint64_t number) {
    return {order(of), payment(number), "no_funds"};
}
RefundIntended refunding(std::uint64_t of, std::uint64_t paid_by, SeatIds seats) {
    return {
        .order = order(of),
        .refund = refund(paid_by),
        .payment = payment(paid_by),
        .amount = static_cast<Amount>(seats.size()) * kPrice,
        .seats = std::move(seats),
        .items = {},
        .returns_to_sale = true,
        .by = "house",
    };
}
/// What follows the success of a payment that sold nothing.
RefundIntended
given_back(std::uint64_t of, std::uint64_t paid_by, Amount amount, RefundReason why) {
    return {
        .order = order(of),
        .refund = refund(paid_by),
        .payment = payment(paid_by),
        .reason = why,
        .amount = amount,
        .seats = {},
        .items = {},
    };
}
ReservationConfirmed confirmed(std::uint64_t number) {
    return {reservation(number)};
}
RefundSucceeded refunded(std::uint64_t of, std::uint64_t number) {
    return {order(of), refund(number), "re"};
}

/// Facts 1 to 7: the facts of sale(), format 2, and a hold of two seats.
History held() {
    return sale().raise_format(2).hold(1, {seat(0), seat(1)}).hold(2, {seat(2)}, "bob");
}
/// Facts 1 to 8: an order for the two seats.
History ordered() {
    return held().fact(placed(1, {seat(0), seat(1)}));
}
/// Facts 1 to 9: an attempt to pay.
History asked() {
    return ordered().fact(intended(1, 1, kPinned));
}
/// Facts 1 to 10: the buyer disputes the payment.
History disputed(Instant signed_at) {
    return asked().fact(PaymentDisputed{order(1), payment(1), true, signed_at});
}
/// Facts 1 to 11: the order is paid.
History paid() {
    return asked().fact(succeeded(1, 1)).fact(confirmed(1));
}
/// Facts 1 to 10: the hold has run out.
History late() {
    return asked().at(kPinned).fact(ReservationExpired{reservation(1)});
}

TEST(AuditOfOrders, passes_money_that_goes_and_comes_as_it_should_and_adds_it_up) {
    auto history = paid();
    history.fact(PaymentDisputed{order(1), payment(1), true, kSigned});
    history.fact(PaymentDisputed{order(1), payment(1), false, kSigned});
    history.fact(PaymentDisputed{order(1), payment(1), true});
    history.fact(refunding(1, 1, {seat(0)})).fact(refunded(1, 1));
    history.fact(ReservationChanged{
        .reservation = reservation(1),
        .added_seats = {},
        .unit_prices = {},
        .removed_seats = {seat(0)},
        .added_items = {},
        .removed_items = {},
        .total_amount = kPrice,
    });
    history.hold(3, {seat(0)}, "cid").fact(placed(3, {seat(0)}));
    history.at(1min).fact(intended(3, 3, kPinned + 1min)).fact(declined(3, 3));
    history.at(2min).fact(intended(3, 4, kPinned + 1min));
    // The first attempt has succeeded after all.
    history.fact(succeeded(3, 3)).fact(confirmed(3));
    history.fact(succeeded(3, 4)).fact(given_back(3, 4, kPrice, RefundReason::paid_twice));
    EXPECT_THAT(violations_of(history), IsEmpty());

    const auto takings = history.audited().takings();
    ASSERT_EQ(takings.size(), 1U);
    EXPECT_EQ(takings[0].captures, 3U);
    EXPECT_EQ(takings[0].captured, 4U * kPrice);
    EXPECT_EQ(takings[0].refunds, 1U);
    EXPECT_EQ(takings[0].refunded, 1U * kPrice);
    EXPECT_EQ(takings[0].sold, 2U * kPrice);
    EXPECT_EQ(takings[0].owed, 1U * kPrice);
    EXPECT_TRUE(takings[0].are_balanced());
    EXPECT_EQ(history.audited().totals().orders, 2U);

    history.fact(refunded(3, 4)).fact(EventCancelled{});
    auto rest = refunding(1, 1, {seat(1)});
    rest.refund = refund(9);
    rest.reason = RefundReason::event_cancelled;
    rest.returns_to_sale = false;
    history.fact(rest).fact(refunded(1, 9));
    EXPECT_THAT(violations_of(history), IsEmpty());
    EXPECT_EQ(history.audited().takings()[0].sold, 1U * kPrice);
    EXPECT_EQ(history.audited().takings()[0].owed, 0U);
    EXPECT_TRUE(history.audited().takings()[0].are_balanced());
}

TEST(AuditOfOrders, passes_a_late_payment_whose_seats_are_still_free) {
    for (auto history : {late(), asked().at(kPinned)}) {
        history.fact(succeeded(1, 1)).fact(ReservationRestored{reservation(1)});
        EXPECT_THAT(violations_of(history), IsEmpty());
        EXPECT_TRUE(history.audited().takings()[0].are_balanced());
        history.hold(3, {seat(0)}, "cid");
        EXPECT_EQ(violations_of(history).size(), 2U);
    }
}

TEST(AuditOfOrders, finds_an_order_that_is_not_about_its_reservation) {
    auto dearer = placed(1, {seat(0), seat(1)});
    ++dearer.lines[0].unit_price;
    auto cheaper = placed(1, {seat(0), seat(1)});
    --cheaper.amount;
    const std::string not_it = "8: an order isn't about what its reservation holds";
    auto again = placed(1, {seat(0), seat(1)});
    again.order = order(2);
    again.request.key = {23, 2};
    expect_found({
        {ordered(), {}},
        {held().fact(placed(1, {seat(0)})), {not_it}},
        {held().fact(placed(1, {seat(1), seat(0)})), {not_it}},
        {held().fact(dearer), {not_it}},
        {held().fact(cheaper), {not_it}},
        {held().fact(placed(3, {seat(0)})), {"8: a reservation that wasn't pending changed"}},
        {held().at(kHold).fact(placed(1, {seat(0), seat(1)})),
         {"8: an order was placed for a hold that had run out"}},
        {ordered().fact(again), {"9: a reservation has two orders"}},
    });
}

TEST(AuditOfOrders, finds_a_payment_that_should_not_have_begun) {
    const std::string too_long = "payments pinned a hold for longer than allowed";
    auto for_nothing = intended(1, 1, kPinned);
    for_nothing.method = PaymentMethod::free;
    for_nothing.provider = "";
    auto at_box_office = for_nothing;
    at_box_office.method = PaymentMethod::cash;
    auto cash_of_provider = at_box_office;
    cash_of_provider.provider = "sim";
    auto often = ordered();
    for (std::uint64_t i = 1; i <= 5; ++i)
        often.fact(intended(1, i, kPinned)).fact(declined(1, i));
    expect_found({
        {ordered().fact(intended(2, 1, kPinned)), {"9: the order doesn't exist in this event"}},
        {asked().fact(intended(1, 2, kPinned)), {"10: an order has two payments at once"}},
        {paid().fact(intended(1, 2, kPinned)),
         {"12: a paid order was to be paid again", "12: a reservation that wasn't pending changed"}
        },
        {ordered().fact(intended(1, 1, kPinned + 1ms)), {"9: " + too_long}},
        {ordered().at(1min).fact(intended(1, 1, kPinned + 1min)), {}},
        {asked().fact(declined(1, 1)).at(1min).fact(intended(1, 2, kPinned + 1ms)),
         {"11: " + too_long}},
        {ordered().fact(intended(1, 1, kPinned - 1ms)), {"9: a payment made a hold shorter"}},
        {ordered().at(kHold).fact(intended(1, 1, kHold + 1min)),
         {"9: a payment began after its hold had run out"}},
        {ordered().cancel(1).fact(intended(1, 1, kPinned)),
         {"10: a closed order was to be paid", "10: a reservation that wasn't pending changed"}},
        {ordered().fact(for_nothing), {"9: an order was free that costs something"}},
        {ordered().fact(at_box_office), {}},
        {ordered().fact(cash_of_provider), {"9: a payment has the wrong provider"}},
        {History{often}.fact(intended(1, 6, kPinned)), {"19: an order had too many payments"}},
        {asked().fact(declined(1, 1)).fact(intended(1, 1, kPinned)),
         {"11: a payment was intended twice"}},
    });
}

TEST(AuditOfOrders, finds_a_reservation_that_changes_while_it_is_being_paid_for) {
    const std::string open = "10: a reservation changed while a payment was open";
    const ReservationChanged less{
        .reservation = reservation(1), .removed_seats = {seat(1)}, .total_amount = kPrice
    };
    expect_found({
        {asked().confirm(1), {open}},
        {asked().cancel(1), {open}},
        {asked().extend(1, 2 * kHold), {open}},
        {asked().change(less), {open}},
        {asked().fact(declined(1, 1)).change(less).cancel(1), {}},
    });
}

TEST(AuditOfOrders, finds_a_success_of_which_nothing_comes_or_the_wrong_thing) {
    const auto too_late = given_back(1, 1, 2 * kPrice, RefundReason::too_late);
    auto less = too_late;
    less.amount = kPrice;
    auto wrong_reason = too_late;
    wrong_reason.reason = RefundReason::paid_twice;
    const std::string nothing = "nothing came of a payment or a refund that succeeded";
    expect_found({
        {asked().fact(succeeded(1, 1)).at(1ms).cancel(2), {"11: " + nothing}},
        {asked().fact(succeeded(1, 1)).at(1ms).fact(confirmed(1)), {"11: " + nothing}},
        {asked().fact(succeeded(1, 1)).fact(too_late), {"11: a payment in time was refunded"}},
        {late().fact(succeeded(1, 1)).fact(too_late), {}},
        {late().fact(succeeded(1, 1)).fact(less), {"12: a refund isn't what was paid"}},
        {late().fact(succeeded(1, 1)).fact(wrong_reason), {"12: a refund has another reason"}},
        {paid().fact(succeeded(1, 1)), {"12: a payment succeeded twice"}},
        {paid().fact(declined(1, 1)), {"12: a payment was declined after its end"}},
        {paid().fact(PaymentPending{order(1), payment(1), "", ""}),
         {"12: a payment was open again after its end"}},
        {ordered().fact(succeeded(1, 1)), {"9: the order has no such payment"}},
        {asked().fact(declined(1, 1)).cancel(1).fact(succeeded(1, 1)).fact(too_late), {}},
        {paid().fact(too_late),
         {"12: a payment was refunded at another time than that of its success"}},
        {asked().fact(PaymentDisputed{order(1), payment(1), false}),
         {"10: a dispute became what it was"}},
        {disputed(kSigned).fact(PaymentDisputed{order(1), payment(1), false, kSigned - Millis{1}}),
         {"11: an older notice changed a dispute"}},
        {disputed(kSigned)
             .fact(PaymentDisputed{order(1), payment(1), false, kSigned})
             .fact(PaymentDisputed{order(1), payment(1), true, kSigned}),
         {"12: an older notice changed a dispute"}},
    });
}

TEST(AuditOfOrders, finds_a_reservation_restored_over_another_or_without_need) {
    const auto paid_late = [](History history) {
        return history.fact(succeeded(1, 1)).fact(ReservationRestored{reservation(1)});
    };
    expect_found({
        {paid_late(late().hold(3, {seat(0)}, "cid")), {"13: a seat was held for two buyers at once"}
        },
        {paid_late(asked()), {"11: a hold was restored before its end"}},
        {late().fact(ReservationRestored{reservation(1)}),
         {"11: a reservation was restored that nobody had paid for"}},
        {paid_late(asked().fact(declined(1, 1)).cancel(1)),
         {"13: a hold was restored before its end"}},
    });
}

TEST(AuditOfOrders, finds_a_reservation_that_had_to_be_paid_for) {
    auto to_pay = spec();
    to_pay.payment = PaymentRule::required;
    expect_found({
        {sale(to_pay).hold(1, {seat(0)}).confirm(1),
         {"6: a reservation was confirmed that nobody had paid for"}},
        {sale(to_pay)
             .raise_format(2)
             .hold(1, {seat(0)})
             .fact(placed(1, {seat(0)}))
             .fact(intended(1, 1, kPinned))
             .fact(succeeded(1, 1))
             .fact(confirmed(1)),
         {}},
    });
}

TEST(AuditOfOrders, finds_a_refund_of_what_was_not_bought_or_was_refunded_before) {
    auto again = refunding(1, 1, {seat(0)});
    again.refund = refund(2);
    auto of_other = refunding(1, 1, {seat(2)});
    auto too_much = refunding(1, 1, {seat(0)});
    too_much.amount += 1;
    auto of_nothing = refunding(1, 1, {});
    auto of_nobody = refunding(1, 1, {seat(0)});
    of_nobody.by = "";
    auto of_cancelled = refunding(1, 1, {seat(0)});
    of_cancelled.reason = RefundReason::event_cancelled;
    auto of_units = refunding(1, 1, {});
    of_units.items = {{"Floor", 1, 10}};
    of_units.amount = 10;
    const std::string twice = "a seat was refunded twice";
    expect_found({
        {asked().fact(refunding(1, 1, {seat(0)})),
         {"10: money was to go back that wasn't captured",
          "10: a refund isn't what was paid",
          "10: tickets were refunded that the buyer never had"}},
        {paid().fact(refunding(1, 1, {seat(0)})).fact(again), {"13: " + twice}},
        {paid().fact(refunding(1, 1, {seat(0), seat(0)})), {"12: " + twice}},
        {paid()
             .fact(refunding(1, 1, {seat(0)}))
             .fact(RefundFailed{order(1), refund(1), ""})
             .fact(again),
         {}},
        {paid().fact(of_other),
         {"12: a seat was refunded that the order hadn't bought",
          "12: a refund isn't the price of its tickets"}},
        {paid().fact(too_much), {"12: a refund isn't the price of its tickets"}},
        {paid().fact(of_nothing), {"12: nothing was refunded"}},
        {paid().fact(of_nobody), {"12: a refund was requested by nobody"}},
        {paid().fact(of_cancelled),
         {"12: an order was refunded because its event was cancelled, but it wasn't"}},
        {paid().fact(of_units), {"12: more units were refunded than bought"}},
        {paid().fact(refunded(1, 1)),
         {"12: a refund ended that there wasn't, or as it had ended before"}},
    });
}

TEST(AuditOfOrders, finds_a_refund_that_ends_in_a_way_in_which_it_can_not_end) {
    const RefundFailed failed{order(1), refund(1), "no"};
    const ReservationChanged returned{
        .reservation = reservation(1), .removed_seats = {seat(0)}, .total_amount = kPrice
    };
    auto again = refunding(1, 1, {seat(0)});
    again.refund = refund(2);
    auto of_money = refunding(1, 1, {});
    of_money.refund = refund(2);
    of_money.amount = kPrice;
    of_money.returns_to_sale = false;
    const auto failing = paid().fact(refunding(1, 1, {seat(0)})).fact(failed);
    const auto bounced =
        paid().fact(refunding(1, 1, {seat(0)})).fact(refunded(1, 1)).change(returned).fact(failed);
    const auto late = asked().fact(declined(1, 1)).cancel(1).fact(succeeded(1, 1));
    const auto owed =
        History{late}.fact(given_back(1, 1, 2 * kPrice, RefundReason::too_late)).fact(failed);
    const std::string twice = "a refund succeeded whose money had gone back by another one";
    const std::string same = "a refund ended that there wasn't, or as it had ended before";
    auto of_nothing = of_money;
    of_nothing.amount = 2 * kPrice;
    expect_found({
        {History{failing}.fact(refunded(1, 1)).change(returned), {}},
        {History{failing}.fact(failed), {"14: " + same}},
        {History{failing}.fact(again).fact(refunded(1, 1)).change(returned), {"15: " + twice}},
        {bounced, {}},
        {History{bounced}.hold(3, {seat(0)}, "cid"), {}},
        {History{bounced}.fact(again), {"16: a seat was refunded twice"}},
        {History{bounced}.fact(of_money).fact(refunded(1, 2)), {}},
        {History{bounced}.fact(of_money).fact(refunded(1, 1)), {"17: " + twice}},
        {History{bounced}.fact(refunded(1, 1)), {}},
        {History{bounced}.fact(refunded(1, 1)).fact(refunded(1, 1)), {"17: " + same}},
        {History{bounced}.fact(of_nothing), {"16: a refund isn't the price of its tickets"}},
        {History{owed}.fact(refunded(1, 1)), {}},
        {History{owed}.fact(of_nothing).fact(refunded(1, 1)), {"16: " + twice}},
    });
    for (const auto& history : {bounced, History{bounced}.fact(of_money), owed})
        EXPECT_TRUE(history.audited().takings()[0].are_balanced());
    EXPECT_EQ(bounced.audited().takings()[0].owed, 1U * kPrice);
}

TEST(AuditOfOrders, finds_sold_tickets_that_come_back_without_their_money) {
    const auto returned = paid().fact(refunding(1, 1, {seat(0)})).fact(refunded(1, 1));
    const ReservationChanged of_other{
        .reservation = reservation(1), .removed_seats = {seat(1)}, .total_amount = kPrice
    };
    const ReservationChanged cheaper{
        .reservation = reservation(1), .removed_seats = {seat(0)}, .total_amount = kPrice - 1
    };
    expect_found({
        {paid().cancel(1), {"12: sold tickets were taken back without a refund"}},
        {paid().change(of_other), {"12: sold tickets were taken back without a refund"}},
        {History{returned}.at(1ms).cancel(2),
         {"14: nothing came of a payment or a refund that succeeded"}},
        {History{returned}.change(of_other), {"14: other tickets were taken back than refunded"}},
        {History{returned}.change(cheaper), {"14: the amount isn't the sum of the prices"}},
        {History{returned}.cancel(1), {"14: other tickets were taken back than refunded"}},
    });
}

TEST(AuditOfOrders, finds_tickets_given_away_otherwise_than_by_the_box_office) {
    auto given = placed(1, {seat(0), seat(1)});
    given.amount = 0;
    for (auto& line : given.lines)
        line.unit_price = line.amount = 0;
    auto free = intended(1, 1, kPinned);
    free.method = PaymentMethod::free;
    free.provider = "";
    const std::string given_away = "9: tickets were given away, but not by the box office";
    auto right = held().fact(given).fact(free).fact(succeeded(1, 1)).fact(confirmed(1));
    expect_found({
        {right, {}},
        {held().fact(given).fact(intended(1, 1, kPinned)), {given_away}},
        {held().fact(given).at(1ms).fact(free), {given_away}},
    });
    EXPECT_EQ(right.audited().takings()[0].sold, 0U);
    EXPECT_TRUE(right.audited().takings()[0].are_balanced());
}

TEST(AuditOfOrders, finds_what_goes_on_after_an_event_is_cancelled_or_deleted) {
    const auto cancelled = held().fact(EventCancelled{});
    expect_found({
        {History{cancelled}.fact(EventCancelled{}), {}},
        {History{cancelled}.hold(3, {seat(5)}, "cid"),
         {"9: a seat was held after its event was cancelled"}},
        {late().expire(2).remove(), {"12: an event with unsettled payments or refunds was deleted"}
        },
    });
}

}  // namespace
}  // namespace frontrow::domain
