#include "ticket_office.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <rapidcheck/gtest.h>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// What gates are told about the codes that they scan.

namespace frontrow::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;
using AtGate = CheckInReport::AtGate;

class CheckingIn : public TicketOffice {
protected:
    OrderView order = buy("ann", {0, 1}, {{"Floor", 1}});
    TicketId first = ticket(order, 1);

    /// What gates without a network scanned: some tickets several times, and some at the same
    /// instant.
    std::vector<ScannedCode> any_scans() {
        std::vector<ScannedCode> scans(*rc::gen::inRange<std::size_t>(1, 25));
        for (std::size_t i = 0; i < scans.size(); ++i) {
            auto& one = scans[i];
            const auto number = *rc::gen::inRange<std::uint32_t>(1, 4);
            const Millis ago{*rc::gen::inRange(0, 10)};
            const auto gate = *rc::gen::elementOf(std::vector<std::string>{"West", "East"});
            one = code_of_before(ticket(order, number), ago, gate);
            one.scan.id = ScanId{Bits128{*rc::gen::arbitrary<std::uint64_t>(), i}};
        }
        return scans;
    }
    struct Merged {
        /// The verdicts on all scans in the end.
        std::vector<CheckedTicket> told;
        std::vector<AtGate> gates;

        friend bool operator==(const Merged&, const Merged&) = default;
    };
    /// Has the scans told in any order, in any reports, to a sale that goes on from the office's.
    Merged merge(const std::vector<ScannedCode>& scans) {
        Inventory inventory;
        for (const auto& fact : office.history())
            evolve(inventory, fact);
        const auto tell = [&](std::vector<ScannedCode> some) {
            auto decision = decide(inventory, check_in(std::move(some)), office.now);
            for (auto& made : decision.facts)
                evolve(
                    inventory,
                    {.seq = inventory.last_seq() + 1,
                     .at = office.now,
                     .trace = {},
                     .event = made.event,
                     .body = std::move(made.body)}
                );
            inventory.verify();
            return entity_of<std::vector<CheckedTicket>>(*decision.outcome);
        };
        auto shuffled = scans;
        std::ranges::shuffle(shuffled, std::mt19937{*rc::gen::arbitrary<std::uint32_t>()});
        for (std::span<const ScannedCode> rest{shuffled}; !rest.empty();) {
            const auto some = *rc::gen::inRange<std::size_t>(1, rest.size() + 1);
            tell({rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(some)});
            rest = rest.subspan(some);
        }
        auto told = tell(scans);
        return {std::move(told), read_check_ins(inventory, office.now, event, gus()).value->gates};
    }
};

TEST_F(CheckingIn, admits_once) {
    const auto scanned = code(first);
    const auto admitted = checked(check_in({scanned}));
    const TicketScan scan{scanned.scan.id, office.now, "West"};
    const TicketPlace place{office.seat(event, 0), {}};
    EXPECT_THAT(
        admitted, ElementsAre(CheckedTicket{first, scan.id, TicketVerdict::admitted, scan, place})
    );
    EXPECT_EQ(office.facts_of_last(), 1U);
    EXPECT_EQ(seen(first).status, TicketStatus::used);
    EXPECT_EQ(seen(first).used, scan);
    office.now += 1s;
    const auto second = code(first, "East");
    EXPECT_THAT(
        checked(check_in({second})),
        ElementsAre(CheckedTicket{first, second.scan.id, TicketVerdict::already_used, scan, place})
    );
    EXPECT_EQ(office.facts_of_last(), 0U);
    use(ticket(order, 2));
}

TEST_F(CheckingIn, admits_one_of_eight_gates_that_scan_at_the_same_instant) {
    int admitted = 0;
    for (int gate = 0; gate < 8; ++gate) {
        auto scanned = code(first, "Gate " + std::to_string(gate));
        // The id must not matter for gates with a network: later ones have lower ids here.
        scanned.scan.id = ScanId{Bits128{9, 100U - static_cast<unsigned>(gate)}};
        const auto given = verdict(scanned);
        EXPECT_EQ(given, gate == 0 ? Verdict::admitted : Verdict::already_used);
        admitted += given == Verdict::admitted ? 1 : 0;
    }
    EXPECT_EQ(admitted, 1);
    EXPECT_THAT(check_ins().gates, ElementsAre(AtGate{"Gate 0", 1}));
}

TEST_F(CheckingIn, tells_a_gate_the_same_again) {
    const auto scanned = code(first);
    EXPECT_EQ(verdict(scanned), Verdict::admitted);
    const auto facts = office.history().size();
    office.now += 1min;
    EXPECT_EQ(verdict(scanned), Verdict::admitted);
    EXPECT_THAT(
        verdicts(check_in({scanned, scanned, code(first)})),
        ElementsAre(Verdict::admitted, Verdict::admitted, Verdict::already_used)
    );
    EXPECT_EQ(office.history().size(), facts);
    done(refund(order));
    EXPECT_EQ(verdict(scanned), Verdict::admitted) << "whatever has happened since";
    EXPECT_TRUE(office.act(cancelling()));
    EXPECT_EQ(verdict(scanned), Verdict::admitted);
}

TEST_F(CheckingIn, takes_what_a_gate_without_network_scanned_by_the_time_of_the_scan) {
    office.now += 1h;
    const auto late = code_of_before(first, 10min, "West");
    EXPECT_EQ(verdict(late), Verdict::admitted);
    const auto early = code_of_before(first, 20min, "East");
    EXPECT_EQ(verdict(early), Verdict::admitted) << "it was the first";
    EXPECT_EQ(office.facts_of_last(), 1U);
    EXPECT_EQ(verdict(late), Verdict::already_used) << "as is known now";
    EXPECT_EQ(seen(first).used, early.scan);
    EXPECT_THAT(check_ins().gates, ElementsAre(AtGate{"East", 1}));
    const auto between = code_of_before(first, 15min, "West");
    EXPECT_EQ(verdict(between), Verdict::already_used);
    EXPECT_EQ(office.facts_of_last(), 1U) << "somebody got in with it";
    EXPECT_EQ(verdict(code(first)), Verdict::already_used);
    EXPECT_EQ(office.facts_of_last(), 0U) << "nobody got in with it";
    EXPECT_THAT(office.inventory().tickets().find(first)->scans, SizeIs(3));
}

TEST_F(CheckingIn, decides_by_the_lower_id_between_scans_at_the_same_instant) {
    office.now += 1h;
    auto one = code_of_before(first, 1min);
    auto other = one;
    one.scan.id = ScanId{Bits128{8, 2}};
    other.scan.id = ScanId{Bits128{8, 1}};
    EXPECT_EQ(verdict(one), Verdict::admitted);
    EXPECT_EQ(verdict(other), Verdict::admitted);
    EXPECT_EQ(verdict(one), Verdict::already_used);
}

TEST_F(CheckingIn, gives_the_same_verdicts_in_whatever_order_gates_report) {
    office.now += 1h;
    EXPECT_TRUE(rc::check([&] {
        const auto scans = any_scans();
        const auto [told, gates] = merge(scans);
        RC_ASSERT(merge(scans) == (Merged{told, gates}));
        for (std::size_t i = 0; i < scans.size(); ++i) {
            const bool is_first = std::ranges::none_of(scans, [&](const auto& other) {
                return other.ticket == scans[i].ticket && is_before(other.scan, scans[i].scan);
            });
            RC_ASSERT((told[i].verdict == Verdict::admitted) == is_first);
            RC_ASSERT(is_first || told[i].verdict == Verdict::already_used);
        }
    }));
}

TEST_F(CheckingIn, gives_each_scan_of_a_report_its_verdict_in_whatever_order_they_stand) {
    office.now += 1h;
    const auto late = code_of_before(first, 1min);
    const auto early = code_of_before(first, 2min);
    EXPECT_THAT(
        verdicts(check_in({late, code(first), early})),
        ElementsAre(Verdict::already_used, Verdict::already_used, Verdict::admitted)
    );
    EXPECT_EQ(office.facts_of_last(), 2U);
}

TEST_F(CheckingIn, takes_a_scan_from_the_future_for_one_of_now) {
    auto scanned = code(first);
    scanned.scan.at = office.now + 1h;
    EXPECT_EQ(verdict(scanned), Verdict::admitted);
    EXPECT_EQ(seen(first).used->at, office.now);
    EXPECT_EQ(verdict(scanned), Verdict::admitted);
    EXPECT_EQ(office.facts_of_last(), 0U);
}

TEST_F(CheckingIn, takes_a_scan_from_before_the_sale_for_one_of_the_sale) {
    const auto sold_at = office.now;
    office.now += 1h;
    auto lost_clock = code(first);
    lost_clock.scan.at = Instant{};
    EXPECT_EQ(verdict(lost_clock), Verdict::admitted);
    EXPECT_EQ(seen(first).used->at, sold_at);
    const auto theirs = confirmed("bob", {0});
    office.now += 1h;
    auto of_confirmed = code({theirs.id, 1});
    of_confirmed.scan.at = Instant{};
    EXPECT_EQ(verdict(of_confirmed), Verdict::admitted);
    EXPECT_EQ(seen({theirs.id, 1}).used->at, office.now - 1h);
}

TEST_F(CheckingIn, takes_a_scan_from_before_the_codes_issue_for_one_of_the_issue) {
    office.now += 1h;
    transfer(first, "ann", "bob");
    const auto issued_at = office.now;
    office.now += 1h;
    EXPECT_EQ(verdict(code_of_before(first, 90min)), Verdict::admitted);
    EXPECT_EQ(seen(first).used->at, issued_at);
}

TEST_F(CheckingIn, keeps_a_trace_of_scans_that_are_told_after_a_ticket_was_issued_again) {
    office.now += 1h;
    const auto copied = code_of_before(first, 0ms);
    const auto online = code(first);
    changed(ReissueTicket{first, {"ann", false}, {}});
    EXPECT_EQ(verdict(online), Verdict::replaced);
    EXPECT_EQ(office.facts_of_last(), 0U) << "nobody got in with it";
    EXPECT_EQ(verdict(copied), Verdict::replaced);
    EXPECT_EQ(office.facts_of_last(), 1U);
    const auto again = checked(check_in({copied}));
    EXPECT_TRUE(again.at(0).is_repeated);
    EXPECT_EQ(office.facts_of_last(), 0U);
    EXPECT_THAT(check_ins().gates, ElementsAre(AtGate{"West", 0, 1}));
    EXPECT_EQ(check_ins().used, 0U);
    EXPECT_EQ(seen(first).status, TicketStatus::valid);

    auto forged = copied;
    forged.issue = 0;
    forged.scan.id = ScanId{new_id()};
    EXPECT_EQ(verdict(forged), Verdict::replaced);
    EXPECT_EQ(office.facts_of_last(), 0U) << "no such code was made";

    // Its holder can't go on like that.
    refused(ReissueTicket{first, {"ann", false}, {}}, "ticket_used");
    refused(TransferTicket{first, "ann", "bob", {}}, "ticket_used");
    EXPECT_EQ(changed(ReissueTicket{first, {"otto", false}, {}}).issue, 3U);
    for (std::size_t i = 1; i < kLateScansMax + 3; ++i) {
        auto more = copied;
        more.scan.id = ScanId{new_id()};
        EXPECT_EQ(verdict(more), Verdict::replaced);
    }
    EXPECT_THAT(check_ins().gates, ElementsAre(AtGate{"West", 0, kLateScansMax}));
    use(first);
    EXPECT_THAT(check_ins().gates, ElementsAre(AtGate{"West", 1, kLateScansMax}));
    office.now += 1min;
    reinstate(first);
    EXPECT_THAT(check_ins().gates, IsEmpty());
    EXPECT_EQ(verdict(copied), Verdict::replaced);
    EXPECT_EQ(office.facts_of_last(), 0U) << "it was taken back";
    EXPECT_EQ(transfer(first, "ann", "bob").issue, 4U);
}

TEST_F(CheckingIn, keeps_a_trace_of_scans_that_are_told_after_a_refund_has_begun) {
    office.now += 1h;
    const auto scanned = code_of_before(first, 1min);
    const auto begun = done(refund(order, ids({0}))).order.refunds[0];
    EXPECT_EQ(verdict(scanned), Verdict::refunded);
    EXPECT_EQ(office.facts_of_last(), 1U);
    EXPECT_THAT(check_ins().gates, ElementsAre(AtGate{"West", 0, 1}));
    done(failure(begun));
    EXPECT_EQ(verdict(scanned), Verdict::admitted) << "the ticket was good all the time";
    EXPECT_THAT(check_ins().gates, ElementsAre(AtGate{"West", 1, 0}));
}

TEST_F(CheckingIn, records_sixty_four_scans_of_a_ticket_at_most) {
    office.now += 1h;
    for (int i = 0; i < 100; ++i)
        verdict(code_of_before(first, i * 1ms));
    EXPECT_EQ(office.inventory().tickets().find(first)->scans_recorded, kScansRecordedMax);
    const auto at = seen(first).used->at;
    EXPECT_EQ(verdict(code_of_before(first, 1s)), Verdict::already_used);
    EXPECT_EQ(seen(first).used->at, at);
    reinstate(first);
    EXPECT_EQ(verdict(code_of_before(first, 0ms)), Verdict::admitted);
}

TEST_F(CheckingIn, says_that_a_scan_was_told_before) {
    office.now += 1h;
    const auto scanned = code_of_before(first, 1min);
    const auto second = code_of_before(first, 30s);
    const auto are_repeated = [&](const std::vector<ScannedCode>& scans) {
        std::vector<bool> repeated;
        for (const auto& one : checked(check_in(scans)))
            repeated.push_back(one.is_repeated);
        return repeated;
    };
    EXPECT_THAT(are_repeated({scanned, scanned}), ElementsAre(false, true));
    EXPECT_THAT(are_repeated({scanned, second}), ElementsAre(true, false));
    EXPECT_THAT(are_repeated({second, code(first)}), ElementsAre(true, false));
    auto elsewhere = scanned;
    elsewhere.scan.gate = "East";
    EXPECT_THAT(are_repeated({elsewhere}), ElementsAre(false));
}

TEST_F(CheckingIn, keeps_the_first_eight_scans_of_a_ticket) {
    office.now += 1h;
    std::vector<ScannedCode> scans;
    for (int i = 0; i < 10; ++i)
        scans.push_back(code_of_before(first, i * 1min));
    for (std::size_t i = 0; i < kScansMax; ++i)
        EXPECT_EQ(verdict(scans[i]), Verdict::admitted);
    auto kept = [&] { return office.inventory().tickets().find(first)->scans; };
    ASSERT_THAT(kept(), SizeIs(kScansMax));
    EXPECT_EQ(kept().front(), scans[7].scan);
    // An earlier one pushes the last one out.
    EXPECT_EQ(verdict(scans[8]), Verdict::admitted);
    ASSERT_THAT(kept(), SizeIs(kScansMax));
    EXPECT_EQ(kept().back(), scans[1].scan);
    const auto facts = office.history().size();
    EXPECT_EQ(verdict(scans[0]), Verdict::already_used);
    EXPECT_EQ(office.history().size(), facts) << "it would change nothing";
}

TEST_F(CheckingIn, does_not_know_tickets_that_nobody_bought) {
    const auto held = hold("bob", {5});
    EXPECT_EQ(verdict(code({held.id, 1})), Verdict::unknown);
    EXPECT_EQ(verdict(code({ReservationId{new_id()}, 1})), Verdict::unknown);
    EXPECT_EQ(verdict(code(ticket(order, 0))), Verdict::unknown);
    EXPECT_EQ(verdict(code(ticket(order, 4))), Verdict::unknown);
    EXPECT_THAT(checked(check_in({})), IsEmpty());
}

TEST_F(CheckingIn, refuses_a_refunded_ticket) {
    const auto begun = done(refund(order, ids({0}), {{"Floor", 1}})).order.refunds[0];
    EXPECT_EQ(verdict(code(first)), Verdict::refunded);
    EXPECT_EQ(verdict(code(ticket(order, 3))), Verdict::refunded);
    EXPECT_EQ(office.facts_of_last(), 0U);
    use(ticket(order, 2));
    done(failure(begun));
    use(first);
    use(ticket(order, 3));
}

TEST_F(CheckingIn, refuses_codes_of_an_earlier_issue) {
    const auto copied = code(first);
    transfer(first, "ann", "bob");
    EXPECT_EQ(verdict(copied), Verdict::replaced);
    auto next = code(first);
    ++next.issue;
    EXPECT_EQ(verdict(next), Verdict::replaced) << "no such code was made yet";
    const auto of_bob = code(first);
    changed(ReissueTicket{first, {"bob", false}, {}});
    EXPECT_EQ(verdict(of_bob), Verdict::replaced);
    use(first);
}

TEST_F(CheckingIn, refuses_tickets_of_other_events) {
    const auto others = confirmed("bob", {0});
    const auto elsewhere = code({others.id, 1});
    ASSERT_EQ(elsewhere.event, open_event);
    EXPECT_THAT(
        verdicts(check_in({elsewhere, code(first)}, event, BoxOffice::owner())),
        ElementsAre(Verdict::wrong_event, Verdict::admitted)
    );
    auto confused = elsewhere;
    confused.event = event;
    EXPECT_EQ(verdict(confused), Verdict::wrong_event) << "no such code is made";
    EXPECT_EQ(verdict(elsewhere), Verdict::admitted) << "where no event is named, it is the code's";
}

TEST_F(CheckingIn, is_for_scanners_of_the_event_and_those_who_may_change_it) {
    const auto others = confirmed("bob", {0});
    const auto elsewhere = code({others.id, 1});
    EXPECT_THAT(
        verdicts(check_in({elsewhere, code(first)})),
        ElementsAre(Verdict::wrong_event, Verdict::admitted)
    );
    refused(check_in({elsewhere}, open_event), "event_not_found");
    refused(check_in({}, EventId{new_id()}, {"root", true}), "event_not_found");
    EXPECT_EQ(verdicts(check_in({code(first)}, {}, {"ann", false})).at(0), Verdict::wrong_event);
    refused(check_in({code(first)}, event, {"ann", false}), "event_not_found");
    use(ticket(order, 2));
    EXPECT_EQ(
        verdicts(check_in({code(ticket(order, 3))}, event, {"otto", false})).at(0),
        Verdict::admitted
    );
    EXPECT_EQ(verdicts(check_in({elsewhere}, {}, {"root", true})).at(0), Verdict::admitted);
    EXPECT_TRUE(office.remove_member(event, "gus"));
    EXPECT_EQ(verdicts(check_in({code(first)})).at(0), Verdict::wrong_event);
    EXPECT_EQ(read_check_ins(office.inventory(), office.now, event, gus()).value, std::nullopt);
}

TEST_F(CheckingIn, admits_nobody_to_a_cancelled_event) {
    EXPECT_TRUE(office.act(cancelling()));
    EXPECT_EQ(verdict(code(first)), Verdict::event_cancelled);
    done(refund(order));
    EXPECT_EQ(verdict(code(first)), Verdict::event_cancelled);
}

TEST_F(CheckingIn, forgets_the_scans_before_a_ticket_is_reinstated) {
    office.now += 1h;
    const auto late = code_of_before(first, 0ms);
    use(first);
    office.now += 1min;
    const auto at = office.now;
    reinstate(first);
    EXPECT_EQ(verdict(late), Verdict::outdated) << "it happened before, and is told after";
    EXPECT_EQ(office.facts_of_last(), 0U);
    const auto again = code(first, "East");
    EXPECT_EQ(verdict(again), Verdict::admitted) << "also at the same instant";
    EXPECT_THAT(check_ins().gates, ElementsAre(AtGate{"East", 1}));
    auto earlier = code(first);
    earlier.scan.at = at - 1ms;
    EXPECT_EQ(verdict(earlier), Verdict::outdated);
    EXPECT_EQ(seen(first).used->id, again.scan.id);
}

TEST_F(CheckingIn, does_not_count_a_scan_that_was_taken_back_and_is_told_again) {
    const auto online = code(first);
    EXPECT_EQ(verdict(online), Verdict::admitted);
    office.now += 1min;
    reinstate(first);
    office.now += 1min;
    EXPECT_EQ(verdict(online), Verdict::outdated);
    auto ahead = code(first);
    ahead.scan.at = office.now + 24h;
    EXPECT_EQ(verdict(ahead), Verdict::admitted) << "the clock of a gate is ahead";
    office.now += 1min;
    reinstate(first);
    office.now += 1min;
    for (const auto& again : {online, ahead}) {
        EXPECT_EQ(verdict(again), Verdict::outdated);
        EXPECT_EQ(office.facts_of_last(), 0U);
    }
    use(first);
}

TEST_F(CheckingIn, takes_an_id_from_another_gate_for_another_scan) {
    auto scanned = code(first, "West");
    EXPECT_EQ(verdict(scanned), Verdict::admitted);
    EXPECT_EQ(verdict(scanned), Verdict::admitted) << "told again";
    scanned.scan.gate = "East";
    EXPECT_EQ(verdict(scanned), Verdict::already_used);
    EXPECT_EQ(office.facts_of_last(), 0U);
}

TEST_F(CheckingIn, takes_the_earliest_time_of_a_scan_that_one_report_has_twice) {
    office.now += 1h;
    for (std::uint32_t number = 1; number <= 2; ++number) {
        const auto later = code_of_before(ticket(order, number), 1min);
        auto earlier = later;
        earlier.scan.at -= 1min;
        std::vector scans{later, earlier};
        if (number == 2) std::ranges::reverse(scans);
        EXPECT_EQ(checked(check_in(scans)).at(0).first->at, earlier.scan.at);
    }
}

TEST_F(CheckingIn, counts_what_was_used_by_the_gate_of_the_first_scan) {
    EXPECT_EQ(check_ins(), (CheckInReport{.sold = 3, .used = 0, .gates = {}}));
    EXPECT_EQ(verdict(code(first, "West")), Verdict::admitted);
    EXPECT_EQ(verdict(code(ticket(order, 2), "")), Verdict::admitted);
    EXPECT_EQ(verdict(code(ticket(order, 3), "West")), Verdict::admitted);
    const std::vector<AtGate> gates{{"", 1}, {"West", 2}};
    EXPECT_EQ(check_ins(), (CheckInReport{.sold = 3, .used = 3, .gates = gates}));
    reinstate(first);
    EXPECT_THAT(check_ins().gates, ElementsAre(AtGate{"", 1}, AtGate{"West", 1}));
    give_back(done(returning(order, ids({0}))).order.refunds[0]);
    EXPECT_EQ(check_ins().sold, 2U) << "one is on sale again";
    EXPECT_EQ(
        read_check_ins(office.inventory(), office.now, event, {"ann", false}).value, std::nullopt
    );
}

TEST_F(CheckingIn, changes_no_seat) {
    const auto& row = *office.inventory().plans().find(event);
    const auto before = office.inventory().seat_map(row, office.now, nullptr);
    use(first);
    transfer(ticket(order, 2), "ann", "bob");
    reinstate(first);
    const auto after = office.inventory().seat_map(row, office.now, &before);
    EXPECT_EQ(after.statuses, before.statuses);
    EXPECT_EQ(after.blocks, before.blocks);
}

TEST_F(CheckingIn, rests_on_the_newest_fact_about_the_event) {
    use(first);
    const auto newest = office.inventory().last_seq();
    buy("bob", {5});
    EXPECT_TRUE(office.act(CreateApiKey{.key = ApiKeyId{new_id()}, .by = "root"}));
    const auto rests_on = [&](const CheckInTickets& command) {
        const auto decision = decide(office.inventory(), command, office.now);
        EXPECT_THAT(decision.facts, IsEmpty());
        return decision.rests_on;
    };
    const auto of_event = office.inventory().plans().find(event)->last_seq();
    EXPECT_GT(of_event, newest);
    EXPECT_EQ(rests_on(check_in({code(first)})), of_event);
    EXPECT_EQ(rests_on(check_in({code({ReservationId{new_id()}, 1})})), of_event);
    EXPECT_EQ(
        read_event_ticket(office.inventory(), office.now, first, {"root", true}).rests_on, of_event
    );
    EXPECT_EQ(read_check_ins(office.inventory(), office.now, event, gus()).rests_on, of_event);
}

TEST(Gates, have_about_a_thousand_names_at_an_event) {
    Inventory inventory;
    const auto act = [&](const Command& command) {
        auto decision = decide_and_raise(inventory, command, kOpening);
        CHECK(decision.outcome);
        for (auto& fact : decision.facts)
            evolve_for_good(
                inventory,
                {inventory.last_seq() + 1, kOpening, {}, fact.event, std::move(fact.body)}
            );
        return std::move(decision.outcome->entity);
    };
    const EventId event{{1, 1}};
    auto spec = BoxOffice::spec();
    spec.admission = Admission::of({{{"Stage door", {}, {"Floor"}}}});
    act(CreateEvent{event, BoxOffice::owner(), spec});
    act(AddCategory{event, BoxOffice::owner(), {"Floor", 0, 2'000}});
    const auto scan_at = [&](std::uint64_t number, std::string gate) {
        const ReservationId reservation{{3, number}};
        const ScannedCode scanned{
            .ticket = {reservation, 1},
            .event = event,
            .issue = 1,
            .scan = {ScanId{Bits128{5, number}}, kScannedNow, std::move(gate)},
        };
        auto entity = act(CheckInTickets{
            BoxOffice::owner(),
            event,
            std::make_shared<const std::vector<ScannedCode>>(std::vector{scanned}),
        });
        return std::get<std::vector<CheckedTicket>>(std::move(entity)).at(0);
    };
    const auto sell = [&](std::uint64_t number) {
        const ReservationId reservation{{3, number}};
        act(ReserveSeats{
            .reservation = reservation,
            .event = event,
            .user = "ann",
            .seats = {},
            .items = {{"Floor", 1}},
            .hold = {},
            .request = {.key = {4, number}, .content = {}},
        });
        act(ConfirmReservation{reservation, "ann"});
    };
    const auto invented = [](std::uint64_t number) { return "Gate " + std::to_string(number); };
    for (std::uint64_t number = 1; number <= kGateNamesMax + 2; ++number) {
        sell(number);
        const auto in = scan_at(number, invented(number));
        ASSERT_EQ(in.verdict, TicketVerdict::admitted);
        EXPECT_EQ(in.first->gate, number <= kGateNamesMax ? invented(number) : "");
    }
    const auto again = scan_at(kGateNamesMax + 2, invented(kGateNamesMax + 2));
    EXPECT_EQ(again.verdict, TicketVerdict::admitted) << "told again";
    EXPECT_TRUE(again.is_repeated);
    sell(kGateNamesMax + 3);
    EXPECT_EQ(scan_at(kGateNamesMax + 3, "Stage door").first->gate, "Stage door");
    const auto report = read_check_ins(inventory, kOpening, event, BoxOffice::owner()).value;
    EXPECT_THAT(report->gates, SizeIs(kGateNamesMax + 2));
    EXPECT_EQ(report->gates.front(), (AtGate{"", 2}));
}

}  // namespace
}  // namespace frontrow::domain
