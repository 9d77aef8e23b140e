#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::io::postgres {

/// How PostgreSQL failed. A kind exists only if some caller acts differently on it. After `lost`,
/// the failed run may have been executed. After any other kind it had no effect, except for what a
/// COMMIT within the run had already committed.
enum class PgErrorKind : std::uint8_t {
    /// The connection broke, or no reply came in time, after something had been sent. It may have
    /// been executed.
    lost,
    /// There was no connection: it couldn't be made, or was found broken before anything was sent.
    refused,
    /// The server can't serve now: it is starting, stopping or full, or has become a standby.
    unavailable,
    /// statement_timeout or lock_timeout expired, or the statement was cancelled on the server.
    timed_out,
    /// A deadlock or a serialization conflict: a retry may succeed.
    retryable,
    /// The server rejected the statement itself: a constraint, a value, its syntax.
    rejected,
};

struct PgError {
    PgErrorKind kind{};
    /// PostgreSQL's five characters, or empty if it sent none.
    std::string sqlstate;
    /// The violated constraint, if there was one.
    std::string constraint;
    /// For the log and the operator; contains neither the URL nor values of rows. Never sent to a
    /// client.
    std::string what;
};

/// Classifies an SQLSTATE, for a connection that survived the error.
PgErrorKind kind_of(std::string_view sqlstate);

/// Joins libpq's message into one line, for the log.
std::string in_one_line(std::string text);

}  // namespace frontrow::io::postgres
