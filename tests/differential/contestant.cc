#include "differential/contestant.h"

#include "differential/compare_reads.h"
#include "support/told.h"

#include <utility>

namespace frontrow::test {
namespace {

/// Enough for the embedded store to form large batches, but few compared with the number of
/// commands that it lets wait.
constexpr std::size_t kOpenMax = 512;

}  // namespace

Contestant::Contestant(const StoreKind& kind)
    : name_{kind.name}, decides_at_once_{kind.decides_at_once}, world_{kind.make()} {
}

void Contestant::start(domain::Command command, domain::Outcome expected) {
    if (difference_) return;
    auto answer = world_->start(command);
    open_.push_back({std::move(command), std::move(expected), std::move(answer)});
}

void Contestant::collect_one() {
    auto one = std::move(open_.front());
    open_.pop_front();
    const auto answer = one.answer.get();
    if (difference_ || (answer && same(*answer, one.expected))) return;
    difference_ = told(one.command) + "\n  " + name_ + ": " +
                  (answer ? told(*answer) : "a fault, " + answer.error().what) +
                  "\n  the model: " + told(one.expected);
}

void Contestant::collect() {
    while (!open_.empty())
        collect_one();
}

void Contestant::move_clock(Millis by) {
    if (!decides_at_once_ || open_.size() >= kOpenMax) collect();
    if (by == Millis{0}) return;
    run_ready(world_->io());
    world_->move_clock(by);
}

void Contestant::restart() {
    collect();
    world_->restart();
}

void Contestant::look(const std::vector<const RandomSale*>& sales, Instant now) {
    collect();
    if (difference_) return;
    if (auto difference = compare_reads(*world_, sales, now))
        difference_ = name_ + " shows otherwise than the model " + *difference;
}

void Contestant::forget() {
    collect();
    difference_.reset();
}

}  // namespace frontrow::test
