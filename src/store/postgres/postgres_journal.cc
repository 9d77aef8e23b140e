#include "store/postgres/postgres_journal.h"

#include "base/check.h"
#include "store/postgres/migrations.h"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontrow::store::postgres {
namespace {

using cluster::Batch;
using cluster::Head;
using io::Awaitable;
using io::Fault;
using io::FaultKind;
using io::postgres::PgConnection;
using io::postgres::PgError;
using io::postgres::PgErrorKind;
using io::postgres::PgParams;
using io::postgres::PgQuery;
using io::postgres::PgResult;
using io::postgres::PgStatement;
using Following = cluster::SharedJournal::Following;
using Mode = cluster::SharedJournal::Mode;

/// The timeline: the first part of the name of the present WAL file. A standby can't compute it.
#define FRONTROW_TIMELINE \
    "('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::bigint"

/// Makes an acknowledged commit durable on the disk, whatever the settings of role or database.
/// Sent with each commit, because through a pooler no session keeps settings.
#define FRONTROW_ON_DISK               \
    "set_config('synchronous_commit'," \
    " replace(current_setting('synchronous_commit'), 'off', 'on'), true)"

/// $1 to $8 are the row. $9 to $11 are the position, hash and state of the head that the row must
/// follow. $12 lifts the bound for old rows, $14 the one for rows ahead of the clock. $13 is the
/// timeline of the last look. Two appends to one place wait for each other at the primary key.
constexpr PgStatement kAppend{
    "journal_append",
    "INSERT INTO journal SELECT $1, $2, $3, $4, $5, $6, $7, $8 FROM journal AS head"
    " WHERE head.first_seq = $9 AND head.hash = $10 AND head.state = $11"
    " AND head.last_seq = $1 - 1"
    " AND ($14 OR $3 <= greatest(head.at, clock_timestamp() + interval '250 ms'))"
    " AND ($12 OR $3 >= clock_timestamp() - interval '1 s')"
    " AND $13 = " FRONTROW_TIMELINE " AND " FRONTROW_ON_DISK " <> '' ON CONFLICT DO NOTHING"
};

constexpr PgStatement kBegin{"", "BEGIN"};
constexpr PgStatement kCommit{"", "COMMIT"};
constexpr PgStatement kRollback{"", "ROLLBACK"};

/// For the transaction that holds a place; $1 is how long it may be idle, in ms.
constexpr PgStatement kHoldSettings{
    "",
    "SELECT set_config('idle_in_transaction_session_timeout', $1, true), " FRONTROW_ON_DISK
};

/// Reserves the next place for the writer $1 while the transaction is open, by inserting a row that
/// is never committed in this form. $2 is the timeline, like the append's $13.
constexpr PgStatement kHold{
    "journal_hold",
    "INSERT INTO journal SELECT last_seq + 1, last_seq + 1, at, $1, 0, state, hash, ''"
    " FROM journal WHERE $2 = " FRONTROW_TIMELINE
    " ORDER BY first_seq DESC LIMIT 1"
    " ON CONFLICT DO NOTHING"
};

/// Turns the row that reserves the place into the batch $1 to $8; $9 is the time of the previous
/// batch. If no row matches, the division fails and aborts the transaction: only batches are ever
/// committed.
constexpr PgStatement kFill{
    "journal_fill",
    "WITH filled AS (UPDATE journal SET last_seq = $2, at = $3, n = $5, state = $6, hash = $7,"
    " frame = $8 WHERE first_seq = $1 AND writer = $4 AND n = 0"
    " AND $3 <= greatest($9, clock_timestamp() + interval '250 ms')"
    " AND $3 >= clock_timestamp() - interval '1 s' RETURNING 1)"
    " SELECT 1 / count(*) FROM filled"
};
constexpr auto kDivisionByZero = "22012";

/// The batches from position $1 on, each with a flag that says whether it is the last. The facts of
/// that first batch, and of batch number $3 of the writer $2 (the asking node itself), are left
/// out, because the node has them.
constexpr PgStatement kFollowing{
    "journal_following",
    "SELECT first_seq, last_seq, at, writer, n, state, hash,"
    " CASE WHEN first_seq = $1 OR (writer = $2 AND n = $3) THEN '' ELSE frame END, is_last"
    " FROM (SELECT *, lead(first_seq) OVER place IS NULL AS is_last,"
    " sum(CASE WHEN first_seq = $1 THEN 0 ELSE octet_length(frame) END) OVER place AS bytes"
    " FROM journal WHERE first_seq >= $1 WINDOW place AS (ORDER BY first_seq)"
    " ORDER BY first_seq LIMIT 64) AS following"
    " WHERE bytes - octet_length(frame) < 4194304 ORDER BY first_seq"
};
static_assert(cluster::SharedJournal::kBatchesMax == 64);
static_assert(cluster::SharedJournal::kBytesMax == 4'194'304);

/// If a standby must confirm commits, this statement is a commit of its own, so no fail-over can
/// lose the rows that were read with it.
constexpr PgStatement kClock{
    "journal_clock",
    "SELECT clock_timestamp(),"
    " " FRONTROW_TIMELINE
    ","
    " CASE WHEN current_setting('synchronous_standby_names') <> ''"
    " THEN pg_logical_emit_message(true, 'frontrow', '') END"
};

#undef FRONTROW_ON_DISK
#undef FRONTROW_TIMELINE

/// Reads no further frame after 8 MiB; a single frame may have 32 MiB.
constexpr PgStatement kWhole{
    "journal_whole",
    "SELECT first_seq, last_seq, at, writer, n, state, hash, frame FROM"
    " (SELECT *, sum(length(frame)) OVER (ORDER BY first_seq) - length(frame) AS bytes_before"
    " FROM (SELECT * FROM journal WHERE first_seq >= $1 ORDER BY first_seq LIMIT 64) AS page"
    ") AS sized WHERE bytes_before < 8388608 ORDER BY first_seq"
};

/// The last row that starts at or before the fact $1, and the row before that.
constexpr PgStatement kHolder{
    "journal_holder",
    "SELECT first_seq, last_seq, at, writer, n, state, hash, ''::bytea FROM journal"
    " WHERE first_seq <= $1 ORDER BY first_seq DESC LIMIT 2"
};

constexpr PgStatement kHead{"journal_head", "SELECT max(first_seq) FROM journal"};
constexpr auto kAnySeq = std::numeric_limits<std::int64_t>::max();

/// How long a node that hangs may hold a place; shorter than other nodes wait for it.
constexpr std::chrono::milliseconds kHoldTime{1'000};

std::span<const std::uint8_t> bytes_in(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::int64_t number(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

using ByteSpan = std::span<const std::uint8_t>;

PgQuery append_of(const Batch& batch, const Head& on, Mode mode, std::uint32_t timeline) {
    const auto on_state = bytes_of(on.state);
    auto values = row_of(batch);
    values.add(number(on.first_seq));
    values.add(ByteSpan{on.hash});
    values.add(ByteSpan{on_state});
    values.add(mode != Mode::first);
    values.add(number(timeline));
    values.add(mode == Mode::lost);
    return {kAppend, std::move(values)};
}

PgQuery fill_of(const Batch& batch, const Head& on) {
    auto values = row_of(batch);
    values.add(on.at);
    return {kFill, std::move(values)};
}

/// `own` is the head of a batch whose facts are left out; Head{} for none.
PgQuery following_of(std::uint64_t first_seq, const Head& own) {
    return {kFollowing, PgParams::of(number(first_seq), own.writer, number(own.n))};
}

template <class Bytes>
Bytes fixed(std::span<const std::uint8_t> found) {
    Bytes bytes{};
    CHECK(found.size() == bytes.size());
    std::ranges::copy(found, bytes.begin());
    return bytes;
}

Batch batch_in(const PgResult& rows, int row) {
    const auto frame = rows.bytea(row, 7);
    return {
        .head =
            {.first_seq = static_cast<std::uint64_t>(rows.int8(row, 0)),
             .last_seq = static_cast<std::uint64_t>(rows.int8(row, 1)),
             .at = rows.instant(row, 2),
             .writer = rows.uuid(row, 3),
             .n = static_cast<std::uint64_t>(rows.int8(row, 4)),
             .state = bits_of(fixed<Bytes128>(rows.bytea(row, 5))),
             .hash = fixed<io::Sha256Digest>(rows.bytea(row, 6))},
        .frame = {reinterpret_cast<const char*>(frame.data()), frame.size()},
    };
}

std::vector<Batch> batches_in(const PgResult& rows) {
    std::vector<Batch> batches;
    batches.reserve(static_cast<std::size_t>(rows.rows()));
    for (int row = 0; row < rows.rows(); ++row)
        batches.push_back(batch_in(rows, row));
    return batches;
}

Following following_in(const PgResult& rows, const PgResult& clock) {
    const int count = rows.rows();
    return {
        .batches = batches_in(rows),
        .is_all = count == 0 || rows.boolean(count - 1, 8),
        .clock = clock.instant(0, 0),
        .timeline = static_cast<std::uint32_t>(clock.int8(0, 1)),
    };
}

/// True if the batch lost its place to a transaction serialized before it, or if the place that it
/// had reserved couldn't be filled.
bool is_loss(const PgError& error) {
    return error.kind == PgErrorKind::retryable || error.sqlstate == kDivisionByZero;
}

template <class Session>
Awaitable<Result<std::vector<Batch>, PgError>>
read_some_in(Session& session, std::uint64_t first_seq) {
    const std::array read{PgQuery{kWhole, PgParams::of(number(first_seq))}};
    const auto rows = co_await session.run(read);
    if (!rows) co_return std::unexpected(rows.error());
    co_return batches_in(rows->front());
}

Fault warned_of_standby() {
    return {FaultKind::unavailable, "the database warned of its standby"};
}

Fault failed_over() {
    return {FaultKind::unavailable, "the database has failed over"};
}

std::unexpected<Fault> is_gone(const std::string& what) {
    return std::unexpected(
        Fault{FaultKind::corrupt, what + ": rows were removed by hand, or the journal was replaced"}
    );
}

}  // namespace

PgParams row_of(const Batch& batch) {
    const auto& head = batch.head;
    const auto state = bytes_of(head.state);
    return PgParams::of(
        number(head.first_seq),
        number(head.last_seq),
        head.at,
        head.writer,
        number(head.n),
        ByteSpan{state},
        ByteSpan{head.hash},
        bytes_in(batch.frame)
    );
}

PostgresJournal::PostgresJournal(
    io::Executor owner,
    io::postgres::PgOptions connection,
    bool migrates
)
    : owner_{owner},
      options_{with_short_times(std::move(connection))},
      migrates_{migrates},
      appends_{std::make_unique<Line>(owner_, options_)},
      looks_{std::make_unique<Line>(owner_, options_)},
      facts_{owner_, options_},
      tasks_{owner_, [](const std::exception_ptr& error) { std::rethrow_exception(error); }} {
}

PostgresJournal::~PostgresJournal() = default;

Awaitable<Result<void, Fault>> PostgresJournal::open() {
    auto connection = co_await PgConnection::connect(owner_, options_);
    if (!connection) co_return std::unexpected(unavailable(connection.error()));
    if (auto encoding = co_await check_encoding(**connection); !encoding) co_return encoding;
    if (migrates_) {
        const auto migrated = co_await migrate(**connection);
        if (!migrated) co_return std::unexpected(unavailable(migrated.error()));
    }
    const std::array ask{PgQuery{
        {"", "SELECT current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on'"
        }
    }};
    const auto keeps = co_await (*connection)->run(ask);
    if (!keeps) co_return std::unexpected(unavailable(keeps.error()));
    if (!keeps->front().boolean(0, 0)) {
        co_return std::unexpected(Fault{
            FaultKind::unavailable,
            "the database runs with fsync or full_page_writes off and would lose sales in a power "
            "cut: switch both on"
        });
    }
    co_return Result<void, Fault>{};
}

void PostgresJournal::append(const Batch& batch, const Head& on, Mode mode, AppendDone done) {
    std::vector<PgQuery> queries;
    if (mode == Mode::held) {
        queries = {fill_of(batch, on), {kCommit}};
    } else {
        queries = {append_of(batch, on, mode, timeline_)};
    }
    queries.push_back(following_of(on.first_seq, batch.head));
    queries.push_back({kClock});
    tasks_.spawn(run_append(std::move(queries), mode, timeline_, std::move(done)));
}

Awaitable<void> PostgresJournal::run_append(
    std::vector<PgQuery> queries,
    Mode mode,
    std::uint32_t timeline,
    AppendDone done
) {
    const bool is_held = mode == Mode::held;
    auto results = co_await (is_held ? appends_->go_on(queries) : appends_->run(queries));
    const bool has_lost = !results && is_loss(results.error());
    // The error may come from a query after the COMMIT; then the batch is in the journal.
    const bool may_be_in = is_held && !results && results.error().sqlstate != kDivisionByZero &&
                           results.error().kind != PgErrorKind::refused;
    if (has_lost) {
        // Reads the batches that won.
        results = co_await appends_->run(std::span{queries}.last(2));
        if (!results) results.error().kind = PgErrorKind::unavailable;
    }
    if (is_closing_) co_return;
    if (!results) {
        const bool is_unknown = may_be_in || results.error().kind == PgErrorKind::lost;
        co_return done(std::unexpected(Fault{
            is_unknown ? FaultKind::outcome_unknown : FaultKind::unavailable, results.error().what
        }));
    }
    // The batch, or the one it lost to, is committed, but a standby may not have it. A look is
    // answered once the standby has it.
    if (appends_->has_warned()) {
        co_return done(
            std::unexpected(Fault{FaultKind::outcome_unknown, "the database warned of its standby"})
        );
    }
    const bool is_in = !has_lost && results->front().affected() == 1;
    const auto answers = std::span{*results}.last(2);
    auto following = following_in(answers[0], answers[1]);
    if (!is_in && following.timeline != timeline) co_return done(std::unexpected(failed_over()));
    done(cluster::SharedJournal::Appended{.is_in = is_in, .following = std::move(following)});
}

void PostgresJournal::hold(std::uint64_t first_seq, Bits128 writer, AppendDone done) {
    std::vector<PgQuery> queries{
        {kBegin},
        {kHoldSettings, PgParams::of(std::to_string(kHoldTime.count()))},
        {kHold, PgParams::of(writer, number(timeline_))},
        following_of(first_seq, {}),
        {kClock},
    };
    tasks_.spawn(run_hold(std::move(queries), timeline_, std::move(done)));
}

Awaitable<void>
PostgresJournal::run_hold(std::vector<PgQuery> queries, std::uint32_t timeline, AppendDone done) {
    const auto results = co_await appends_->run(queries);
    const bool is_in = results && (*results)[2].affected() == 1;
    if (results && !is_in) {
        const std::array end{PgQuery{kRollback}};
        if (!co_await appends_->go_on(end)) appends_->end_session();
    }
    if (is_closing_) co_return;
    if (!results) co_return done(std::unexpected(unavailable(results.error())));
    auto following = following_in((*results)[3], (*results)[4]);
    if (!is_in && following.timeline != timeline) co_return done(std::unexpected(failed_over()));
    // Leaves out the row that this transaction has inserted to reserve the next place: it isn't a
    // batch.
    std::erase_if(following.batches, [](const Batch& batch) {
        return batch.head.n == 0 && batch.head.first_seq > 0;
    });
    done(cluster::SharedJournal::Appended{.is_in = is_in, .following = std::move(following)});
}

/// The server rolls back the session's open transaction.
void PostgresJournal::release() {
    appends_->end_session();
}

void PostgresJournal::look(std::uint64_t first_seq, LookDone done) {
    tasks_.spawn(run_look(first_seq, std::move(done)));
}

Awaitable<void> PostgresJournal::run_look(std::uint64_t first_seq, LookDone done) {
    const std::array queries{following_of(first_seq, {}), PgQuery{kClock}};
    const auto results = co_await looks_->run(queries);
    if (is_closing_) co_return;
    if (!results) co_return done(std::unexpected(unavailable(results.error())));
    if (looks_->has_warned()) co_return done(std::unexpected(warned_of_standby()));
    auto following = following_in((*results)[0], (*results)[1]);
    timeline_ = following.timeline;
    done(std::move(following));
}

Awaitable<void> PostgresJournal::close() {
    is_closing_ = true;
    appends_->close();
    looks_->close();
    co_await facts_.close();
    co_await tasks_.wait();
}

Awaitable<Result<std::vector<Batch>, PgError>>
read_some_batches(PgConnection& connection, std::uint64_t first_seq) {
    return read_some_in(connection, first_seq);
}

Awaitable<Result<std::vector<Batch>, PgError>>
read_some_batches(Line& line, std::uint64_t first_seq) {
    return read_some_in(line, first_seq);
}

Awaitable<Result<std::vector<Batch>, PgError>> find_batch_of(Line& line, std::uint64_t seq) {
    const std::array find{PgQuery{kHolder, PgParams::of(number(seq))}};
    const auto rows = co_await line.run(find);
    if (!rows) co_return std::unexpected(rows.error());
    co_return batches_in(rows->front());
}

Awaitable<Result<Head, Fault>> find_head(Line& line) {
    const std::array ask{PgQuery{kHolder, PgParams::of(kAnySeq)}, PgQuery{kClock}};
    const auto rows = co_await line.run(ask);
    if (!rows) co_return std::unexpected(unavailable(rows.error()));
    if (line.has_warned()) co_return std::unexpected(warned_of_standby());
    const auto found = batches_in(rows->front());
    if (found.empty()) co_return is_gone("the journal has no first row");
    co_return found.front().head;
}

Awaitable<Result<void, Fault>> read_batches(
    PgConnection& connection,
    std::uint64_t first_seq,
    std::function<Result<void, Fault>(Batch&&)> take
) {
    const std::array ask{PgQuery{kHead}};
    const auto head = co_await connection.run(ask);
    if (!head) co_return std::unexpected(unavailable(head.error()));
    if (head->front().is_null(0, 0)) co_return is_gone("the journal has no first row");
    const auto last = static_cast<std::uint64_t>(head->front().int8(0, 0));
    while (first_seq <= last) {
        auto some = co_await read_some_batches(connection, first_seq);
        if (!some) co_return std::unexpected(unavailable(some.error()));
        if (some->empty() || some->front().head.first_seq > last)
            co_return is_gone("the journal ends before fact " + std::to_string(last));
        for (auto& batch : *some) {
            if (batch.head.first_seq > last) break;
            first_seq = batch.head.last_seq + 1;
            if (auto taken = take(std::move(batch)); !taken) co_return taken;
        }
    }
    co_return Result<void, Fault>{};
}

}  // namespace frontrow::store::postgres
