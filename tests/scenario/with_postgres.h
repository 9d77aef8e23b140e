#pragma once

#include "io/postgres/pg_connection.h"
#include "support/postgres_server.h"
#include "support/run_coroutine.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace frontrow::test {

using namespace std::chrono_literals;
using io::postgres::PgConnection;
using io::postgres::PgError;
using io::postgres::PgErrorKind;
using io::postgres::PgOptions;
using io::postgres::PgParams;
using io::postgres::PgQuery;
using io::postgres::PgResult;
using io::postgres::PgStatement;

using PgAnswer = Result<std::vector<PgResult>, PgError>;

/// A statement that isn't prepared.
template <class... Values>
PgQuery query(const char* sql, const Values&... values) {
    return {.statement = {.name = "", .sql = sql}, .params = PgParams::of(values...)};
}

/// Each test has its own PostgreSQL, and is skipped if there is none.
class WithPostgres : public testing::Test {
protected:
    void SetUp() override {
        if (const auto reason = PostgresServer::why_not()) GTEST_SKIP() << *reason;
        server.emplace(server_options());
    }

    virtual PostgresServer::Options server_options() const { return {}; }
    PgOptions options() const { return {.url = server->url()}; }

    std::unique_ptr<PgConnection> connect(PgOptions options) {
        auto connection = run(io, PgConnection::connect(io.get_executor(), std::move(options)));
        if (!connection) throw std::runtime_error(connection.error().what);
        return std::move(*connection);
    }
    std::unique_ptr<PgConnection> connect() { return connect(options()); }
    PgError connect_error(PgOptions options) {
        auto connection = run(io, PgConnection::connect(io.get_executor(), std::move(options)));
        return connection ? PgError{.what = "it was connected"} : connection.error();
    }

    /// Sends these statements together and returns their results.
    PgAnswer ask(PgConnection& connection, std::vector<PgQuery> queries) {
        return run(io, connection.run(queries));
    }
    template <class... Values>
    PgAnswer ask(PgConnection& connection, const char* sql, const Values&... values) {
        std::vector<PgQuery> queries;
        queries.push_back(query(sql, values...));
        return ask(connection, std::move(queries));
    }
    /// As ask(), for statements that can't fail.
    template <class... Values>
    PgResult told(PgConnection& connection, const char* sql, const Values&... values) {
        auto answer = ask(connection, sql, values...);
        if (!answer) throw std::runtime_error(answer.error().what);
        return std::move(answer->front());
    }

    boost::asio::io_context io;
    std::optional<PostgresServer> server;
};

}  // namespace frontrow::test
