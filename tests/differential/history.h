#pragma once

#include "differential/contestant.h"
#include "support/random_sale.h"
#include "support/tally.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace frontrow::test {

/// The random numbers that make a history. Any of them can be left out; the rest still makes a
/// history.
struct HistoryDice {
    using Dice = RandomSale::Dice;

    struct Round {
        /// Before its commands, the round moves the clock to an instant that one sale chooses: the
        /// number of this sale, and the dice for its choice.
        std::size_t clock_of = 0;
        Dice clock{};
        /// The commands of each sale, which are submitted together.
        std::vector<std::vector<Dice>> turns;
        bool looks = false;
        bool restarts = false;
    };

    struct Shape {
        /// The number of sales on one store with one clock.
        std::size_t sales = 1;
        /// Commands of one sale that are submitted together.
        std::size_t together_max = 1;
        std::size_t rounds_max = 200;
        /// About one round in this many is followed by a look; 0 means no looks.
        std::size_t looks_every = 0;
        std::size_t restarts_every = 0;
    };

    static HistoryDice throw_dice(const Shape& shape, std::uint64_t seed);

    std::size_t sales = 1;
    std::vector<Round> rounds;
};

/// Runs histories on stores and on the naive model at the same time.
class Differential {
public:
    explicit Differential(std::vector<Contestant*> contestants);

    /// Starts new sales, later than all earlier ones, and compares everything at the end. Returns
    /// true if there is no difference.
    bool run(const HistoryDice& dice);
    /// After a run with a difference: runs ever shorter parts of the history, and last the shortest
    /// with a difference.
    void shorten(const HistoryDice& dice);

    /// The difference, and the last commands before it.
    std::string failure() const;
    std::size_t commands() const { return commands_; }
    const Tally& tally() const { return tally_; }

private:
    struct Step {
        Instant at;
        domain::Command command;
    };

    void begin(std::size_t sales);
    void run(const HistoryDice::Round& round);
    void move_clock(Instant to);
    void submit(RandomSale& sale, const std::vector<RandomSale::Dice>& turns);
    void submit(RandomSale& sale, const domain::Command& command);
    void end();
    void look();
    bool has_difference() const;

    std::vector<Contestant*> contestants_;
    std::vector<std::unique_ptr<RandomSale>> sales_;
    std::uint64_t sales_made_ = 0;
    Instant now_;
    std::size_t commands_ = 0;
    Tally tally_;
    /// The commands of this history.
    std::vector<Step> steps_;
};

}  // namespace frontrow::test
