#pragma once

#include "base/result.h"
#include "io/awaitable.h"
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

/// Brings the schema to `target` (all there are, if not given), each step in a transaction of its
/// own, behind a lock that lets one node do it while others wait. Returns how many steps were
/// taken. Errors: as the connection's; `rejected` where the database knows a newer schema than this
/// program.
io::Awaitable<Result<int, io::postgres::PgError>>
migrate(io::postgres::PgConnection& connection, std::int32_t target);
inline auto migrate(io::postgres::PgConnection& connection) {
    return migrate(connection, migrations().back().version);
}

/// The version the schema has: 0 where there is none.
io::Awaitable<Result<std::int32_t, io::postgres::PgError>> schema_version(
    io::postgres::PgConnection& connection
);

/// For tools on a journal, which leave the schema alone. Errors: as the connection's; `rejected`
/// where the schema isn't this program's, with what to do.
io::Awaitable<Result<void, io::postgres::PgError>> check_schema(
    io::postgres::PgConnection& connection
);

}  // namespace frontrow::store::postgres
