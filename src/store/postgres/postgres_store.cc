#include "store/postgres/postgres_store.h"

#include "base/check.h"
#include "store/postgres/migrations.h"
#include "store/postgres/slice_reader.h"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace frontrow::store::postgres {
namespace {

using io::Fault;
using io::FaultKind;
using io::postgres::PgConnection;
using io::postgres::PgError;
using io::postgres::PgErrorKind;

constexpr std::chrono::milliseconds kTick{100};
constexpr std::uint32_t kSweepChunk = 1'000;
constexpr int kAttemptsMax = 8;
constexpr std::chrono::milliseconds kRetryMin{2};
constexpr std::chrono::milliseconds kRetryMax{100};
constexpr std::chrono::milliseconds kStartRetryMin{50};
constexpr std::chrono::milliseconds kStartRetryMax{1'000};

Fault fault_of(const PgError& error) {
    const bool is_crowd =
        error.kind == PgErrorKind::exhausted || error.kind == PgErrorKind::timed_out;
    return {is_crowd ? FaultKind::overloaded : FaultKind::unavailable, error.what};
}

io::postgres::PgPool::Settings keyed(io::postgres::PgPool::Settings settings) {
    settings.connection.is_keyed = true;
    return settings;
}

Fault outcome_unknown() {
    return {FaultKind::outcome_unknown, "the database's answer to a commit was lost"};
}

/// Whether doing it once more than once comes to the same: a reservation by its key, the others by
/// what they are.
bool is_repeatable(const domain::Command& command) {
    return std::holds_alternative<domain::ReserveSeats>(command) ||
           std::holds_alternative<domain::ConfirmReservation>(command) ||
           std::holds_alternative<domain::CancelReservation>(command) ||
           std::holds_alternative<domain::ExpireHolds>(command);
}

/// Whether the same batch may succeed in a moment.
bool may_pass(const BatchFailure& failure) {
    return failure.is_stale || failure.error.kind == PgErrorKind::retryable ||
           failure.error.kind == PgErrorKind::lost;
}

}  // namespace

PostgresStore::PostgresStore(Settings settings, Ports ports)
    : settings_{std::move(settings)},
      ports_{std::move(ports)},
      pool_{ports_.owner, keyed(settings_.pool), ports_.random},
      view_{pool_, tasks_, ports_.on_fact},
      tasks_{ports_.owner, [](const std::exception_ptr& error) { std::rethrow_exception(error); }} {
    CHECK(settings_.lanes > 0 && settings_.lanes < settings_.pool.connections_max);
    tasks_.spawn(start());
}

PostgresStore::~PostgresStore() = default;

Awaitable<void> PostgresStore::close() {
    is_closing_ = true;
    ticker_.reset();
    for (auto& wake : std::exchange(idle_lanes_, {}))
        wake();
    co_await tasks_.wait();
    co_await pool_.close();
}

Awaitable<void> PostgresStore::pause(std::chrono::milliseconds time) {
    io::Timer timer{ports_.owner, time};
    co_await timer.async_wait(boost::asio::as_tuple(io::use_awaitable));
}

/// Once the database is there: the schema, and then all that has happened so far.
Awaitable<void> PostgresStore::start() {
    io::Backoff backoff{kStartRetryMin, kStartRetryMax};
    while (!is_closing_) {
        const auto prepared = co_await prepare();
        if (prepared) break;
        ports_.on_trouble(fault_of(prepared.error()));
        co_await pause(backoff.after_failure(ports_.random.next()));
    }
    if (is_closing_) co_return;
    has_started_ = true;
    for (std::size_t i = 0; i < settings_.lanes; ++i)
        tasks_.spawn(run_lane());
    ticker_ = std::make_unique<io::Ticker>(ports_.owner, kTick, [this] { tick(); });
}

Awaitable<Result<void, PgError>> PostgresStore::prepare() {
    auto connection = co_await PgConnection::connect(ports_.owner, settings_.pool.connection);
    if (!connection) co_return std::unexpected(std::move(connection.error()));
    if (settings_.migrates) {
        const auto steps = co_await migrate(**connection);
        if (!steps) co_return std::unexpected(steps.error());
    }
    const auto at = co_await view_.catch_up();
    if (!at) co_return std::unexpected(at.error());
    learn(*at);
    co_return Result<void, PgError>{};
}

void PostgresStore::learn(Instant database_now) {
    clock_offset_ = database_now - ports_.clock.now();
    last_now_ = std::max(last_now_, database_now);
    last_told_ = std::max(last_told_, database_now);
}

Instant PostgresStore::now() {
    last_now_ = std::max(last_now_, ports_.clock.now() + clock_offset_);
    return last_now_;
}

bool PostgresStore::is_ready() const {
    return has_started_ && was_reachable_ && can_follow_ && !is_closing_;
}

Awaitable<Result<domain::Outcome, Fault>>
PostgresStore::execute(domain::Command command, TraceId trace) {
    if (!is_ready()) co_return std::unexpected(Fault{FaultKind::unavailable, "no database"});
    if (waiting_.size() >= settings_.waiting_max)
        co_return std::unexpected(Fault{FaultKind::overloaded, "too many requests wait"});
    co_return co_await boost::asio::async_initiate<decltype(io::use_awaitable)&, void(Answer)>(
        [&](auto handler) {
            waiting_.push_back({std::move(command), trace, std::move(handler)});
            if (idle_lanes_.empty()) return;
            auto wake = std::move(idle_lanes_.back());
            idle_lanes_.pop_back();
            boost::asio::post(ports_.owner, std::move(wake));
        },
        io::use_awaitable
    );
}

Awaitable<void> PostgresStore::run_lane() {
    for (;;) {
        while (waiting_.empty()) {
            if (is_closing_) co_return;
            co_await boost::asio::async_initiate<decltype(io::use_awaitable)&, void()>(
                [this](auto handler) { idle_lanes_.emplace_back(std::move(handler)); },
                io::use_awaitable
            );
        }
        co_await run(next_batch());
    }
}

/// Those at the front that may share a transaction; or one that may not.
PostgresStore::Batch PostgresStore::next_batch() {
    Batch batch;
    while (!waiting_.empty() && batch.size() < settings_.batch_max) {
        const bool shares = is_batched(waiting_.front().command);
        if (!shares && !batch.empty()) break;
        batch.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
        if (!shares) break;
    }
    return batch;
}

Awaitable<Result<BatchOutcome, BatchFailure>> PostgresStore::attempt(const Batch& batch) {
    auto lease = co_await pool_.acquire();
    if (!lease) co_return std::unexpected(BatchFailure{.error = std::move(lease.error())});
    std::vector<domain::Command> commands;
    std::vector<TraceId> traces;
    commands.reserve(batch.size());
    traces.reserve(batch.size());
    for (const auto& one : batch) {
        commands.push_back(one.command);
        traces.push_back(one.trace);
    }
    co_return co_await run_batch(**lease, commands, traces, last_told_);
}

Awaitable<void> PostgresStore::run(Batch batch) {
    io::Backoff backoff{kRetryMin, kRetryMax};
    bool is_in_doubt = false;
    for (int tries = 1; !batch.empty(); ++tries) {
        auto done = co_await attempt(batch);
        if (done) {
            learn(done->now);
            for (std::size_t i = 0; i < batch.size(); ++i) {
                auto& outcome = done->outcomes[i];
                // What an attempt in doubt had done already is no replay to who asked once.
                if (is_in_doubt && outcome && outcome->replayed) {
                    const auto& made = std::get<domain::Reservation>(outcome->entity).id;
                    const auto& asked = std::get<domain::ReserveSeats>(batch[i].command);
                    outcome->replayed = made != asked.reservation;
                }
                batch[i].answer(std::move(outcome));
            }
            co_return;
        }
        const auto& failure = done.error();
        if (failure.is_in_doubt) {
            is_in_doubt = true;
            answer_doubtful(batch);
        }
        if (!may_pass(failure) || tries == kAttemptsMax) {
            ports_.on_trouble({FaultKind::unavailable, failure.error.what});
            const bool is_one_of_many =
                failure.error.kind == PgErrorKind::rejected && batch.size() > 1 && !is_in_doubt;
            if (is_one_of_many) {
                co_await split(std::move(batch));
            } else {
                answer_all(batch, is_in_doubt ? outcome_unknown() : fault_of(failure.error));
            }
            co_return;
        }
        co_await pause(backoff.after_failure(ports_.random.next()));
    }
}

/// One refused statement must not fail those beside it: each half has its own transaction.
Awaitable<void> PostgresStore::split(Batch batch) {
    const auto middle = batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2);
    Batch second{std::make_move_iterator(middle), std::make_move_iterator(batch.end())};
    batch.erase(middle, batch.end());
    co_await run(std::move(batch));
    co_await run(std::move(second));
}

/// What may have been done and can't be asked for again is answered so; the rest stays.
void PostgresStore::answer_doubtful(Batch& batch) {
    Batch repeatable;
    for (auto& one : batch) {
        if (is_repeatable(one.command)) {
            repeatable.push_back(std::move(one));
        } else {
            one.answer(std::unexpected(outcome_unknown()));
        }
    }
    batch = std::move(repeatable);
}

void PostgresStore::answer_all(Batch& batch, const Fault& fault) {
    for (auto& one : batch)
        one.answer(std::unexpected(fault));
}

std::optional<domain::Refusal> PostgresStore::refusal_of_taken(const domain::ReserveSeats& command
) {
    using domain::Reason;
    auto decision = domain::decide(view_.inventory(), command, now());
    if (!decision.outcome) {
        if (decision.outcome.error().reason != Reason::seats_unavailable) return std::nullopt;
        return std::move(decision.outcome.error());
    }
    if (decision.outcome->replayed) return std::nullopt;
    // The other's request is still on its way: which of the seats it wants isn't known yet.
    domain::Refusal refusal{.reason = Reason::seats_unavailable};
    for (const auto seat : command.seats)
        refusal.conflicts.push_back({seat, domain::SeatStatus::reserved});
    return refusal;
}

void PostgresStore::tick() {
    const bool is_reachable = pool_.is_reachable();
    if (was_reachable_ && !is_reachable)
        ports_.on_trouble({FaultKind::unavailable, "the database can't be reached"});
    was_reachable_ = is_reachable;
    if (!is_reachable || std::exchange(is_following_, true)) return;
    tasks_.spawn([](PostgresStore& store) -> Awaitable<void> {
        const auto at = co_await store.view_.catch_up();
        if (at) store.learn(*at);
        if (!at && store.can_follow_) store.ports_.on_trouble(fault_of(at.error()));
        store.can_follow_ = at.has_value();
        const bool sweeps = at && store.view_.inventory().has_expired_holds(*at);
        if (sweeps && !std::exchange(store.is_sweeping_, true)) {
            const auto swept = co_await store.execute(domain::ExpireHolds{kSweepChunk}, TraceId{});
            if (!swept) store.ports_.on_trouble(swept.error());
            store.is_sweeping_ = false;
        }
        store.is_following_ = false;
    }(*this));
}

}  // namespace frontrow::store::postgres
