#include "store/cluster/node.h"

#include "base/check.h"
#include "domain/evolve.h"
#include "store/cluster/replay.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace frontrow::store::cluster {
namespace {

using io::Fault;
using io::FaultKind;
using Time = Node::Time;

constexpr Time kTick = std::chrono::milliseconds{100};
/// Commands wait for the end of an outage up to this long. In a longer one their callers have given
/// up, so new commands are refused at once.
constexpr Time kOutageMax = std::chrono::seconds{4};

// A batch that reaches either bound takes no further command.
constexpr std::size_t kFactsMax = 4'096;
constexpr std::size_t kBytesMax = 1 << 20;
/// A command that would make a batch longer than this waits for the next batch. The first command
/// of a batch may be of any size.
constexpr std::size_t kBytesWithLast = 32 << 20;
/// Bound on the commands of a batch after a lost one: a slow node's large batch would lose to small
/// ones again.
constexpr std::size_t kCommandsAfterLoss = 512;
/// A node that takes longer to decide a batch than other nodes' batches take to arrive would lose
/// again and again. After this many losses in a row it asks the journal to hold the next place for
/// it.
constexpr std::uint64_t kLossesMax = 2;

/// The same as in engine/engine.cc.
constexpr std::uint32_t kSweepChunk = 250;
constexpr std::size_t kLapseChunk = 2'000;
/// A node sweeps holds that expired this long ago. A random extra delay keeps the nodes from
/// sweeping all at once.
constexpr Millis kSweepAfter{100};

/// Bound on a slot in the ring, because a dead node costs the other nodes one slot per round.
constexpr Time kSlotMax = std::chrono::milliseconds{5};
constexpr Time kSlotMore = std::chrono::microseconds{100};

Fault unavailable(const char* why) {
    return {FaultKind::unavailable, why};
}

}  // namespace

Node::Node(Settings settings, Ports ports, domain::Inventory& state, const Head& head)
    : settings_{settings},
      ports_{std::move(ports)},
      state_{state},
      me_{ports_.random.next()},
      head_{head},
      recent_{head},
      ring_{me_, ports_.random.next().lo},
      self_{std::make_shared<Node*>(this)} {
    CHECK(state_.last_seq() == head.last_seq && state_.digest() == head.state);
}

void Node::start() {
    const auto now = time_now();
    tick_at_ = now + kTick;
    ports_.wake_at(tick_at_);
    step();
}

std::optional<Fault> Node::refusal() const {
    if (has_failed_ || is_closing_) return unavailable("this node is ending");
    if (is_cut_off()) return unavailable("the journal can't be reached");
    if (waiting_.size() + unproven_.size() >= settings_.waiting_max)
        return Fault{FaultKind::overloaded, "too many commands wait for the journal"};
    return std::nullopt;
}

void Node::execute(domain::Command command, TraceId trace, Decided decided) {
    CHECK(!refusal());
    ++counts_.commands;
    waiting_.push_back(Asked{
        .number = ++asked_,
        .command = std::move(command),
        .trace = trace,
        .deadline = time_now() + settings_.patience,
        .decided = std::move(decided),
        .outcome = std::nullopt,
    });
    ask_turn();
}

bool Node::is_cut_off() const {
    return !has_contact_ && time_now() - heard_at_ > kOutageMax;
}

void Node::read(Readable readable) {
    if (has_failed_ || is_cut_off()) {
        const auto* const why =
            has_failed_ ? "this node is ending" : "the journal can't be reached";
        answers_.push_back([readable = std::move(readable), why]() mutable {
            readable(unavailable(why));
        });
        return ask_turn();
    }
    readers_.push_back(Reader{
        .number = ++asked_,
        .deadline = time_now() + settings_.patience,
        .readable = std::move(readable),
    });
    ask_turn();
}

void Node::close(std::move_only_function<void()> closed) {
    is_closing_ = true;
    closed_ = std::move(closed);
    // Drops the node's own commands (sweeps): the remaining nodes sweep.
    std::erase_if(waiting_, [](const Asked& asked) { return !asked.decided; });
    ask_turn();
}

/// Waits for a turn of the loop, so that callers that come together share a batch or a look. While
/// a batch is in flight no turn is needed: its answer starts the next step. A node that is ending
/// takes a turn anyway, because that answer may not come.
void Node::ask_turn() {
    const bool is_answer_next = flight_ && !has_failed_ && !is_closing_;
    if (is_answer_next || std::exchange(has_asked_turn_, true)) return;
    timing_.begin(waiting_.size() + readers_.size());
    ports_.next_turn();
}

void Node::turn() {
    if (!flight_ && !timing_.is_time(waiting_.size() + readers_.size())) return ports_.next_turn();
    has_asked_turn_ = false;
    step();
}

void Node::wake(Time at) {
    woken_at_ = std::max(woken_at_, at);
    const auto now = time_now();
    if (now >= tick_at_ && !has_failed_) tick(now);
    step();
}

void Node::tick(Time now) {
    tick_at_ = now + kTick;
    ports_.wake_at(tick_at_);
    // Looks at other nodes' batches even if no caller waits here.
    if (now - heard_at_ >= kTick) wants_look_ = true;
    fail_overdue(now);
}

void Node::fail_overdue(Time now) {
    const auto tell_those = [&](auto& asked, const Fault& fault) {
        for (auto& each : asked)
            if (each.deadline <= now) tell(each, std::unexpected(fault));
    };
    const auto drop_told = [](std::deque<Asked>& asked) {
        std::erase_if(asked, [](const Asked& each) { return each.number != 0 && !each.decided; });
    };
    const auto nothing_done = unavailable("the journal couldn't be reached in time");
    tell_those(waiting_, nothing_done);
    tell_those(unproven_, nothing_done);
    drop_told(waiting_);
    drop_told(unproven_);
    // The commands stay in the batch, which must still be settled.
    if (flight_) {
        tell_those(
            flight_->commands,
            Fault{FaultKind::outcome_unknown, "the journal didn't answer in time"}
        );
    }
    for (auto& reader : readers_) {
        if (reader.deadline > now) continue;
        answers_.push_back([readable = std::move(reader.readable), nothing_done]() mutable {
            readable(nothing_done);
        });
        reader.number = 0;
    }
    std::erase_if(readers_, [](const Reader& reader) { return reader.number == 0; });
}

void Node::sweep() {
    if (flight_ || is_closing_ || !time_.is_known() || !has_contact_) return;
    const auto patience = kSweepAfter + Millis{ports_.random.next().lo % kSweepAfter.count()};
    if (!state_.has_something_due(now() - patience)) return;
    const auto is_own = [](const Asked& asked) { return asked.number == 0; };
    if (std::ranges::any_of(waiting_, is_own)) return;
    waiting_.push_back(Asked{
        .number = 0,
        .command = domain::ExpireHolds{kSweepChunk},
        .trace = {},
        .deadline = Time::max(),
        .decided = {},
        .outcome = std::nullopt,
    });
}

void Node::step() {
    const std::weak_ptr here{self_};
    if (!has_failed_) tell_fresh();
    // Answers readers before the next savepoint is opened.
    flush();
    if (here.expired() || has_failed_ || is_closed()) return;
    const auto now = time_now();
    decide_if_due(now);
    look_if_needed(now);
    flush();
}

// Deciding.

Instant Node::now() {
    return std::max(time_.at(clock_now()), head_.at);
}

Time Node::slot() const {
    return std::min(trip_ + trip_spread_ + kSlotMore, kSlotMax);
}

void Node::decide_if_due(Time now) {
    if (std::exchange(has_place_, false)) return decide_held(now);
    const bool is_busy_with_last = flight_ || hold_ || healing_;
    if (is_busy_with_last || waiting_.empty() || !has_contact_ || !time_.is_known()) return;
    const auto from = std::max(quiet_until_, append_again_at_);
    if (from > now) return ports_.wake_at(from);
    const auto turn = ring_.turn(slot(), now, losing_run_ > 0);
    if (turn.at > now) return ports_.wake_at(turn.at);
    // Looks first only if the ring is busy. If the last batch came long ago, the append's answer
    // tells as much as a look.
    const auto round = static_cast<Time::rep>(ring_.writers(now)) * slot();
    const bool is_busy = now - turn.at < round;
    if (turn.looks_first && is_busy && looked_at_ < turn.at) {
        wants_look_ = true;
        return;
    }
    if (losing_run_ >= kLossesMax) return ask_hold(now);
    decide_batch(now, SharedJournal::Mode::first);
}

void Node::decide_batch(Time now, SharedJournal::Mode mode) {
    // Lapses only holds that expired by the head's time: when another node's batch is applied here,
    // each hold must be as it was on the node that decided the batch.
    state_.lapse(head_.at, kLapseChunk);
    if (has_diverged()) return fail(diverged_at(head_));
    Flight flight;
    flight.covers = asked_;
    flight.batch.head.at = this->now();
    auto& facts = flight.facts;
    const auto commands_max = losing_run_ > 0 ? kCommandsAfterLoss : waiting_.size();
    state_.open_savepoint();
    // An empty journal gets the newest format. Programs too old for that format don't matter: none
    // can have read anything from the journal yet.
    if (head_.last_seq == 0) raise_format(flight);
    while (!waiting_.empty() && flight.commands.size() < commands_max && facts.size() < kFactsMax &&
           flight.bytes < kBytesMax) {
        if (!decide_next(flight)) break;
    }
    if (facts.empty()) {
        state_.commit();
        std::ranges::move(flight.commands, std::back_inserter(unproven_));
        if (!waiting_.empty()) ask_turn();
        return tell_fresh();
    }
    auto& head = flight.batch.head;
    head.first_seq = facts.front().seq;
    head.last_seq = facts.back().seq;
    head.writer = me_;
    head.n = ++n_;
    head.state = state_.digest();
    flight.batch.frame = frames_.write(facts);
    head.hash = hash_of(flight.batch, head_.hash);
    flight_ = std::move(flight);
    send(now, mode);
}

bool Node::decide_next(Flight& flight) {
    auto& asked = waiting_.front();
    const auto at = flight.batch.head.at;
    auto decision = domain::decide(state_, asked.command, at);
    ++counts_.decisions;
    counts_.decided_bytes += decision.written_bytes;
    if (flight.bytes > 0 && flight.bytes + decision.written_bytes > kBytesWithLast) return false;
    flight.bytes += decision.written_bytes;
    record(flight, std::move(decision.facts), asked.trace);
    asked.outcome = std::move(decision.outcome);
    flight.commands.push_back(std::move(asked));
    waiting_.pop_front();
    return true;
}

void Node::raise_format(Flight& flight) {
    const domain::RaiseFormat newest{domain::kNewestFormat};
    record(flight, domain::decide(state_, newest, flight.batch.head.at).facts, TraceId{});
}

void Node::record(Flight& flight, std::vector<domain::NewFact> facts, TraceId trace) {
    for (auto& fact : facts) {
        flight.facts.push_back(domain::Fact{
            .seq = state_.last_seq() + 1,
            .at = flight.batch.head.at,
            .trace = trace,
            .event = fact.event,
            .body = std::move(fact.body),
        });
        domain::evolve(state_, flight.facts.back());
    }
}

void Node::send(Time now, SharedJournal::Mode mode) {
    flight_->sent_at = now;
    flight_->clock_at_send = clock_now();
    ++counts_.tries;
    ports_.journal.append(
        flight_->batch,
        head_,
        mode,
        [weak = std::weak_ptr{self_}](Result<SharedJournal::Appended, Fault> answer) {
            if (const auto self = weak.lock()) (*self)->on_appended(std::move(answer));
        }
    );
}

// The fate of a batch.

void Node::on_appended(Result<SharedJournal::Appended, Fault> answer) {
    if (has_failed_) return;
    CHECK(flight_);
    const auto now = time_now();
    if (!answer) {
        lose_contact(now, answer.error());
        pause_appends(now);
        flight_->may_come_late |= answer.error().kind == FaultKind::outcome_unknown;
        flight_->is_in_doubt = flight_->may_come_late;
        if (!flight_->is_in_doubt) roll_back_flight();
        return step();
    }
    const Look asked{
        .from = head_.first_seq,
        .covers = flight_->covers,
        .heads = heads_,
        .sent_at = flight_->sent_at,
        .clock_at_send = flight_->clock_at_send,
    };
    const auto trip = std::min(now - asked.sent_at, kSlotMax);
    trip_spread_ = (trip_spread_ * 7 + std::chrono::abs(trip - trip_)) / 8;
    trip_ = (trip_ * 7 + trip) / 8;
    note_contact(answer->following, asked.clock_at_send);
    append_pause_ = {};
    if (answer->is_in) {
        won();
        follow(answer->following, asked);
    } else {
        settle_flight(answer->following, asked);
    }
    step();
}

void Node::settle_flight(const SharedJournal::Following& following, Look asked) {
    const auto& batches = following.batches;
    const auto place = std::ranges::find(batches, head_, &Batch::head);
    // The head can't move while a batch is in flight. So if the answer lacks our head, either the
    // question was sent before this batch became our head, or a fail-over has lost the head.
    // follow() tells which.
    if (place == batches.end()) return follow(following, asked);
    const auto next = place + 1;
    if (next == batches.end()) return on_not_appended();
    if (next->head == flight_->batch.head) {
        won();
    } else {
        roll_back_flight();
        ++counts_.losses;
        losing_run_ = waiting_.empty() ? 0 : losing_run_ + 1;
        counts_.losing_run_max = std::max(counts_.losing_run_max, losing_run_);
    }
    follow(following, asked);
}

/// Called when the batch in flight isn't in the journal and no other batch follows the head.
void Node::on_not_appended() {
    if (flight_->is_in_doubt && quiet_until_ > time_now()) {
        look_again_at_ = quiet_until_;
        return;
    }
    // The first append may still arrive, so the batch can't be rolled back: sends the same bytes
    // again.
    if (flight_->may_come_late && std::exchange(flight_->is_in_doubt, false))
        return send(time_now(), SharedJournal::Mode::again);
    // The database's clock was set and may reject the batch for an hour: rolls the batch back. If
    // its first append arrives after all, it is handled like another node's batch.
    if (flight_->may_come_late) {
        for (auto& asked : flight_->commands)
            tell(asked, std::unexpected(Fault{FaultKind::outcome_unknown, "the clock was set"}));
    }
    roll_back_flight();
    if (ports_.on_news) ports_.on_news(News::clock_corrected);
}

void Node::won() {
    state_.commit();
    ++counts_.wins;
    losing_run_ = 0;
    auto flight = std::move(*flight_);
    flight_.reset();
    for (auto& asked : flight.commands)
        tell(asked, std::move(*asked.outcome));
    end_batch(state_, flight.facts.size());
    head_moves(std::move(flight.batch), std::move(flight.facts));
    sweep();
}

void Node::roll_back_flight() {
    state_.roll_back();
    auto flight = std::move(*flight_);
    flight_.reset();
    ask_again({
        std::make_move_iterator(flight.commands.begin()),
        std::make_move_iterator(flight.commands.end()),
    });
}

/// Puts commands whose batch was rolled back at the front of the queue. Drops commands that are
/// already answered, and those that the node issued itself.
void Node::ask_again(std::deque<Asked> commands) {
    for (auto& asked : waiting_)
        commands.push_back(std::move(asked));
    waiting_ = std::move(commands);
    std::erase_if(waiting_, [](const Asked& asked) { return !asked.decided; });
}

void Node::tell(Asked& asked, Result<domain::Outcome, Fault> answer) {
    if (!asked.decided) return;
    answers_.push_back([decided = std::exchange(asked.decided, {}),
                        answer = std::move(answer)]() mutable { decided(std::move(answer)); });
}

void Node::fail(const Fault& fault) {
    if (std::exchange(has_failed_, true)) return;
    const Fault unknown{FaultKind::outcome_unknown, "this node's state can't be trusted"};
    if (flight_) {
        for (auto& asked : flight_->commands)
            tell(asked, std::unexpected(unknown));
    }
    const auto nothing_done = unavailable("this node's state can't be trusted");
    for (auto* const list : {&waiting_, &unproven_})
        for (auto& asked : *list)
            tell(asked, std::unexpected(nothing_done));
    for (auto& reader : readers_) {
        answers_.push_back([readable = std::move(reader.readable), nothing_done]() mutable {
            readable(nothing_done);
        });
    }
    waiting_.clear();
    unproven_.clear();
    readers_.clear();
    ports_.on_failure(fault);
}

void Node::flush() {
    auto answers = std::exchange(answers_, {});
    // If all clients of a batch in doubt have been answered, closing doesn't wait for its outcome.
    const bool is_settled =
        !flight_ ||
        (flight_->is_in_doubt && std::ranges::none_of(flight_->commands, [](const Asked& asked) {
             return static_cast<bool>(asked.decided);
         }));
    const bool is_idle =
        is_settled && !hold_ && waiting_.empty() && unproven_.empty() && readers_.empty();
    if (closed_ && (is_idle || has_failed_)) answers.emplace_back(std::exchange(closed_, {}));
    for (auto& answer : answers)
        answer();
}

}  // namespace frontrow::store::cluster
