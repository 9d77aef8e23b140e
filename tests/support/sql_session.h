#pragma once

#include <string>

struct pg_conn;

namespace frontrow::test {

class PostgresServer;

/// Runs SQL statements one after the other over the server's Unix socket, as an operator does with
/// psql. An open transaction ends with the session.
class SqlSession {
public:
    /// Throws if it can't connect.
    explicit SqlSession(const PostgresServer& server);
    ~SqlSession();
    SqlSession(const SqlSession&) = delete;
    SqlSession& operator=(const SqlSession&) = delete;

    /// Returns the first value of the last statement's result, or an empty text if there is none.
    /// Throws if a statement fails.
    std::string run(const std::string& sql);

private:
    pg_conn* connection_;
};

}  // namespace frontrow::test
