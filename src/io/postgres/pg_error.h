#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace frontrow::io::postgres {

/// How PostgreSQL failed; a kind of its own only where somebody acts differently. After every kind
/// but `lost` it is sure that nothing of the failed run was done, unless a COMMIT in the middle of
/// that run had been answered before.
enum class PgErrorKind : std::uint8_t {
    /// The connection broke, or no answer came in time, after something had been sent: it may have
    /// been done.
    lost,
    /// There was no connection: it couldn't be made, or was found broken before anything was sent.
    refused,
    /// The server says that it can't now: it starts, stops, is full, or has become a standby.
    unavailable,
    /// statement_timeout or lock_timeout struck, or somebody cancelled the statement.
    timed_out,
    /// A deadlock or a serialization conflict: the same again may succeed.
    retryable,
    /// The statement itself was refused: a constraint, a value, its syntax.
    rejected,
};

struct PgError {
    PgErrorKind kind{};
    /// PostgreSQL's five characters, or empty where it said none.
    std::string sqlstate;
    /// The constraint that refused it, where it was one.
    std::string constraint;
    /// For the log and the operator; holds neither the URL nor a row's values. Never sent to a
    /// client.
    std::string what;
};

/// What an SQLSTATE means on a connection that survived it.
PgErrorKind kind_of(std::string_view sqlstate);

/// libpq's words as a log wants them.
std::string in_one_line(std::string text);

}  // namespace frontrow::io::postgres
