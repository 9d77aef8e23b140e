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

/// A store that is asked what the naive model is asked, and must answer and show the same.
class Contestant {
public:
    explicit Contestant(const StoreKind& kind);

    const std::string& name() const { return name_; }
    StoreWorld& world() { return *world_; }
    /// What the store and the model disagree about, if they do. Then nothing more is asked.
    const std::optional<std::string>& difference() const { return difference_; }

    /// Gives it a command, to be decided before the clock moves again.
    void start(domain::Command command, domain::Outcome expected);
    /// Waits for all answers and compares them.
    void collect();
    /// By nothing, too: what is given it from here on is decided after what was before.
    void move_clock(Millis by);
    void restart();
    /// Compares all that can be read about these sales, whose events start later than all others.
    void look(const std::vector<const RandomSale*>& sales, Instant now);
    /// Forgets a difference, so that another history can be tried on other sales.
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
