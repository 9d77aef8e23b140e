#include "sim/machine.h"

#include "base/check.h"
#include "domain/evolve.h"
#include "store/engine/frame.h"

#include <algorithm>
#include <string>
#include <utility>

namespace frontrow::sim {
namespace {

using namespace std::chrono_literals;

// The time of one step of a process on a fast machine.
constexpr Time kStep = 2us;
constexpr Time kTurn = 5us;
constexpr Time kDecision = 4us;
constexpr Time kBatch = 20us;
/// The time to decide, write and compress a kilobyte of facts, as in a batch of 100,000 seats.
constexpr Time kKilobyte = 5us;

/// A process whose store has failed finishes its requests, closes its store and exits.
constexpr Time kExit = 50ms;
constexpr Time kClosed = 20ms;
constexpr Time kStartMin = 20ms;
constexpr Time kStartMax = 200ms;

}  // namespace

Node::Counts sum(const Node::Counts& a, const Node::Counts& b) {
    return {
        .tries = a.tries + b.tries,
        .wins = a.wins + b.wins,
        .losses = a.losses + b.losses,
        .holds = a.holds + b.holds,
        .looks = a.looks + b.looks,
        .commands = a.commands + b.commands,
        .decisions = a.decisions + b.decisions,
        .decided_bytes = a.decided_bytes + b.decided_bytes,
        .learned = a.learned + b.learned,
        .losing_run_max = std::max(a.losing_run_max, b.losing_run_max),
    };
}

Machine::Machine(VirtualTime& time, SimDatabase& database, const Settings& settings)
    : time_{time},
      database_{database},
      settings_{settings},
      clock_{time, time.between(1s, 100'000s)},
      random_{time.random()} {
}

void Machine::start() {
    const auto life = ++life_;
    inbox_.clear();
    wakes_.clear();
    time_.after(time_.between(kStartMin, kStartMax), [this, life, batches = database_.journal()] {
        if (life == life_) serve(batches);
    });
}

void Machine::serve(const std::vector<Batch>& batches) {
    state_ = std::make_unique<domain::Inventory>(StateLog::Digests::on);
    for (const auto& batch : batches) {
        if (batch.frame.empty()) continue;
        const auto facts = store::engine::read_frame(batch.frame, batch.head.first_seq);
        CHECK(facts);
        for (const auto& fact : *facts)
            domain::evolve(*state_, fact);
    }
    const auto life = life_;
    const auto deliver_here = [this, life](Action action) { deliver(life, std::move(action)); };
    journals_.push_back(std::make_unique<SimJournal>(time_, database_, settings_.trip, deliver_here)
    );
    worked_ = {};
    newest_ = batches.back().head;
    node_ = std::make_unique<Node>(
        settings_.node,
        Node::Ports{
            .journal = journal(),
            .clock = clock_,
            .random = random_,
            .wake_at = [this](Time shown) { wake_at(shown); },
            .next_turn =
                [this, life] {
                    time_.after(kTurn, [this, life] { deliver(life, [this] { node_->turn(); }); });
                },
            .on_failure =
                [this, life](const io::Fault& fault) {
                    has_failed_ = true;
                    if (!has_diverged_ && !may_end_)
                        complaints_.push_back("a node failed: " + fault.what);
                    time_.after(kExit, [this, life] { close(life); });
                },
            .on_batch = [this](const Batch& batch, auto&&) { newest_ = batch.head; },
            .on_proof =
                [this] {
                    if (told_.empty() || told_.back() != newest_) told_.push_back(newest_);
                },
        },
        *state_,
        batches.back().head
    );
    deliver([this] { node_->start(); });
}

void Machine::close(std::uint64_t life) {
    const auto is_closed = std::make_shared<bool>(false);
    deliver(life, [this, is_closed] { node_->close([is_closed] { *is_closed = true; }); });
    time_.after(kClosed, [this, life, is_closed] {
        if (life != life_) return;
        if (!*is_closed && paused_until_ + kClosed < time_.now())
            complaints_.emplace_back("a node that failed couldn't be closed");
        kill();
        start();
    });
}

void Machine::kill() {
    if (node_) {
        before_ = counts();
        journals_.back()->cut(Time{});
        if (has_diverged_ && node_->counts().wins > wins_when_diverged_)
            complaints_.emplace_back("a diverged node wrote");
    }
    has_failed_ = has_diverged_ = may_end_ = false;
    ++life_;
    inbox_.clear();
    node_.reset();
    state_.reset();
}

Node::Counts Machine::counts() const {
    return node_ ? sum(before_, node_->counts()) : before_;
}

void Machine::pause(std::uint64_t steps, Time by) {
    steps_until_pause_ = steps;
    pause_ = by;
}

void Machine::diverge() {
    deliver([this] {
        if (!node_->is_at_boundary() || has_failed_) return;
        has_diverged_ = true;
        wins_when_diverged_ = node_->counts().wins;
        const auto random = random_.next();
        domain::ApiKeyCreated key{.key = ApiKeyId{random}, .name = "made up"};
        std::ranges::copy(bytes_of(random), key.digest.begin());
        const auto seq = state_->last_seq() + 1;
        domain::evolve(
            *state_,
            {.seq = seq, .at = node_->head().at, .trace = {}, .event = {}, .body = std::move(key)}
        );
    });
}

void Machine::heal() {
    steps_until_pause_.reset();
    paused_until_ = std::min(paused_until_, time_.now());
    clock_.set_rate(1);
    if (node_) {
        journals_.back()->heal();
        journals_.back()->set_trip(settings_.trip);
    }
    if (!node_) {
        kill();
        start();
    }
}

void Machine::deliver(std::uint64_t life, Action action) {
    if (life != life_) return;
    inbox_.push_back(std::move(action));
    if (std::exchange(is_running_, true)) return;
    time_.after(Time{}, [this] { run(); });
}

void Machine::run() {
    if (inbox_.empty() || !node_) {
        is_running_ = false;
        return;
    }
    if (steps_until_pause_ && (*steps_until_pause_)-- == 0) {
        steps_until_pause_.reset();
        paused_until_ = time_.now() + pause_;
    }
    if (paused_until_ > time_.now()) {
        time_.at(std::min(paused_until_, time_.now() + 10ms), [this] { run(); });
        return;
    }
    auto action = std::move(inbox_.front());
    inbox_.pop_front();
    action();
    const auto worked = work();
    journal().depart(worked);
    time_.after(worked, [this] { run(); });
}

Time Machine::work() {
    if (!node_) return kStep;
    const auto counts = node_->counts();
    const auto decisions = static_cast<Time::rep>(counts.decisions - worked_.decisions);
    const auto batches = static_cast<Time::rep>(counts.learned - worked_.learned);
    const auto kilobytes =
        static_cast<Time::rep>((counts.decided_bytes - worked_.decided_bytes) / 1'024);
    worked_ = counts;
    return kStep + kilobytes * kKilobyte + decisions * kDecision + batches * kBatch;
}

void Machine::wake_at(Time shown) {
    if (!wakes_.insert(shown).second) return;
    time_.at(clock_.when(shown), [this, shown, life = life_] {
        if (life != life_) return;
        wakes_.erase(shown);
        if (clock_.read().since_boot < shown) return wake_at(shown);
        deliver(life, [this, shown] { node_->wake(shown); });
    });
}

}  // namespace frontrow::sim
