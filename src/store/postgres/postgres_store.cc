#include "store/postgres/postgres_store.h"

#include "base/check.h"
#include "store/postgres/migrations.h"
#include "store/postgres/slice_reader.h"
#include "store/postgres/statements.h"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace frontrow::store::postgres {
namespace {

using io::Fault;
using io::FaultKind;
using io::postgres::PgConnection;
using io::postgres::PgError;
using io::postgres::PgErrorKind;
using io::postgres::PgQuery;

constexpr std::chrono::milliseconds kTick{100};
constexpr std::uint32_t kSweepChunk = 1'000;
constexpr int kAttemptsMax = 8;
constexpr std::chrono::milliseconds kRetryMin{2};
constexpr std::chrono::milliseconds kRetryMax{100};
/// About the time of a transaction.
constexpr std::chrono::milliseconds kComeBackMin{4};
/// How long a command is tried before it's given up; longer than kIdleInTransaction, after which
/// nothing is locked by a node that stands still.
constexpr std::chrono::seconds kPatience{5};
constexpr std::chrono::seconds kIdleInTransaction{3};
/// A sale waits for no more than its events and buyers, which are locked for moments.
constexpr std::chrono::milliseconds kLockTimeout{500};
/// A database that is silent for so long counts as gone.
constexpr std::chrono::milliseconds kSilenceMax{2'500};
constexpr std::chrono::milliseconds kStartRetryMin{50};
constexpr std::chrono::milliseconds kStartRetryMax{1'000};

Fault fault_of(const PgError& error) {
    const bool is_crowd =
        error.kind == PgErrorKind::exhausted || error.kind == PgErrorKind::timed_out;
    return {is_crowd ? FaultKind::overloaded : FaultKind::unavailable, error.what};
}

io::postgres::PgPool::Settings keyed(io::postgres::PgPool::Settings settings) {
    settings.connection.is_keyed = true;
    settings.connection.lock_timeout = kLockTimeout;
    settings.connection.idle_in_transaction_timeout = kIdleInTransaction;
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
           std::holds_alternative<domain::ExpireHolds>(command) ||
           std::holds_alternative<domain::RevokeApiKey>(command);
}

bool has_taken(const io::Stopwatch& watch, std::chrono::duration<double> time) {
    return watch.seconds() > time.count();
}

/// Whether the others of a batch may succeed without one of them.
bool may_be_one_of_many(const BatchFailure& failure) {
    constexpr std::string_view kLockNotAvailable = "55P03";
    return failure.error.kind == PgErrorKind::rejected ||
           failure.error.sqlstate == kLockNotAvailable;
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
    CHECK(settings_.lanes > 0 && settings_.lanes + 1 < settings_.pool.connections_max);
    tasks_.spawn(start());
}

PostgresStore::~PostgresStore() = default;

Awaitable<void> PostgresStore::close() {
    is_closing_ = true;
    ticker_.reset();
    view_.stop();
    for (auto* queue : {&sales_, &organizing_}) {
        for (auto& wake : std::exchange(queue->idle_lanes, {}))
            wake();
    }
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
        tasks_.spawn(run_lane(sales_));
    tasks_.spawn(run_lane(organizing_));
    ticker_ = std::make_unique<io::Ticker>(ports_.owner, kTick, [this] { tick(); });
}

Awaitable<Result<void, PgError>> PostgresStore::prepare() {
    auto connection = co_await PgConnection::connect(ports_.owner, settings_.pool.connection);
    if (!connection) co_return std::unexpected(std::move(connection.error()));
    const std::array ask{PgQuery{kIsolation}};
    const auto isolation = co_await (*connection)->run(ask);
    if (!isolation) co_return std::unexpected(isolation.error());
    if (isolation->front().text(0, 0) != "read committed") {
        co_return std::unexpected(PgError{
            .kind = PgErrorKind::rejected,
            .what = "behind a pooler the database itself must say: ALTER DATABASE … SET "
                    "default_transaction_isolation = 'read committed'"
        });
    }
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
    if (queue_of(command).waiting.size() >= settings_.waiting_max)
        co_return std::unexpected(Fault{FaultKind::overloaded, "too many requests wait"});
    const bool is_of_keys = is_about_keys(command);
    auto answer = co_await boost::asio::async_initiate<decltype(io::use_awaitable)&, void(Answer)>(
        [&](auto handler) {
            wait_in_line({
                .command = std::move(command),
                .trace = trace,
                .answer = std::move(handler),
                .number = ++commands_,
                .backoff = {kComeBackMin, kRetryMax},
            });
        },
        io::use_awaitable
    );
    // The view is asked for keys as it is: what was just done here it has to know.
    if (is_of_keys && answer) (void)co_await view_.catch_up();
    co_return answer;
}

PostgresStore::Queue& PostgresStore::queue_of(const domain::Command& command) {
    const bool is_sweep = std::holds_alternative<domain::ExpireHolds>(command);
    return is_batched(command) || is_sweep ? sales_ : organizing_;
}

/// Behind those who have waited longer.
void PostgresStore::wait_in_line(Pending one) {
    auto& queue = queue_of(one.command);
    const auto place = std::ranges::upper_bound(queue.waiting, one.number, {}, &Pending::number);
    queue.waiting.insert(place, std::move(one));
    if (queue.idle_lanes.empty()) return;
    auto wake = std::move(queue.idle_lanes.back());
    queue.idle_lanes.pop_back();
    boost::asio::post(ports_.owner, std::move(wake));
}

Awaitable<void> PostgresStore::run_lane(Queue& queue) {
    for (;;) {
        while (queue.waiting.empty()) {
            if (is_closing_) co_return;
            co_await boost::asio::async_initiate<decltype(io::use_awaitable)&, void()>(
                [&queue](auto handler) { queue.idle_lanes.emplace_back(std::move(handler)); },
                io::use_awaitable
            );
        }
        co_await run(next_batch(queue));
    }
}

/// Those at the front that may share a transaction; or one that may not.
PostgresStore::Batch PostgresStore::next_batch(Queue& queue) {
    auto& waiting = queue.waiting;
    Batch batch;
    while (!waiting.empty() && batch.size() < settings_.batch_max) {
        const bool shares = is_batched(waiting.front().command);
        if (!shares && !batch.empty()) break;
        batch.push_back(std::move(waiting.front()));
        waiting.pop_front();
        if (!shares) break;
    }
    return batch;
}

/// Whoever still waits for a lane after all his patience. (A lane that waits for the database
/// itself hasn't taken him up.)
void PostgresStore::drop_overdue(Queue& queue) {
    Batch overdue;
    while (!queue.waiting.empty() && has_taken(queue.waiting.front().waited, kPatience)) {
        overdue.push_back(std::move(queue.waiting.front()));
        queue.waiting.pop_front();
    }
    const auto kind = is_ready() ? FaultKind::overloaded : FaultKind::unavailable;
    answer_all(overdue, {kind, "its turn didn't come in time"});
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
    for (int tries = 1; !batch.empty(); ++tries) {
        auto done = co_await attempt(batch);
        if (done) {
            learn(done->now);
            for (auto& one : answer_decided(std::move(batch), std::move(*done)))
                tasks_.spawn(come_back(std::move(one)));
            co_return;
        }
        const auto& failure = done.error();
        if (failure.is_in_doubt) answer_doubtful(batch);
        if (batch.empty()) co_return;
        if (batch.size() > 1 && may_be_one_of_many(failure)) {
            co_await split(std::move(batch));
            co_return;
        }
        if (!may_pass(failure) || tries == kAttemptsMax ||
            has_taken(batch.front().waited, kPatience)) {
            ports_.on_trouble({FaultKind::unavailable, failure.error.what});
            answer_all(batch, fault_of(failure.error));
            co_return;
        }
        co_await pause(backoff.after_failure(ports_.random.next()));
    }
}

/// Returns those that have no answer yet.
PostgresStore::Batch PostgresStore::answer_decided(Batch batch, BatchOutcome done) {
    Batch undecided;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        auto& outcome = done.outcomes[i];
        if (!outcome) {
            undecided.push_back(std::move(batch[i]));
            continue;
        }
        // What an attempt in doubt had done already is no replay to who asked once.
        if (batch[i].is_in_doubt && *outcome && (*outcome)->replayed) {
            const auto& made = std::get<domain::Reservation>((*outcome)->entity).id;
            const auto& asked = std::get<domain::ReserveSeats>(batch[i].command);
            (*outcome)->replayed = made != asked.reservation;
        }
        batch[i].answer(std::move(*outcome));
    }
    return undecided;
}

/// Its lane works on meanwhile.
Awaitable<void> PostgresStore::come_back(Pending one) {
    co_await pause(one.backoff.after_failure(ports_.random.next()));
    if (!is_closing_ && !has_taken(one.waited, kPatience)) {
        wait_in_line(std::move(one));
        co_return;
    }
    const Fault crowd{FaultKind::overloaded, "another request for the same is still under way"};
    one.answer(std::unexpected(one.is_in_doubt ? outcome_unknown() : crowd));
}

/// One statement that is refused, or waits in vain for a lock, must not fail those beside it: each
/// half has its own transaction.
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
        one.is_in_doubt = true;
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
        one.answer(std::unexpected(one.is_in_doubt ? outcome_unknown() : fault));
}

void PostgresStore::fail() {
    if (std::exchange(has_failed_, true)) return;
    ports_.on_failure(
        {FaultKind::corrupt,
         "the database has another past than this node has seen: a backup was restored, or a "
         "fail-over lost commits"}
    );
}

void PostgresStore::tick() {
    drop_overdue(sales_);
    drop_overdue(organizing_);
    if (is_following_ && has_taken(following_, kSilenceMax))
        view_.give_up("the database doesn't say what has happened");
    const bool is_reachable = pool_.is_reachable();
    if (was_reachable_ && !is_reachable)
        ports_.on_trouble({FaultKind::unavailable, "the database can't be reached"});
    was_reachable_ = is_reachable;
    if (!is_reachable || std::exchange(is_following_, true)) return;
    following_ = {};
    tasks_.spawn([](PostgresStore& store) -> Awaitable<void> {
        const auto at = co_await store.view_.catch_up();
        if (at) store.learn(*at);
        if (!at && store.can_follow_) store.ports_.on_trouble(fault_of(at.error()));
        store.can_follow_ = at.has_value();
        if (store.view_.is_of_another_past()) store.fail();
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
