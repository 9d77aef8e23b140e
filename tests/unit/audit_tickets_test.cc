#include "audit_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>

namespace frontrow::domain {
namespace {

using namespace audited;
using testing::IsEmpty;

const OrderId kOrder{Bits128{20, 2}};
const PaymentId kPayment{Bits128{21, 2}};

TicketId ticket(std::uint64_t of, std::uint32_t number) {
    return {reservation(of), number};
}
TicketScanned scanned(TicketId id, std::uint64_t scan, Millis after_opening) {
    return {id, {ScanId{Bits128{24, scan}}, kOpen + after_opening, "West"}, "gus"};
}
TicketReissued reissued(TicketId id, std::uint32_t issue, std::string holder, std::string by) {
    return {id, issue, std::move(holder), std::move(by), {}};
}
RefundIntended refunding(std::uint64_t number, SeatIds seats, Items items) {
    RefundIntended body{
        .order = kOrder,
        .refund = RefundId{Bits128{22, number}},
        .payment = kPayment,
        .amount = static_cast<Amount>(seats.size()) * kPrice,
        .seats = std::move(seats),
        .items = std::move(items),
        .by = "house",
    };
    for (const auto& item : body.items)
        body.amount += item.quantity * item.unit_price;
    return body;
}

/// Facts 1 to 8: Ann has two tickets without an order, and reservation 3 is only held.
History confirmed() {
    return sale().raise_format(2).hold(1, {seat(0), seat(1)}).confirm(1).hold(3, {seat(3)}, "cid");
}
/// Facts 1 to 14: an order has sold Bob a seat and two units.
History sold() {
    auto history = confirmed();
    history.fact(CategoryAdded{{"Floor", 3'000, 10}});
    auto held = history.holding(2, {seat(2)}, "bob");
    held.items = {{"Floor", 2, 3'000}};
    held.total_amount += 6'000;
    history.fact(held);
    const OrderPlaced placed{
        .order = kOrder,
        .reservation = reservation(2),
        .lines =
            {{.seat = seat(2), .unit_price = kPrice, .amount = kPrice},
             {.kind = LineKind::category,
              .category = "Floor",
              .quantity = 2,
              .unit_price = 3'000,
              .amount = 6'000}},
        .amount = held.total_amount,
        .request = {.key = {23, 2}, .content = {}},
    };
    history.fact(placed);
    history.fact(PaymentIntended{
        .order = kOrder,
        .payment = kPayment,
        .provider = "sim",
        .token = "tok",
        .return_url = "",
        .pinned_until = held.expires_at,
    });
    return history.fact(PaymentSucceeded{kOrder, kPayment, "ref"}).confirm(2);
}

TEST(AuditOfTickets, passes_tickets_that_are_used_and_change_hands_as_they_may) {
    auto history = sold();
    history.fact(reissued(ticket(1, 1), 2, "dan", "ann"));
    history.fact(reissued(ticket(1, 1), 3, "dan", "root"));
    history.fact(reissued(ticket(1, 1), 4, "", "dan"));
    history.fact(reissued(ticket(1, 2), 2, "", "house"));
    history.at(1min).fact(scanned(ticket(1, 1), 1, 60s)).fact(scanned(ticket(1, 1), 2, 50s));
    history.fact(TicketReinstated{ticket(1, 1), "house", RequestMark{.key = {8, 1}, .content = {}}}
    );
    history.at(2min).fact(scanned(ticket(1, 1), 6, 61s));
    history.fact(refunding(1, {seat(2)}, {{"Floor", 1, 3'000}}));
    history.fact(scanned(ticket(2, 2), 3, 2min));
    history.fact(RefundFailed{kOrder, RefundId{Bits128{22, 1}}, "gone"});
    history.fact(scanned(ticket(2, 1), 4, 2min)).fact(scanned(ticket(2, 3), 5, 2min));
    history.fact(refunding(2, {seat(2)}, {}));
    EXPECT_THAT(violations_of(history), IsEmpty());
}

TEST(AuditOfTickets, finds_a_ticket_that_nobody_bought) {
    const std::string complaint = ": something happened to a ticket that nobody had bought";
    const auto one = [](TicketId id) { return sold().fact(scanned(id, 1, 0s)); };
    expect_found({
        {one(ticket(1, 0)), {"15" + complaint}},
        {one(ticket(1, 3)), {"15" + complaint}},
        {one(ticket(2, 3)), {}},
        {one(ticket(2, 4)), {"15" + complaint}},
        {one(ticket(3, 1)), {"15" + complaint}},
        {one(ticket(9, 1)), {"15" + complaint}},
        {sold().fact(reissued(ticket(3, 1), 2, "", "cid")), {"15" + complaint}},
        {sold().fact(TicketReinstated{ticket(3, 1), "house"}), {"15" + complaint}},
        {sold().under(kOtherEvent).fact(scanned(ticket(1, 1), 1, 0s)),
         {"15: a ticket changed under another event"}},
    });
}

TEST(AuditOfTickets, finds_something_that_happened_to_a_refunded_ticket) {
    const std::string complaint = "16: something happened to a refunded ticket";
    const auto refunded = [] {
        return sold().fact(refunding(1, {seat(2)}, {{"Floor", 1, 3'000}}));
    };
    expect_found({
        {refunded().fact(scanned(ticket(2, 1), 1, 0s)), {complaint}},
        {refunded().fact(scanned(ticket(2, 2), 1, 0s)), {}},
        {refunded().fact(scanned(ticket(2, 3), 1, 0s)), {complaint}},
        {refunded().fact(reissued(ticket(2, 1), 2, "", "bob")), {complaint}},
        {refunded().fact(TicketReinstated{ticket(2, 3), "house"}),
         {complaint, "16: a ticket was reinstated that wasn't used"}},
    });
}

TEST(AuditOfTickets, finds_a_refund_of_other_tickets_than_its_seats_and_units) {
    const std::string complaint =
        ": a refund names other tickets than those of its seats and units";
    const auto naming = [](std::uint64_t number, SeatIds seats, TicketNumbers tickets) {
        auto body = refunding(number, std::move(seats), {{"Floor", 1, 3'000}});
        body.tickets = std::move(tickets);
        return body;
    };
    const auto second = [&] { return sold().fact(naming(1, {}, {2})); };
    expect_found({
        {second(), {}},
        {second().fact(scanned(ticket(2, 3), 1, 0s)), {}},
        {second().fact(scanned(ticket(2, 2), 1, 0s)),
         {"16: something happened to a refunded ticket"}},
        {second().fact(naming(2, {}, {2})), {"16: a ticket was refunded twice"}},
        {second().fact(naming(2, {seat(2)}, {1, 3})), {}},
        {sold().fact(naming(1, {seat(2)}, {2})), {"15" + complaint}},
        {sold().fact(naming(1, {seat(2)}, {2, 3})), {"15" + complaint}},
        {sold().fact(naming(1, {seat(2)}, {3, 1})), {"15" + complaint}},
        {sold().fact(naming(1, {}, {4})), {"15" + complaint}},
        {sold().fact(naming(1, {}, {0})), {"15" + complaint}},
    });
}

TEST(AuditOfTickets, finds_a_scan_that_must_not_count) {
    const auto id = ticket(1, 1);
    auto back = confirmed().at(1min);
    back.fact(scanned(id, 1, 0s)).fact(TicketReinstated{id, "house"}).at(2min);
    auto full = confirmed().at(1min);
    for (std::uint64_t i = 1; i <= kScansMax; ++i)
        full.fact(scanned(id, i, 10s));
    auto nobody = scanned(id, 1, 0s);
    nobody.by = "";
    expect_found({
        {confirmed().fact(scanned(id, 1, 1ms)), {"9: a scan was told before it happened"}},
        {confirmed().fact(nobody), {"9: a ticket was scanned by nobody"}},
        {confirmed().fact(scanned(id, 1, 0s)).fact(scanned(id, 1, 0s)), {"10: a scan counted twice"}
        },
        {History{back}.fact(scanned(id, 2, 61s)), {}},
        {History{back}.fact(scanned(id, 2, 1min)), {}},
        {History{back}.fact(scanned(id, 2, 59s)),
         {"11: a scan counted that an organizer had taken back"}},
        {History{back}.fact(scanned(id, 1, 61s)),
         {"11: a scan counted that an organizer had taken back"}},
        {History{full}.fact(scanned(id, 9, 9s)), {}},
        {History{full}.fact(scanned(id, 9, 11s)), {"17: a scan was recorded after too many others"}
        },
        {confirmed().fact(EventCancelled{}).fact(scanned(id, 1, 0s)),
         {"10: a ticket of a cancelled event was scanned"}},
    });
}

TEST(AuditOfTickets, finds_a_ticket_reinstated_that_was_not_used) {
    const auto id = ticket(1, 1);
    const TicketReinstated back{id, "house"};
    expect_found({
        {confirmed().fact(back), {"9: a ticket was reinstated that wasn't used"}},
        {confirmed().fact(scanned(id, 1, 0s)).fact(back).fact(back),
         {"11: a ticket was reinstated that wasn't used"}},
        {confirmed().fact(scanned(id, 1, 0s)).fact(TicketReinstated{id, ""}),
         {"10: a ticket was reinstated by nobody"}},
    });
}

TEST(AuditOfTickets, finds_a_ticket_that_was_wrongly_issued_again) {
    const auto id = ticket(1, 1);
    const auto first = [&] { return confirmed().fact(reissued(id, 2, "dan", "ann")); };
    expect_found({
        {confirmed().fact(reissued(id, 1, "", "ann")), {"9: a ticket's issue isn't the next"}},
        {confirmed().fact(reissued(id, 3, "", "ann")), {"9: a ticket's issue isn't the next"}},
        {first().fact(reissued(id, 2, "dan", "dan")), {"10: a ticket's issue isn't the next"}},
        {first().fact(reissued(id, 3, "eve", "ann")),
         {"10: a ticket was transferred by somebody else"}},
        {first().fact(reissued(id, 3, "", "root")),
         {"10: a ticket was transferred by somebody else"}},
        {confirmed().fact(reissued(id, 2, "dan", "house")),
         {"9: a ticket was transferred by somebody else"}},
        {confirmed().fact(reissued(id, 2, "", "")), {"9: a ticket was issued again by nobody"}},
        {confirmed().fact(reissued(id, 2, "ann", "ann")),
         {"9: a ticket was transferred to its buyer by name"}},
        {confirmed().fact(scanned(id, 1, 0s)).fact(reissued(id, 2, "dan", "ann")),
         {"10: a used ticket was issued again"}},
        {confirmed().fact(EventCancelled{}).fact(reissued(id, 2, "dan", "ann")),
         {"10: a ticket of a cancelled event was issued again"}},
    });
}

TEST(AuditOfTickets, finds_a_scan_that_did_not_come_too_late) {
    const auto id = ticket(1, 1);
    const auto late = [&](std::uint64_t scan) {
        auto body = scanned(id, scan, 0s);
        body.is_late = true;
        return body;
    };
    const auto again = [&] { return confirmed().fact(reissued(id, 2, "", "ann")); };
    auto full = again();
    for (std::uint64_t scan = 1; scan <= kLateScansMax; ++scan)
        full.fact(late(scan));
    const TicketReinstated back{id, "house"};
    auto refunded_late = scanned(ticket(2, 1), 1, 0s);
    refunded_late.is_late = true;
    expect_found({
        {again().fact(late(1)).fact(back), {}},
        {again().fact(late(1)).fact(scanned(id, 1, 0s)), {}},
        {sold().fact(refunding(1, {seat(2)}, {})).fact(refunded_late), {}},
        {confirmed().fact(late(1)), {"9: a scan came too late for a ticket that was good"}},
        {again().fact(late(1)).fact(late(1)), {"11: a scan counted twice"}},
        {again().fact(scanned(id, 1, 0s)).fact(late(1)), {"11: a scan counted twice"}},
        {full.fact(late(9)), {"18: a scan was recorded after too many others"}},
    });
}

TEST(AuditOfTickets, finds_a_request_that_was_done_twice) {
    const auto id = ticket(1, 1);
    auto once = reissued(id, 2, "", "ann");
    once.request = RequestMark{.key = {8, 1}, .content = {}};
    auto again = once;
    again.issue = 3;
    expect_found({
        {confirmed().fact(once).fact(again), {"10: one request was done twice"}},
        {confirmed().fact(once).at(24h).expire(3).fact(again), {}},
    });
}

}  // namespace
}  // namespace frontrow::domain
