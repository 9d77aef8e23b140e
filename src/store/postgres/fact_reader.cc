#include "store/postgres/fact_reader.h"

#include "store/postgres/statements.h"
#include "wire/fact_json.h"

#include <array>
#include <string>
#include <utility>

namespace frontrow::store::postgres {
namespace {

using io::Fault;
using io::FaultKind;
using io::postgres::PgConnection;
using io::postgres::PgParams;
using io::postgres::PgQuery;

/// Everything is read from one snapshot.
constexpr PgStatement kBeginSnapshot{
    "begin_snapshot",
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
};
constexpr PgStatement kReadTotals{
    "read_totals",
    "SELECT (SELECT count(*) FROM events WHERE NOT deleted), (SELECT count(*) FROM seats),"
    " (SELECT count(*) FROM seats WHERE reservation_id IS NOT NULL AND hold_expires_at IS NULL),"
    " (SELECT count(*) FROM reservations WHERE status = 'pending'),"
    " (SELECT count(*) FROM reservations WHERE status = 'confirmed'),"
    " (SELECT count(*) FROM api_keys WHERE revoked_at IS NULL)"
};

Fault unavailable(const io::postgres::PgError& error) {
    return {FaultKind::unavailable, error.what};
}

}  // namespace

io::Awaitable<Result<TableTotals, Fault>>
read_history(PgConnection& connection, const std::function<void(const domain::Fact&)>& take) {
    const std::array begin{PgQuery{kBeginSnapshot}, PgQuery{kReadTotals}};
    const auto begun = co_await connection.run(begin);
    if (!begun) co_return std::unexpected(unavailable(begun.error()));
    const auto& row = begun->back();
    const TableTotals totals{
        row.int8(0, 0),
        row.int8(0, 1),
        row.int8(0, 2),
        row.int8(0, 3),
        row.int8(0, 4),
        row.int8(0, 5)
    };
    std::int64_t position = 0;
    std::int64_t head = 0;
    do {
        const std::array read{PgQuery{kReadFacts, PgParams::of(position, kFactsARead, kBytesARead)}
        };
        const auto results = co_await connection.run(read);
        if (!results) co_return std::unexpected(unavailable(results.error()));
        const auto& facts = results->front();
        if (facts.rows() > 0) head = facts.int8(0, 2);
        for (int i = position == 0 ? 0 : 1; i < facts.rows(); ++i) {
            position = facts.int8(i, 0);
            const auto fact = wire::parse_fact(facts.text(i, 1));
            if (!fact || fact->seq != static_cast<std::uint64_t>(position)) {
                co_return std::unexpected(
                    Fault{FaultKind::corrupt, "fact " + std::to_string(position) + " can't be read"}
                );
            }
            take(*fact);
        }
    } while (position < head);
    const std::array end{PgQuery{kCommit}};
    (void)co_await connection.run(end);
    co_return totals;
}

}  // namespace frontrow::store::postgres
