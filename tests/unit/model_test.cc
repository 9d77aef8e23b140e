#include "domain/audit.h"
#include "domain/decide.h"
#include "domain/evolve.h"
#include "domain/inventory.h"
#include "domain/reads.h"
#include "domain/seat_list.h"
#include "domain/sections.h"
#include "support/naive_model.h"
#include "support/random_sale.h"
#include "support/seed.h"
#include "support/tally.h"
#include "support/told.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <ranges>
#include <rapidcheck/gtest.h>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// Runs `decide` and `evolve` and the naive model on the same commands at the same instants. Both
// must give the same answers and show the same state.

namespace frontrow::domain {
namespace {

using test::NaiveModel;
using test::RandomSale;
using test::Tally;

constexpr std::size_t kAll = 1'000'000;
const Instant kOpening{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

using Dice = RandomSale::Dice;

std::vector<NaiveModel::SeatLine> lines(const SeatList& list) {
    std::vector<NaiveModel::SeatLine> lines;
    for (const auto& run : list.runs) {
        for (std::size_t i = 0; i < run.statuses.size(); ++i)
            lines.push_back({run.block->first_id.plus(run.first + i), run.statuses[i]});
    }
    return lines;
}

/// Both sides, the clock, and the facts so far.
class Duel {
public:
    /// The difference between the two sides, if there is one.
    const std::optional<std::string>& difference() const { return difference_; }
    std::size_t commands() const { return commands_; }
    const Tally& tally() const { return tally_; }
    /// Reservations that took seats of expired holds before a sweep.
    std::size_t taken_over() const { return taken_over_; }

    void turn(const Dice& dice) {
        if (difference_) return;
        now_ = sale_.next_instant(dice, now_);
        // Lapses some of the expired holds, or all, or none.
        if (dice[1] % 2 == 0) inventory_.lapse(now_, dice[3] % 4U);
        ask(sale_.next(dice, now_));
    }

    /// Compares everything that can be read.
    void look() {
        if (difference_) return;
        inventory_.verify();
        look_at(inventory_);
    }

    /// Sweeps, and compares what must match only after a sweep. Also checks the audit of the facts,
    /// and a second inventory made from the facts.
    void finish() {
        look();
        ask(ExpireHolds{1'000'000});
        expect(!inventory_.has_something_due(now_), "a hold outlives a sweep");
        look();
        for (const auto id : sale_.events()) {
            const auto* row = inventory_.plans().find(id);
            if (row == nullptr) continue;
            const auto free = model().seats(id, true, kAll, 0, now_).size();
            expect(row->counts.get().available() == free, "the count of free seats after a sweep");
        }
        expect(inventory_.plans().size() == model().events(kAll, 0).size(), "the count of events");

        Audit audit;
        Inventory again;
        for (const auto& fact : facts_) {
            audit.observe(fact);
            evolve_for_good(again, fact);
        }
        for (const auto& violation : audit.violations())
            expect(
                false, "the audit of fact " + std::to_string(violation.seq) + ": " + violation.what
            );
        for (const auto& sum : audit.takings())
            expect(sum.are_balanced(), "the money isn't what was sold");
        again.verify();
        look_at(again);
    }

private:
    const NaiveModel& model() const { return sale_.model(); }

    void expect(bool holds, const std::string& what) {
        if (!holds && !difference_)
            difference_ = what + " (command " + std::to_string(commands_) + ", fact " +
                          std::to_string(facts_.size()) + ", " + to_rfc3339(now_) + ")";
    }

    /// Gives the command to both sides.
    void ask(const Command& command) {
        ++commands_;
        auto decision = decide(inventory_, command, now_);
        const auto of_model = sale_.apply(command, now_);
        tally_.count(command, decision.outcome);
        if (std::holds_alternative<ReserveSeats>(command) && decision.facts.size() > 1)
            ++taken_over_;
        if (!test::same(decision.outcome, of_model)) {
            expect(
                false,
                test::told(command) + "\n  decided: " + test::told(decision.outcome) +
                    "\n  the model: " + test::told(of_model) + "\n"
            );
        }
        expect(decision.rests_on <= inventory_.last_seq(), "an answer rests on what isn't there");
        expect(decision.outcome || decision.facts.empty(), "a refusal made a fact");
        if (difference_) return;
        for (auto& fact : decision.facts) {
            facts_.push_back({
                .seq = inventory_.last_seq() + 1,
                .at = now_,
                .trace = {},
                .event = fact.event,
                .body = std::move(fact.body),
            });
            evolve_for_good(inventory_, facts_.back());
        }
    }

    void look_at(const Inventory& inventory) {
        expect(inventory.plans().list({kAll, 0}) == model().events(kAll, 0), "the list of events");
        expect(inventory.plans().list({2, 1}) == model().events(2, 1), "a page of events");
        for (const auto id : sale_.events())
            look_at_event(inventory, id);
        for (const auto& seat : sale_.seats()) {
            const auto place = inventory.plans().find_seat(seat.id);
            const auto of_model = model().seat_status(seat.id, now_);
            expect(place.has_value() == of_model.has_value(), "whether a seat is there");
            if (place && of_model)
                expect(inventory.seat_view(*place, now_).status == *of_model, "a seat's status");
        }
        for (const auto& one : sale_.reservations()) {
            const auto id = one.as_created.id;
            const auto* row = inventory.reservations().find(id, now_);
            const auto of_model = model().reservation(id, now_);
            expect((row != nullptr) == of_model.has_value(), "whether a reservation is there");
            if (row != nullptr) expect(inventory.entity(*row, now_) == of_model, "a reservation");
        }
        look_at_orders(inventory);
        look_at_tickets(inventory);
        for (std::uint8_t i = 0; i < RandomSale::kUsers; ++i) {
            const auto user = sale_.user(i);
            look_at_tickets_of(inventory, user);
            for (const auto& [limit, offset] : {std::pair{kAll, std::size_t{0}}, {2, 1}, {3, 4}}) {
                expect(
                    inventory.list_reservations(user, {limit, offset}, now_) ==
                        model().reservations(user, limit, offset, now_),
                    "a user's reservations"
                );
                expect(
                    read_orders(inventory, now_, user, {limit, offset}).value ==
                        model().orders_of(user, limit, offset, now_),
                    "a user's orders"
                );
            }
        }
    }

    void look_at_orders(const Inventory& inventory) {
        for (const auto id : sale_.orders()) {
            const auto* order = inventory.orders().find(id, now_);
            const auto of_model = model().order(id, now_);
            expect((order != nullptr) == of_model.has_value(), "whether an order is there");
            if (order == nullptr) continue;
            const auto view = inventory.order_view(*order, now_);
            if (view != of_model)
                expect(
                    false,
                    "an order\n  kept: " + test::told(view) +
                        "\n  the model: " + test::told(of_model) + "\n"
                );
        }
        const auto unfinished = read_unfinished(inventory, now_, kAll, {}).value;
        const auto of_model = model().unfinished(now_);
        expect(unfinished.payments == of_model.payments, "the unfinished payments");
        expect(unfinished.refunds == of_model.refunds, "the unfinished refunds");
        expect(unfinished.orders_to_refund == of_model.orders_to_refund, "the orders to refund");
    }

    void look_at_tickets(const Inventory& inventory) {
        for (const auto& one : sale_.reservations()) {
            const auto& made = one.as_created;
            const auto views = read_reservation_tickets(inventory, now_, made.id, made.user)
                                   .value.value_or(std::vector<TicketView>{});
            expect(views == model().tickets(made.id), "a reservation's tickets");
            for (const auto& view : views) {
                expect(
                    read_ticket(inventory, now_, view.id, view.holder).value == view, "a ticket"
                );
                expect(
                    read_event_ticket(inventory, now_, view.id, {"root", true}).value == view,
                    "a ticket for its organizer"
                );
            }
        }
    }

    /// The model doesn't know the order of those that others bought.
    void look_at_tickets_of(const Inventory& inventory, const std::string& user) {
        const auto all = read_tickets(inventory, now_, user, {kAll, 0}).value;
        expect(std::ranges::is_permutation(all, model().tickets_of(user)), "a user's tickets");
        const auto page = read_tickets(inventory, now_, user, {2, 1}).value;
        expect(
            std::ranges::equal(page, all | std::views::drop(1) | std::views::take(2)),
            "a page of a user's tickets"
        );
    }

    /// When the hold of each held seat runs out.
    std::map<SeatId, Instant> hold_ends() const {
        std::map<SeatId, Instant> ends;
        for (const auto& one : sale_.reservations()) {
            const auto of_model = model().reservation(one.as_created.id, now_);
            if (!of_model || of_model->status != ReservationStatus::pending) continue;
            for (const auto seat : of_model->seats)
                ends[seat] = of_model->expires_at;
        }
        return ends;
    }

    void look_at_sections(const Inventory& inventory, const EventRow& row) {
        // An outdated plan is replaced.
        auto plan = commands_ % 2 == 0 ? plan_sections(row.blocks.values()) : SectionPlan{};
        const auto list = list_sections(
            inventory, row, std::make_shared<const SectionPlan>(std::move(plan)), now_
        );
        std::map<std::string, std::pair<std::uint32_t, SectionView>> counted;
        const auto ends = hold_ends();
        SeatIndex place = 0;
        for (const auto& [seat, status] : model().seats(row.event.id, false, kAll, 0, now_)) {
            auto& [total, view] = counted[seat_spec(row, place++).section];
            ++total;
            if (status == SeatStatus::available) ++view.available;
            if (status != SeatStatus::reserved) continue;
            ++view.held;
            const auto end = ends.at(seat);
            view.next_release_at = std::min(view.next_release_at.value_or(end), end);
        }
        expect(list.views.size() == counted.size(), "the number of sections");
        for (std::size_t i = 0; i < list.views.size(); ++i) {
            const auto& section = list.plan->sections[i];
            const auto& [total, view] = counted[section.name];
            expect(section.total == total && list.views[i] == view, "a section");
        }
    }

    void look_at_event(const Inventory& inventory, EventId id) {
        const auto* row = inventory.plans().find(id);
        const auto of_model = model().event(id);
        expect((row != nullptr) == of_model.has_value(), "whether an event is there");
        if (row == nullptr || !of_model) return;
        expect(row->event == *of_model, "an event");
        expect(row->members.get() == model().members(id), "the members of an event");
        expect(
            inventory.list_categories(*row, now_) == model().categories(id, now_), "the categories"
        );
        expect(
            inventory.list_allocations(*row, now_) == model().allocations(id, now_),
            "the allocations"
        );
        const Organizer root{.sub = "root", .is_admin = true};
        expect(read_sales(inventory, now_, id, root).value == model().sales(id, now_), "the sales");
        for (const auto only : {std::optional<OrderStatus>{}, {OrderStatus::paid}}) {
            // Looks at few orders at once, so that it goes on several times.
            std::vector<OrderView> orders;
            for (std::optional<Page> rest{{3, 1}}; rest;) {
                auto part = read_event_orders(inventory, now_, id, root, only, *rest, 2).value;
                std::ranges::move(part->some, std::back_inserter(orders));
                rest = part->rest;
            }
            expect(orders == model().event_orders(id, only, 3, 1, now_), "an event's orders");
        }
        expect(
            read_check_ins(inventory, now_, id, root).value == model().check_ins(id),
            "the tickets that were used"
        );
        const auto counts = inventory.count_seats(*row, now_);
        const auto map = inventory.seat_map(*row, now_, nullptr);
        SeatCounts counted{.total = static_cast<std::uint32_t>(map.statuses.size())};
        for (const auto& [seat, status] : model().seats(id, false, kAll, 0, now_)) {
            if (status == SeatStatus::reserved) ++counted.reserved;
            if (status == SeatStatus::confirmed) ++counted.confirmed;
            if (status == SeatStatus::held_back) ++counted.held_back;
        }
        expect(counts == counted, "the counts");
        look_at_sections(inventory, *row);
        expect(
            std::ranges::count(map.statuses, SeatStatus::available) == counted.available() &&
                std::ranges::count(map.statuses, SeatStatus::reserved) == counted.reserved,
            "the seat map"
        );
        for (const auto& [limit, offset] : {std::pair{kAll, std::size_t{0}}, {3, 2}, {5, 5}}) {
            for (const bool only_available : {false, true}) {
                expect(
                    lines(inventory.list_seats(*row, only_available, {limit, offset}, now_)) ==
                        model().seats(id, only_available, limit, offset, now_),
                    only_available ? "the free seats" : "the seats"
                );
                expect(
                    lines(list_seats(map, only_available, {limit, offset})) ==
                        model().seats(id, only_available, limit, offset, now_),
                    "the seats of the map"
                );
            }
        }
    }

    Inventory inventory_;
    RandomSale sale_;
    Instant now_ = kOpening;
    std::size_t commands_ = 0;
    Tally tally_;
    std::size_t taken_over_ = 0;
    std::vector<Fact> facts_;
    std::optional<std::string> difference_;
};

void expect_no_difference(const Duel& duel) {
    if (duel.difference()) RC_FAIL(*duel.difference());
}

RC_GTEST_PROP(Inventory, answers_as_the_naive_model_does, (const std::vector<Dice>& history)) {
    Duel duel;
    for (const auto& dice : history) {
        duel.turn(dice);
        duel.look();
    }
    duel.finish();
    expect_no_difference(duel);
}

constexpr bool is_sanitized() {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return true;
#else
    return false;
#endif
}

TEST(Inventory, agrees_with_the_naive_model_over_many_short_histories) {
    const auto seed = test::seed_of_this_run();
    const std::size_t commands_wanted =
        (is_sanitized() ? 100'000UZ : 1'000'000UZ) * (test::is_soak() ? 10 : 1);
    std::size_t commands = 0;
    std::size_t taken_over = 0;
    Tally tally;
    for (std::uint64_t history = 0; commands < commands_wanted; ++history) {
        // Each history has its own seed: with the seed of a failed history, that history runs
        // first.
        std::mt19937_64 engine{seed + history};
        Duel duel;
        const auto turns = 20 + engine() % 180;
        for (std::uint64_t turn = 0; turn < turns; ++turn) {
            duel.turn(RandomSale::throw_dice(engine));
            if (turn % 32 == 31) duel.look();
        }
        duel.finish();
        ASSERT_FALSE(duel.difference())
            << *duel.difference() << "\nFRONTROW_SEED=" << seed + history << " starts with it";
        commands += duel.commands();
        tally.add(duel.tally());
        taken_over += duel.taken_over();
    }
    // A tenth of the commands doesn't meet every reason for a refusal.
    is_sanitized() ? tally.expect_every_command() : tally.expect_everything();
    EXPECT_GT(taken_over, 0U);
}

}  // namespace
}  // namespace frontrow::domain
