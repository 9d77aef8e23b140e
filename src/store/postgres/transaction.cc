#include "store/postgres/transaction.h"

#include "base/check.h"
#include "domain/evolve.h"
#include "store/postgres/slice_reader.h"
#include "store/postgres/slice_writer.h"
#include "store/postgres/statements.h"

#include <array>
#include <utility>

namespace frontrow::store::postgres {
namespace {

using io::postgres::PgError;
using io::postgres::PgErrorKind;
using io::postgres::PgQuery;

constexpr std::string_view kGuardFailed = "FR001";
constexpr std::string_view kUniqueViolation = "23505";

std::unexpected<BatchFailure> failed(PgError error, bool was_committing) {
    const bool is_stale =
        error.sqlstate == kGuardFailed ||
        (error.sqlstate == kUniqueViolation && error.constraint == "reservations_request_key");
    const bool is_in_doubt = was_committing && error.kind == PgErrorKind::lost;
    return std::unexpected(BatchFailure{std::move(error), is_in_doubt, is_stale});
}

/// The outcomes, and the facts that the slice has evolved by. The facts' seq is given by the
/// database.
struct Decided {
    std::vector<std::optional<domain::Outcome>> outcomes;
    std::vector<domain::Fact> facts;
};

Decided decide_all(
    const SliceReader& reader,
    Slice& slice,
    std::span<const domain::Command> commands,
    std::span<const TraceId> traces
) {
    Decided decided;
    decided.outcomes.reserve(commands.size());
    // Asked before anything is decided: what one of them takes is the batch's own.
    std::vector<bool> are_decidable;
    are_decidable.reserve(commands.size());
    for (const auto& command : commands)
        are_decidable.push_back(reader.is_decidable(slice, command));
    for (std::size_t i = 0; i < commands.size(); ++i) {
        if (!are_decidable[i]) {
            decided.outcomes.emplace_back(std::nullopt);
            continue;
        }
        auto decision = domain::decide(slice.inventory, commands[i], slice.now);
        for (auto& made : decision.facts) {
            domain::Fact fact{
                .seq = slice.inventory.last_seq() + 1,
                .at = slice.now,
                .trace = traces[i],
                .event = made.event,
                .body = std::move(made.body),
            };
            domain::evolve(slice.inventory, fact);
            fact.seq = 0;
            decided.facts.push_back(std::move(fact));
        }
        decided.outcomes.push_back(std::move(decision.outcome));
    }
    return decided;
}

}  // namespace

io::Awaitable<Result<BatchOutcome, BatchFailure>> run_batch(
    io::postgres::PgConnection& connection,
    std::span<const domain::Command> commands,
    std::span<const TraceId> traces,
    Instant floor
) {
    SliceReader reader{commands, floor};
    const auto begin = reader.begin();
    auto begun = co_await connection.run(begin);
    if (!begun) co_return failed(std::move(begun.error()), false);
    reader.take_begin(*begun);

    const auto read = reader.read();
    auto rows = co_await connection.run(read);
    if (!rows) co_return failed(std::move(rows.error()), false);
    Slice slice;
    if (!reader.fill(slice, *rows)) {
        const std::array give_up{PgQuery{kGiveUp}};
        const auto given_up = co_await connection.run(give_up);
        CHECK(!given_up);
        co_return failed(given_up.error(), false);
    }

    auto decided = decide_all(reader, slice, commands, traces);
    // A refusal was read under these locks: it is true, and durable, once the transaction ends.
    const auto writes = decided.facts.empty() ? std::vector<PgQuery>{{kCommit}}
                                              : write_queries(slice, decided.facts);
    auto written = co_await connection.run(writes);
    if (!written) co_return failed(std::move(written.error()), !decided.facts.empty());
    co_return BatchOutcome{std::move(decided.outcomes), slice.now};
}

}  // namespace frontrow::store::postgres
