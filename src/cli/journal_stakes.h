#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/postgres/pg_connection.h"

#include <cstdint>
#include <string>

namespace frontrow::cli {

/// What a command on a database's journal may destroy or disturb.
struct JournalStakes {
    std::uint64_t facts = 0;
    std::uint64_t reservations = 0;
    /// Some facts can't be read, so `reservations` is too low.
    bool is_damaged = false;
    /// Other frontrow sessions on this database. Each node has two.
    std::uint64_t sessions = 0;

    /// `12 facts and 3 reservations`.
    std::string contents() const;
};

/// Counts the other sessions on this database that have frontrow's application name.
io::Awaitable<Result<std::uint64_t, io::postgres::PgError>> count_sessions(
    io::postgres::PgConnection& connection
);

/// Reads the whole journal. Requires the schema.
io::Awaitable<Result<JournalStakes, io::postgres::PgError>> read_stakes(
    io::postgres::PgConnection& connection
);

}  // namespace frontrow::cli
