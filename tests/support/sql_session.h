#pragma once

#include <string>

struct pg_conn;

namespace frontrow::test {

class PostgresServer;

/// What an operator does with psql, over the server's own socket: one statement after the other. A
/// transaction that was begun ends with the session.
class SqlSession {
public:
    /// Throws if it can't be had.
    explicit SqlSession(const PostgresServer& server);
    ~SqlSession();
    SqlSession(const SqlSession&) = delete;
    SqlSession& operator=(const SqlSession&) = delete;

    /// The first value of the last statement's answer, empty if it has none. Throws if one fails.
    std::string run(const std::string& sql);

private:
    pg_conn* connection_;
};

}  // namespace frontrow::test
