#include "store/postgres/line.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <utility>

namespace frontrow::store::postgres {
namespace {

using io::Awaitable;
using io::postgres::PgConnection;
using io::postgres::PgError;
using io::postgres::PgQuery;

constexpr std::chrono::milliseconds kStatementTime{2'000};
constexpr std::chrono::milliseconds kAnswerTime{2'500};
constexpr std::chrono::milliseconds kConnectTime{2'000};

/// A commit that waits for a standby keeps waiting after its client is gone, and its session stays
/// open. Cancelling that wait loses nothing: the caller has already treated the outcome as unknown.
constexpr io::postgres::PgStatement kLeaveStandby{
    "",
    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'SyncRep'"
};

/// True if a session lent by a pooler doesn't know a statement that was prepared in another
/// session, or already has one of that name.
bool is_of_pooler(const PgError& error) {
    return error.sqlstate == "26000" || error.sqlstate == "42P05";
}

}  // namespace

io::postgres::PgOptions with_short_times(io::postgres::PgOptions options) {
    options.is_keyed = true;
    options.statement_timeout = kStatementTime;
    options.lock_timeout = kStatementTime;
    options.answer_time = kAnswerTime;
    options.connect_time = std::min(options.connect_time, kConnectTime);
    return options;
}

io::Fault unavailable(const PgError& error) {
    return {io::FaultKind::unavailable, error.what};
}

Awaitable<Line::Results> Line::run(std::span<const PgQuery> queries) {
    auto results = co_await try_to_run(queries);
    if (results || !options_.prepare || !is_of_pooler(results.error())) co_return results;
    // Nothing was done. From now on statements are sent unnamed, as a pooler requires.
    options_.prepare = false;
    connection_.reset();
    co_return co_await try_to_run(queries);
}

Awaitable<Line::Results> Line::try_to_run(std::span<const PgQuery> queries) {
    if (connection_ == nullptr || !connection_->is_alive()) {
        auto connected = co_await connect();
        if (!connected) co_return std::unexpected(std::move(connected.error()));
    }
    const auto backend = connection_->backend();
    auto results = co_await connection_->run(queries);
    if (!results && results.error().kind == io::postgres::PgErrorKind::lost) left_behind_ = backend;
    co_return results;
}

Awaitable<Result<void, PgError>> Line::connect() {
    connection_.reset();
    auto made = std::make_unique<PgConnection>(owner_, options_);
    opening_ = made.get();
    auto opened = co_await made->open();
    if (opened && left_behind_ != 0) {
        const std::array leave{
            PgQuery{kLeaveStandby, io::postgres::PgParams::of(std::int64_t{left_behind_})}
        };
        if (co_await made->run(leave)) left_behind_ = 0;
    }
    opening_ = nullptr;
    if (opened) connection_ = std::move(made);
    co_return opened;
}

Awaitable<Line::Results> Line::go_on(std::span<const PgQuery> queries) {
    if (connection_ != nullptr && connection_->is_alive())
        co_return co_await connection_->run(queries);
    co_return std::unexpected(
        PgError{.kind = io::postgres::PgErrorKind::refused, .what = "the session has ended"}
    );
}

Awaitable<Result<std::vector<io::postgres::PgResult>, io::Fault>> Line::change(
    std::span<const PgQuery> queries
) {
    auto results = co_await run(queries);
    if (!results) {
        auto fault = unavailable(results.error());
        if (results.error().kind == io::postgres::PgErrorKind::lost)
            fault.kind = io::FaultKind::outcome_unknown;
        co_return std::unexpected(std::move(fault));
    }
    // The change is committed, but a standby may not have it.
    if (has_warned())
        co_return std::unexpected(
            io::Fault{io::FaultKind::outcome_unknown, "the database warned of its standby"}
        );
    co_return std::move(*results);
}

void Line::close() {
    if (opening_ != nullptr) opening_->close();
    if (connection_ != nullptr) connection_->close();
}

}  // namespace frontrow::store::postgres
