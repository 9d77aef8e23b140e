#include "differential/compare_reads.h"
#include "scenario/postgres_world.h"
#include "support/random_sale.h"
#include "support/seed.h"
#include "support/tally.h"
#include "support/told.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// Commands about the same seats in several transactions at once: what they came to must be what one
// order comes to, and the facts must have that order.

namespace frontrow::test {
namespace {

/// A command and what the store answered.
struct Asked {
    domain::Command command;
    domain::Outcome outcome;
};

// Whether a fact is what this command has made. Facts that end holds are nobody's: they change
// nothing that could be seen.
template <class Command, class Body>
bool has_made(const Command&, const Asked&, const Body&) {
    return false;
}
bool has_made(const domain::CreateEvent&, const Asked&, const domain::EventCreated&) {
    return true;
}
bool has_made(const domain::UpdateEvent& command, const Asked&, const domain::EventUpdated& body) {
    return command.spec == body.spec;
}
bool has_made(const domain::DeleteEvent&, const Asked&, const domain::EventDeleted&) {
    return true;
}
bool has_made(const domain::AddSeats& command, const Asked&, const domain::SeatsAdded& body) {
    return command.block->first_id == body.block->first_id;
}
bool has_made(const domain::ReserveSeats& command, const Asked&, const domain::ReservationHeld& b) {
    return command.reservation == b.reservation;
}
bool has_made(
    const domain::ConfirmReservation& command,
    const Asked&,
    const domain::ReservationConfirmed& body
) {
    return command.reservation == body.reservation;
}
bool has_made(
    const domain::CancelReservation& command,
    const Asked&,
    const domain::ReservationCancelled& body
) {
    return command.reservation == body.reservation;
}
bool has_made(
    const domain::ExtendReservation& command,
    const Asked& asked,
    const domain::ReservationExtended& body
) {
    return command.reservation == body.reservation &&
           std::get<domain::Reservation>(asked.outcome->entity).expires_at == body.expires_at;
}

bool has_made(const domain::CreateApiKey& command, const Asked&, const domain::ApiKeyCreated& b) {
    return command.key == b.key;
}
bool has_made(const domain::RevokeApiKey& command, const Asked&, const domain::ApiKeyRevoked& b) {
    return command.key == b.key;
}

std::optional<EventId> event_of(const domain::Command& command) {
    return std::visit(
        [](const auto& one) -> std::optional<EventId> {
            if constexpr (requires { one.event; }) return one.event;
            return std::nullopt;
        },
        command
    );
}

bool has_made(const Asked& asked, const domain::Fact& fact) {
    if (!asked.outcome || asked.outcome->replayed) return false;
    if (event_of(asked.command).value_or(fact.event) != fact.event) return false;
    const auto made = [&](const auto& command, const auto& body) {
        return has_made(command, asked, body);
    };
    return std::visit(made, asked.command, fact.body);
}

/// The version that an update led to: of two that say the same the lower one came first.
std::uint32_t version_of(const Asked& asked) {
    const auto* event = std::get_if<domain::Event>(&asked.outcome->entity);
    return event == nullptr ? 0 : event->version;
}

class ContendedSale {
public:
    /// Moves the clock beyond the start of all events there are.
    ContendedSale(PostgresWorld& world, std::uint64_t number, Instant now)
        : world_{world}, sale_{number}, now_{now + RandomSale::kEnd} {
        world_.move_clock(RandomSale::kEnd);
    }

    const std::optional<std::string>& difference() const { return difference_; }
    const Tally& tally() const { return tally_; }
    std::size_t commands() const { return commands_; }
    Instant now() const { return now_; }

    /// Submits so many commands together, at an instant chosen by dice, and explains what they came
    /// to.
    void run(std::size_t count, std::mt19937_64& engine) {
        const auto to = sale_.next_instant(RandomSale::throw_dice(engine), now_);
        if (to > now_) world_.move_clock(to - now_);
        now_ = to;
        const auto seq = last_seq();
        submit(count, engine);
        explain(world_.facts_after(seq));
    }

    void look() {
        if (!difference_) difference_ = compare_reads(world_, {&sale_}, now_);
    }

private:
    std::uint64_t last_seq() {
        const auto facts = world_.facts_after(last_seq_);
        if (!facts.empty()) last_seq_ = facts.back().seq;
        return last_seq_;
    }

    void submit(std::size_t count, std::mt19937_64& engine) {
        asked_.clear();
        std::vector<std::pair<domain::Command, Started<StoreWorld::Answer>>> open;
        for (std::size_t i = 0; i < count; ++i) {
            auto command = sale_.next(RandomSale::throw_dice(engine), now_);
            auto answer = world_.start(command);
            open.emplace_back(std::move(command), std::move(answer));
        }
        for (auto& [command, started] : open) {
            auto answer = started.get();
            if (!answer) {
                difference_ = told(command) + ": a fault, " + answer.error().what;
                return;
            }
            tally_.count(command, *answer);
            asked_.push_back({std::move(command), std::move(*answer)});
        }
        commands_ += count;
    }

    void explain(const std::vector<domain::Fact>& facts) {
        if (difference_) return;
        std::vector<const Asked*> rest;
        for (const auto& one : asked_)
            rest.push_back(&one);
        std::vector<const Asked*> made;
        for (const auto& fact : facts) {
            const Asked* maker = nullptr;
            for (const auto* one : rest) {
                if (has_made(*one, fact) &&
                    (maker == nullptr || version_of(*one) < version_of(*maker)))
                    maker = one;
            }
            if (maker == nullptr) continue;
            made.push_back(maker);
            std::erase(rest, maker);
        }
        for (const auto* one : rest) {
            if (!is_explained(*one, sale_.model(), made))
                return fail("nothing explains: " + told(one->command), made);
        }
        for (const auto* one : made) {
            const auto of_model = sale_.apply(one->command, now_);
            if (!same(one->outcome, of_model))
                return fail(told(one->command) + "\n  the model: " + told(of_model), made);
        }
    }

    /// Whether the answer to what made nothing is true at some state between: one that some of
    /// those that made something lead to, in their order. Not only after all the facts up to one:
    /// what doesn't touch each other is done in either order.
    bool is_explained(
        const Asked& asked,
        const NaiveModel& model,
        std::span<const Asked* const> made
    ) const {
        auto after = model;
        if (same(after.apply(asked.command, now_), asked.outcome)) return true;
        for (std::size_t i = 0; i < made.size(); ++i) {
            after = model;
            if (same(after.apply(made[i]->command, now_), made[i]->outcome) &&
                is_explained(asked, after, made.subspan(i + 1)))
                return true;
        }
        return false;
    }

    void fail(const std::string& what, const std::vector<const Asked*>& made) {
        difference_ = what + "\nsubmitted together at " + to_rfc3339(now_) + ":";
        for (const auto& one : asked_)
            *difference_ += "\n  " + told(one.command) + "\n    " + told(one.outcome);
        *difference_ += "\nin the order of their facts:";
        for (const auto* one : made)
            *difference_ += "\n  " + told(one->command);
    }

    PostgresWorld& world_;
    RandomSale sale_;
    Instant now_;
    std::uint64_t last_seq_ = 0;
    std::vector<Asked> asked_;
    std::optional<std::string> difference_;
    Tally tally_;
    std::size_t commands_ = 0;
};

TEST(Stores, postgres_orders_as_its_facts_do_what_several_transactions_decide_at_once) {
    if (const auto reason = PostgresServer::why_not()) GTEST_SKIP() << *reason;
    PostgresWorld::Settings settings;
    settings.lanes = 4;
    settings.batch_max = 3;
    PostgresWorld world{false, settings};
    const auto seed = seed_of_this_run();
    const std::size_t commands_wanted = is_soak() ? 500'000 : 10'000;
    std::size_t commands = 0;
    auto now = world.store().now();
    Tally tally;
    for (std::uint64_t number = 1; commands < commands_wanted; ++number) {
        // Each sale has its own seed, so that one that fails is the first to run again.
        std::mt19937_64 engine{seed + number - 1};
        ContendedSale sale{world, number, now};
        // An event and its seats are there before anybody comes.
        for (int i = 0; i < 3; ++i)
            sale.run(1, engine);
        for (int i = 0; i < 20 && !sale.difference(); ++i)
            sale.run(12, engine);
        sale.look();
        ASSERT_FALSE(sale.difference())
            << *sale.difference() << "\nFRONTROW_SEED=" << seed + number - 1
            << " starts with it, though transactions may be ordered otherwise";
        commands += sale.commands();
        now = sale.now();
        tally.add(sale.tally());
    }
    tally.expect_everything();
}

}  // namespace
}  // namespace frontrow::test
