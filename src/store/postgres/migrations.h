#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/postgres/pg_connection.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace frontrow::store::postgres {

/// A step of the schema, compiled in from db/migrations/.
struct Migration {
    std::int32_t version = 0;
    std::string_view name;
    std::string_view up;
    std::string_view down;
};

/// In order.
std::span<const Migration> migrations();

/// Brings the schema to `target` (default: the newest), each step in its own transaction, under a
/// lock: one node migrates while others wait. Returns the number of steps taken. Errors: the
/// connection's; `rejected` if this program doesn't know the database's schema.
io::Awaitable<Result<int, io::postgres::PgError>>
migrate(io::postgres::PgConnection& connection, std::int32_t target);
inline auto migrate(io::postgres::PgConnection& connection) {
    return migrate(connection, migrations().back().version);
}

/// The schema's version; 0 if there is no schema.
io::Awaitable<Result<std::int32_t, io::postgres::PgError>> schema_version(
    io::postgres::PgConnection& connection
);

/// Checks that the database can store every text. Faults: unusable if its encoding isn't UTF-8;
/// unavailable.
io::Awaitable<Result<void, io::Fault>> check_encoding(io::postgres::PgConnection& connection);

/// For tools that read a journal and leave the schema alone. Errors: the connection's; `rejected`
/// if the schema isn't this program's, with a hint what to do.
io::Awaitable<Result<void, io::postgres::PgError>> check_schema(
    io::postgres::PgConnection& connection
);

}  // namespace frontrow::store::postgres
