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
    /// Some facts can't be read, and `reservations` lacks theirs.
    bool is_damaged = false;
    /// Other sessions of frontrow with this database, a node's two among them.
    std::uint64_t sessions = 0;

    /// `12 facts and 3 reservations`.
    std::string contents() const;
};

/// How many other sessions use this database, by the name that frontrow gives its sessions.
io::Awaitable<Result<std::uint64_t, io::postgres::PgError>> count_sessions(
    io::postgres::PgConnection& connection
);

/// Reads the whole journal. The database has the schema.
io::Awaitable<Result<JournalStakes, io::postgres::PgError>> read_stakes(
    io::postgres::PgConnection& connection
);

}  // namespace frontrow::cli
