#include "differential/history.h"

#include "support/told.h"

#include <algorithm>
#include <random>
#include <variant>

namespace frontrow::test {
namespace {

constexpr int kShorterTriesMax = 400;
constexpr std::size_t kStepsTold = 50;

/// Whether a store decides such commands in the order in which they were submitted together.
bool keeps_order(const domain::Command& command) {
    return std::holds_alternative<domain::ReserveSeats>(command) ||
           std::holds_alternative<domain::ConfirmReservation>(command) ||
           std::holds_alternative<domain::CancelReservation>(command) ||
           std::holds_alternative<domain::ExtendReservation>(command) ||
           std::holds_alternative<domain::ChangeReservation>(command);
}

HistoryDice without(const HistoryDice& dice, std::size_t from, std::size_t count) {
    auto shorter = dice;
    const auto begin = shorter.rounds.begin() + static_cast<std::ptrdiff_t>(from);
    shorter.rounds.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
    return shorter;
}

}  // namespace

HistoryDice HistoryDice::throw_dice(const Shape& shape, std::uint64_t seed) {
    std::mt19937_64 engine{seed};
    const auto one_in = [&](std::size_t many) { return many > 0 && engine() % many == 0; };
    HistoryDice dice{.sales = shape.sales, .rounds = {}};
    dice.rounds.resize(shape.rounds_max / 10 + engine() % (shape.rounds_max * 9 / 10));
    for (auto& round : dice.rounds) {
        round.clock_of = engine() % shape.sales;
        round.clock = RandomSale::throw_dice(engine);
        round.turns.resize(shape.sales);
        for (auto& turns : round.turns) {
            const auto together = shape.together_max > 1 ? 1 + engine() % shape.together_max : 1;
            for (std::size_t i = 0; i < together; ++i)
                turns.push_back(RandomSale::throw_dice(engine));
        }
        round.looks = one_in(shape.looks_every);
        round.restarts = one_in(shape.restarts_every);
    }
    return dice;
}

Differential::Differential(std::vector<Contestant*> contestants)
    : contestants_{std::move(contestants)}, now_{contestants_.front()->world().store().now()} {
}

bool Differential::run(const HistoryDice& dice) {
    begin(dice.sales);
    for (const auto& round : dice.rounds) {
        run(round);
        if (has_difference()) return false;
    }
    end();
    return !has_difference();
}

/// Moves the clock, so that all earlier events start before those of the new sales.
void Differential::begin(std::size_t sales) {
    for (auto* one : contestants_)
        one->forget();
    move_clock(now_ + RandomSale::kEnd);
    sales_.clear();
    steps_.clear();
    for (std::size_t i = 0; i < sales; ++i)
        sales_.push_back(std::make_unique<RandomSale>(++sales_made_));
}

void Differential::run(const HistoryDice::Round& round) {
    move_clock(sales_[round.clock_of]->next_instant(round.clock, now_));
    for (std::size_t i = 0; i < sales_.size(); ++i)
        submit(*sales_[i], round.turns[i]);
    if (round.looks) look();
    if (!round.restarts) return;
    for (auto* one : contestants_)
        one->restart();
    look();
}

void Differential::move_clock(Instant to) {
    for (auto* one : contestants_)
        one->move_clock(to - now_);
    now_ = to;
}

void Differential::submit(RandomSale& sale, const std::vector<RandomSale::Dice>& turns) {
    for (std::size_t i = 0; i < turns.size(); ++i) {
        const auto command = sale.next(turns[i], now_);
        if (!keeps_order(command) && i > 0) return;
        submit(sale, command);
        if (!keeps_order(command)) return;
    }
}

void Differential::submit(RandomSale& sale, const domain::Command& command) {
    const auto expected = sale.apply(command, now_);
    ++commands_;
    tally_.count(command, expected);
    steps_.push_back({now_, command});
    for (auto* one : contestants_)
        one->start(command, expected);
}

void Differential::end() {
    look();
    for (const auto& sale : sales_) {
        for (const auto& command : sale->revocations())
            submit(*sale, command);
    }
    look();
}

void Differential::look() {
    std::vector<const RandomSale*> sales;
    for (const auto& sale : sales_)
        sales.push_back(sale.get());
    for (auto* one : contestants_)
        one->look(sales, now_);
}

bool Differential::has_difference() const {
    return std::ranges::any_of(contestants_, [](const Contestant* one) {
        return one->difference().has_value();
    });
}

/// Tries to leave out half of the rounds at a time, then a quarter, and so on down to one round.
/// Then tries to leave out the commands of one sale in one round at a time.
void Differential::shorten(const HistoryDice& dice) {
    auto shortest = dice;
    int tries = 0;
    const auto try_instead = [&](HistoryDice shorter) {
        if (++tries > kShorterTriesMax || run(shorter)) return false;
        shortest = std::move(shorter);
        return true;
    };
    for (auto count = dice.rounds.size() / 2; count > 0; count /= 2) {
        for (std::size_t from = 0; from + count <= shortest.rounds.size();) {
            if (!try_instead(without(shortest, from, count))) from += count;
        }
    }
    for (std::size_t i = 0; i < shortest.rounds.size() * dice.sales; ++i) {
        auto shorter = shortest;
        shorter.rounds[i / dice.sales].turns[i % dice.sales].clear();
        try_instead(std::move(shorter));
    }
    run(shortest);
}

std::string Differential::failure() const {
    std::string text;
    const auto told_from = steps_.size() - std::min(steps_.size(), kStepsTold);
    for (auto i = told_from; i < steps_.size(); ++i)
        text += to_rfc3339(steps_[i].at) + " " + told(steps_[i].command) + "\n";
    for (const auto* one : contestants_) {
        if (one->difference()) text += *one->difference() + "\n";
    }
    return text + "after " + std::to_string(steps_.size()) + " commands of this history, at " +
           to_rfc3339(now_);
}

}  // namespace frontrow::test
