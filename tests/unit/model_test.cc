#include "domain/audit.h"
#include "domain/decide.h"
#include "domain/evolve.h"
#include "domain/inventory.h"
#include "support/naive_model.h"
#include "support/seed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <rapidcheck/gtest.h>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// `decide` and `evolve` beside the naive model, over the same commands at the same instants: both
// must answer the same and show the same.

namespace frontrow::domain {
namespace {

using test::NaiveModel;
using namespace std::chrono_literals;

constexpr std::size_t kAll = 1'000'000;
const Instant kOpening{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

/// One turn: small numbers that choose a jump of the clock and a command. RapidCheck makes them
/// smaller when it looks for the shortest history that fails.
using Dice = std::array<std::uint8_t, 8>;

bool same(const Accepted& a, const Accepted& b) {
    return a.entity == b.entity && a.replayed == b.replayed;
}
bool same(const Refusal& a, const Refusal& b) {
    return a.reason == b.reason && a.limit == b.limit && a.subject == b.subject &&
           a.conflicts == b.conflicts;
}
bool same(const Outcome& a, const Outcome& b) {
    if (a.has_value() != b.has_value()) return false;
    return a ? same(*a, *b) : same(a.error(), b.error());
}
std::string told(const Outcome& outcome) {
    if (!outcome) {
        const auto& refusal = outcome.error();
        return "refused, reason " + std::to_string(static_cast<int>(refusal.reason)) + ", limit " +
               std::to_string(refusal.limit) + ", subject " + refusal.subject + ", " +
               std::to_string(refusal.conflicts.size()) + " conflicts";
    }
    auto text = "accepted, entity of kind " + std::to_string(outcome->entity.index()) +
                (outcome->replayed ? ", replayed" : "");
    if (const auto* one = std::get_if<Reservation>(&outcome->entity))
        text += ", status " + std::to_string(static_cast<int>(one->status)) + ", until " +
                to_rfc3339(one->expires_at) + ", " + std::to_string(one->total_amount) + " " +
                std::string{one->currency.code()};
    return text;
}

std::vector<NaiveModel::SeatLine> lines(const SeatList& list) {
    std::vector<NaiveModel::SeatLine> lines;
    for (const auto& run : list.runs) {
        for (std::size_t i = 0; i < run.statuses.size(); ++i)
            lines.push_back({run.block->first_id.plus(run.first + i), run.statuses[i]});
    }
    return lines;
}

/// How often each kind of command was accepted and each reason was given: a comparison of nothing
/// but refusals would prove little.
struct Tally {
    std::array<std::size_t, std::variant_size_v<Command>> accepted{};
    std::array<std::size_t, static_cast<std::size_t>(Reason::extension_too_long) + 1> refused{};
    std::size_t replayed = 0;
    /// Reservations that took over seats of holds that had run out unswept.
    std::size_t taken_over = 0;

    void count(const Command& command, const Decision& decision) {
        const auto& outcome = decision.outcome;
        if (!outcome) {
            ++refused[static_cast<std::size_t>(outcome.error().reason)];
            return;
        }
        ++accepted[command.index()];
        if (outcome->replayed) ++replayed;
        if (std::holds_alternative<ReserveSeats>(command) && decision.facts.size() > 1)
            ++taken_over;
    }
    void add(const Tally& other) {
        for (std::size_t i = 0; i < accepted.size(); ++i)
            accepted[i] += other.accepted[i];
        for (std::size_t i = 0; i < refused.size(); ++i)
            refused[i] += other.refused[i];
        replayed += other.replayed;
        taken_over += other.taken_over;
    }
};

/// Both sides and the world around them: a clock, ids, and what was made so far to choose from.
class Duel {
public:
    Duel() {
        create({});
        add_seats({0, 0, 0, 6});
    }

    /// What the two sides disagree about, if they do.
    const std::optional<std::string>& difference() const { return difference_; }
    std::size_t commands() const { return commands_; }
    const Tally& tally() const { return tally_; }

    void turn(const Dice& dice) {
        if (difference_) return;
        move_clock(dice[0], dice[1]);
        // What the command is about.
        const Four four{dice[4], dice[5], dice[6], dice[7]};
        switch (dice[2] % 32) {
            default:
                return reserve(four, dice[3]);
            case 0:
                return create(four);
            case 1:
            case 2:
                return add_seats(four);
            case 3:
            case 4:
                return update(four);
            case 5:
                return remove(four);
            case 6:
            case 7:
                return ask(ExpireHolds{four[0] % 4U});
            case 8:
            case 9:
            case 10:
            case 11:
                return ask(ConfirmReservation{some_reservation(four[0]), buyer(four)});
            case 12:
            case 13:
            case 14:
                return ask(CancelReservation{some_reservation(four[0]), buyer(four)});
            case 15:
            case 16:
            case 17:
                return extend(four);
            case 18:
            case 19:
                return repeat(four);
        }
    }

    /// Compares all that can be read.
    void look() {
        if (difference_) return;
        inventory_.verify();
        look_at(inventory_);
    }

    /// Sweeps, and looks at what only then is honest; at what an audit says of the facts; and at a
    /// second inventory made from them.
    void finish() {
        look();
        ask(ExpireHolds{1'000'000});
        expect(!inventory_.has_expired_holds(now_), "a hold outlives a sweep");
        look();
        for (const auto id : events_) {
            const auto* row = inventory_.find_event(id);
            if (row == nullptr) continue;
            const auto free = model_.seats(id, true, kAll, 0, now_).size();
            expect(row->counts.available() == free, "the count of free seats after a sweep");
        }
        expect(inventory_.event_count() == model_.events(kAll, 0).size(), "the count of events");

        Audit audit;
        Inventory again;
        for (const auto& fact : facts_) {
            audit.observe(fact);
            evolve(again, fact);
        }
        for (const auto& violation : audit.violations())
            expect(
                false, "the audit of fact " + std::to_string(violation.seq) + ": " + violation.what
            );
        again.verify();
        look_at(again);
    }

private:
    using Four = std::array<std::uint8_t, 4>;

    void expect(bool holds, const std::string& what) {
        if (!holds && !difference_)
            difference_ = what + " (command " + std::to_string(commands_) + ", fact " +
                          std::to_string(facts_.size()) + ", " + to_rfc3339(now_) + ")";
    }

    /// Gives the command to both.
    void ask(const Command& command) {
        ++commands_;
        auto decision = decide(inventory_, command, now_);
        const auto of_model = model_.apply(command, now_);
        tally_.count(command, decision);
        expect(
            same(decision.outcome, of_model),
            "command of kind " + std::to_string(command.index()) + ": decided \"" +
                told(decision.outcome) + "\", the model says \"" + told(of_model) + "\""
        );
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
            evolve(inventory_, facts_.back());
        }
        if (decision.outcome) remember(command, *decision.outcome);
    }

    void remember(const Command& command, const Accepted& accepted) {
        if (const auto* create = std::get_if<CreateEvent>(&command))
            events_.push_back(create->event);
        if (const auto* add = std::get_if<AddSeats>(&command)) {
            for (std::uint64_t i = 0; i < add->block->seats.size(); ++i)
                seats_.push_back({add->event, add->block->first_id.plus(i)});
        }
        if (const auto* reserve = std::get_if<ReserveSeats>(&command);
            reserve && !accepted.replayed)
            reservations_.push_back(*reserve);
    }

    void look_at(const Inventory& inventory) {
        expect(inventory.list_events(kAll, 0) == model_.events(kAll, 0), "the list of events");
        expect(inventory.list_events(2, 1) == model_.events(2, 1), "a page of events");
        for (const auto id : events_)
            look_at_event(inventory, id);
        for (const auto& [event, id] : seats_) {
            const auto place = inventory.find_seat(id);
            const auto of_model = model_.seat_status(id, now_);
            expect(place.has_value() == of_model.has_value(), "whether a seat is there");
            if (place && of_model)
                expect(inventory.seat_view(*place, now_).status == *of_model, "a seat's status");
        }
        for (const auto& one : reservations_) {
            const auto* row = inventory.find_reservation(one.reservation);
            expect(row != nullptr, "a reservation is lost");
            if (row != nullptr) {
                const auto of_model = model_.reservation(one.reservation, now_);
                expect(inventory.entity(*row, now_) == of_model, "a reservation");
            }
        }
        for (std::uint8_t i = 0; i < kUsers; ++i) {
            for (const auto& [limit, offset] : {std::pair{kAll, std::size_t{0}}, {2, 1}, {3, 4}}) {
                expect(
                    inventory.list_reservations(user(i), limit, offset, now_) ==
                        model_.reservations(user(i), limit, offset, now_),
                    "a user's reservations"
                );
            }
        }
    }

    void look_at_event(const Inventory& inventory, EventId id) {
        const auto* row = inventory.find_event(id);
        const auto of_model = model_.event(id);
        expect((row != nullptr) == of_model.has_value(), "whether an event is there");
        if (row == nullptr || !of_model) return;
        expect(row->event == *of_model, "an event");
        for (const auto& [limit, offset] : {std::pair{kAll, std::size_t{0}}, {3, 2}, {5, 5}}) {
            for (const bool only_available : {false, true}) {
                expect(
                    lines(inventory.list_seats(*row, only_available, limit, offset, now_)) ==
                        model_.seats(id, only_available, limit, offset, now_),
                    only_available ? "the free seats" : "the seats"
                );
            }
        }
    }

    /// Stays, steps, or jumps onto an instant at which something changes, or a breath before it.
    void move_clock(std::uint8_t how, std::uint8_t choice) {
        switch (how % 16) {
            default:
                return;
            case 1:
            case 2:
                now_ += 1ms;
                return;
            case 3:
            case 4:
            case 5:
                now_ += choice * 1s;
                return;
            case 6:
                now_ += choice * 20s;
                return;
            case 7:
            case 8:
            case 9:
                return jump(choice, 0ms);
            case 10:
            case 11:
                return jump(choice, -1ms);
        }
    }

    void jump(std::uint8_t choice, Millis off) {
        std::set<Instant> instants;
        const auto add = [&](Instant at) {
            if (at + off > now_) instants.insert(at + off);
        };
        inventory_.visit_expired_holds(Instant::max(), [&](const auto& row) {
            add(row.expires_at);
            return true;
        });
        for (const auto& event : model_.events(kAll, 0)) {
            if (event.spec.sales_start_at) add(*event.spec.sales_start_at);
        }
        // Rarely, as all holds have ended by then: the end of a sale, and the instant at which a
        // key is forgotten.
        if (choice >= 248) {
            instants.clear();
            for (const auto& event : model_.events(kAll, 0))
                add(event.spec.start_at);
        } else if (choice >= 240) {
            instants.clear();
            for (const auto& one : reservations_)
                add(inventory_.find_reservation(one.reservation)->created_at + 24h);
        }
        if (instants.empty()) return;
        now_ = *std::next(instants.begin(), (choice / 8) % std::min<int>(3, std::ssize(instants)));
    }

    static constexpr std::uint8_t kUsers = 3;
    static std::string user(std::uint8_t choice) {
        return std::array{"ann", "bob", "cid"}[choice % kUsers];
    }
    static Organizer organizer(std::uint8_t choice) {
        if (choice % 8 == 6) return {.sub = "somebody", .is_admin = false};
        if (choice % 8 == 7) return {.sub = "root", .is_admin = true};
        return {.sub = "house", .is_admin = false};
    }
    EventId some_event(std::uint8_t choice) const {
        if (choice == 255) return EventId{Bits128{9, 9}};
        const auto open = model_.events(kAll, 0);
        if (choice >= 248 || open.empty()) return events_[choice % events_.size()];
        return open[choice % open.size()].id;
    }
    /// Mostly one of the newest.
    ReservationId some_reservation(std::uint8_t choice) const {
        if (reservations_.empty() || choice == 255) return ReservationId{Bits128{9, 9}};
        const auto back = choice % (choice < 192 ? 8 : reservations_.size());
        return reservations_[(reservations_.size() - 1 - back % reservations_.size())].reservation;
    }
    /// Mostly whose it is.
    std::string buyer(const Four& four) const {
        const auto* row = inventory_.find_reservation(some_reservation(four[0]));
        return row == nullptr || four[1] % 16 == 15 ? user(four[1]) : inventory_.user(row->user);
    }
    std::optional<std::uint32_t> some_version(EventId event, std::uint8_t choice) const {
        const auto* row = inventory_.find_event(event);
        if (choice % 4 != 3 || row == nullptr) return std::nullopt;
        return row->event.version - choice / 4 % 2;
    }

    EventSpec some_spec(const Four& four) const {
        EventSpec spec;
        spec.name = "Night " + std::to_string(four[0]);
        spec.start_at = now_ + (8 + four[1]) * 1h;
        spec.end_at = spec.start_at + 2h;
        spec.total_seats = four[0];
        if (four[1] % 4 == 3) spec.sales_start_at = now_ + four[2] * 1s;
        spec.hold = std::chrono::seconds{900 - 60 * (four[2] % 15)};
        spec.max_seats_per_reservation = 4 - four[2] % 3;
        if (four[3] % 2 == 1) spec.max_seats_per_user = 2 + four[3] / 2 % 6;
        if (four[3] % 16 >= 13) spec.currency = *Currency::parse("EUR");
        if (four[3] % 8 == 7) spec.payment = PaymentRule::required;
        return spec;
    }

    void create(const Four& four) {
        if (inventory_.event_count() >= 4) return reserve(four, 0);
        ask(CreateEvent{EventId{Bits128{1, ++made_}}, organizer(four[0]), some_spec(four)});
    }
    void update(const Four& four) {
        const auto event = some_event(four[0]);
        const auto* row = inventory_.find_event(event);
        // Half of the changes leave the rest as it was.
        auto spec = four[0] < 128 || row == nullptr ? some_spec(four) : row->event.spec;
        if (four[0] >= 128 && four[2] % 2 == 1) spec.currency = *Currency::parse("USD");
        ask(UpdateEvent{event, organizer(four[3]), spec, some_version(event, four[1])});
    }
    void remove(const Four& four) {
        const auto event = some_event(four[0]);
        if (four[3] % 4 != 3 || inventory_.event_count() < 2) return reserve(four, 1);
        ask(DeleteEvent{event, organizer(four[1]), some_version(event, four[2])});
    }
    void add_seats(const Four& four) {
        if (seats_.size() >= 80) return reserve(four, 0);
        auto block = std::make_shared<SeatBlock>();
        const auto count = 1U + four[3] % 8;
        block->first_id = SeatId{Bits128{2, next_seat_}};
        // The next block's ids follow upon these, or after a gap of one.
        next_seat_ += count + four[2] % 2;
        for (std::uint32_t i = 0; i < count; ++i) {
            const auto number = four[1] >= 240 ? four[0] % 8U + i % 3U : ++made_;
            block->seats.push_back({
                .number = std::to_string(number),
                .section = {},
                .row = {},
                .price = 1'000 + four[2],
                .position = {},
            });
        }
        ask(AddSeats{some_event(four[0]), organizer(four[1] % 8), std::move(block)});
    }

    void reserve(const Four& four, std::uint8_t more) {
        ReserveSeats command{
            .reservation = ReservationId{Bits128{3, ++made_}},
            .event = some_event(four[0]),
            .user = user(four[1]),
            .seats = {},
            .hold = {},
            .request = {.key = Bits128{4, made_}, .content = Bits128{made_, 0}},
        };
        domain::SeatIds of_event;
        for (const auto& [event, id] : seats_)
            if (event == command.event) of_event.push_back(id);
        // Seats that lie near each other, so that wishes overlap.
        const auto count = 1U + (more % 16 >= 15 ? 4 : more % 4);
        const auto stride = 1U + more / 16 % 2;
        for (std::uint32_t i = 0; i < count && !of_event.empty(); ++i)
            command.seats.push_back(of_event[(four[2] + i * stride) % of_event.size()]);
        if (command.seats.empty() || four[3] >= 250)
            command.seats.push_back(SeatId{Bits128{2, four[2] % (next_seat_ + 1)}});
        if (four[3] % 4 == 3) command.hold = std::chrono::seconds{1 + four[3] * 2};
        ask(command);
    }

    /// Often up to the last second that may be asked for, or one more.
    void extend(const Four& four) {
        const auto id = some_reservation(four[0]);
        auto by = std::chrono::seconds{1 + 60 * (four[2] % 20)};
        if (const auto* row = inventory_.find_reservation(id); row != nullptr && four[2] >= 160) {
            const auto left = row->created_at + 3 * Millis{row->hold_ms} - row->expires_at;
            by = std::chrono::floor<std::chrono::seconds>(left) + (four[2] % 2) * 1s;
        }
        // Bad input to the domain: requests ask for a second at least.
        if (by >= 1s) ask(ExtendReservation{id, buyer(four), by});
    }

    /// The same request again, sometimes with other content or with its old key for a new one.
    void repeat(const Four& four) {
        if (reservations_.empty()) return;
        auto command = reservations_[four[0] % reservations_.size()];
        command.reservation = ReservationId{Bits128{3, ++made_}};
        if (four[1] % 8 == 7) command.request.content = Bits128{7, made_};
        ask(command);
    }

    Inventory inventory_;
    NaiveModel model_;
    Instant now_ = kOpening;
    std::uint64_t made_ = 0;
    std::uint64_t next_seat_ = 1;
    std::size_t commands_ = 0;
    Tally tally_;
    std::vector<Fact> facts_;
    std::vector<EventId> events_;
    std::vector<std::pair<EventId, SeatId>> seats_;
    /// The accepted ones.
    std::vector<ReserveSeats> reservations_;
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
        (is_sanitized() ? 50'000 : 1'000'000) * (test::is_soak() ? 10 : 1);
    std::size_t commands = 0;
    Tally tally;
    for (std::uint64_t history = 0; commands < commands_wanted; ++history) {
        // Each history has its own seed, so that one that fails is the first to run again.
        std::mt19937_64 engine{seed + history};
        Duel duel;
        const auto turns = 20 + engine() % 180;
        for (std::uint64_t turn = 0; turn < turns; ++turn) {
            Dice dice;
            const auto bits = engine();
            for (std::size_t i = 0; i < dice.size(); ++i)
                dice[i] = static_cast<std::uint8_t>(bits >> (8 * i));
            duel.turn(dice);
            if (turn % 32 == 31) duel.look();
        }
        duel.finish();
        ASSERT_FALSE(duel.difference())
            << *duel.difference() << "\nFRONTROW_SEED=" << seed + history << " starts with it";
        commands += duel.commands();
        tally.add(duel.tally());
    }
    // An event of two million seats is nothing for a short history.
    tally.refused[static_cast<std::size_t>(Reason::event_full)] = 1;
    EXPECT_THAT(tally.accepted, testing::Each(testing::Gt(0U)));
    EXPECT_THAT(tally.refused, testing::Each(testing::Gt(0U)));
    EXPECT_GT(tally.replayed, 0U);
    EXPECT_GT(tally.taken_over, 0U);
}

}  // namespace
}  // namespace frontrow::domain
