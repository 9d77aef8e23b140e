#include "io/postgres/pg_exchange.h"

#include "base/check.h"
#include "io/postgres/pg_binary.h"

#include <libpq-fe.h>

#include <limits>
#include <memory>
#include <utility>

namespace frontrow::io::postgres {
namespace {

/// The protocol counts parameters in 16 bits.
constexpr std::size_t kParamsMax = std::numeric_limits<std::uint16_t>::max();

std::string field(const pg_result* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text == nullptr ? std::string{} : std::string{text};
}

bool are_same(const std::vector<PgOid>& types, const PgParams& params) {
    if (types.size() != params.size()) return false;
    for (std::size_t i = 0; i < types.size(); ++i) {
        if (types[i] != params.oid(i)) return false;
    }
    return true;
}

}  // namespace

bool PgPrepared::must_prepare(const PgQuery& query) {
    const auto [at, is_new] = entries_.try_emplace(query.statement.name);
    auto& entry = at->second;
    if (!is_new) {
        // A name must always have the same text and parameter types.
        CHECK(entry.sql == query.statement.sql && are_same(entry.types, query.params));
        return false;
    }
    entry.sql = query.statement.sql;
    for (std::size_t i = 0; i < query.params.size(); ++i)
        entry.types.push_back(query.params.oid(i));
    return true;
}

void PgPrepared::arrived(const PgStatement& statement) {
    entries_.at(statement.name).has_arrived = true;
}

void PgPrepared::forget_unarrived() {
    std::erase_if(entries_, [](const auto& entry) { return !entry.second.has_arrived; });
}

bool PgExchange::send(const PgQuery& query, PgPrepared* prepared) {
    CHECK(query.params.size() <= kParamsMax);
    const bool is_named = prepared != nullptr && *query.statement.name != '\0';
    if (is_named && prepared->must_prepare(query)) {
        steps_.push_back({Kind::prepare, query.statement});
        if (!send_prepare(query)) return false;
    }
    steps_.push_back({Kind::query, query.statement});
    return is_named ? send_prepared(query) : send_unnamed(query);
}

bool PgExchange::send_aside(const PgQuery& query) {
    steps_.push_back({Kind::aside, query.statement});
    return send_unnamed(query);
}

bool PgExchange::sync() {
    return PQpipelineSync(handle_) == 1;
}

void PgExchange::describe(const PgQuery& query) {
    const auto count = query.params.size();
    oids_.resize(count);
    values_.resize(count);
    lengths_.resize(count);
    formats_.assign(count, kBinary);
    for (std::size_t i = 0; i < count; ++i) {
        oids_[i] = query.params.oid(i);
        values_[i] = query.params.value(i);
        lengths_[i] = query.params.length(i);
    }
}

bool PgExchange::send_prepare(const PgQuery& query) {
    describe(query);
    const auto& [name, sql] = query.statement;
    return PQsendPrepare(handle_, name, sql, static_cast<int>(oids_.size()), oids_.data()) == 1;
}

bool PgExchange::send_prepared(const PgQuery& query) {
    describe(query);
    const int count = static_cast<int>(values_.size());
    return PQsendQueryPrepared(
               handle_,
               query.statement.name,
               count,
               values_.data(),
               lengths_.data(),
               formats_.data(),
               kBinary
           ) == 1;
}

bool PgExchange::send_unnamed(const PgQuery& query) {
    describe(query);
    const int count = static_cast<int>(values_.size());
    return PQsendQueryParams(
               handle_,
               query.statement.sql,
               count,
               oids_.data(),
               values_.data(),
               lengths_.data(),
               formats_.data(),
               kBinary
           ) == 1;
}

bool PgExchange::take(PgPrepared* prepared) {
    // libpq returns a NULL after each statement's results. A second NULL in a row means that it
    // expects no more results.
    bool was_null = false;
    while (PQisBusy(handle_) == 0) {
        pg_result* result = PQgetResult(handle_);
        if (result == nullptr && was_null) return false;
        was_null = result == nullptr;
        if (result != nullptr && accept(result, prepared)) return true;
    }
    return false;
}

/// Takes ownership of the result. Returns true if it is the reply to the Sync.
bool PgExchange::accept(pg_result* result, PgPrepared* prepared) {
    PgResult owned{result};
    const auto status = PQresultStatus(result);
    // A COPY would make the loop in take() endless; use unnest() instead.
    CHECK(status != PGRES_COPY_IN && status != PGRES_COPY_OUT && status != PGRES_COPY_BOTH);
    switch (status) {
        case PGRES_PIPELINE_SYNC:
            CHECK(error_ || answered_ == steps_.size());
            if (prepared != nullptr) prepared->forget_unarrived();
            return true;
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
        case PGRES_EMPTY_QUERY: {
            CHECK(answered_ < steps_.size());
            const auto& step = steps_[answered_++];
            if (step.kind == Kind::prepare) prepared->arrived(step.statement);
            if (step.kind == Kind::query) results_.push_back(std::move(owned));
            return false;
        }
        case PGRES_PIPELINE_ABORTED:
            return false;
        default:
            fail(result);
            return false;
    }
}

void PgExchange::fail(const pg_result* result) {
    if (error_) return;
    error_ = error_in(result);
    if (answered_ < steps_.size() && *steps_[answered_].statement.name != '\0') {
        error_->what = std::string{steps_[answered_].statement.name} + ": " + error_->what;
    }
}

PgError error_in(const pg_result* result) {
    PgError error{
        .sqlstate = field(result, PG_DIAG_SQLSTATE),
        .constraint = field(result, PG_DIAG_CONSTRAINT_NAME),
    };
    // Without an SQLSTATE the error is libpq's own: the connection is gone.
    error.kind = error.sqlstate.empty() ? PgErrorKind::lost : kind_of(error.sqlstate);
    // The detail is left out, because it quotes rows.
    const auto message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    error.what = in_one_line(message.empty() ? PQresultErrorMessage(result) : message);
    return error;
}

}  // namespace frontrow::io::postgres
