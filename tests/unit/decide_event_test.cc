#include "box_office.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

const Organizer kOther{.sub = "another house", .is_admin = false};
const Organizer kAdmin{.sub = "root", .is_admin = true};
const EventId kNoEvent{Bits128{99, 99}};

EventSpec renamed(std::string name) {
    auto spec = BoxOffice::spec();
    spec.name = std::move(name);
    return spec;
}
EventSpec in_euro() {
    auto spec = BoxOffice::spec();
    spec.currency = *Currency::parse("EUR");
    return spec;
}
EventSpec to_be_paid() {
    auto spec = BoxOffice::spec();
    spec.payment = PaymentRule::required;
    return spec;
}
EventSpec starting(Instant at, std::string name) {
    auto spec = renamed(std::move(name));
    spec.start_at = at;
    return spec;
}

EventSpec sold_until(std::optional<Instant> end) {
    auto spec = BoxOffice::spec();
    spec.sales_end_at = end;
    return spec;
}

std::vector<std::string> names_of(const std::vector<Event>& events) {
    std::vector<std::string> names;
    for (const auto& event : events)
        names.push_back(event.spec.name);
    return names;
}

TEST(CreateEvent, answers_with_the_event_in_its_first_version) {
    BoxOffice office;
    office.now += 5ms;
    const EventId id{Bits128{7, 7}};
    const auto outcome = office.act(CreateEvent{id, BoxOffice::owner(), BoxOffice::spec()});
    const Event expected{
        .id = id,
        .spec = BoxOffice::spec(),
        .created_by = "house",
        .created_at = office.now,
        .updated_at = office.now,
        .version = 1,
    };
    EXPECT_EQ(std::get<Event>(outcome.value().entity), expected);
    EXPECT_FALSE(outcome->replayed);
    EXPECT_EQ(office.inventory().plans().find(id)->event, expected);
}

TEST(UpdateEvent, changes_the_spec_and_raises_the_version_and_nothing_else) {
    BoxOffice office;
    const auto id = office.open(1);
    const auto before = office.inventory().plans().find(id)->event;
    office.now += 1h;
    const auto outcome = office.update(id, renamed("Second night"));
    auto expected = before;
    expected.spec = renamed("Second night");
    expected.updated_at = office.now;
    expected.version = 2;
    EXPECT_EQ(std::get<Event>(outcome.value().entity), expected);
    EXPECT_EQ(office.inventory().plans().find(id)->event, expected);
}

TEST(UpdateEvent, ends_and_reopens_a_sale_by_moving_its_end) {
    BoxOffice office;
    const auto start = BoxOffice::spec().start_at;
    const auto id = office.open(4);
    office.now = start - 1h;
    ASSERT_TRUE(office.update(id, sold_until(office.now)));
    EXPECT_EQ(answer(office.reserve(id, "ann", {0})), "sales_closed");
    ASSERT_TRUE(office.update(id, sold_until(start + 1h)));
    office.now = start;
    EXPECT_EQ(answer(office.reserve(id, "ann", {0})), "accepted");
    ASSERT_TRUE(office.update(id, sold_until({})));
    EXPECT_EQ(answer(office.reserve(id, "ann", {1})), "sales_closed");
    EXPECT_THAT(office.violations(), IsEmpty());
}

TEST(Event, is_on_sale_from_the_opening_until_the_end_of_sales) {
    const auto start = BoxOffice::spec().start_at;
    const struct {
        std::optional<Instant> sales_start, sales_end;
        Instant at;
        std::string_view state;
    } rows[] = {
        {{}, {}, Instant{}, "open"},
        {{}, {}, start - 1ms, "open"},
        {{}, {}, start, "ended"},
        {start - 2h, {}, start - 2h - 1ms, "upcoming"},
        {start - 2h, {}, start - 2h, "open"},
        {start - 2h, start - 1h, start - 1h - 1ms, "open"},
        {start - 2h, start - 1h, start - 1h, "ended"},
        {{}, start + 1h, start, "open"},
        {{}, start + 1h, start + 1h - 1ms, "open"},
        {{}, start + 1h, start + 1h, "ended"},
        {start + 1h, start + 2h, start, "upcoming"},
        // An old fact may have sales that end before they begin: they are over.
        {start + 1h, {}, start, "ended"},
    };
    for (const auto& row : rows) {
        Event event{.spec = sold_until(row.sales_end)};
        event.spec.sales_start_at = row.sales_start;
        EXPECT_EQ(name_of(sale_state(event, row.at)), row.state) << to_rfc3339(row.at);
    }
}

TEST(Events, have_an_end_of_sales_once_the_journal_has_the_format_that_it_came_with) {
    const auto with_end = sold_until(BoxOffice::spec().start_at);
    const EventId id{Bits128{1, 1}};
    Inventory inventory;
    const auto decided = [&](const Command& command) {
        return decide(inventory, command, kOpening);
    };
    const CreateEvent create{id, BoxOffice::owner(), BoxOffice::spec()};
    EXPECT_EQ(answer(decided(create).outcome), "accepted");
    evolve(
        inventory,
        {.seq = 1, .at = kOpening, .event = id, .body = EventCreated{BoxOffice::spec(), "house"}}
    );
    const CreateEvent another{EventId{Bits128{1, 2}}, BoxOffice::owner(), with_end};
    const UpdateEvent update{id, BoxOffice::owner(), with_end, {}};
    for (const Command& command : {Command{another}, Command{update}}) {
        const auto decision = decided(command);
        EXPECT_EQ(answer(decision.outcome), "format_too_low");
        EXPECT_THAT(decision.facts, IsEmpty());
    }
    evolve(inventory, {.seq = 2, .at = kOpening, .event = {}, .body = FormatRaised{1}});
    EXPECT_EQ(answer(decided(another).outcome), "accepted");
    EXPECT_EQ(answer(decided(update).outcome), "accepted");
}

TEST(CreateEvent, waits_until_what_it_says_about_the_hall_is_let_in) {
    Inventory inventory;
    const auto create = [&](auto change) {
        auto spec = BoxOffice::spec();
        change(spec);
        const CreateEvent command{EventId{Bits128{1, 1}}, BoxOffice::owner(), std::move(spec)};
        return answer(decide(inventory, command, kOpening).outcome);
    };
    const auto expect_all = [&](std::string_view expected) {
        EXPECT_EQ(create([](auto& spec) { spec.stage = Stage{0, 0, 1, 1}; }), expected);
        EXPECT_EQ(create([](auto& spec) { spec.focal_point = Point{}; }), expected);
        EXPECT_EQ(create([](auto& spec) { spec.best_seats = SeatPreference::middle; }), expected);
    };
    expect_all("format_too_low");
    EXPECT_EQ(create([](auto&) {}), "accepted");
    evolve(inventory, {.seq = 1, .at = kOpening, .body = FormatRaised{2}});
    expect_all("accepted");
}

TEST(UpdateEvent, raises_the_version_even_when_the_spec_stays) {
    BoxOffice office;
    const auto id = office.open(0);
    EXPECT_EQ(std::get<Event>(office.update(id, BoxOffice::spec())->entity).version, 2U);
}

TEST(Events, are_changed_by_their_organizer_or_an_admin_and_hidden_from_others) {
    const struct {
        Organizer by;
        bool exists;
        std::string_view answer;
    } rows[] = {
        {BoxOffice::owner(), true, "accepted"},
        {kAdmin, true, "accepted"},
        {{.sub = "house", .is_admin = true}, true, "accepted"},
        {kOther, true, "event_not_found"},
        {{.sub = "", .is_admin = false}, true, "event_not_found"},
        {BoxOffice::owner(), false, "event_not_found"},
        {kAdmin, false, "event_not_found"},
    };
    for (const auto& row : rows) {
        BoxOffice office;
        const auto made = office.open(1);
        const auto id = row.exists ? made : kNoEvent;
        EXPECT_EQ(answer(office.update(id, renamed("x"), row.by)), row.answer) << row.by.sub;
        EXPECT_EQ(answer(office.add_seats(id, {"new"}, row.by)), row.answer) << row.by.sub;
        EXPECT_EQ(answer(office.change_sale(id, SaleAction::pause, row.by)), row.answer)
            << row.by.sub;
        EXPECT_EQ(answer(office.remove(id, row.by)), row.answer) << row.by.sub;
    }
}

TEST(Events, keep_their_organizer_when_an_admin_changes_them) {
    BoxOffice office;
    const auto id = office.open(0);
    ASSERT_TRUE(office.update(id, renamed("x"), kAdmin));
    EXPECT_EQ(office.inventory().plans().find(id)->event.created_by, "house");
    EXPECT_EQ(answer(office.update(id, renamed("y"))), "accepted");
}

TEST(Events, are_changed_only_in_the_version_that_was_named) {
    const struct {
        MeantVersions if_version;
        std::string_view answer;
    } rows[] = {
        {{}, "accepted"},
        {{{2}}, "accepted"},
        {{{1, 2}}, "accepted"},
        {{{2, 3}}, "accepted"},
        {{{0}}, "version_stale"},
        {{{1}}, "version_stale"},
        {{{3}}, "version_stale"},
        {{{1, 3}}, "version_stale"},
        {MeantVersions{std::in_place}, "version_stale"},
    };
    for (const auto& row : rows) {
        BoxOffice office;
        const auto id = office.open(1);
        ASSERT_TRUE(office.update(id, renamed("the second version")));
        const auto owner = BoxOffice::owner();
        EXPECT_EQ(answer(office.update(id, renamed("x"), owner, row.if_version)), row.answer);
        const auto second = office.open(0);
        ASSERT_TRUE(office.update(second, renamed("the second version")));
        EXPECT_EQ(answer(office.remove(second, owner, row.if_version)), row.answer);
    }
}

TEST(Events, keep_their_version_when_seats_are_added_or_sold) {
    BoxOffice office;
    const auto id = office.open(2);
    ASSERT_TRUE(office.confirm(office.hold(id, "ann", {0})));
    EXPECT_EQ(answer(office.update(id, renamed("x"), BoxOffice::owner(), {{1}})), "accepted");
}

// Which changes an event allows, depending on the state of one seat. The seat has a 10-minute hold
// made at 0.
enum class Seat { never_held, held, sold, cancelled };

struct ByState {
    Seat state;
    Millis at;
    std::string_view answer;
};
const ByState kByState[] = {
    {Seat::never_held, 0min, "accepted"},
    {Seat::held, 0min, "event_has_sales"},
    {Seat::held, 10min - 1ms, "event_has_sales"},
    {Seat::held, 10min, "accepted"},
    {Seat::held, 10min + 1ms, "accepted"},
    {Seat::sold, 0min, "event_has_sales"},
    {Seat::sold, 24h * 365, "event_has_sales"},
    {Seat::cancelled, 0min, "accepted"},
};

EventId open_with(BoxOffice& office, const ByState& row) {
    const auto id = office.open(2);
    if (row.state != Seat::never_held) {
        const auto held = office.hold(id, "ann", {0});
        if (row.state == Seat::sold) CHECK(office.confirm(held));
        if (row.state == Seat::cancelled) CHECK(office.cancel(held));
    }
    office.now += row.at;
    return id;
}

TEST(Events, keep_currency_and_payment_while_a_seat_is_held_or_sold) {
    for (const auto& row : kByState) {
        for (const auto& spec : {in_euro(), to_be_paid()}) {
            BoxOffice office;
            const auto id = open_with(office, row);
            const auto outcome = office.update(id, spec);
            EXPECT_EQ(answer(outcome), row.answer)
                << "state " << static_cast<int>(row.state) << " at " << row.at.count() << " ms";
        }
    }
}

TEST(Events, may_change_all_but_currency_and_payment_while_seats_are_held_and_sold) {
    for (const auto& row : kByState) {
        BoxOffice office;
        const auto id = open_with(office, row);
        auto spec = renamed("Second night");
        spec.start_at += 24h;
        spec.hold = 1min;
        spec.max_seats_per_user = 1;
        EXPECT_EQ(answer(office.update(id, spec)), "accepted");
    }
}

TEST(Events, are_deleted_only_when_no_seat_is_held_or_sold) {
    for (const auto& row : kByState) {
        BoxOffice office;
        const auto id = open_with(office, row);
        EXPECT_EQ(answer(office.remove(id)), row.answer)
            << "state " << static_cast<int>(row.state) << " at " << row.at.count() << " ms";
        EXPECT_EQ(office.inventory().plans().find(id) == nullptr, row.answer == "accepted");
        EXPECT_THAT(office.violations(), IsEmpty());
    }
}

TEST(Events, are_not_tied_by_the_sales_of_another_event) {
    BoxOffice office;
    const auto sold_one = office.open(2);
    const auto id = office.open(2);
    ASSERT_TRUE(office.confirm(office.hold(sold_one, "ann", {0})));
    office.hold(id, "ann", {0});
    office.now += 9min;
    // This hold still runs when the hold of the other event has expired.
    office.hold(sold_one, "bob", {1});
    EXPECT_EQ(answer(office.remove(id)), "event_has_sales");
    office.now += 1min;
    EXPECT_EQ(answer(office.update(id, in_euro())), "accepted");
    EXPECT_EQ(answer(office.remove(id)), "accepted");
}

TEST(DeleteEvent, ends_its_unswept_holds_first_and_no_other_events) {
    BoxOffice office;
    const auto id = office.open(3);
    const auto other = office.open(1);
    const auto first = office.hold(id, "ann", {0});
    const auto elsewhere = office.hold(other, "ann", {0});
    const auto second = office.hold(id, "bob", {1, 2});
    office.now += 10min;
    const auto outcome = office.remove(id);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(outcome.value().entity));
    ASSERT_EQ(office.facts_of_last(), 3U);
    const auto& history = office.history();
    const auto n = history.size();
    EXPECT_EQ(std::get<ReservationExpired>(history[n - 3].body).reservation, first.id);
    EXPECT_EQ(std::get<ReservationExpired>(history[n - 2].body).reservation, second.id);
    EXPECT_TRUE(std::holds_alternative<EventDeleted>(history[n - 1].body));
    EXPECT_EQ(office.inventory().reservations().pending_count(), 1U);
    EXPECT_EQ(office.status(elsewhere), ReservationStatus::expired);
    EXPECT_EQ(office.sweep(), 1U);
}

TEST(DeleteEvent, leaves_neither_the_event_nor_its_seats_to_be_found) {
    BoxOffice office;
    const auto id = office.open(2);
    const auto other = office.open(1);
    const auto seat = office.seat(id, 1);
    const auto held = office.hold(id, "ann", {0});
    auto wish = office.wish(id, "bob", {1});
    ASSERT_TRUE(office.cancel(held));
    ASSERT_TRUE(office.remove(id));

    EXPECT_EQ(office.inventory().plans().find(id), nullptr);
    EXPECT_EQ(office.inventory().plans().find_seat(seat), std::nullopt);
    EXPECT_EQ(answer(office.act(wish)), "event_not_found");
    wish.event = other;
    EXPECT_EQ(answer(office.act(wish)), "seat_not_found");
    EXPECT_EQ(answer(office.update(id, renamed("x"))), "event_not_found");
    EXPECT_EQ(answer(office.add_seats(id, {"x"})), "event_not_found");
    EXPECT_EQ(answer(office.remove(id)), "event_not_found");
    EXPECT_EQ(office.inventory().plans().size(), 1U);
    // The buyer's reservation stays in the list.
    EXPECT_EQ(office.status(held), ReservationStatus::cancelled);
    EXPECT_EQ(answer(office.cancel(held)), "accepted");
    EXPECT_EQ(answer(office.confirm(held)), "reservation_cancelled");
}

TEST(ChangeSale, answers_with_the_event_and_changes_nothing_else_of_it) {
    BoxOffice office;
    const auto id = office.open(1);
    auto expected = office.inventory().plans().find(id)->event;
    EXPECT_EQ(expected.sale, SaleAction::open);
    for (const auto action : {SaleAction::pause, SaleAction::open, SaleAction::end}) {
        office.now += 1h;
        const auto outcome = office.change_sale(id, action);
        expected.sale = action;
        expected.updated_at = office.now;
        ++expected.version;
        EXPECT_EQ(std::get<Event>(outcome.value().entity), expected) << name_of(action);
        EXPECT_EQ(office.inventory().plans().find(id)->event, expected) << name_of(action);
        EXPECT_EQ(office.facts_of_last(), 1U) << name_of(action);
        EXPECT_EQ(std::get<SaleChanged>(office.history().back().body).action, action);
    }
    EXPECT_THAT(office.violations(), IsEmpty());
}

/// The outcome of an action, depending on the actions before it, in their order.
TEST(ChangeSale, leads_from_each_state_to_these_and_no_other) {
    using enum SaleAction;
    const struct {
        std::vector<SaleAction> before;
        SaleAction action;
        std::string_view answer;
        std::size_t facts;
    } rows[] = {
        {{}, open, "accepted", 0},
        {{}, pause, "accepted", 1},
        {{}, end, "accepted", 1},
        {{pause}, open, "accepted", 1},
        {{pause}, pause, "accepted", 0},
        {{pause}, end, "accepted", 1},
        {{pause, open}, open, "accepted", 0},
        {{pause, open}, pause, "accepted", 1},
        {{end}, open, "sales_closed", 0},
        {{end}, pause, "sales_closed", 0},
        {{end}, end, "accepted", 0},
        {{pause, end}, open, "sales_closed", 0},
    };
    for (const auto& row : rows) {
        BoxOffice office;
        const auto id = office.open(1);
        for (const auto action : row.before)
            ASSERT_TRUE(office.change_sale(id, action));
        const auto before = office.inventory().plans().find(id)->event;
        office.now += 1h;
        const auto outcome = office.change_sale(id, row.action);
        EXPECT_EQ(answer(outcome), row.answer) << name_of(row.action);
        EXPECT_EQ(office.facts_of_last(), row.facts) << name_of(row.action);
        const auto& after = office.inventory().plans().find(id)->event;
        EXPECT_EQ(after.version, before.version + row.facts) << name_of(row.action);
        if (row.facts == 0) EXPECT_EQ(after, before) << name_of(row.action);
        if (outcome) EXPECT_EQ(std::get<Event>(outcome->entity), after) << name_of(row.action);
    }
}

TEST(ChangeSale, refuses_for_the_first_reason_of_those_that_apply) {
    BoxOffice office;
    const auto id = office.open(1);
    const auto owner = BoxOffice::owner();
    ASSERT_TRUE(office.change_sale(id, SaleAction::end));
    EXPECT_EQ(answer(office.change_sale(kNoEvent, SaleAction::open)), "event_not_found");
    EXPECT_EQ(answer(office.change_sale(id, SaleAction::open, kOther, {{9}})), "event_not_found");
    EXPECT_EQ(answer(office.change_sale(id, SaleAction::open, owner, {{1}})), "version_stale");
    // Even if nothing would change: the version isn't the one that the caller saw.
    EXPECT_EQ(answer(office.change_sale(id, SaleAction::end, owner, {{1}})), "version_stale");
    EXPECT_EQ(answer(office.change_sale(id, SaleAction::end, owner, {{2}})), "accepted");
    EXPECT_EQ(answer(office.change_sale(id, SaleAction::open, owner, {{2}})), "sales_closed");
    EXPECT_EQ(answer(office.change_sale(id, SaleAction::pause, kAdmin, {{2}})), "sales_closed");
}

TEST(ChangeSale, and_the_events_times_together_say_how_its_sale_stands) {
    using enum SaleAction;
    auto spec = BoxOffice::spec();
    spec.sales_start_at = kOpening + 24h;
    spec.sales_end_at = kOpening + 48h;
    const struct {
        Millis at;
        SaleAction last;
        SaleState state;
    } rows[] = {
        {0ms, open, SaleState::upcoming},
        {0ms, pause, SaleState::upcoming},
        {0ms, end, SaleState::ended},
        {24h - 1ms, pause, SaleState::upcoming},
        {24h, open, SaleState::open},
        {24h, pause, SaleState::paused},
        {24h, end, SaleState::ended},
        {48h - 1ms, open, SaleState::open},
        {48h - 1ms, pause, SaleState::paused},
        {48h, open, SaleState::ended},
        {48h, pause, SaleState::ended},
        {48h, end, SaleState::ended},
    };
    for (const auto& row : rows) {
        BoxOffice office;
        const auto id = office.create(spec);
        ASSERT_TRUE(office.change_sale(id, row.last));
        const auto& event = office.inventory().plans().find(id)->event;
        EXPECT_EQ(name_of(sale_state(event, kOpening + row.at)), name_of(row.state))
            << name_of(row.last) << " at " << row.at.count() << " ms";
    }
}

TEST(ChangeSale, stands_when_the_event_is_updated) {
    for (const auto action : {SaleAction::pause, SaleAction::end}) {
        BoxOffice office;
        const auto id = office.open(1);
        ASSERT_TRUE(office.change_sale(id, action));
        auto later = renamed("Second night");
        later.start_at += 24h;
        later.end_at += 24h;
        ASSERT_TRUE(office.update(id, later));
        EXPECT_EQ(office.inventory().plans().find(id)->event.sale, action);
    }
}

TEST(ChangeSale, waits_until_its_kind_of_fact_is_let_in) {
    Inventory inventory;
    const EventId id{Bits128{1, 1}};
    const auto spec = BoxOffice::spec();
    evolve(inventory, {.seq = 1, .at = kOpening, .event = id, .body = EventCreated{spec, "house"}});
    const ChangeSale pause{id, BoxOffice::owner(), SaleAction::pause, {}};
    EXPECT_EQ(answer(decide(inventory, pause, kOpening).outcome), "format_too_low");
    evolve(inventory, {.seq = 2, .at = kOpening, .body = FormatRaised{1}});
    EXPECT_EQ(answer(decide(inventory, pause, kOpening).outcome), "accepted");
}

TEST(AddSeats, answers_with_the_block_and_makes_its_seats_free) {
    BoxOffice office;
    const auto id = office.open(2);
    const auto block = std::make_shared<SeatBlock>(SeatBlock{
        .first_id = SeatId{Bits128{55, 1}},
        .seats = {{.number = "A-1", .section = "A", .row = "1", .price = 70}},
    });
    const auto outcome = office.act(AddSeats{id, BoxOffice::owner(), block});
    EXPECT_EQ(std::get<std::shared_ptr<const SeatBlock>>(outcome.value().entity), block);
    const auto place = office.inventory().plans().find_seat(SeatId{Bits128{55, 1}});
    ASSERT_TRUE(place);
    EXPECT_EQ(place->seat, 2U);
    const auto view = office.inventory().seat_view(*place, office.now);
    EXPECT_EQ(view.event, id);
    EXPECT_EQ(view.block, block);
    EXPECT_EQ(view.index, 0U);
    EXPECT_EQ(view.status, SeatStatus::available);
    for (const auto unknown : {Bits128{55, 0}, Bits128{55, 2}, Bits128{54, 1}, Bits128{56, 1}})
        EXPECT_FALSE(office.inventory().plans().find_seat(SeatId{unknown})) << unknown.lo;
}

TEST(AddSeats, refuses_a_number_that_is_taken_and_then_adds_none) {
    const struct {
        std::vector<std::string> numbers;
        std::string_view answer;
        std::string subject;
    } rows[] = {
        {{"3", "4"}, "accepted", ""},
        {{"01", "1 ", "one"}, "accepted", ""},
        // Seat numbers are compared by their bytes. Parsing a request normalizes them first.
        {{"e\u0301", "\u00E9"}, "accepted", ""},
        {{"3", "2"}, "seat_number_taken", "2"},
        {{"3", "4", "3"}, "seat_number_taken", "3"},
        {{"3", "3", "1"}, "seat_number_taken", "3"},
        {{"1", "3", "3"}, "seat_number_taken", "1"},
    };
    for (const auto& row : rows) {
        BoxOffice office;
        const auto id = office.open(2);
        const auto outcome = office.add_seats(id, row.numbers);
        EXPECT_EQ(answer(outcome), row.answer);
        if (!outcome) EXPECT_EQ(outcome.error().subject, row.subject);
        const auto added = outcome ? row.numbers.size() : 0;
        EXPECT_EQ(office.inventory().plans().find(id)->counts.get().total, 2 + added);
    }
}

TEST(AddSeats, with_a_label_or_a_flag_wait_until_these_are_let_in) {
    Inventory inventory;
    const EventId id{Bits128{1, 1}};
    const auto spec = BoxOffice::spec();
    evolve(inventory, {.seq = 1, .at = kOpening, .event = id, .body = EventCreated{spec, "house"}});
    const auto add = [&](const SeatDetails& details) {
        auto block = std::make_shared<SeatBlock>();
        block->seats.resize(2);
        block->seats[0].number = "1";
        block->seats[1].number = "2";
        block->seats[1].details = std::make_shared<const SeatDetails>(details);
        return answer(
            decide(inventory, AddSeats{id, BoxOffice::owner(), std::move(block)}, kOpening).outcome
        );
    };
    const SeatDetails place{.position = {1, 2}};
    const SeatDetails flag{.position = {1, 2}, .flags = SeatFlags::companion};
    const SeatDetails label{.label = "7"};
    EXPECT_EQ(add(place), "accepted");
    EXPECT_EQ(add(flag), "format_too_low");
    EXPECT_EQ(add(label), "format_too_low");
    evolve(inventory, {.seq = 2, .at = kOpening, .body = FormatRaised{2}});
    EXPECT_EQ(add(flag), "accepted");
    EXPECT_EQ(add(label), "accepted");
}

TEST(AddSeats, that_are_held_back_never_are_on_general_sale) {
    BoxOffice office;
    const auto id = office.open(1);
    const auto block = std::make_shared<SeatBlock>(SeatBlock{
        .first_id = SeatId{Bits128{55, 1}},
        .seats = {{.number = "A"}, {.number = "B"}, {.number = "C"}, {.number = "D"}},
    });
    AddSeats add{id, BoxOffice::owner(), block};
    add.held_back = {{"Press", {3}}, {"House", {0, 2}}};
    ASSERT_TRUE(office.act(add));
    EXPECT_EQ(office.facts_of_last(), 3U);
    EXPECT_THAT(office.violations(), testing::IsEmpty());
    const auto allocations =
        office.inventory().list_allocations(*office.inventory().plans().find(id), office.now);
    ASSERT_EQ(allocations.size(), 2);
    const auto house = *allocations[1].allocation;
    EXPECT_EQ(
        house, (Allocation{.name = "House", .seats = {block->first_id, block->first_id.plus(2)}})
    );
    EXPECT_EQ(answer(office.reserve(id, "ann", {1})), "seats_unavailable");
    EXPECT_EQ(answer(office.reserve(id, "ann", {2})), "accepted");
}

TEST(AddSeats, refuses_an_allocation_that_exists_and_then_adds_none) {
    BoxOffice office;
    const auto id = office.open(1);
    const auto add = [&](std::uint64_t first, std::string number, std::string allocation) {
        auto block = std::make_shared<SeatBlock>();
        block->first_id = SeatId{Bits128{55, first}};
        block->seats.push_back({.number = std::move(number)});
        AddSeats command{id, BoxOffice::owner(), block};
        command.held_back = {{std::move(allocation), {0}}};
        const CheckSeats check{id, BoxOffice::owner(), block, command.held_back};
        const auto checked = answer(decide(office.inventory(), check, office.now).outcome);
        const auto added = answer(office.act(std::move(command)));
        EXPECT_EQ(checked, added);
        return added;
    };
    const auto until = [&](Instant at) {
        const AllocationChange change{.until = at};
        ASSERT_TRUE(office.act(ChangeAllocation{id, BoxOffice::owner(), "House", change}));
    };
    EXPECT_EQ(add(1, "A", "House"), "accepted");
    EXPECT_EQ(add(2, "B", "House"), "allocation_taken");
    EXPECT_EQ(office.inventory().plans().find(id)->counts.get().total, 2);
    // From the instant at which it ends, its name is free.
    until(office.now + 1s);
    EXPECT_EQ(add(2, "B", "House"), "allocation_taken");
    office.now += 1s;
    EXPECT_EQ(add(2, "B", "House"), "accepted");
    EXPECT_THAT(office.violations(), testing::IsEmpty());
    for (std::uint64_t i = 3; i <= 1'001; ++i)
        ASSERT_EQ(add(i, std::to_string(i), "a" + std::to_string(i)), "accepted");
    EXPECT_EQ(add(2'000, "Z", "one too many"), "allocations_full");
}

TEST(AddSeats, lets_another_event_use_the_same_numbers) {
    BoxOffice office;
    office.open(2);
    const auto other = office.open(0);
    EXPECT_EQ(answer(office.add_seats(other, {"1", "2"})), "accepted");
}

TEST(AddSeats, goes_beyond_the_declared_capacity_and_during_the_sale) {
    BoxOffice office;
    const auto id = office.open(10);
    ASSERT_TRUE(office.confirm(office.hold(id, "ann", {9})));
    ASSERT_EQ(answer(office.add_seats(id, {"11", "12"})), "accepted");
    EXPECT_EQ(answer(office.reserve(id, "ann", {8, 10, 11})), "accepted");
}

TEST(AddSeats, fills_an_event_up_to_two_million_and_no_further) {
    Inventory inventory;
    const EventId id{Bits128{1, 1}};
    evolve(inventory, {.seq = 1, .at = kOpening, .event = id, .body = EventCreated{{}, "house"}});
    const auto block_of = [](std::uint64_t first, std::uint64_t last) {
        auto block = std::make_shared<SeatBlock>();
        block->first_id = SeatId{Bits128{2, first}};
        block->seats.resize(last - first + 1);
        for (auto& seat : block->seats)
            seat.number = std::to_string(first++);
        return block;
    };
    const SeatsAdded nearly{block_of(1, 1'999'999)};
    evolve(inventory, {.seq = 2, .at = kOpening, .event = id, .body = nearly});

    const auto decided = [&](std::uint64_t first, std::uint64_t last) {
        const AddSeats command{id, BoxOffice::owner(), block_of(first, last)};
        return decide(inventory, command, kOpening).outcome;
    };
    EXPECT_EQ(answer(decided(2'000'000, 2'000'000)), "accepted");
    const auto one_more = decided(2'000'000, 2'000'001);
    ASSERT_EQ(answer(one_more), "event_full");
    EXPECT_EQ(one_more.error().limit, 2'000'000);
}

TEST(CheckSeats, answers_as_the_seats_would_be_and_adds_none) {
    BoxOffice office;
    const auto id = office.open(2);
    const auto block_of = [](const std::vector<std::string>& numbers) {
        auto block = std::make_shared<SeatBlock>();
        for (const auto& number : numbers)
            block->seats.push_back({.number = number, .section = {}, .row = {}, .price = 5});
        return block;
    };
    const auto check = [&](const Organizer& by, std::shared_ptr<const SeatBlock> block) {
        const auto decision =
            decide(office.inventory(), CheckSeats{id, by, std::move(block)}, office.now);
        EXPECT_TRUE(decision.facts.empty());
        EXPECT_GT(decision.rests_on, 0);
        return decision.outcome;
    };
    const auto good = block_of({"3", "4"});
    const auto outcome = check(BoxOffice::owner(), good);
    EXPECT_EQ(std::get<std::shared_ptr<const SeatBlock>>(outcome.value().entity), good);
    EXPECT_EQ(answer(check(BoxOffice::owner(), good)), "accepted");
    EXPECT_EQ(answer(check(BoxOffice::owner(), block_of({"3", "2"}))), "seat_number_taken");
    EXPECT_EQ(answer(check(BoxOffice::owner(), block_of({"3", "3"}))), "seat_number_taken");
    EXPECT_EQ(answer(check(kOther, good)), "event_not_found");
    auto too_many = std::make_shared<SeatBlock>();
    too_many->seats.resize(1'999'999);
    for (std::size_t i = 0; auto& seat : too_many->seats)
        seat.number = "n" + std::to_string(i++);
    EXPECT_EQ(answer(check(BoxOffice::owner(), too_many)), "event_full");
    EXPECT_EQ(office.inventory().plans().find(id)->counts.get().total, 2);
}

TEST(Events, refuse_for_the_first_reason_of_those_that_apply) {
    BoxOffice office;
    const auto id = office.open(1);
    ASSERT_TRUE(office.confirm(office.hold(id, "ann", {0})));
    // The order of reasons: another's event, a stale version, sold seats.
    EXPECT_EQ(answer(office.update(id, in_euro(), kOther, {{9}})), "event_not_found");
    EXPECT_EQ(answer(office.update(id, in_euro(), BoxOffice::owner(), {{9}})), "version_stale");
    EXPECT_EQ(answer(office.update(id, in_euro(), BoxOffice::owner(), {{1}})), "event_has_sales");
    EXPECT_EQ(answer(office.remove(id, kOther, {{9}})), "event_not_found");
    EXPECT_EQ(answer(office.remove(id, BoxOffice::owner(), {{9}})), "version_stale");
    EXPECT_EQ(answer(office.remove(id, BoxOffice::owner(), {{1}})), "event_has_sales");
    EXPECT_EQ(answer(office.add_seats(id, {"1"}, kOther)), "event_not_found");
}

TEST(Events, are_listed_latest_start_first_and_newest_first_among_equals) {
    BoxOffice office;
    const auto& inventory = office.inventory();
    EXPECT_THAT(inventory.plans().list({10, 0}), IsEmpty());
    office.create(starting(kOpening + 24h * 2, "two"));
    const auto five = office.create(starting(kOpening + 24h * 5, "five"));
    office.create(starting(kOpening + 24h * 3, "three"));
    office.create(starting(kOpening + 24h * 3, "three too"));
    EXPECT_THAT(
        names_of(inventory.plans().list({10, 0})), ElementsAre("five", "three too", "three", "two")
    );
    ASSERT_TRUE(office.update(five, starting(kOpening + 24h, "one")));
    EXPECT_THAT(
        names_of(inventory.plans().list({10, 0})), ElementsAre("three too", "three", "two", "one")
    );
    EXPECT_THAT(names_of(inventory.plans().list({2, 0})), ElementsAre("three too", "three"));
    EXPECT_THAT(names_of(inventory.plans().list({2, 1})), ElementsAre("three", "two"));
    EXPECT_THAT(names_of(inventory.plans().list({2, 3})), ElementsAre("one"));
    EXPECT_THAT(inventory.plans().list({2, 4}), IsEmpty());
    EXPECT_THAT(inventory.plans().list({0, 0}), IsEmpty());
    ASSERT_TRUE(office.remove(five));
    EXPECT_THAT(
        names_of(inventory.plans().list({10, 0})), ElementsAre("three too", "three", "two")
    );
}

TEST(Events, behind_one_are_those_that_start_earlier_whatever_became_of_it) {
    BoxOffice office;
    const auto& inventory = office.inventory();
    const auto at = kOpening + 24h * 3;
    office.create(starting(at - 24h, "early"));
    office.create(starting(at, "first"));
    const auto second = office.create(starting(at, "second"));
    office.create(starting(at, "third"));
    const auto behind = [&](std::size_t limit, std::size_t offset) {
        const Place place{.id = second.bits(), .start_at = at};
        return names_of(inventory.plans().list({limit, offset, place}));
    };
    EXPECT_THAT(behind(9, 0), ElementsAre("first", "early"));
    office.create(starting(at, "fourth"));
    office.create(starting(at + 24h, "late"));
    EXPECT_THAT(behind(9, 0), ElementsAre("first", "early"));
    EXPECT_THAT(behind(1, 0), ElementsAre("first"));
    EXPECT_THAT(behind(9, 1), ElementsAre("early"));
    ASSERT_TRUE(office.update(second, starting(at + 24h * 9, "moved")));
    EXPECT_THAT(behind(9, 0), ElementsAre("first", "early"));
    ASSERT_TRUE(office.remove(second));
    EXPECT_THAT(behind(9, 0), ElementsAre("first", "early"));
    const Place nowhere{.id = {0, 7}, .start_at = at};
    EXPECT_THAT(names_of(inventory.plans().list({9, 0, nowhere})), ElementsAre("early"));
}

TEST(AcceptedCommand, that_came_to_another_thing_than_its_sender_expects_stops_the_program) {
    Accepted accepted{.entity = Reservation{}};
    EXPECT_EQ(&entity_of<Reservation>(accepted), &std::get<Reservation>(accepted.entity));
    EXPECT_DEATH(entity_of<Event>(accepted), "a relation that must hold");
    Accepted nothing;
    EXPECT_DEATH(entity_of<Event>(nothing), "a relation that must hold");
}

}  // namespace
}  // namespace frontrow::domain
