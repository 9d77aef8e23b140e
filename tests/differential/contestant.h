#pragma once

#include "scenario/store_world.h"
#include "support/random_sale.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::test {

/// A store that gets the same commands as the naive model. It must give the same answers and show
/// the same state.
class Contestant {
public:
    explicit Contestant(const StoreKind& kind);

    const std::string& name() const { return name_; }
    StoreWorld& world() { return *world_; }
    /// The difference between the store and the model, if there is one. After it no more commands
    /// are given.
    const std::optional<std::string>& difference() const { return difference_; }

    /// Gives the store a command, which it decides before the clock moves again.
    void start(domain::Command command, domain::Outcome expected);
    /// Waits for all answers and compares them.
    void collect();
    /// Moves the clock. Commands given afterwards are decided after those given before, even if
    /// `by` is zero.
    void move_clock(Millis by);
    void restart();
    /// Compares everything that can be read about these sales. Their events must start later than
    /// all others.
    void look(const std::vector<const RandomSale*>& sales, Instant now);
    /// Drops a difference, so that another history can be tried on other sales.
    void forget();

private:
    struct Open {
        domain::Command command;
        domain::Outcome expected;
        Started<StoreWorld::Answer> answer;
    };

    void collect_one();

    std::string name_;
    bool decides_at_once_;
    std::unique_ptr<StoreWorld> world_;
    std::deque<Open> open_;
    std::optional<std::string> difference_;
};

}  // namespace frontrow::test
