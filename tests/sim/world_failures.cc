#include "sim/world.h"

#include <algorithm>
#include <iterator>

namespace frontrow::sim {
namespace {

using namespace std::chrono_literals;

/// The rates at which a machine's clock may run. At 0 it stands still.
constexpr double kRates[] = {0, 0.5, 0.9, 1.1, 2};

}  // namespace

Time World::a_while(Time at_most) {
    const auto left = failures_until_ - time_.now();
    return std::min(time_.between(1ms, at_most), std::max(left, Time{1ms}));
}

void World::disturb() {
    time_.after(time_.around(scenario_.between_failures), [this] {
        if (time_.now() > failures_until_) return;
        const auto failure = scenario_.failures[time_.below(scenario_.failures.size())];
        auto& machine = *machines_[time_.below(machines_.size())];
        if (machine.node() || failure == Failure::database_restart) strike(failure, machine);
        // A process that has just started couldn't know what a second failure loses.
        if (failure != Failure::start_amid_a_fail_over) disturb();
    });
}

void World::strike(Failure failure, Machine& machine) {
    switch (failure) {
        case Failure::kill:
            machine.kill();
            return time_.after(a_while(800ms), [&machine, life = machine.life()] {
                if (machine.life() == life) machine.start();
            });
        case Failure::pause:
            return machine.pause(time_.below(30), a_while(1'500ms));
        case Failure::cut:
            return machine.journal().cut(a_while(time_.chance(50) ? 20ms : 600ms));
        case Failure::stall:
            return machine.journal().stall(a_while(1s));
        case Failure::lost_acknowledgement:
            machine.journal().lose_acknowledgements(50);
            return time_.after(a_while(300ms), [&machine] {
                if (machine.node()) machine.journal().lose_acknowledgements(0);
            });
        case Failure::stuck_commit:
            return database_.hold_up_next_commit(a_while(700ms));
        case Failure::database_restart:
            return database_.restart(a_while(300ms));
        case Failure::machine_clock:
            machine.clock().set_rate(kRates[time_.below(std::size(kRates))]);
            return time_.after(a_while(1s), [&machine] { machine.clock().set_rate(1); });
        case Failure::database_clock:
            database_.set_clock(time_.chance(50) ? 1h : -1h);
            return time_.after(a_while(500ms), [this] { database_.set_clock({}); });
        case Failure::far_machine:
            machine.journal().set_trip(time_.between(2ms, 40ms));
            return time_.after(a_while(600ms), [&machine] {
                if (machine.node()) machine.journal().set_trip(100us);
            });
        case Failure::divergence:
            return machine.diverge();
        case Failure::lossy_fail_over:
            return database_.fail_over(time_.below(scenario_.lost_most), a_while(300ms));
        case Failure::fork:
            for (const auto& each : machines_)
                each->expect_end();
            return database_.fork();
        case Failure::start_amid_a_fail_over:
            if (time_.now() + kToBeKnown > failures_until_) return;
            machine.kill();
            // The other nodes must first know the batches that they are to restore.
            return time_.after(kToBeKnown, [this, &machine, life = machine.life()] {
                database_.fail_over(time_.below(scenario_.lost_most), a_while(300ms));
                if (machine.life() == life) machine.start();
            });
    }
}

void World::heal() {
    database_.set_clock({});
    for (const auto& machine : machines_)
        machine->heal();
}

}  // namespace frontrow::sim
