#include "sim/world.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace frontrow::sim {
namespace {

using namespace std::chrono_literals;
using io::Fault;
using io::FaultKind;

constexpr Time kPatience = 1s;
/// All machines serve from this time on.
constexpr Time kServeFrom = 300ms;
/// After a fail-over nothing new is appended for this long.
constexpr Time kQuiet = 2s;
constexpr Time kReaderPause = 10ms;
constexpr int kTries = 3;

Machine::Settings settings_of(const Scenario& scenario, std::size_t machine) {
    Machine::Settings settings;
    settings.node.patience = kPatience;
    if (machine + 1 == scenario.machines) settings.trip = scenario.trip_of_last;
    return settings;
}

bool has(const Scenario& scenario, Failure failure) {
    return std::ranges::find(scenario.failures, failure) != scenario.failures.end();
}

}  // namespace

World::World(const Scenario& scenario, std::uint64_t seed)
    : scenario_{scenario},
      time_{seed},
      database_{time_},
      sale_{time_, scenario.big_percent, scenario.big_block} {
    if (scenario_.machines == 0) scenario_.machines = 1 + seed % 5;
    for (std::size_t i = 0; i < scenario_.machines; ++i)
        machines_.push_back(std::make_unique<Machine>(time_, database_, settings_of(scenario_, i)));
    // Two quiet periods, because a batch in doubt may arrive at the end of the first and look like
    // a lost one.
    if (has(scenario, Failure::lossy_fail_over)) recovery_ += 2 * kQuiet;
    if (has(scenario, Failure::start_amid_a_fail_over)) {
        const auto trips = static_cast<Time::rep>(scenario_.lost_most) * scenario_.trip_of_last;
        recovery_ += 2 * kQuiet + kToBeKnown + trips;
    }
    failures_until_ = kServeFrom + scenario.duration;
    clients_until_ = failures_until_;
    if (!scenario.failures.empty()) clients_until_ += recovery_ - kPatience;
    if (has(scenario, Failure::machine_clock)) history_.clocks_differ = 2s;
    if (has(scenario, Failure::database_clock)) history_.clocks_differ = 1h + 2s;
}

Report World::run() {
    for (const auto& machine : machines_)
        machine->start();
    time_.run_until(kServeFrom);
    open_sale();
    for (std::size_t i = 0; i < machines_.size(); ++i) {
        for (std::size_t n = 0; n < scenario_.buyers; ++n)
            time_.after(time_.between(0s, 10ms), [this, i] { buyer(i); });
        if (scenario_.between_visitors > 0s) visitors(i);
        reader(i);
    }
    if (!scenario_.failures.empty()) disturb();
    time_.run_until(failures_until_);
    heal();
    time_.after(recovery_ - kPatience, [this] { probe(); });
    time_.run_until(time_.now() + recovery_ + kPatience + 2s);
    finish();
    return std::move(report_);
}

// Clients.

void World::open_sale() {
    for (int i = 0; i < 4; ++i) {
        ask(*machines_.front(), sale_.next(), [](const auto&) {});
        time_.run_until(time_.now() + 20ms);
    }
}

void World::buyer(std::size_t home) {
    if (time_.now() > clients_until_) return;
    insist(home, sale_.next(), kTries, [this, home] {
        time_.after(time_.around(scenario_.think), [this, home] { buyer(home); });
    });
}

void World::visitors(std::size_t home) {
    if (time_.now() > clients_until_) return;
    insist(home, sale_.next(), kTries, [] {});
    time_.after(time_.around(scenario_.between_visitors), [this, home] { visitors(home); });
}

void World::reader(std::size_t home) {
    if (time_.now() > clients_until_) return;
    read(*machines_[home], [](bool) {});
    time_.after(time_.around(kReaderPause), [this, home] { reader(home); });
}

void World::insist(
    std::size_t machine,
    const domain::Command& command,
    int tries,
    std::function<void()> then
) {
    const auto is_settled = std::make_shared<bool>(false);
    const auto go_elsewhere = [this, machine, command, tries, then] {
        if (tries == 1 || !Sale::may_be_repeated(command)) return then();
        insist((machine + 1) % machines_.size(), sale_.again(command), tries - 1, then);
    };
    ask(*machines_[machine],
        command,
        [this, command, then, is_settled, go_elsewhere](const auto& answer) {
            if (answer && *answer) sale_.learn(command, **answer);
            if (std::exchange(*is_settled, true)) return;
            if (answer) return then();
            time_.after(time_.around(5ms), go_elsewhere);
        });
    // The command may still be carried out.
    time_.after(time_.between(200ms, 2 * kPatience), [is_settled, go_elsewhere] {
        if (!std::exchange(*is_settled, true)) go_elsewhere();
    });
}

void World::ask(Machine& machine, const domain::Command& command, Told told) {
    if (!machine.node()) {
        const Result<domain::Outcome, Fault> refused =
            std::unexpected(Fault{FaultKind::unavailable, "nobody listens"});
        return time_.after(1ms, [told, refused] { told(refused); });
    }
    const auto number = history_.attempts.size();
    history_.attempts.push_back({
        .trace = {.bits = {1, number}},
        .command = command,
        .seq_before = known_seq_,
        .outcome = {},
    });
    unanswered_[number] = {&machine, machine.life()};
    machine.deliver([this, &machine, number, told] {
        const Asked asked{.at = time_.now(), .shown = machine.clock().read().since_boot};
        auto& attempt = history_.attempts[number];
        attempt.at_before = machine.node()->now();
        const auto decided = [this, &machine, number, told, asked](auto answer) {
            expect_in_time(machine, asked);
            if (answer) machine.latencies().push_back(time_.now() - asked.at);
            hear(machine, number, answer);
            told(answer);
        };
        if (auto fault = machine.node()->refusal())
            return decided(Result<domain::Outcome, Fault>{std::unexpected(std::move(*fault))});
        machine.node()->execute(attempt.command, attempt.trace, decided);
    });
}

void World::hear(
    Machine& machine,
    std::size_t number,
    const Result<domain::Outcome, Fault>& answer
) {
    unanswered_.erase(number);
    auto& attempt = history_.attempts[number];
    if (!answer) {
        attempt.is_undone = answer.error().kind != FaultKind::outcome_unknown;
        if (scenario_.failures.empty())
            complain("nothing failed, and somebody was told: " + answer.error().what);
        return;
    }
    attempt.seq_after = machine.node()->head().last_seq;
    attempt.at_after = machine.node()->now();
    attempt.outcome = *answer;
    reach(attempt.seq_before, attempt.seq_after);
}

void World::read(Machine& machine, std::function<void(bool)> told) {
    if (!machine.node()) return told(false);
    machine.deliver([this, &machine, told, before = known_seq_] {
        const Asked asked{.at = time_.now(), .shown = machine.clock().read().since_boot};
        machine.node()->read([this, &machine, told, before, asked](auto fault) {
            expect_in_time(machine, asked);
            told(!fault);
            // The machine's state was made to differ on purpose.
            if (fault || machine.has_diverged()) return;
            if (!machine.node()->is_at_boundary()) complain("somebody read inside a savepoint");
            const auto seq = machine.node()->head().last_seq;
            reach(before, seq);
            history_.sights.push_back(
                {seq,
                 time_.below(500) == 0 ? machine.state().digest_anew() : machine.state().digest()}
            );
        });
    });
}

void World::expect_in_time(const Machine& machine, const Asked& asked) {
    if (machine.runs_since() > asked.at) return;
    if (machine.clock().read().since_boot - asked.shown > kPatience + 1s)
        complain("somebody waited too long");
}

/// Checks an answer: it must include the fact `before`, which was known when the client asked.
void World::reach(std::uint64_t before, std::uint64_t seq) {
    if (seq < before)
        complain(
            "an answer rests on seq " + std::to_string(seq) + ", and " + std::to_string(before) +
            " was known before it was asked for"
        );
    known_seq_ = std::max(known_seq_, seq);
}

void World::probe() {
    for (const auto& machine : machines_) {
        const auto served = std::make_shared<Served>(time_.now() + kPatience);
        probe(*machine, served);
        time_.after(kPatience, [this, served] {
            if (!served->a_command || !served->a_read)
                complain("a machine doesn't serve, though all was healed");
        });
    }
}

/// Acts as a client that asks again. The machine may notice only now that its copy has diverged;
/// its process then ends and starts again.
void World::probe(Machine& machine, const std::shared_ptr<Served>& served) {
    if (!served->a_command) {
        ask(machine, sale_.create_key(), [served](const auto& answer) {
            served->a_command |= answer.has_value();
        });
    }
    if (!served->a_read) read(machine, [served](bool can_read) { served->a_read |= can_read; });
    time_.after(kPatience / 10, [this, &machine, served] {
        const bool is_served = served->a_command && served->a_read;
        if (!is_served && time_.now() < served->until) probe(machine, served);
    });
}

void World::finish() {
    for (const auto& [number, process] : unanswered_) {
        if (process.first->life() == process.second)
            complain("attempt " + std::to_string(number) + " was never answered");
    }
    for (const auto& machine : machines_) {
        std::ranges::copy(machine->complaints(), std::back_inserter(report_.complaints));
        for (const auto& head : machine->told())
            history_.feeds.push_back({head.last_seq, head.state});
        if (machine->has_diverged()) complain("a node that had diverged didn't stop");
        report_.counts.push_back(machine->counts());
        report_.latencies.push_back(std::move(machine->latencies()));
    }
    auto judgement = judge(database_.journal(), history_);
    std::ranges::move(judgement.complaints, std::back_inserter(report_.complaints));
    report_.facts = judgement.facts;
    report_.hash = database_.journal().back().head.hash;
    report_.batches = database_.journal().size() - 1;
    report_.answers = static_cast<std::size_t>(std::ranges::count_if(
        history_.attempts, [](const Attempt& attempt) { return attempt.outcome.has_value(); }
    ));
}

}  // namespace frontrow::sim
