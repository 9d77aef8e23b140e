#include "cli/journal_stakes.h"

#include "cli/counted.h"
#include "domain/facts.h"
#include "store/engine/frame.h"
#include "store/postgres/postgres_journal.h"

#include <algorithm>
#include <array>
#include <variant>

namespace frontrow::cli {
namespace {

using io::Awaitable;
using io::postgres::PgConnection;
using io::postgres::PgError;
using io::postgres::PgErrorKind;
using io::postgres::PgOptions;
using io::postgres::PgQuery;

/// The URL may replace the default application_name. So this counts the sessions with the default
/// name and those with this session's name.
const std::string kCountSessions =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND application_name IN ('" +
    PgOptions{}.application_name + "', current_setting('application_name'))";

/// Doesn't check the chain, because damaged facts would be erased as well.
void count(const store::cluster::Batch& batch, JournalStakes& stakes) {
    stakes.facts = batch.head.last_seq;
    if (batch.head.first_seq == 0) return;
    const auto facts = store::engine::read_frame(batch.frame, batch.head.first_seq);
    if (!facts) {
        stakes.is_damaged = true;
        return;
    }
    stakes.reservations +=
        static_cast<std::uint64_t>(std::ranges::count_if(*facts, [](const domain::Fact& fact) {
            return std::holds_alternative<domain::ReservationHeld>(fact.body);
        }));
}

}  // namespace

std::string JournalStakes::contents() const {
    return counted(facts, "fact") + " and " + (is_damaged ? "at least " : "") +
           counted(reservations, "reservation");
}

Awaitable<Result<std::uint64_t, PgError>> count_sessions(PgConnection& connection) {
    const std::array queries{PgQuery{{"", kCountSessions.c_str()}}};
    auto results = co_await connection.run(queries);
    if (!results) co_return std::unexpected(std::move(results.error()));
    co_return static_cast<std::uint64_t>(results->front().int8(0, 0));
}

Awaitable<Result<JournalStakes, PgError>> read_stakes(PgConnection& connection) {
    JournalStakes stakes;
    const auto read = co_await store::postgres::read_batches(
        connection,
        0,
        [&](store::cluster::Batch&& batch) -> Result<void, io::Fault> {
            count(batch, stakes);
            return {};
        }
    );
    if (!read) {
        co_return std::unexpected(
            PgError{.kind = PgErrorKind::unavailable, .what = read.error().what}
        );
    }
    const auto sessions = co_await count_sessions(connection);
    if (!sessions) co_return std::unexpected(sessions.error());
    stakes.sessions = *sessions;
    co_return stakes;
}

}  // namespace frontrow::cli
