#pragma once

#include "base/result.h"
#include "io/awaitable.h"
#include "io/fault.h"
#include "io/one_at_a_time.h"
#include "io/postgres/pg_connection.h"
#include "io/postgres/pg_error.h"
#include "io/postgres/pg_options.h"
#include "io/postgres/pg_result.h"
#include "store/postgres/line.h"
#include "store/side_records.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::store::postgres {

/// Side records in a table of PostgreSQL, beside the journal of a cluster. Plain statements on a
/// connection of their own, which is opened when it's needed: a pooler may stand between.
///
/// What was erased or overwritten can't be read any more. PostgreSQL keeps its bytes in the table's
/// file until VACUUM has come by and the room is used again, in its log until that is recycled, and
/// in archives of the log and backups for as long as those are kept.
///
/// A fail-over that lost commits may use versions again that a reader has seen.
class PostgresSideRecords final : public SideRecords {
public:
    PostgresSideRecords(io::Executor owner, io::postgres::PgOptions connection);

    io::Awaitable<Result<std::optional<SideRecord>, io::Fault>> find(std::string name) override;
    io::Awaitable<Result<std::vector<SideRecord>, io::Fault>>
    list(std::string prefix, std::string after) override;
    io::Awaitable<Result<SideOutcome, io::Fault>> change(SideChange change) override;
    io::Awaitable<void> close() override;

private:
    using Rows = Result<std::vector<io::postgres::PgResult>, io::Fault>;

    /// One transaction, when those before have ended.
    io::Awaitable<Rows> run(std::vector<io::postgres::PgQuery> queries);

    Line line_;
    io::OneAtATime turns_;
    bool is_closing_ = false;
};

// For backups, on a connection that the caller has to itself. Errors: as the connection's.

/// As SideRecords::list.
io::Awaitable<Result<std::vector<SideRecord>, io::postgres::PgError>>
read_side_page(io::postgres::PgConnection& connection, std::string prefix, std::string after);
/// Hands all those to `take`, as they are at one moment. Faults: unavailable; what `take` refused
/// with.
io::Awaitable<Result<void, io::Fault>> walk_side_records(
    io::postgres::PgConnection& connection,
    std::string prefix,
    std::function<Result<void, io::Fault>(SideRecord&&)> take
);
/// The version of the newest change; 0 where there was none.
io::Awaitable<Result<std::uint64_t, io::postgres::PgError>> read_last_version(
    io::postgres::PgConnection& connection
);
/// In a transaction, until its end: others only read them.
io::Awaitable<Result<void, io::postgres::PgError>> lock_side_records(
    io::postgres::PgConnection& connection
);
/// Adds records that aren't there, with their versions.
io::Awaitable<Result<void, io::postgres::PgError>>
add_side_records(io::postgres::PgConnection& connection, std::vector<SideRecord> records);
/// What changes later gets versions behind this one, whatever comes of the transaction.
io::Awaitable<Result<void, io::postgres::PgError>>
raise_last_version(io::postgres::PgConnection& connection, std::uint64_t version);

}  // namespace frontrow::store::postgres
