#include "store/engine/engine.h"

#include "base/check.h"
#include "domain/command_traits.h"
#include "domain/evolve.h"
#include "io/awaitable.h"
#include "store/engine/journal_figures.h"

#include <boost/asio/post.hpp>

#include <chrono>
#include <limits>
#include <thread>
#include <utility>

namespace frontrow::store::engine {
namespace {

using io::Fault;
using io::FaultKind;
using io::use_awaitable;

constexpr std::chrono::milliseconds kTick{100};
/// The journal counts as stalled when a batch has been under way for more ticks than this.
constexpr auto kStallTicks = std::chrono::seconds{2} / kTick;
/// Expired holds per batch: about as much work as the requests in it. So buyers keep half of the
/// server, and 100,000 holds that end together are swept in half a second. With chunks of 1,000 the
/// sweep took half that time, but buyers waited for all of it.
constexpr std::uint32_t kSweepChunk = 250;
/// The most holds that a read or a sweep lapses at once; they take about a millisecond. Lapsing
/// 100,000 at once would block the loop for 30 ms.
constexpr std::size_t kLapseChunk = 2'000;

Fault outcome_unknown() {
    return {FaultKind::outcome_unknown, "the journal failed"};
}

/// Bound on the seats freed per turn of the loop; at least one block is freed.
constexpr std::size_t kFreeChunk = 10'000;

/// Frees some blocks per turn of the loop: freeing two million seats at once would take a tenth of
/// a second.
void free_blocks(const io::Executor& owner, domain::SeatBlocks blocks) {
    for (std::size_t freed = 0; !blocks.empty() && freed < kFreeChunk; blocks.pop_back())
        freed += blocks.back()->seats.size();
    if (blocks.empty()) return;
    boost::asio::post(owner, [owner, blocks = std::move(blocks)]() mutable {
        free_blocks(owner, std::move(blocks));
    });
}

}  // namespace

Engine::Engine(
    Settings settings,
    Ports ports,
    std::unique_ptr<domain::Inventory> state,
    io::CarriedTime time
)
    : StateStore{ports.owner, std::move(state), ports.on_unread_facts},
      settings_{settings},
      ports_{std::move(ports)},
      time_{time},
      commit_{inventory().last_seq()},
      self_{std::make_shared<Engine*>(this)} {
}

Engine::~Engine() = default;

Journal::Done Engine::done() {
    return [weak = std::weak_ptr{self_}, owner = ports_.owner](auto written) {
        boost::asio::post(owner, [weak, written = std::move(written)]() mutable {
            if (const auto self = weak.lock()) (*self)->on_written(std::move(written));
        });
    };
}

Result<void, Fault> Engine::start(std::unique_ptr<Journal> journal, const JournalEnd& end) {
    CHECK(journal_ == nullptr && end.last_seq == inventory().last_seq());
    const auto health = journal->look();
    if (!health) return std::unexpected(health.error());
    journal_ = std::move(journal);
    journal_feed().begin(end, journal_->facts());
    ticker_ = std::make_unique<io::Ticker>(ports_.owner, kTick, [this] { tick(); });
    look_after(*health);
    return {};
}

Awaitable<void> Engine::close() {
    ticker_.reset();
    is_closing_ = true;
    journal_feed().close();
    co_await journal_->facts().close();
    // A sweep under way may have added facts while we waited.
    while (!commit_.is_durable(inventory().last_seq())) {
        if (co_await until_tellable(inventory().last_seq())) co_return;
    }
    if (failed_) co_return;
    if (const auto finished = journal_->finish(inventory()); !finished) fail(finished.error());
}

std::optional<Fault> Engine::refuse_work() const {
    if (failed_) return outcome_unknown();
    if (commit_.commands_waiting() >= settings_.waiting_max)
        return Fault{FaultKind::overloaded, "too many commands wait for the disk"};
    return std::nullopt;
}

bool Engine::is_stalled() const {
    return commit_.is_writing() && ticks_of_batch_ > kStallTicks;
}

std::optional<Fault> Engine::refuse_more() const {
    if (health_.is_low) return Fault{FaultKind::storage_low, "the disk is nearly full"};
    if (is_stalled()) return Fault{FaultKind::overloaded, "the disk is stalled"};
    return std::nullopt;
}

Awaitable<Result<domain::Outcome, Fault>> Engine::execute(domain::Command command, TraceId trace) {
    if (auto fault = refuse_work()) co_return std::unexpected(std::move(*fault));
    ++commands_;
    const auto at = now();
    auto decision = domain::decide_and_raise(inventory(), command, at);
    // Refuses only commands that make new facts: replays and refusals are answered as usual.
    if (!decision.facts.empty() && domain::traits_of(command).takes_on_more) {
        if (auto fault = refuse_more()) co_return std::unexpected(std::move(*fault));
    }
    const auto bytes = decision.written_bytes;
    if (bytes > 0 && commit_.bytes() + bytes > settings_.batch_bytes_max) {
        co_return std::unexpected(Fault{FaultKind::overloaded, "the present batch is full"});
    }
    commit_.add_bytes(bytes);
    const auto rests_on =
        decision.facts.empty() ? decision.rests_on : record(std::move(decision.facts), at, trace);
    if (!commit_.is_durable(rests_on)) {
        const bool is_kept = co_await durable(rests_on, GroupCommit::Asker::command);
        if (!is_kept) co_return std::unexpected(outcome_unknown());
    }
    co_return std::move(decision.outcome);
}

std::uint64_t Engine::record(std::vector<domain::NewFact> facts, Instant at, TraceId trace) {
    for (auto& fact : facts) {
        const auto& recorded =
            commit_.add(inventory().last_seq() + 1, at, trace, fact.event, std::move(fact.body));
        if (domain::traits_of(recorded.body).ends_event) free_seats_gradually(recorded.event);
        domain::evolve_for_good(state(), recorded);
    }
    schedule_write();
    return inventory().last_seq();
}

void Engine::free_seats_gradually(EventId event) {
    forget_seat_map(event);
    free_blocks(ports_.owner, inventory().plans().find(event)->blocks.values());
}

void Engine::sweep() {
    const auto at = now();
    lapse_some(at);
    if (failed_ || is_closing_ || commit_.facts() >= kSweepChunk ||
        !inventory().has_something_due(at))
        return;
    auto decision = domain::decide(inventory(), domain::ExpireHolds{kSweepChunk}, at);
    record(std::move(decision.facts), at, TraceId{});
}

void Engine::schedule_write() {
    if (commit_.is_writing() || std::exchange(write_is_posted_, true)) return;
    timing_.begin(commit_.facts());
    wait_a_turn();
}

void Engine::wait_a_turn() {
    boost::asio::post(ports_.owner, [weak = std::weak_ptr{self_}] {
        if (const auto self = weak.lock()) (*self)->on_turn();
    });
}

void Engine::on_turn() {
    if (!timing_.is_time(commit_.facts())) return wait_a_turn();
    write_is_posted_ = false;
    write_next_batch();
}

void Engine::write_next_batch() {
    if (failed_ || commit_.is_writing() || commit_.facts() == 0) return;
    ticks_of_batch_ = 0;
    const auto at = now();
    // Lapses all expired holds first, so that the shared answers needn't check them.
    state().lapse(at, std::numeric_limits<std::size_t>::max());
    answer_shared(at);
    writing_ = std::make_shared<const std::vector<domain::Fact>>(commit_.seal());
    journal_->append(writing_);
    // Lets the journal's thread run first if it waits for this processor: writing to the disk takes
    // longest.
    std::this_thread::yield();
    commit_.make_room();
}

void Engine::on_written(Result<Journal::Written, Fault> written) {
    if (!written) return fail(written.error());
    // The journal failed while this batch was written; the waiters have been answered.
    if (failed_) return;
    ++batches_;
    journal_feed().add(std::exchange(writing_, nullptr), written->end, written->bytes);
    journal_feed().tell();
    auto released = commit_.written();
    if (commit_.facts() >= BatchTiming::kEnough) {
        write_next_batch();
    } else if (commit_.facts() > 0) {
        schedule_write();
    }
    // Posted, so that the sweep runs after the answers. The last answer may destroy the engine.
    if (inventory().has_something_due(now())) {
        boost::asio::post(ports_.owner, [weak = std::weak_ptr{self_}] {
            if (const auto self = weak.lock()) (*self)->sweep();
        });
    }
    for (auto& waiter : released)
        waiter(true);
}

void Engine::fail(const Fault& fault) {
    if (std::exchange(failed_, true)) return;
    journal_->abandon(fault);
    // Called before the waiters: the last one may destroy the engine.
    ports_.on_failure(fault);
    for (auto& waiter : commit_.give_up())
        waiter(false);
}

Awaitable<bool> Engine::durable(std::uint64_t seq, GroupCommit::Asker asker) {
    return boost::asio::async_initiate<decltype(io::use_awaitable)&, void(bool)>(
        [this, seq, asker](auto handler) { commit_.wait(seq, asker, std::move(handler)); },
        use_awaitable
    );
}

/// Returns at once, because the only writer's state is always current.
Awaitable<std::optional<Fault>> Engine::until_readable() {
    co_return std::nullopt;
}

bool Engine::lapse_some(Instant now) {
    return state().lapse(now, kLapseChunk);
}

Awaitable<std::optional<Fault>> Engine::until_tellable(std::uint64_t seq) {
    if (failed_) co_return outcome_unknown();
    if (commit_.is_durable(seq)) co_return std::nullopt;
    const bool is_kept = co_await durable(seq, GroupCommit::Asker::reader);
    if (!is_kept) co_return outcome_unknown();
    co_return std::nullopt;
}

void Engine::tick() {
    if (failed_) return;
    ++ticks_of_batch_;
    const auto health = journal_->look();
    if (!health) return fail(health.error());
    look_after(*health);
}

void Engine::look_after(const Journal::Health& health) {
    const bool was_low = std::exchange(health_, health).is_low;
    if (was_low != health.is_low && ports_.on_room_news) ports_.on_room_news(health);
    sweep();
    watch_clock();
}

/// Call after sweep(), whose now() has compared the clocks.
void Engine::watch_clock() {
    const bool was_alarmed = std::exchange(is_clock_alarmed_, !time_.agrees());
    if (was_alarmed == is_clock_alarmed_ || !ports_.on_clock_news) return;
    ports_.on_clock_news(
        is_clock_alarmed_ ? ClockNews::disagrees : ClockNews::agrees_again, time_.wall_ahead()
    );
}

void Engine::measure(telemetry::Figures& figures) {
    StateStore::measure(figures);
    engine::measure(
        figures,
        {.commands = commands_,
         .decisions = commands_,
         .won = batches_,
         .lost = 0,
         .last_seq = inventory().last_seq()}
    );
    now();
    figures.gauge(
        "clock_ahead_seconds",
        "How far the machine's clock is ahead of the time that rules are judged by.",
        std::chrono::duration<double>(time_.wall_ahead()).count()
    );
    figures.gauge(
        "clock_alarm",
        "1 while the two disagree and the machine's clock decides nothing.",
        time_.agrees() ? 0 : 1
    );
    if (health_.free_bytes) {
        figures.gauge(
            "disk_free_bytes",
            "Free space on the journal's disk.",
            static_cast<double>(*health_.free_bytes)
        );
    }
    figures.gauge(
        "storage_low",
        "1 while so little disk space is left that new claims are refused.",
        health_.is_low ? 1 : 0
    );
}

}  // namespace frontrow::store::engine
