#include "domain/decide.h"
#include "domain/evolve.h"
#include "domain/inventory.h"
#include "support/random_sale.h"
#include "support/seed.h"
#include "support/tally.h"
#include "support/told.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// An inventory that speculates and rolls back, next to one that doesn't.

namespace frontrow::domain {
namespace {

using test::RandomSale;
using test::Tally;

using Digests = StateLog::Digests;

const Instant kTakingBackOpening{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

constexpr bool is_slow() {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return true;
#else
    return false;
#endif
}

std::vector<Fact> facts_of(Decision decision, std::uint64_t last_seq, Instant at) {
    std::vector<Fact> facts;
    for (auto& fact : decision.facts)
        facts.push_back({
            .seq = ++last_seq,
            .at = at,
            .trace = {},
            .event = fact.event,
            .body = std::move(fact.body),
        });
    return facts;
}

/// Compares two decisions. When an event is deleted, its holds may end in any order.
bool is_same(const Command& command, const Decision& a, const Decision& b) {
    const bool is_any_order = std::holds_alternative<DeleteEvent>(command);
    return test::same(a.outcome, b.outcome) && a.rests_on == b.rests_on &&
           a.written_bytes == b.written_bytes &&
           (is_any_order ? std::ranges::is_permutation(a.facts, b.facts)
                         : std::ranges::equal(a.facts, b.facts));
}

/// Counts the speculated commands of all histories: speculating only on refusals would prove
/// little.
struct Supposed {
    Tally commands;
    /// Holds that had lapsed and were then ended by a fact.
    std::size_t lapsed_ended = 0;
};

/// A sale on two inventories with the same facts. One of them also speculates a lot and rolls back.
/// Holds lapse on each at its own time, as on two nodes.
class TwinInventories {
public:
    TwinInventories(std::uint64_t seed, Supposed& supposed) : random_{seed}, supposed_{supposed} {}

    /// Runs a batch on both; the speculating one may use a savepoint.
    void do_batch(std::size_t most) {
        const bool in_savepoint = random_() % 2 == 0;
        if (in_savepoint) bold_.open_savepoint();
        do_turns(random_() % most);
        if (in_savepoint) bold_.commit();
        bold_.verify();
    }

    void do_turns(std::size_t count) {
        while (count-- > 0 && !testing::Test::HasFatalFailure())
            do_turn();
    }

    /// Continues the sale on `bold_` alone, with a clock that runs ahead. Then rolls `bold_` back
    /// and checks that it is as before.
    void suppose(std::size_t most) {
        bold_.lapse(now_, random_() % 4);
        const auto before = bold_.digest();
        ASSERT_EQ(before, bold_.digest_anew());
        const auto pending = bold_.reservations().pending_count();
        const auto lapsed = bold_.reservations().lapsed_count();

        auto imagined = sale_;
        auto at = now_;
        bold_.open_savepoint();
        for (auto left = random_() % most; left > 0; --left) {
            const auto dice = RandomSale::throw_dice(random_);
            at = imagined.next_instant(dice, at);
            const auto command = imagined.next(dice, at);
            auto decision = decide(bold_, command, at);
            ASSERT_TRUE(test::same(decision.outcome, imagined.apply(command, at)))
                << "supposed: " << test::told(command);
            supposed_.commands.count(command, decision.outcome);
            for (const auto& fact : facts_of(std::move(decision), bold_.last_seq(), at))
                evolve(bold_, fact);
            if (random_() % 32 == 0) look_closely();
        }
        look_closely();
        supposed_.lapsed_ended += lapsed - bold_.reservations().lapsed_count();
        bold_.roll_back();

        ASSERT_EQ(bold_.digest(), before);
        ASSERT_EQ(bold_.digest_anew(), before);
        ASSERT_EQ(bold_.reservations().pending_count(), pending);
        ASSERT_EQ(bold_.reservations().lapsed_count(), lapsed);
        bold_.verify();
    }

    /// Lets each inventory forget a random number of rows.
    void let_go() {
        bold_.let_go(random_() % 8);
        calm_.let_go(random_() % 8);
    }

    void expect_same() {
        bold_.verify();
        calm_.verify();
        ASSERT_EQ(bold_.digest(), bold_.digest_anew());
        ASSERT_EQ(bold_.digest(), calm_.digest_anew());
        ASSERT_EQ(bold_.plans().list({.limit = 100}), calm_.plans().list({.limit = 100}));
        ASSERT_EQ(bold_.plans().newest(100, now_), calm_.plans().newest(100, now_));
        for (std::uint8_t user = 0; user < RandomSale::kUsers; ++user)
            ASSERT_EQ(
                bold_.list_reservations(sale_.user(user), {.limit = 1'000}, now_),
                calm_.list_reservations(sale_.user(user), {.limit = 1'000}, now_)
            );
    }

private:
    void do_turn() {
        const auto dice = RandomSale::throw_dice(random_);
        now_ = sale_.next_instant(dice, now_);
        if (!bold_.is_speculating() && dice[1] % 2 == 0) bold_.lapse(now_, dice[3] % 4U);
        if (dice[1] % 3 == 0) calm_.lapse(now_, dice[4] % 4U);
        const auto command = sale_.next(dice, now_);
        auto decision = decide(bold_, command, now_);
        ASSERT_TRUE(test::same(decision.outcome, sale_.apply(command, now_)))
            << test::told(command);
        ASSERT_TRUE(is_same(command, decision, decide(calm_, command, now_)))
            << test::told(command);
        for (const auto& fact : facts_of(std::move(decision), bold_.last_seq(), now_)) {
            evolve(bold_, fact);
            evolve(calm_, fact);
        }
    }

    /// The digest must be right even before the facts are durable, because it is written with them.
    void look_closely() {
        bold_.verify();
        ASSERT_EQ(bold_.digest(), bold_.digest_anew());
    }

    std::mt19937_64 random_;
    Supposed& supposed_;
    RandomSale sale_;
    Instant now_ = kTakingBackOpening;
    Inventory bold_{Digests::on};
    /// Keeps its digest, too: otherwise digest_anew() would lack the forgotten rows.
    Inventory calm_{Digests::on};
};

TEST(InventoryTakingBack, leaves_one_that_goes_on_like_one_that_never_speculated) {
    const auto seed = test::seed_of_this_run();
    const std::uint64_t histories = (is_slow() ? 20 : 500) * (test::is_soak() ? 10 : 1);
    Supposed supposed;
    for (std::uint64_t history = 0; history < histories && !HasFatalFailure(); ++history) {
        SCOPED_TRACE("FRONTROW_SEED=" + std::to_string(seed + history) + " starts with it");
        TwinInventories twins{seed + history, supposed};
        for (int round = 0; round < 10 && !HasFatalFailure(); ++round) {
            twins.do_batch(60);
            if (HasFatalFailure()) return;
            twins.let_go();
            twins.suppose(round % 4 == 0 ? 300 : 60);
        }
        if (HasFatalFailure()) return;
        twins.expect_same();
        twins.let_go();
        twins.do_turns(300);
        twins.expect_same();
    }
    if (!is_slow()) supposed.commands.expect_everything();
    EXPECT_GT(supposed.lapsed_ended, 0);
}

/// The facts of one sale in order.
std::vector<Fact> history_of(std::uint64_t seed, std::size_t turns) {
    std::mt19937_64 random{seed};
    RandomSale sale;
    Inventory inventory;
    auto now = kTakingBackOpening;
    std::vector<Fact> facts;
    for (; turns > 0; --turns) {
        const auto dice = RandomSale::throw_dice(random);
        now = sale.next_instant(dice, now);
        const auto command = sale.next(dice, now);
        static_cast<void>(sale.apply(command, now));
        for (auto& fact : facts_of(decide(inventory, command, now), inventory.last_seq(), now)) {
            evolve(inventory, fact);
            facts.push_back(std::move(fact));
        }
    }
    return facts;
}

/// A node that takes the facts in batches of its own. Some batches it takes twice: first as
/// speculation, then for good.
class CopyOfHistory {
public:
    explicit CopyOfHistory(std::uint64_t seed) : random_{seed} {}

    void take(std::span<const Fact> facts) {
        while (!facts.empty()) {
            const auto batch = some_of(facts);
            take_batch(batch);
            facts = facts.subspan(batch.size());
            inventory_.lapse(inventory_.last_at(), random_() % 4);
            if (!facts.empty() && random_() % 2 == 0) suppose(some_of(facts));
            if (random_() % 4 == 0) ASSERT_EQ(inventory_.digest(), inventory_.digest_anew());
        }
    }

    Inventory& inventory() { return inventory_; }

private:
    std::span<const Fact> some_of(std::span<const Fact> facts) {
        return facts.first(1 + random_() % std::min<std::size_t>(facts.size(), 40));
    }
    void take_batch(std::span<const Fact> facts) {
        const bool in_savepoint = random_() % 2 == 0;
        if (in_savepoint) inventory_.open_savepoint();
        for (const auto& fact : facts)
            evolve(inventory_, fact);
        if (in_savepoint) inventory_.commit();
    }
    void suppose(std::span<const Fact> facts) {
        inventory_.open_savepoint();
        for (const auto& fact : facts)
            evolve(inventory_, fact);
        inventory_.roll_back();
    }

    std::mt19937_64 random_;
    Inventory inventory_{Digests::on};
};

TEST(InventoryTakingBack, gives_all_copies_of_a_history_the_same_digest) {
    const auto seed = test::seed_of_this_run();
    const std::uint64_t histories = (is_slow() ? 10 : 200) * (test::is_soak() ? 10 : 1);
    for (std::uint64_t history = 0; history < histories && !HasFatalFailure(); ++history) {
        SCOPED_TRACE("FRONTROW_SEED=" + std::to_string(seed + history) + " starts with it");
        const auto facts = history_of(seed + history, 500);
        CopyOfHistory first{seed + history + 1};
        CopyOfHistory second{seed + history + 2};
        const std::span all{facts};
        for (std::size_t from = 0; from < all.size(); from += 100) {
            const auto part = all.subspan(from, std::min<std::size_t>(100, all.size() - from));
            first.take(part);
            second.take(part);
            if (HasFatalFailure()) return;
            ASSERT_EQ(first.inventory().digest(), second.inventory().digest());
        }
        first.inventory().verify();
        second.inventory().verify();
        Inventory plain;
        for (const auto& fact : facts)
            evolve(plain, fact);
        EXPECT_EQ(first.inventory().digest(), plain.digest_anew());
        EXPECT_EQ(
            first.inventory().digests_by_part().size(), second.inventory().digests_by_part().size()
        );
    }
}

constexpr OrderId kOrder{Bits128{6, 1}};
constexpr OrderId kLateOrder{Bits128{6, 2}};
constexpr PaymentId kDeclined{Bits128{7, 1}};
constexpr PaymentId kPaid{Bits128{7, 2}};
constexpr PaymentId kPaidLate{Bits128{7, 3}};
constexpr RefundId kFailed{Bits128{8, 1}};
constexpr RefundId kDone{Bits128{8, 2}};

/// Facts 31 to 51 of small_history(), by which a seat is sold, refunded and sold again.
std::vector<FactBody> facts_about_orders() {
    const SeatId seat{Bits128{2, 103}};
    const auto in = [](Millis time) { return kTakingBackOpening + time; };
    const auto held = [&](std::uint64_t number, Instant end) {
        return ReservationHeld{
            .reservation = ReservationId{Bits128{3, number}},
            .user = "payer-" + std::to_string(number),
            .seats = {seat},
            .total_amount = 8'000,
            .expires_at = end,
            .request = {.key = {4, number}, .content = {4, 9}},
        };
    };
    const auto placed = [&](OrderId order, std::uint64_t number) {
        return OrderPlaced{
            .order = order,
            .reservation = ReservationId{Bits128{3, number}},
            .lines = {{.seat = seat, .unit_price = 8'000, .amount = 8'000}},
            .amount = 8'000,
            .request = {.key = {4, 10 + number}, .content = {4, 9}},
        };
    };
    const auto intended = [](OrderId order, PaymentId payment, Instant pinned_until) {
        return PaymentIntended{
            .order = order,
            .payment = payment,
            .provider = "stripe",
            .token = "pm",
            .return_url = "https://tickets.example",
            .pinned_until = pinned_until,
            .request = RequestMark{.key = {4, 30 + payment.bits().lo}, .content = {4, 9}},
        };
    };
    const auto refund = [&](RefundId id) {
        return RefundIntended{
            .order = kOrder,
            .refund = id,
            .payment = kPaid,
            .amount = 8'000,
            .seats = {seat},
            .items = {},
            .returns_to_sale = true,
            .by = "house",
            .request = RequestMark{.key = {4, 40 + id.bits().lo}, .content = {4, 9}},
        };
    };
    const auto end = in(Millis{48});
    return {
        held(6, in(std::chrono::minutes{10})),
        placed(kOrder, 6),
        intended(kOrder, kDeclined, in(std::chrono::minutes{11})),
        PaymentPending{kOrder, kDeclined, "ref 1", "https://pay.example"},
        PaymentDeclined{kOrder, kDeclined, "no_funds"},
        intended(kOrder, kPaid, in(std::chrono::minutes{11})),
        PaymentSucceeded{kOrder, kPaid, "ref 2"},
        ReservationConfirmed{ReservationId{Bits128{3, 6}}},
        PaymentDisputed{kOrder, kPaid, true, kTakingBackOpening},
        refund(kFailed),
        RefundFailed{kOrder, kFailed, "closed_account"},
        refund(kDone),
        RefundSucceeded{kOrder, kDone, "re 2"},
        ReservationCancelled{ReservationId{Bits128{3, 6}}},
        MemberAdded{"late", MemberRole::scanner},
        held(7, end),
        placed(kLateOrder, 7),
        intended(kLateOrder, kPaidLate, end),
        ReservationExpired{ReservationId{Bits128{3, 7}}},
        PaymentSucceeded{kLateOrder, kPaidLate, "ref 3"},
        ReservationRestored{ReservationId{Bits128{3, 7}}},
    };
}

/// Some facts of every kind, with every field filled.
std::vector<Fact> small_history() {
    const EventId event{Bits128{1, 1}};
    const EventId other{Bits128{1, 2}};
    const ApiKeyId key{Bits128{5, 1}};
    EventSpec spec;
    spec.name = "First night";
    spec.description = "In the hall";
    spec.venue = "The hall";
    spec.start_at = kTakingBackOpening + std::chrono::days{10};
    spec.end_at = kTakingBackOpening + std::chrono::days{11};
    spec.total_seats = 3;
    spec.sales_start_at = kTakingBackOpening;
    spec.max_seats_per_user = 4;
    auto block = std::make_shared<SeatBlock>();
    block->first_id = SeatId{Bits128{2, 1}};
    const auto place = std::make_shared<const SeatDetails>(Position{.x = 1.5, .y = -2});
    block->seats = {
        {"A-1", "Stalls", "A", 8'000, place},
        {"A-2", "", "", 1, nullptr},
        {"A-3", "", "", 0, nullptr},
        {"B-1", "", "", 1, nullptr}
    };
    const auto held = [](std::uint64_t number, std::uint64_t seat) {
        return ReservationHeld{
            .reservation = ReservationId{Bits128{3, number}},
            .user = "buyer-" + std::to_string(number),
            .seats = {SeatId{Bits128{2, seat}}},
            .total_amount = 8'000,
            .expires_at = kTakingBackOpening + std::chrono::minutes{10},
            .request = {.key = Bits128{4, number}, .content = Bits128{4, 9}},
        };
    };
    const auto units = [&](std::uint64_t number, Items items) {
        auto body = held(number, 0);
        body.seats = {};
        body.items = std::move(items);
        return body;
    };
    auto more = std::make_shared<SeatBlock>();
    more->first_id = SeatId{Bits128{2, 101}};
    more->seats = {
        {"C-1", "", "", 0, nullptr}, {"C-2", "", "", 0, nullptr}, {"C-3", "", "", 0, nullptr}
    };
    const Allocation press{
        .name = "Press",
        .seats = {more->first_id, more->first_id.plus(1)},
        .limit = 1,
        .limit_per_user = 1,
        .until = kTakingBackOpening + std::chrono::hours{1},
        .codes = {{7, 1}},
    };
    const Allocation guests{.name = "Guests", .category = "Floor", .quantity = 4};
    auto allocated = held(5, 101);
    allocated.allocation = "Press";
    const std::vector<std::pair<EventId, FactBody>> bodies{
        {event, EventCreated{spec, "house"}},
        {other, EventCreated{spec, "house"}},
        {other, EventDeleted{}},
        {event, SeatsAdded{block}},
        {event, held(1, 1)},
        {event, held(2, 2)},
        {event, held(3, 3)},
        {event, ReservationConfirmed{ReservationId{Bits128{3, 1}}}},
        {event, ReservationCancelled{ReservationId{Bits128{3, 2}}}},
        {event,
         ReservationExtended{
             ReservationId{Bits128{3, 3}}, kTakingBackOpening + std::chrono::minutes{20}
         }},
        {{}, ApiKeyCreated{key, "door", Role::scanner, "frk_ab", {1, 2, 3}, "root", ""}},
        {{}, ApiKeyRevoked{key, "root"}},
        {{}, FormatRaised{1}},
        {event, SaleChanged{SaleAction::pause}},
        {event, MemberAdded{"otto", MemberRole::organizer}},
        {event, MemberAdded{"gate", MemberRole::scanner}},
        {event, MemberAdded{"spare", MemberRole::scanner}},
        {event, MemberRemoved{"spare"}},
        {event, CategoryAdded{{"Floor", 3'000, 10}}},
        {event, CategoryAdded{{"Balcony", 4'000, 10}}},
        {event, CategoryChanged{{"Floor", 3'500, 20}}},
        {event, units(4, {{"Floor", 2, 3'500}, {"Balcony", 1, 4'000}})},
        {event,
         ReservationChanged{
             .reservation = ReservationId{Bits128{3, 4}},
             .added_seats = {SeatId{Bits128{2, 4}}},
             .unit_prices = {1},
             .added_items = {{"Balcony", 1, 4'000}},
             .removed_items = {{"Floor", 1, 3'500}},
             .total_amount = 8'500,
         }},
        {event, SeatsAdded{more}},
        {event, AllocationAdded{press}},
        {event, AllocationAdded{guests}},
        {event, AllocationChanged{"Press", {.limit_per_user = 3}}},
        {event, AllocationAdded{{.name = "House", .category = "Floor", .quantity = 1}}},
        {event, AllocationEnded{"House"}},
        {event, allocated},
    };
    std::vector<Fact> facts;
    const auto add = [&](EventId about, const FactBody& body) {
        facts.push_back({
            .seq = facts.size() + 1,
            .at = kTakingBackOpening + Millis{facts.size()},
            .trace = {},
            .event = about,
            .body = body,
        });
    };
    for (const auto& [about, body] : bodies)
        add(about, body);
    for (const auto& body : facts_about_orders())
        add(event, body);
    const EventId cancelled{Bits128{1, 4}};
    add(cancelled, EventCreated{spec, "house"});
    add(cancelled, EventCancelled{});
    const TicketId ticket{ReservationId{Bits128{3, 1}}, 1};
    const TicketId other_ticket{ReservationId{Bits128{3, 7}}, 1};
    const auto scan = [](std::uint64_t number, Millis at) {
        return TicketScan{ScanId{Bits128{9, number}}, kTakingBackOpening + at, "West"};
    };
    add(event, TicketReissued{ticket, 2, "friend", "buyer-1"});
    add(event, TicketScanned{ticket, scan(1, Millis{54}), "gate"});
    add(event, TicketScanned{ticket, scan(2, Millis{53}), "gate"});
    add(event, TicketScanned{other_ticket, scan(3, Millis{56}), "gate"});
    add(event, TicketReinstated{other_ticket, "house"});
    return facts;
}

using Change = void (*)(std::vector<Fact>& facts);

template <class Body>
Body& body_at(std::vector<Fact>& facts, std::size_t place) {
    return std::get<Body>(facts[place].body);
}
Allocation& allocation_at(std::vector<Fact>& facts, std::size_t place) {
    return body_at<AllocationAdded>(facts, place).allocation;
}
ApiKeyId key_at(std::vector<Fact>& facts) {
    return body_at<ApiKeyCreated>(facts, 10).key;
}
EventSpec& spec_of(std::vector<Fact>& facts) {
    return body_at<EventCreated>(facts, 0).spec;
}
void change_block(std::vector<Fact>& facts, void (*change)(SeatBlock& block)) {
    auto& body = body_at<SeatsAdded>(facts, 3);
    auto block = std::make_shared<SeatBlock>(*body.block);
    change(*block);
    body.block = std::move(block);
}
void change_details(std::vector<Fact>& facts, SeatDetails details) {
    auto& body = body_at<SeatsAdded>(facts, 3);
    auto block = std::make_shared<SeatBlock>(*body.block);
    block->seats[0].details = std::make_shared<const SeatDetails>(std::move(details));
    body.block = std::move(block);
}

OrderPlaced& order_in(std::vector<Fact>& facts) {
    return body_at<OrderPlaced>(facts, 31);
}
/// The payment that is declined.
PaymentIntended& payment_in(std::vector<Fact>& facts) {
    return body_at<PaymentIntended>(facts, 32);
}
/// The refund that fails.
RefundIntended& refund_in(std::vector<Fact>& facts) {
    return body_at<RefundIntended>(facts, 39);
}

ReservationChanged& changed_in(std::vector<Fact>& facts) {
    return body_at<ReservationChanged>(facts, 22);
}

TicketScan& scan_in(std::vector<Fact>& facts) {
    return body_at<TicketScanned>(facts, 54).scan;
}

constexpr RequestMark kRequest{.key = {4, 20}, .content = {4, 21}};

void change_sale(std::vector<Fact>& facts, std::optional<RequestMark> request) {
    facts.push_back({
        .seq = facts.size() + 1,
        .at = facts.back().at,
        .trace = {},
        .event = facts.front().event,
        .body = SaleChanged{SaleAction::pause, request},
    });
}

/// Each changes one field of the state.
constexpr Change kChanges[]{
    [](auto& facts) { spec_of(facts).name = "Second night"; },
    [](auto& facts) { spec_of(facts).description = ""; },
    [](auto& facts) { spec_of(facts).venue = "The yard"; },
    [](auto& facts) { spec_of(facts).start_at += Millis{1}; },
    [](auto& facts) { spec_of(facts).end_at += Millis{1}; },
    [](auto& facts) { spec_of(facts).total_seats = 4; },
    [](auto& facts) { spec_of(facts).sales_start_at = std::nullopt; },
    [](auto& facts) { spec_of(facts).hold = std::chrono::seconds{1}; },
    [](auto& facts) { spec_of(facts).max_seats_per_reservation = 1; },
    [](auto& facts) { spec_of(facts).max_seats_per_user = 5; },
    [](auto& facts) { spec_of(facts).currency = *Currency::parse("EUR"); },
    [](auto& facts) { spec_of(facts).payment = PaymentRule::required; },
    [](auto& facts) { spec_of(facts).sales_end_at = spec_of(facts).end_at; },
    [](auto& facts) { spec_of(facts).stage = Stage{}; },
    [](auto& facts) { spec_of(facts).stage = Stage{1, 2, 3, 4}; },
    [](auto& facts) { spec_of(facts).stage = Stage{1, 2, 4, 3}; },
    [](auto& facts) { spec_of(facts).focal_point = Point{}; },
    [](auto& facts) { spec_of(facts).focal_point = Point{1, 2}; },
    [](auto& facts) { spec_of(facts).best_seats = SeatPreference::front; },
    [](auto& facts) { spec_of(facts).best_seats = SeatPreference::middle; },
    [](auto& facts) { body_at<EventCreated>(facts, 0).created_by = "yard"; },
    [](auto& facts) { facts[0].at -= Millis{1}; },
    [](auto& facts) { facts[1].event = facts[2].event = EventId{Bits128{1, 3}}; },
    [](auto& facts) { facts[2].body = EventUpdated{spec_of(facts)}; },
    [](auto& facts) { change_block(facts, [](auto& block) { block.seats[0].number = "A-0"; }); },
    [](auto& facts) { change_block(facts, [](auto& block) { block.seats[0].section = ""; }); },
    [](auto& facts) { change_block(facts, [](auto& block) { block.seats[0].row = "B"; }); },
    [](auto& facts) { change_block(facts, [](auto& block) { block.seats[1].price = 0; }); },
    [](auto& facts) {
        change_block(facts, [](auto& block) {
            block.seats.push_back({"A-4", "", "", 0, nullptr});
        });
    },
    [](auto& facts) { change_details(facts, {.position = {.x = 1.5, .y = {}}}); },
    [](auto& facts) { change_details(facts, {.position = {.x = -2, .y = 1.5}}); },
    [](auto& facts) { change_details(facts, {.flags = SeatFlags::accessible}); },
    [](auto& facts) { change_details(facts, {.flags = SeatFlags::restricted_view}); },
    [](auto& facts) { change_details(facts, {.label = "1"}); },
    [](auto& facts) { change_details(facts, {}); },
    [](auto& facts) { body_at<ReservationHeld>(facts, 5).user = "eve"; },
    [](auto& facts) { body_at<ReservationHeld>(facts, 5).user = "buyer-1"; },
    [](auto& facts) {
        body_at<ReservationHeld>(facts, 5).reservation = {};
        body_at<ReservationCancelled>(facts, 8).reservation = {};
    },
    [](auto& facts) { body_at<ReservationHeld>(facts, 5).total_amount = 7'999; },
    [](auto& facts) { body_at<ReservationHeld>(facts, 5).expires_at += Millis{1}; },
    [](auto& facts) { body_at<ReservationHeld>(facts, 5).request.key = Bits128{4, 7}; },
    [](auto& facts) { body_at<ReservationHeld>(facts, 5).request.content = {}; },
    [](auto& facts) {
        std::swap(
            body_at<ReservationHeld>(facts, 4).seats, body_at<ReservationHeld>(facts, 5).seats
        );
    },
    [](auto& facts) { facts[7].body = ReservationCancelled{ReservationId{Bits128{3, 1}}}; },
    [](auto& facts) { facts[7].at -= Millis{1}; },
    [](auto& facts) { body_at<ReservationExtended>(facts, 9).expires_at += Millis{1}; },
    [](auto& facts) { body_at<EventCreated>(facts, 0).request = kRequest; },
    [](auto& facts) { body_at<SeatsAdded>(facts, 3).request = kRequest; },
    [](auto& facts) { body_at<ReservationExtended>(facts, 9).request = kRequest; },
    [](auto& facts) {
        body_at<ReservationExtended>(facts, 9).request = {.key = {4, 22}, .content = {4, 21}};
    },
    [](auto& facts) {
        body_at<ReservationExtended>(facts, 9).request = {.key = {4, 20}, .content = {4, 22}};
    },
    [](auto& facts) { body_at<ApiKeyCreated>(facts, 10).request = kRequest; },
    [](auto& facts) { change_sale(facts, {}); },
    [](auto& facts) { change_sale(facts, kRequest); },
    [](auto& facts) { body_at<ApiKeyCreated>(facts, 10).name = "gate"; },
    [](auto& facts) { body_at<ApiKeyCreated>(facts, 10).role = Role::admin; },
    [](auto& facts) { body_at<ApiKeyCreated>(facts, 10).prefix = "frk_ac"; },
    [](auto& facts) { body_at<ApiKeyCreated>(facts, 10).digest[31] = 1; },
    [](auto& facts) { body_at<ApiKeyCreated>(facts, 10).created_by = "eve"; },
    [](auto& facts) { body_at<ApiKeyCreated>(facts, 10).account = "hall"; },
    [](auto& facts) { facts[11].body = ApiKeyMoved{key_at(facts), "hall", "root"}; },
    [](auto& facts) { facts[11].body = ApiKeyMoved{key_at(facts), "yard", "root"}; },
    [](auto& facts) { facts[10].at -= Millis{1}; },
    [](auto& facts) { facts[11].at += Millis{1}; },
    [](auto& facts) { facts.erase(facts.begin() + 11); },
    [](auto& facts) { facts.erase(facts.begin() + 12); },
    [](auto& facts) { body_at<SaleChanged>(facts, 13).action = SaleAction::end; },
    [](auto& facts) { body_at<SaleChanged>(facts, 13).action = SaleAction::open; },
    [](auto& facts) { facts[13].at += Millis{1}; },
    [](auto& facts) { body_at<MemberAdded>(facts, 14).sub = "olga"; },
    [](auto& facts) { body_at<MemberAdded>(facts, 14).role = MemberRole::scanner; },
    [](auto& facts) { body_at<MemberAdded>(facts, 15).role = MemberRole::organizer; },
    [](auto& facts) { facts[15].at -= Millis{1}; },
    [](auto& facts) { std::swap(facts[14].body, facts[15].body); },
    [](auto& facts) { body_at<MemberRemoved>(facts, 17).sub = "gate"; },
    [](auto& facts) { facts.pop_back(); },
    [](auto& facts) { facts.resize(18); },
    [](auto& facts) { body_at<CategoryAdded>(facts, 19).category.price = 4'001; },
    [](auto& facts) { body_at<CategoryAdded>(facts, 19).category.total_stock = 11; },
    [](auto& facts) { body_at<CategoryAdded>(facts, 19).request = kRequest; },
    [](auto& facts) { std::swap(facts[18].body, facts[19].body); },
    [](auto& facts) { body_at<CategoryChanged>(facts, 20).category.price = 3'501; },
    [](auto& facts) { body_at<CategoryChanged>(facts, 20).category.total_stock = 21; },
    [](auto& facts) { body_at<CategoryChanged>(facts, 20).category.name = "Balcony"; },
    [](auto& facts) { body_at<ReservationHeld>(facts, 21).items[0].quantity = 3; },
    [](auto& facts) { body_at<ReservationHeld>(facts, 21).items[1].unit_price = 3'000; },
    [](auto& facts) { body_at<ReservationHeld>(facts, 21).items[1].category = "Floor"; },
    [](auto& facts) { body_at<ReservationHeld>(facts, 21).items.pop_back(); },
    [](auto& facts) { body_at<ReservationHeld>(facts, 21).total_amount = 8'001; },
    [](auto& facts) { changed_in(facts).added_seats.clear(); },
    [](auto& facts) { changed_in(facts).added_items[0].quantity = 2; },
    [](auto& facts) { changed_in(facts).added_items[0].unit_price = 4'001; },
    [](auto& facts) { changed_in(facts).added_items[0].category = "Floor"; },
    [](auto& facts) { changed_in(facts).added_items.clear(); },
    [](auto& facts) { changed_in(facts).removed_items[0].quantity = 2; },
    [](auto& facts) { changed_in(facts).removed_items = {{"Balcony", 1, 4'000}}; },
    [](auto& facts) { changed_in(facts).removed_items.clear(); },
    [](auto& facts) { changed_in(facts).total_amount = 8'501; },
    [](auto& facts) { changed_in(facts).request = kRequest; },
    [](auto& facts) { allocation_at(facts, 24).seats.pop_back(); },
    [](auto& facts) { allocation_at(facts, 24).limit = 2; },
    [](auto& facts) { allocation_at(facts, 24).limit.reset(); },
    [](auto& facts) { *allocation_at(facts, 24).until += Millis{1}; },
    [](auto& facts) { allocation_at(facts, 24).codes.push_back({7, 2}); },
    [](auto& facts) { allocation_at(facts, 24).codes.front().lo = 3; },
    [](auto& facts) { body_at<AllocationAdded>(facts, 24).request = kRequest; },
    [](auto& facts) { allocation_at(facts, 25).name = "Friends"; },
    [](auto& facts) { allocation_at(facts, 25).category = "Balcony"; },
    [](auto& facts) { allocation_at(facts, 25).quantity = 5; },
    [](auto& facts) { body_at<AllocationChanged>(facts, 26).change.limit_per_user = 4; },
    [](auto& facts) { body_at<AllocationEnded>(facts, 28).name = "Guests"; },
    [](auto& facts) { body_at<ReservationHeld>(facts, 29).seats = {SeatId{Bits128{2, 102}}}; },
    [](auto& facts) {
        auto& body = body_at<ReservationHeld>(facts, 29);
        body.seats = {};
        body.items = {{"Floor", 1, 0}};
    },
    [](auto& facts) {
        auto& body = body_at<ReservationHeld>(facts, 29);
        body.seats = {};
        body.items = {{"Floor", 1, 0}};
        body.allocation = "";
    },
    [](auto& facts) {
        for (const auto place : {31, 32, 33, 34, 35, 36, 38, 39, 40, 41, 42})
            std::visit(
                [](auto& body) {
                    if constexpr (requires { body.order; }) body.order = OrderId{};
                },
                facts[static_cast<std::size_t>(place)].body
            );
    },
    [](auto& facts) { order_in(facts).lines[0].kind = LineKind::category; },
    [](auto& facts) { order_in(facts).lines[0].seat = SeatId{Bits128{2, 102}}; },
    [](auto& facts) { order_in(facts).lines[0].category = "Floor"; },
    [](auto& facts) { order_in(facts).lines[0].quantity = 2; },
    [](auto& facts) { order_in(facts).lines[0].unit_price = 8'001; },
    [](auto& facts) { order_in(facts).lines[0].amount = 8'001; },
    [](auto& facts) { order_in(facts).lines.push_back({.category = "Floor"}); },
    [](auto& facts) { order_in(facts).amount = 8'001; },
    [](auto& facts) { order_in(facts).request.key = {4, 99}; },
    [](auto& facts) { order_in(facts).request.content = {4, 99}; },
    [](auto& facts) { facts[31].at -= Millis{1}; },
    [](auto& facts) {
        body_at<PaymentIntended>(facts, 32).payment = PaymentId{};
        body_at<PaymentPending>(facts, 33).payment = PaymentId{};
        body_at<PaymentDeclined>(facts, 34).payment = PaymentId{};
    },
    [](auto& facts) { payment_in(facts).method = PaymentMethod::invoice; },
    [](auto& facts) { payment_in(facts).provider = "other"; },
    [](auto& facts) { payment_in(facts).token = "tok"; },
    [](auto& facts) { payment_in(facts).return_url = ""; },
    [](auto& facts) { payment_in(facts).pinned_until -= Millis{1}; },
    [](auto& facts) { payment_in(facts).request.reset(); },
    [](auto& facts) { payment_in(facts).request->key = {4, 99}; },
    [](auto& facts) { payment_in(facts).request->content = {4, 99}; },
    [](auto& facts) { facts[32].at -= Millis{1}; },
    [](auto& facts) { facts[35].at -= Millis{1}; },
    [](auto& facts) { body_at<PaymentPending>(facts, 33).reference = "ref 0"; },
    [](auto& facts) { body_at<PaymentPending>(facts, 33).redirect_url = ""; },
    [](auto& facts) { body_at<PaymentDeclined>(facts, 34).code = ""; },
    [](auto& facts) { facts[34].at -= Millis{1}; },
    [](auto& facts) { body_at<PaymentSucceeded>(facts, 36).reference = "ref 0"; },
    [](auto& facts) { facts[36].at -= Millis{1}; },
    [](auto& facts) { body_at<PaymentDisputed>(facts, 38).is_disputed = false; },
    [](auto& facts) { body_at<PaymentDisputed>(facts, 38).payment = kDeclined; },
    [](auto& facts) { body_at<PaymentDisputed>(facts, 38).signed_at.reset(); },
    [](auto& facts) { facts[38].at -= Millis{1}; },
    [](auto& facts) {
        body_at<RefundIntended>(facts, 39).refund = RefundId{};
        body_at<RefundFailed>(facts, 40).refund = RefundId{};
    },
    [](auto& facts) { refund_in(facts).payment = kDeclined; },
    [](auto& facts) { refund_in(facts).reason = RefundReason::event_cancelled; },
    [](auto& facts) { refund_in(facts).amount = 7'999; },
    [](auto& facts) { refund_in(facts).seats.clear(); },
    [](auto& facts) { refund_in(facts).items = {{"Floor", 1, 0}}; },
    [](auto& facts) { refund_in(facts).returns_to_sale = false; },
    [](auto& facts) { refund_in(facts).tickets = {1}; },
    [](auto& facts) { refund_in(facts).by = "yard"; },
    [](auto& facts) { refund_in(facts).request.reset(); },
    [](auto& facts) { facts[39].at -= Millis{1}; },
    [](auto& facts) { body_at<RefundFailed>(facts, 40).code = ""; },
    [](auto& facts) { facts[40].at -= Millis{1}; },
    [](auto& facts) { body_at<RefundSucceeded>(facts, 42).reference = ""; },
    [](auto& facts) { facts[42].at -= Millis{1}; },
    [](auto& facts) { facts[43].at -= Millis{1}; },
    // The money comes back, or the refund that had failed has succeeded.
    [](auto& facts) { facts[44].body = RefundFailed{kOrder, kDone, "closed_account"}; },
    [](auto& facts) { facts[44].body = RefundSucceeded{kOrder, kFailed, "re 1"}; },
    // The event is cancelled twice.
    [](auto& facts) { facts[44].body = EventCancelled{}; },
    // Leaves the reservation expired, and its order closed.
    [](auto& facts) { facts[50].body = EventUpdated{spec_of(facts)}; },
    [](auto& facts) { facts[50].at -= Millis{1}; },
    [](auto& facts) { body_at<EventCancelled>(facts, 52).request = kRequest; },
    [](auto& facts) { facts[52].body = EventUpdated{spec_of(facts)}; },
    [](auto& facts) { spec_of(facts).admission = Admission::of({{{"West", {}, {}}}}); },
    [](auto& facts) { spec_of(facts).admission = Admission::of({{{"West", {"Stalls"}, {}}}}); },
    [](auto& facts) { spec_of(facts).admission = Admission::of({{{"West", {}, {"Stalls"}}}}); },
    [](auto& facts) { spec_of(facts).admission = Admission::of({{}, {true, {}, {}}}); },
    [](auto& facts) { spec_of(facts).admission = Admission::of({{}, {false, {{"Diet"}}, {}}}); },
    [](auto& facts) {
        spec_of(facts).admission = Admission::of({{}, {false, {{"Diet", true}}, {}}});
    },
    [](auto& facts) { spec_of(facts).admission = Admission::of({{}, {false, {}, "Diet"}}); },
    [](auto& facts) {
        for (const auto place : {53UZ, 54UZ, 55UZ})
            std::visit(
                [](auto& body) {
                    if constexpr (requires { body.ticket; }) body.ticket.number = 2;
                },
                facts[place].body
            );
    },
    [](auto& facts) {
        for (const auto place : {53UZ, 54UZ, 55UZ})
            facts[place].event = facts[52].event;
    },
    [](auto& facts) { body_at<TicketReissued>(facts, 53).holder = "fiend"; },
    [](auto& facts) { body_at<TicketReissued>(facts, 53).holder = ""; },
    [](auto& facts) { body_at<TicketReissued>(facts, 53).request = kRequest; },
    [](auto& facts) { facts[53].body = EventUpdated{spec_of(facts)}; },
    [](auto& facts) { scan_in(facts).id = {}; },
    [](auto& facts) { scan_in(facts).at -= Millis{1}; },
    [](auto& facts) { scan_in(facts).gate = "East"; },
    [](auto& facts) { body_at<TicketScanned>(facts, 54).is_late = true; },
    [](auto& facts) { facts[54].body = EventUpdated{spec_of(facts)}; },
    [](auto& facts) { facts[57].at += Millis{1}; },
    [](auto& facts) { body_at<TicketReinstated>(facts, 57).request = kRequest; },
};

TEST(InventoryTakingBack, gives_another_digest_for_another_value_of_any_field) {
    const auto digest_of = [](const std::vector<Fact>& facts) {
        Inventory inventory;
        for (const auto& fact : facts)
            evolve(inventory, fact);
        return inventory.digest_anew();
    };
    std::vector<Bits128> digests{digest_of(small_history())};
    for (std::size_t i = 0; i < std::size(kChanges); ++i) {
        auto facts = small_history();
        kChanges[i](facts);
        digests.push_back(digest_of(facts));
        EXPECT_EQ(std::ranges::count(digests, digests.back()), 1) << "change " << i;
    }
}

/// Lapsing depends on one node's clock, so it must not make copies differ.
TEST(InventoryTakingBack, moves_no_digest_when_holds_lapse) {
    Inventory inventory{Digests::on};
    for (const auto& fact : small_history())
        evolve(inventory, fact);
    const auto before = inventory.digest();
    inventory.lapse(inventory.last_at() + std::chrono::hours{1}, 1'000);
    EXPECT_EQ(inventory.reservations().lapsed_count(), 3);
    EXPECT_EQ(inventory.digest(), before);
    EXPECT_EQ(inventory.digest_anew(), before);
}

TEST(InventoryTakingBack, stops_where_holds_would_lapse_while_it_speculates) {
    Inventory inventory;
    inventory.open_savepoint();
    EXPECT_DEATH(inventory.lapse(kTakingBackOpening, 1), "a relation that must hold");
    inventory.roll_back();
}

}  // namespace
}  // namespace frontrow::domain
