#include "io/postgres/pg_connection.h"

#include "base/check.h"
#include "io/postgres/pg_link.h"

#include <libpq-fe.h>

#include <array>
#include <utility>

namespace frontrow::io::postgres {
namespace {

constexpr PgStatement kRollback{.name = "", .sql = "ROLLBACK"};
/// A session's settings, which override those of the database and the role. Each statement sees
/// everything committed before it, and an acknowledged commit is on the disk.
#define FRONTROW_SETTINGS                                                                      \
    "SELECT set_config('statement_timeout', $1, $4), set_config('lock_timeout', $2, $4),"      \
    " set_config('idle_in_transaction_session_timeout', $3, $4),"                              \
    " set_config('TimeZone', 'UTC', $4),"                                                      \
    " set_config('default_transaction_isolation', 'read committed', $4),"                      \
    " set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', " \
    "'on'), $4)"
constexpr PgStatement kSettings{.name = "", .sql = FRONTROW_SETTINGS};
constexpr PgStatement kKeyedSettings{
    .name = "",
    .sql = FRONTROW_SETTINGS
    ", set_config('enable_seqscan', 'off', $4),"
    " set_config('enable_hashjoin', 'off', $4), set_config('enable_mergejoin', 'off', $4),"
    " set_config('plan_cache_mode', 'force_generic_plan', $4), set_config('jit', 'off', $4)",
};
#undef FRONTROW_SETTINGS

/// True for errors after which every later statement of the session would fail: the server is a
/// standby, doesn't know a prepared statement, or has plans from before a table was changed.
bool makes_stale(const PgError& error) {
    return error.sqlstate == "25006" || error.sqlstate == "26000" || error.sqlstate == "0A000";
}

}  // namespace

/// Marks the connection as in use. If its user stops halfway (an error, a cancelled coroutine), the
/// exchange with the server can't be resumed, so the session is closed.
class PgConnection::Use {
public:
    explicit Use(std::shared_ptr<PgLink> link) : link_{std::move(link)} {
        CHECK(!link_->is_used);
        link_->is_used = true;
    }
    ~Use() {
        link_->is_used = false;
        if (is_finished_) {
            link_->clear_deadline();
        } else {
            link_->close();
        }
    }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

    void finish() { is_finished_ = link_->is_open(); }

private:
    std::shared_ptr<PgLink> link_;
    bool is_finished_ = false;
};

PgConnection::PgConnection(Executor executor, PgOptions options)
    : options_{std::move(options)}, link_{std::make_shared<PgLink>(executor)} {
}

PgConnection::~PgConnection() {
    CHECK(!link_->is_used);
    link_->close();
}

Awaitable<Result<std::unique_ptr<PgConnection>, PgError>>
PgConnection::connect(Executor executor, PgOptions options) {
    auto connection = std::make_unique<PgConnection>(executor, std::move(options));
    auto opened = co_await connection->open();
    if (!opened) co_return std::unexpected(std::move(opened.error()));
    co_return connection;
}

Awaitable<Result<void, PgError>> PgConnection::open() {
    Use use{link_};
    auto opened = co_await link_->connect(options_);
    if (opened && options_.prepare) opened = co_await set_up_session();
    if (opened) use.finish();
    co_return opened;
}

Awaitable<Result<void, PgError>> PgConnection::set_up_session() {
    PgExchange exchange{link_->handle()};
    const auto query = settings(false);
    const bool is_answered =
        exchange.send_aside(query) && exchange.sync() && co_await converse(exchange);
    const auto& said = exchange.error();
    if (is_answered && !said) co_return Result<void, PgError>{};
    auto error = is_answered ? said.value() : lost(said);
    // Whatever the error was, no connection was made and nothing was executed.
    if (error.kind != PgErrorKind::unavailable) error.kind = PgErrorKind::refused;
    co_return std::unexpected(std::move(error));
}

Awaitable<Result<std::vector<PgResult>, PgError>> PgConnection::run(std::span<const PgQuery> queries
) {
    CHECK(!queries.empty());
    Use use{link_};
    if (link_->has_ended()) co_return std::unexpected(not_begun());
    link_->set_deadline(options_.answer_time);
    link_->forget_warnings();
    auto answer = co_await run_pipeline(queries);
    if (!answer) co_await recover(answer.error());
    if (answer || answer.error().kind != PgErrorKind::lost) use.finish();
    co_return answer;
}

Awaitable<Result<std::vector<PgResult>, PgError>> PgConnection::run_pipeline(
    std::span<const PgQuery> queries
) {
    PgExchange exchange{link_->handle()};
    const bool is_answered = send(exchange, queries) && co_await converse(exchange);
    const auto& error = exchange.error();
    if (!is_answered) co_return std::unexpected(lost(error));
    if (error) co_return std::unexpected(*error);
    co_return exchange.take_results();
}

bool PgConnection::send(PgExchange& exchange, std::span<const PgQuery> queries) {
    const bool brings_settings = !options_.prepare && !is_in_transaction();
    if (brings_settings && !exchange.send_aside(settings(true))) return false;
    for (const auto& query : queries) {
        if (!exchange.send(query, prepared())) return false;
    }
    return exchange.sync();
}

/// Sends what is buffered and reads all replies. Returns false if the connection ended before the
/// last reply.
Awaitable<bool> PgConnection::converse(PgExchange& exchange) {
    link_->flush();
    while (!exchange.take(prepared())) {
        if (co_await link_->receive()) continue;
        // The server's last message may have arrived together with the end of the connection.
        co_return link_->handle() != nullptr&& exchange.take(prepared());
    }
    co_return true;
}

/// Rolls back the transaction that a failed statement left open. If that fails, the session is
/// closed, and the server rolls back.
Awaitable<void> PgConnection::recover(const PgError& error) {
    is_stale_ = is_stale_ || makes_stale(error);
    if (error.kind == PgErrorKind::lost || !is_in_transaction()) co_return;
    PgExchange exchange{link_->handle()};
    const PgQuery rollback{.statement = kRollback};
    const bool is_answered =
        exchange.send_aside(rollback) && exchange.sync() && co_await converse(exchange);
    if (!is_answered || is_in_transaction()) link_->close();
}

Awaitable<Result<void, PgError>>
PgConnection::run_script(std::string sql, std::chrono::milliseconds time) {
    Use use{link_};
    if (link_->has_ended()) co_return std::unexpected(not_begun());
    link_->set_deadline(time);
    // A script of several statements can't be sent in pipeline mode.
    CHECK(PQexitPipelineMode(link_->handle()) == 1);
    auto error = PQsendQuery(link_->handle(), sql.c_str()) == 1 ? co_await converse_script()
                                                                : lost(std::nullopt);
    if (!error || error->kind != PgErrorKind::lost) {
        CHECK(PQenterPipelineMode(link_->handle()) == 1);
    }
    if (error) co_await recover(*error);
    if (!error || error->kind != PgErrorKind::lost) use.finish();
    if (error) co_return std::unexpected(std::move(*error));
    co_return Result<void, PgError>{};
}

Awaitable<std::optional<PgError>> PgConnection::converse_script() {
    std::optional<PgError> error;
    link_->flush();
    for (;;) {
        while (PQisBusy(link_->handle()) != 0) {
            if (!co_await link_->receive()) co_return lost(error);
        }
        const PgResult result{PQgetResult(link_->handle())};
        if (result.raw() == nullptr) break;
        const auto status = PQresultStatus(result.raw());
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) co_return lost(error);
        if (status == PGRES_FATAL_ERROR && !error) error = error_in(result.raw());
    }
    if (!link_->is_open()) co_return lost(error);
    co_return error;
}

bool PgConnection::has_warned() const {
    return link_->has_warned();
}

bool PgConnection::is_usable() const {
    return link_->is_open() && !is_stale_;
}

bool PgConnection::is_alive() {
    return !link_->has_ended() && !is_stale_;
}

bool PgConnection::is_in_transaction() const {
    return link_->is_open() && PQtransactionStatus(link_->handle()) != PQTRANS_IDLE;
}

int PgConnection::backend() const {
    return PQbackendPID(link_->handle());
}

void PgConnection::close() {
    link_->close();
}

PgError PgConnection::not_begun() const {
    if (!link_->last_words().what.empty()) return link_->last_words();
    return {.kind = PgErrorKind::refused, .what = "the connection was found broken"};
}

PgError PgConnection::lost(const std::optional<PgError>& said) const {
    PgError error{.kind = PgErrorKind::lost, .what = "the connection broke before the answer"};
    if (link_->is_late()) error.what = "no answer in time";
    if (!said) return error;
    error.sqlstate = said->sqlstate;
    error.what += ": " + said->what;
    return error;
}

PgQuery PgConnection::settings(bool is_local) const {
    return {
        .statement = options_.is_keyed ? kKeyedSettings : kSettings,
        .params = PgParams::of(
            std::to_string(options_.statement_timeout.count()),
            std::to_string(options_.lock_timeout.count()),
            std::to_string(options_.idle_in_transaction_timeout.count()),
            is_local
        ),
    };
}

}  // namespace frontrow::io::postgres
