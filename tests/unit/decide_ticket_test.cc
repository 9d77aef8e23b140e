#include "ticket_office.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// Which tickets there are, what becomes of them by refunds, and how they change hands.

namespace frontrow::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class TicketOfOrder : public TicketOffice {
protected:
    OrderView order = buy("ann", {3, 1}, {{"Floor", 3}});

    Refund begin_refund(SeatIds seats, WantedItems items = {}) {
        const auto view = done(refund(order, std::move(seats), std::move(items)));
        return view.order.refunds.back();
    }
    void fail(const Refund& of) { done(failure(of)); }
};

TEST_F(TicketOfOrder, is_one_for_each_line_and_unit_in_the_order_of_lines) {
    const auto all = tickets(order.order.reservation, "ann");
    ASSERT_THAT(all, SizeIs(5));
    const auto by_seats = ids({3, 1});
    for (std::uint32_t i = 0; i < 5; ++i) {
        const auto place = i < 2 ? TicketPlace{by_seats[i], {}} : TicketPlace{{}, "Floor"};
        TicketView view{
            .id = {order.order.reservation, i + 1}, .event = event, .place = place, .holder = "ann"
        };
        const auto& plans = office.inventory().plans();
        const auto& of_event = *plans.find(event);
        view.starts_at = of_event.event.spec.start_at;
        if (i < 2)
            view.seat.spec = std::make_shared<const SeatSpec>(
                seat_spec(of_event, plans.find_seat(place.seat)->seat)
            );
        EXPECT_EQ(all[i], view);
        EXPECT_EQ(read_ticket(office.inventory(), office.now, view.id, "ann").value, view);
    }
    EXPECT_FALSE(exists(ticket(order, 0)));
    EXPECT_FALSE(exists(ticket(order, 6)));
    EXPECT_EQ(office.inventory().tickets().size(), 0U) << "nothing has happened to them";
}

TEST_F(TicketOfOrder, says_what_its_event_asks_today) {
    auto asking = paid();
    asking.admission = Admission::of({.gates = {}, .asks = {true, {{"Diet", true}}, {}}});
    ASSERT_TRUE(office.act(UpdateEvent{event, BoxOffice::owner(), asking, std::nullopt}));
    const auto id = ticket(order, 1);
    EXPECT_EQ(seen(id).asks, asking.admission.asks());
    EXPECT_EQ(read_known_ticket(office.inventory(), office.now, id).value, seen(id));
    EXPECT_EQ(
        read_known_ticket(office.inventory(), office.now, ticket(order, 6)).value, std::nullopt
    );
}

TEST_F(TicketOfOrder, comes_with_the_confirmation) {
    const auto held = hold("bob", {4});
    EXPECT_EQ(
        read_reservation_tickets(office.inventory(), office.now, held.id, "bob").value,
        std::vector<TicketView>{}
    );
    EXPECT_EQ(
        read_reservation_tickets(office.inventory(), office.now, held.id, "ann").value, std::nullopt
    );
    const auto paying = place(held);
    const auto attempt = start(paying);
    EXPECT_FALSE(exists({held.id, 1}));
    done(success(attempt));
    EXPECT_TRUE(exists({held.id, 1}));
}

TEST_F(TicketOfOrder, needs_no_order_where_nothing_is_to_be_paid) {
    auto held = office.wish(open_event, "bob", {2, 0});
    const auto made = std::get<Reservation>(office.act(held).value().entity);
    const auto closed = place(made);
    EXPECT_FALSE(exists({made.id, 1}));
    EXPECT_TRUE(office.confirm(made)) << "without the order, which closes";
    const auto all = tickets(made.id, "bob");
    ASSERT_THAT(all, SizeIs(2));
    EXPECT_EQ(all[0].place.seat, office.seat(open_event, 2));
    EXPECT_EQ(all[1].place.seat, office.seat(open_event, 0));
    EXPECT_FALSE(exists({made.id, 3}));
    office.now += 48h;
    EXPECT_THAT(tickets(made.id, "bob"), SizeIs(2)) << "also when the order is no longer shown";
    EXPECT_EQ(as_read(closed).order.id, OrderId{});
}

TEST_F(TicketOfOrder, of_the_box_office_belongs_to_its_seller) {
    const auto sold = done(sale({5}, PaymentMethod::cash));
    EXPECT_EQ(seen(ticket(sold, 1)).holder, "house");
    EXPECT_THAT(tickets_of("house"), ElementsAre(ticket(sold, 1)));
}

TEST_F(TicketOfOrder, is_refunded_as_soon_as_its_refund_begins_unless_it_fails) {
    EXPECT_THAT(refunded(order), IsEmpty());
    const auto first = begin_refund(ids({1}));
    EXPECT_THAT(refunded(order), ElementsAre(2U));
    fail(first);
    EXPECT_THAT(refunded(order), IsEmpty());
    give_back(begin_refund(ids({1})));
    EXPECT_THAT(refunded(order), ElementsAre(2U));
    EXPECT_EQ(seat(1), SeatStatus::confirmed) << "it didn't return to sale";
}

TEST_F(TicketOfOrder, keeps_its_number_whatever_is_refunded_and_returned_to_sale) {
    give_back(done(returning(order, ids({3}), {{"Floor", 1}})).order.refunds[0]);
    EXPECT_EQ(reservation(order).seats, ids({1}));
    EXPECT_THAT(refunded(order), ElementsAre(1U, 5U));
    EXPECT_EQ(seen(ticket(order, 2)).place.seat, ids({1})[0]);
    EXPECT_EQ(seen(ticket(order, 5)).place.category, "Floor");
    EXPECT_FALSE(exists(ticket(order, 6)));
}

TEST_F(TicketOfOrder, for_a_unit_is_refunded_from_the_highest_number_on) {
    const auto last = begin_refund({}, {{"Floor", 1}});
    EXPECT_THAT(refunded(order), ElementsAre(5U));
    const auto next = begin_refund({}, {{"Floor", 1}});
    EXPECT_THAT(refunded(order), ElementsAre(4U, 5U));
    fail(last);
    EXPECT_THAT(refunded(order), ElementsAre(4U)) << "the other refund has its own ticket";
    give_back(next);
    EXPECT_THAT(refunded(order), ElementsAre(4U));
    begin_refund({}, {{"Floor", 1}});
    EXPECT_THAT(refunded(order), ElementsAre(4U, 5U));
    refused(given_back(last), "refunded_otherwise");
}

TEST_F(TicketOfOrder, that_is_used_or_transferred_is_not_refunded_unless_it_is_named) {
    use(ticket(order, 5));
    transfer(ticket(order, 4), "ann", "bob");
    EXPECT_EQ(refused(refund(order, {}, {{"Floor", 2}}), "tickets_in_use").limit, 1);
    EXPECT_EQ(refused(refund(order, {}, {{"Floor", 3}}), "tickets_in_use").subject, "Floor");
    refused(refund(order, {}, {{"Floor", 4}}), "not_in_order");
    EXPECT_THAT(begin_refund({}, {{"Floor", 1}}).tickets, ElementsAre(3U));
    EXPECT_EQ(seen(ticket(order, 3)).status, TicketStatus::refunded);
    EXPECT_EQ(seen(ticket(order, 4)).holder, "bob");
    EXPECT_EQ(refused(refund(order, {}, {{"Floor", 1}}), "tickets_in_use").limit, 0);

    auto named = refund(order);
    named.tickets = {ticket(order, 5)};
    const auto given_back = done(named).order.refunds.back();
    EXPECT_EQ(given_back.amount, 3'000);
    EXPECT_EQ(given_back.items, (Items{{"Floor", 1, 3'000}}));
    EXPECT_THAT(refunded(order), ElementsAre(3U, 5U));
    EXPECT_TRUE(seen(ticket(order, 5)).used);
    EXPECT_THAT(done(refund(order)).order.refunds.back().tickets, ElementsAre(1U, 2U, 4U))
        << "all that is left needs no name";
}

TEST_F(TicketOfOrder, is_refunded_by_its_id_beside_seats_and_units) {
    auto some = refund(order, ids({3}), {{"Floor", 1}});
    some.tickets = {ticket(order, 2), ticket(order, 5)};
    const auto given_back = done(some).order.refunds.back();
    EXPECT_EQ(given_back.seats, ids({3, 1}));
    EXPECT_EQ(given_back.items, (Items{{"Floor", 2, 3'000}}));
    EXPECT_THAT(given_back.tickets, ElementsAre(1U, 2U, 4U, 5U));
    const auto others = buy("bob", {4});
    for (const auto id :
         {ticket(order, 5), ticket(order, 6), ticket(order, 0), ticket(others, 1)}) {
        auto wrong = refund(order);
        wrong.tickets = {ticket(order, 3), id};
        EXPECT_EQ(
            refused(wrong, "not_in_order").subject,
            id.reservation.to_string() + "." + std::to_string(id.number)
        );
    }
}

TEST_F(TicketOfOrder, for_a_unit_that_an_older_refund_took_has_the_highest_number) {
    const auto facts = office.history();
    Inventory inventory;
    std::uint64_t seq = 0;
    for (const auto& fact : facts) {
        evolve(inventory, fact);
        seq = fact.seq;
    }
    const auto refund_with = [&](std::uint64_t number, TicketNumbers tickets) {
        RefundIntended body{
            .order = order.order.id,
            .refund = RefundId{Bits128{12, number}},
            .payment = order.order.payments[0].id,
            .amount = 3'000,
            .seats = {},
            .items = {{"Floor", 1, 3'000}},
            .by = "house",
            .tickets = std::move(tickets),
        };
        evolve(inventory, {++seq, office.now, {}, event, std::move(body)});
        const auto& now = *inventory.orders().find(order.order.id, office.now);
        std::vector<std::uint32_t> numbers;
        for (std::uint32_t i = 0; i < 5; ++i)
            if (refunded_tickets(now)[i]) numbers.push_back(i + 1);
        return numbers;
    };
    EXPECT_THAT(refund_with(1, {}), ElementsAre(5U));
    EXPECT_THAT(refund_with(2, {4}), ElementsAre(4U, 5U));
    EXPECT_THAT(refund_with(3, {}), ElementsAre(3U, 4U, 5U));
}

TEST_F(TicketOfOrder, for_a_unit_is_refunded_among_those_with_its_price) {
    const auto held = hold("bob", {}, {{"Floor", 1}});
    EXPECT_TRUE(office.act(ChangeCategory{event, BoxOffice::owner(), {"Floor", 4'000, 5}}));
    const ChangeReservation more{
        .reservation = held.id, .user = "bob", .add_items = {{"Floor", 1}}
    };
    EXPECT_TRUE(office.act(more));
    const auto two_prices = done(success(start(place(held))));
    ASSERT_THAT(two_prices.order.lines, SizeIs(2));
    // A refund takes units of the last line first.
    done(refund(two_prices, {}, {{"Floor", 1}}));
    EXPECT_THAT(refunded(two_prices), ElementsAre(2U));
    done(refund(two_prices, {}, {{"Floor", 1}}));
    EXPECT_THAT(refunded(two_prices), ElementsAre(1U, 2U));
}

TEST_F(TicketOfOrder, is_still_found_when_its_reservation_is_cancelled_and_forgotten) {
    transfer(ticket(order, 1), "ann", "bob");
    give_back(done(returning(order)).order.refunds[0]);
    EXPECT_EQ(reservation(order).status, ReservationStatus::cancelled);
    EXPECT_THAT(refunded(order), SizeIs(5));
    office.now += 25h;
    // A fact erases the reservation's row.
    EXPECT_TRUE(office.change_sale(event, SaleAction::pause));
    EXPECT_EQ(office.inventory().reservations().index_of(order.order.reservation), kNobody);
    EXPECT_THAT(refunded(order), SizeIs(5));
    EXPECT_EQ(verdict(code(ticket(order, 2))), Verdict::refunded);
    EXPECT_EQ(seen(ticket(order, 1)).holder, "bob");
    EXPECT_THAT(tickets_of("ann"), IsEmpty());
    EXPECT_THAT(tickets_of("bob"), IsEmpty());
}

TEST_F(TicketOfOrder, that_is_refunded_can_no_longer_change) {
    const auto id = ticket(order, 1);
    use(ticket(order, 2));
    begin_refund(ids({3, 1}));
    refused(TransferTicket{id, "ann", "bob", {}}, "ticket_refunded");
    refused(ReissueTicket{id, {"ann", false}, {}}, "ticket_refunded");
    refused(ReinstateTicket{ticket(order, 2), BoxOffice::owner(), {}}, "ticket_refunded");
    refused(ReissueTicket{ticket(order, 2), {"ann", false}, {}}, "ticket_refunded");
    EXPECT_TRUE(seen(ticket(order, 2)).used);
    EXPECT_EQ(check_ins().used, 1U) << "somebody got in";
}

TEST_F(TicketOfOrder, belongs_to_whom_it_is_transferred) {
    const auto id = ticket(order, 2);
    const auto given = transfer(id, "ann", "bob");
    EXPECT_EQ(given.holder, "bob");
    EXPECT_EQ(given.issue, 2U);
    refused(TransferTicket{id, "ann", "cid", {}}, "ticket_not_found");
    EXPECT_EQ(transfer(id, "bob", "cid").issue, 3U);
    EXPECT_EQ(transfer(id, "cid", "cid").issue, 4U) << "to oneself is like another issue";
    const auto back = transfer(id, "cid", "ann");
    EXPECT_EQ(back.holder, "ann");
    EXPECT_EQ(office.inventory().tickets().find(id)->holder, "") << "it is the buyer's own again";
}

TEST_F(TicketOfOrder, is_shown_to_its_holder_and_its_buyer_alone) {
    const auto id = ticket(order, 2);
    const auto view = transfer(id, "ann", "bob");
    const auto read = [&](const char* user) {
        return read_ticket(office.inventory(), office.now, id, user).value;
    };
    EXPECT_EQ(read("ann"), view);
    EXPECT_EQ(read("bob"), view);
    EXPECT_EQ(read("cid"), std::nullopt);
    EXPECT_THAT(tickets(order.order.reservation, "ann"), SizeIs(5));
    EXPECT_THAT(tickets(order.order.reservation, "bob"), IsEmpty());
    const auto read_by = [&](Organizer by) {
        return read_event_ticket(office.inventory(), office.now, id, std::move(by)).value;
    };
    EXPECT_EQ(read_by({"otto", false}), view);
    EXPECT_EQ(read_by({"root", true}), view);
    EXPECT_EQ(read_by({"bob", false}), std::nullopt);
    EXPECT_EQ(read_by(gus()), std::nullopt);
}

TEST_F(TicketOfOrder, is_issued_again_by_its_holder_or_an_organizer) {
    const auto id = ticket(order, 1);
    EXPECT_EQ(changed(ReissueTicket{id, {"ann", false}, {}}).issue, 2U);
    EXPECT_EQ(changed(ReissueTicket{id, {"otto", false}, {}}).holder, "ann");
    transfer(id, "ann", "bob");
    refused(ReissueTicket{id, {"ann", false}, {}}, "ticket_not_found");
    refused(ReissueTicket{id, gus(), {}}, "ticket_not_found");
    const auto again = changed(ReissueTicket{id, {"root", true}, {}});
    EXPECT_EQ(again.issue, 5U);
    EXPECT_EQ(again.holder, "bob");
}

TEST_F(TicketOfOrder, that_is_used_is_neither_transferred_nor_issued_again) {
    const auto id = ticket(order, 1);
    use(id);
    refused(TransferTicket{id, "ann", "bob", {}}, "ticket_used");
    refused(ReissueTicket{id, BoxOffice::owner(), {}}, "ticket_used");
    reinstate(id);
    EXPECT_EQ(transfer(id, "ann", "bob").issue, 2U);
}

TEST_F(TicketOfOrder, of_a_cancelled_event_is_neither_transferred_nor_issued_again) {
    const auto id = ticket(order, 1);
    use(ticket(order, 2));
    EXPECT_TRUE(office.act(cancelling()));
    refused(TransferTicket{id, "ann", "bob", {}}, "event_cancelled");
    refused(ReissueTicket{id, {"ann", false}, {}}, "event_cancelled");
    EXPECT_EQ(seen(id).status, TicketStatus::cancelled);
    EXPECT_EQ(seen(ticket(order, 2)).status, TicketStatus::cancelled);
    EXPECT_TRUE(seen(ticket(order, 2)).used);
    EXPECT_FALSE(reinstate(ticket(order, 2)).used);
    done(refund(order, ids({3})));
    EXPECT_EQ(seen(id).status, TicketStatus::refunded);
}

TEST_F(TicketOfOrder, is_reinstated_by_an_organizer_if_it_was_used) {
    const auto id = ticket(order, 1);
    refused(ReinstateTicket{id, BoxOffice::owner(), {}}, "ticket_unused");
    use(id);
    EXPECT_EQ(seen(id).status, TicketStatus::used);
    refused(ReinstateTicket{id, {"ann", false}, {}}, "ticket_not_found");
    refused(ReinstateTicket{id, gus(), {}}, "ticket_not_found");
    const auto view = changed(ReinstateTicket{id, {"otto", false}, {}});
    EXPECT_EQ(view.status, TicketStatus::valid);
    EXPECT_EQ(view.used, std::nullopt);
    EXPECT_EQ(check_ins().used, 0U);
    refused(ReinstateTicket{id, BoxOffice::owner(), {}}, "ticket_unused");
}

TEST_F(TicketOfOrder, that_does_not_exist_is_not_found) {
    const auto held = hold("bob", {6});
    const TicketId none[] = {
        ticket(order, 0), ticket(order, 6), {ReservationId{new_id()}, 1}, {held.id, 1}
    };
    for (const auto id : none) {
        refused(TransferTicket{id, "ann", "bob", {}}, "ticket_not_found");
        refused(ReissueTicket{id, {"root", true}, {}}, "ticket_not_found");
        refused(ReinstateTicket{id, {"root", true}, {}}, "ticket_not_found");
        EXPECT_EQ(read_ticket(office.inventory(), office.now, id, "ann").value, std::nullopt);
    }
}

TEST_F(TicketOfOrder, is_listed_for_whoever_has_it) {
    const auto bobs = buy("bob", {5, 6});
    EXPECT_THAT(tickets_of("cid"), IsEmpty());
    transfer(ticket(order, 2), "ann", "bob");
    transfer(ticket(order, 4), "ann", "bob");
    EXPECT_THAT(
        tickets_of("ann"), ElementsAre(ticket(order, 1), ticket(order, 3), ticket(order, 5))
    );
    EXPECT_THAT(
        tickets_of("bob"),
        ElementsAre(ticket(order, 4), ticket(order, 2), ticket(bobs, 1), ticket(bobs, 2))
    );
    const auto newer = buy("bob", {7});
    EXPECT_EQ(tickets_of("bob")[2], ticket(newer, 1)) << "newest reservation first";
    hold("bob", {8});
    EXPECT_THAT(tickets_of("bob"), SizeIs(5)) << "what is only held has no ticket";
    begin_refund({}, {{"Floor", 2}});
    EXPECT_THAT(tickets_of("bob"), SizeIs(5));
    EXPECT_THAT(tickets_of("ann"), ElementsAre(ticket(order, 1)));
    auto given_away = refund(order);
    given_away.tickets = {ticket(order, 4)};
    done(given_away);
    EXPECT_THAT(tickets_of("bob"), SizeIs(4));
}

TEST_F(TicketOfOrder, is_listed_page_by_page) {
    buy("bob", {5, 6});
    buy("bob", {7, 8});
    for (const auto number : {1U, 3U, 5U})
        transfer(ticket(order, number), "ann", "bob");
    const auto all = tickets_of("bob");
    ASSERT_THAT(all, SizeIs(7));
    for (std::size_t begin = 0; begin <= all.size(); ++begin)
        for (std::size_t limit = 0; limit < 5; ++limit) {
            const auto count = std::min(limit, all.size() - begin);
            const std::vector<TicketId> wanted(
                all.begin() + static_cast<std::ptrdiff_t>(begin),
                all.begin() + static_cast<std::ptrdiff_t>(begin + count)
            );
            EXPECT_EQ(tickets_of("bob", {limit, begin}), wanted) << begin << " " << limit;
            if (begin == 0) continue;
            const auto& last = all[begin - 1];
            const Place place{.id = last.reservation.bits(), .number = last.number};
            EXPECT_EQ(tickets_of("bob", {limit, 0, place}), wanted) << begin << " " << limit;
        }
    // One that bob had bought, and one that ann gave to bob.
    for (const std::size_t given : {3U, 1U}) {
        transfer(all[given], "bob", "cid");
        const Place place{.id = all[given].reservation.bits(), .number = all[given].number};
        const auto left = tickets_of("bob");
        const auto behind = left.end() - static_cast<std::ptrdiff_t>(left.size() - given);
        EXPECT_EQ(tickets_of("bob", {9, 0, place}), (std::vector<TicketId>{behind, left.end()}))
            << "its place stays";
    }
}

TEST_F(TicketOfOrder, has_the_gate_of_its_section_or_category) {
    auto block = std::make_shared<SeatBlock>();
    block->first_id = SeatId{new_id()};
    for (const auto* section : {"Stalls", "Balcony", ""})
        block->seats.push_back({.number = section, .section = section, .row = {}, .price = 0});
    EXPECT_TRUE(office.act(AddSeats{event, BoxOffice::owner(), block}));
    const auto sold = done(sale({10, 11, 12}, PaymentMethod::free, {{"Floor", 1}}));
    const auto gates = [&] {
        std::vector<std::string> gates;
        for (const auto& one : tickets(sold.order.reservation, "house"))
            gates.push_back(one.gate);
        return gates;
    };
    EXPECT_THAT(gates(), ElementsAre("", "", "", ""));
    auto spec = paid();
    // A section and a category may have the same name.
    spec.admission =
        Admission::of({{{"West", {"Stalls", "Floor"}, {}}, {"East", {}, {"Balcony", "Floor"}}}});
    EXPECT_TRUE(office.update(event, spec));
    EXPECT_THAT(gates(), ElementsAre("West", "", "", "East"));
    spec.admission = Admission::of({{{"East", {"Balcony"}, {}}}});
    EXPECT_TRUE(office.update(event, spec));
    EXPECT_THAT(gates(), ElementsAre("", "East", "", ""));
}

TEST_F(TicketOfOrder, is_changed_once_by_a_request_with_a_key) {
    const auto id = ticket(order, 1);
    const auto replayed = [&](const Command& command) {
        const auto facts = office.history().size();
        auto outcome = office.act(command);
        EXPECT_EQ(answer(outcome), "replayed");
        EXPECT_EQ(office.history().size(), facts);
        EXPECT_EQ(std::get<TicketView>(outcome->entity), seen(id)) << "as it is now";
    };
    const ReissueTicket again{id, {"ann", false}, new_request()};
    changed(again);
    replayed(again);
    use(id);
    const ReinstateTicket back{id, BoxOffice::owner(), new_request()};
    changed(back);
    replayed(back);
    replayed(again);
    const TransferTicket given{id, "ann", "bob", new_request()};
    changed(given);
    replayed(given);
    EXPECT_EQ(seen(id).issue, 3U);
    auto other = given;
    other.request->content = {7, 7};
    refused(other, "idempotency_key_reused");
    auto of_order = placing(hold("cid", {9}));
    of_order.request.key = given.request->key;
    refused(of_order, "idempotency_key_reused");
    office.now += 25h;
    refused(given, "ticket_not_found");
}

TEST_F(TicketOfOrder, tells_nothing_new_to_a_repeated_request_of_a_former_holder) {
    const auto id = ticket(order, 1);
    transfer(id, "ann", "bob");
    const TransferTicket on{id, "bob", "cid", new_request()};
    changed(on);
    use(id);
    const auto outcome = office.act(on);
    EXPECT_EQ(answer(outcome), "replayed");
    auto view = std::get<TicketView>(outcome->entity);
    EXPECT_EQ(view.holder, "cid");
    EXPECT_EQ(view.status, TicketStatus::valid);
    EXPECT_EQ(view.used, std::nullopt);
    EXPECT_EQ(view.issue, 0U);
    EXPECT_TRUE(office.add_member(event, "bob", MemberRole::organizer));
    EXPECT_EQ(std::get<TicketView>(office.act(on)->entity), seen(id));
}

/// The tickets of all parts, of at most so many tickets each, and the orders beside them.
std::vector<std::pair<TicketId, OrderId>>
attendees(const Inventory& inventory, Instant now, EventId event, std::size_t at_most) {
    std::vector<std::pair<TicketId, OrderId>> all;
    std::optional<Place> next;
    do {
        const auto part =
            read_attendees(inventory, now, event, BoxOffice::owner(), next, at_most).value.value();
        EXPECT_LE(part.tickets.size(), at_most);
        EXPECT_EQ(part.orders.size(), part.tickets.size());
        for (std::size_t i = 0; i < part.tickets.size(); ++i)
            all.emplace_back(part.tickets[i].id, part.orders[i]);
        next = part.next;
    } while (next);
    return all;
}

TEST_F(TicketOfOrder, is_an_attendees_until_it_is_refunded) {
    hold("dan", {0});
    const auto theirs = confirmed("bob", {1});
    const auto second = buy("cid", {5});
    transfer(ticket(order, 2), "ann", "dot");
    done(refund(order, ids({3})));
    const std::vector<std::pair<TicketId, OrderId>> expected{
        {ticket(order, 2), OrderId{}},
        {ticket(order, 3), order.order.id},
        {ticket(order, 4), order.order.id},
        {ticket(order, 5), order.order.id},
        {ticket(second, 1), second.order.id},
    };
    for (std::size_t at_most = 1; at_most <= 6; ++at_most)
        EXPECT_EQ(attendees(office.inventory(), office.now, event, at_most), expected) << at_most;
    const std::vector<std::pair<TicketId, OrderId>> without_order{{{theirs.id, 1}, OrderId{}}};
    EXPECT_EQ(attendees(office.inventory(), office.now, open_event, 9), without_order);
    const auto read = [&](const Organizer& by, EventId of) {
        return read_attendees(office.inventory(), office.now, of, by, std::nullopt, 1).value;
    };
    EXPECT_TRUE(read({"otto"}, event));
    for (const auto* other : {"gus", "ann"})
        EXPECT_FALSE(read({other}, event)) << other;
    EXPECT_FALSE(read({"root", true}, EventId{{99, 1}}));
}

TEST(Attendees, are_read_a_few_thousand_reservations_at_a_time) {
    Inventory inventory;
    const auto act = [&](const Command& command) {
        auto decision = decide_and_raise(inventory, command, kOpening);
        CHECK(decision.outcome);
        for (auto& fact : decision.facts)
            evolve_for_good(
                inventory,
                {inventory.last_seq() + 1, kOpening, {}, fact.event, std::move(fact.body)}
            );
    };
    constexpr std::uint64_t kReservations = 9'000;
    const EventId small{{1, 1}};
    const EventId large{{1, 2}};
    for (const auto id : {small, large}) {
        act(CreateEvent{id, BoxOffice::owner(), BoxOffice::spec()});
        act(AddCategory{id, BoxOffice::owner(), {"Floor", 0, kReservations}});
    }
    for (std::uint64_t i = 1; i <= kReservations; ++i) {
        const bool is_at_end = i == 1 || i == kReservations;
        const ReservationId reservation{{3, i}};
        act(ReserveSeats{
            .reservation = reservation,
            .event = is_at_end ? small : large,
            .user = "ann",
            .seats = {},
            .items = {{"Floor", 1}},
            .hold = {},
            .request = {.key = {4, i}, .content = {}},
        });
        act(ConfirmReservation{reservation, "ann"});
    }
    const auto first =
        read_attendees(inventory, kOpening, small, BoxOffice::owner(), std::nullopt, 100).value;
    EXPECT_THAT(first->tickets, SizeIs(1)) << "the other one is far away";
    EXPECT_TRUE(first->next);
    EXPECT_THAT(attendees(inventory, kOpening, small, 100), SizeIs(2));
    EXPECT_THAT(attendees(inventory, kOpening, large, 1'000), SizeIs(kReservations - 2));
}

}  // namespace
}  // namespace frontrow::domain
