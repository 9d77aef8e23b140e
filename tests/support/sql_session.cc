#include "support/sql_session.h"

#include "support/postgres_server.h"

#include <libpq-fe.h>

#include <memory>
#include <stdexcept>

namespace frontrow::test {

SqlSession::SqlSession(const PostgresServer& server)
    : connection_{PQconnectdb(server.socket_url().c_str())} {
    if (PQstatus(connection_) == CONNECTION_OK) return;
    const std::string why = PQerrorMessage(connection_);
    PQfinish(connection_);
    throw std::runtime_error("no session with PostgreSQL: " + why);
}

SqlSession::~SqlSession() {
    PQfinish(connection_);
}

std::string SqlSession::run(const std::string& sql) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> answer{
        PQexec(connection_, sql.c_str()), &PQclear
    };
    const auto status = PQresultStatus(answer.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        throw std::runtime_error(sql + ": " + PQerrorMessage(connection_));
    return PQntuples(answer.get()) > 0 ? PQgetvalue(answer.get(), 0, 0) : "";
}

}  // namespace frontrow::test
