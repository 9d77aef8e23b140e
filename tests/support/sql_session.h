#pragma once

#include <string>

struct pg_conn;

namespace frontrow::test {

class PostgresServer;

/// Runs SQL as an operator does with psql, over the server's Unix socket, one statement after the
/// other. An open transaction ends with the session.
class SqlSession {
public:
    /// Throws if it can't connect.
    explicit SqlSession(const PostgresServer& server);
    ~SqlSession();
    SqlSession(const SqlSession&) = delete;
    SqlSession& operator=(const SqlSession&) = delete;

    /// The first value of the last statement's result, empty if there is none. Throws if a
    /// statement fails.
    std::string run(const std::string& sql);

private:
    pg_conn* connection_;
};

}  // namespace frontrow::test
